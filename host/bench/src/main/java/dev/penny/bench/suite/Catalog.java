package dev.penny.bench.suite;

import dev.penny.bench.suite.jobs.Bulk;
import dev.penny.bench.suite.jobs.Dispatch;
import dev.penny.bench.suite.jobs.Fib;
import dev.penny.bench.suite.jobs.GraphRelease;
import dev.penny.bench.suite.jobs.ImageJob;
import dev.penny.bench.suite.jobs.Mandelbrot;
import dev.penny.bench.suite.jobs.Matmul;
import dev.penny.bench.suite.jobs.MergeSort;
import dev.penny.bench.suite.jobs.NQueens;
import dev.penny.bench.suite.jobs.OutOfOrder;
import dev.penny.bench.suite.jobs.PingPong;
import dev.penny.bench.suite.jobs.Relay;
import dev.penny.bench.suite.jobs.Sha256;
import dev.penny.bench.suite.jobs.Skynet;
import dev.penny.bench.suite.jobs.Submit;
import dev.penny.bench.suite.jobs.TreeSum;
import dev.penny.bench.suite.jobs.Uts;
import dev.penny.bench.suite.jobs.Wavefront;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** All benchmarks by name, in the order in which they run. */
public final class Catalog {

    /** The CPU time of an idle Penny. */
    public static final String IDLE = "idle";

    /** Peak memory of skynet in processes of their own. */
    public static final String MEMORY = "memory";

    private static final Map<String, Entry> ENTRIES = entries();

    private Catalog() { }

    /**
     * A benchmark.
     *
     * @param title what it does and how large it is
     * @param unit what the times are of
     * @param full as measured
     * @param small for a look at whether it runs, and to have most of the code compiled before the first full run
     */
    public record Entry(String title, String unit, Supplier<Job> full, Supplier<Job> small) { }

    /** Every name; {@link #IDLE}, {@link #MEMORY} and those of {@link Figure}s have no entry. */
    public static List<String> names() {
        List<String> names = new java.util.ArrayList<>(ENTRIES.keySet());
        names.addAll(GraphFigures.names());
        names.addAll(List.of(IDLE, MEMORY));
        return names;
    }

    /** The benchmark with this name. */
    public static Entry entry(String name) {
        Entry entry = ENTRIES.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("no such benchmark: name=%s, known=%s".formatted(name, String.join(" ", names())));
        }
        return entry;
    }

    /** True if what it measures is one {@link Figure}. */
    public static boolean isFigure(String name) {
        return GraphFigures.names().contains(name);
    }

    /** What it measures, for a list. */
    public static String title(String name) {
        return isFigure(name) ? GraphFigures.title(name) : switch (name) {
            case IDLE -> "CPU time of a pool without work, over 10 s";
            case MEMORY -> "peak memory of skynet-1m, Penny and ForkJoinPool in processes of their own";
            default -> entry(name).title();
        };
    }

    /**
     * The benchmarks that {@code asked} names: a name, or the part of names before a dash ({@code tree-sum}, {@code uts}); nothing for
     * all.
     *
     * @throws IllegalArgumentException one names none
     */
    public static List<String> select(List<String> asked) {
        if (asked.isEmpty()) {
            return names();
        }
        LinkedHashSet<String> chosen = new LinkedHashSet<>();
        for (String name : asked) {
            List<String> found = names().stream().filter(known -> known.equals(name) || known.startsWith(name + "-")).toList();
            if (found.isEmpty()) {
                throw new IllegalArgumentException("no such benchmark: name=%s, known=%s".formatted(name, String.join(" ", names())));
            }
            chosen.addAll(found);
        }
        return List.copyOf(chosen);
    }

    private static Map<String, Entry> entries() {
        Map<String, Entry> all = new LinkedHashMap<>();
        all.put("fib", new Entry("fib(35) without a cut-off, 29,860,703 tasks", "run", () -> new Fib(35), () -> new Fib(20)));
        all.put("tree-sum-1023", tree(1_023, 2_000, "a tree of 1,023 nodes"));
        all.put("tree-sum-1m", tree((1 << 20) - 1, 1, "a tree of 2^20 - 1 nodes"));
        all.put("tree-sum-4m", tree((1 << 22) - 1, 1, "a tree of 2^22 - 1 nodes"));
        all.put("nqueens", new Entry("12 queens, one task per safe placement", "run", () -> new NQueens(12), () -> new NQueens(8)));
        all.put("skynet-100k", new Entry("100,000 leaves, ten forks per task", "run", () -> new Skynet(100_000), () -> new Skynet(1_000)));
        all.put("skynet-1m", new Entry("1,000,000 leaves, ten forks per task", "run", () -> new Skynet(1_000_000),
                () -> new Skynet(1_000)));
        all.put("uts-t1", new Entry("Unbalanced Tree Search T1, 4,130,071 nodes", "run", () -> Uts.whole(1), () -> Uts.top(1)));
        all.put("uts-t3", new Entry("Unbalanced Tree Search T3, 4,112,897 nodes", "run", () -> Uts.whole(3), () -> Uts.top(3)));
        all.put("matmul-512", new Entry("512 x 512 doubles, divide and conquer", "run", () -> new Matmul(512), () -> new Matmul(64)));
        all.put("matmul-1024", new Entry("1024 x 1024 doubles, divide and conquer", "run", () -> new Matmul(1024), () -> new Matmul(128)));
        all.put("mergesort", new Entry("2^21 numbers of 64 bits", "run", () -> new MergeSort(1 << 21), () -> new MergeSort(20_000)));
        all.put("mandelbrot", new Entry("1200 x 800 pixels, a task per row", "run", () -> new Mandelbrot(800), () -> new Mandelbrot(4)));
        all.put("sha256", new Entry("512 blocks of 64 KiB, a task per block", "run", () -> new Sha256(512), () -> new Sha256(2)));
        all.put("ring", new Entry("a token through 1,000 nodes, a task per hop", "hop", () -> new Relay(20_000, 1_000, true),
                () -> new Relay(1_000, 100, true)));
        all.put("ping-pong", new Entry("1,000 tasks that submit one more each and wait for it", "pair", () -> new PingPong(1_000),
                () -> new PingPong(10)));
        all.put("chained-spawn", new Entry("each of 1,000 tasks submits the next", "hop", () -> new Relay(1_000, 1, false),
                () -> new Relay(10, 1, false)));
        all.put("submit", new Entry("submit from outside and wait for the result", "round trip", () -> new Submit(1_000),
                () -> new Submit(10)));
        all.put("bulk-10m", new Entry("10,000,000 tasks that do nothing", "run", () -> new Bulk(10_000_000), () -> new Bulk(10_000)));
        for (String language : List.of("wasm", "java", "js")) {
            all.put("dispatch-" + language, new Entry("square of a number in " + language, "task", () -> new Dispatch(language, 1_000_000),
                    () -> new Dispatch(language, 10_000)));
        }
        all.put("wavefront", new Entry("longest common subsequence of 2 x 4,096 letters, 1,024 blocks", "run", () -> new Wavefront(4_096),
                () -> new Wavefront(256)));
        all.put("graph-chain", new Entry("a static graph: 100,000 empty tasks one after the other", "task",
                () -> GraphRelease.chain(100_000), () -> GraphRelease.chain(1_000)));
        all.put("graph-wavefront", new Entry("a static graph: 512 x 512 empty tasks, each after two others", "task",
                () -> GraphRelease.wavefront(512), () -> GraphRelease.wavefront(32)));
        all.put("out-of-order", new Entry("1,000 calls out of order with renaming, half of them in conflict", "run",
                () -> new OutOfOrder(1_000, 10_000), () -> new OutOfOrder(50, 100)));
        all.put("image-pipeline", new Entry("the example image: 316 tasks in Java, wasm and JavaScript", "run", ImageJob::new,
                ImageJob::new));
        return all;
    }

    private static Entry tree(int nodes, int times, String title) {
        return new Entry("sum of " + title, "tree", () -> new TreeSum(nodes, times), () -> new TreeSum(1_023, 5));
    }
}
