package dev.penny.bench.suite;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of the benchmark suite. */
@Command(name = "scripts/bench", mixinStandardHelpOptions = true, usageHelpAutoWidth = true,
        description = {"Measures Penny against its peers, both sides in one process, one after the other, and prints the ratios.",
            "Without names: all benchmarks. A name may also be the first part of names: tree-sum, uts, skynet, matmul, dispatch."},
        footer = {"", "Ratios are Penny's time divided by the peer's: below 1 Penny is faster.",
            "Exit codes: 0 done, 1 a benchmark failed or computed a wrong answer, 2 wrong command line, 3 the machine was too unsteady for "
                + "the results of some, which were left out.",
            "The JMH benchmarks of single operations: scripts/bench --jmh [JMH-ARGUMENT...]"})
public final class SuiteCommand implements Callable<Integer> {

    /** The serial repeat may spread this much. */
    static final double SPREAD_MAX = 0.15;
    static final int UNSTEADY = 3;
    private static final int RETRIES = 2;
    /** Quick: all within 8 minutes, one within 60 s, building and starting included. */
    private static final Duration QUICK_ALL = Duration.ofSeconds(420);
    private static final Duration QUICK_ONE = Duration.ofSeconds(32);
    private static final Duration QUICK_MIN = Duration.ofSeconds(4);

    @Parameters(paramLabel = "NAME", description = "Benchmarks to run; --list shows them.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--quick", description = "Fewer pairs and a shorter warm-up: all within 8 minutes, one within 60 s.")
    private boolean quick;

    @Option(names = "--smoke", description = "Every benchmark once in small: shows that it runs, measures nothing.")
    private boolean smoke;

    @Option(names = "--workers", paramLabel = "N", description = "Workers besides one; default: 2.")
    private int workers = 2;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the comparisons there.")
    private Path json;

    @Option(names = "--raw", paramLabel = "FILE", description = "Write every single time, counters, load and the machine there.")
    private Path raw;

    @Option(names = "--force", description = "Write results although the machine was unsteady. Not for publishing.")
    private boolean force;

    @Option(names = "--update", description = "Keep what --raw FILE already has of other benchmarks.")
    private boolean update;

    @Option(names = "--list", description = "List the benchmarks.")
    private boolean list;

    private final PrintStream out;
    private final PrintStream err;
    private final boolean terminal;

    SuiteCommand(PrintStream out, PrintStream err, boolean terminal) {
        this.out = out;
        this.err = err;
        this.terminal = terminal;
    }

    /** Runs it and ends the process. */
    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, Boolean.getBoolean("penny.terminal"), arguments));
    }

    static int run(PrintStream out, PrintStream err, boolean terminal, String... arguments) {
        return new CommandLine(new SuiteCommand(out, err, terminal))
                .setOut(new java.io.PrintWriter(out, true)).setErr(new java.io.PrintWriter(err, true))
                .setParameterExceptionHandler((error, _) -> failed(err, 2, error))
                .setExecutionExceptionHandler((error, _, _) -> failed(err, error instanceof IllegalArgumentException ? 2 : 1, error))
                .execute(arguments);
    }

    private static int failed(PrintStream err, int code, Exception error) {
        err.println("bench: " + (error.getMessage() == null ? error : error.getMessage()));
        return code;
    }

    @Override
    public Integer call() throws Exception {
        if (list) {
            Catalog.names().forEach(name -> out.printf("%-16s %s%n", name, Catalog.title(name)));
            return 0;
        }
        checkOptions();
        List<String> chosen = Catalog.select(names);
        if (smoke) {
            Smoke.run(chosen, workers, out);
            return 0;
        }
        Instant start = Instant.now();
        Measured measured = new Measured();
        for (int i = 0; i < chosen.size(); i++) {
            String name = chosen.get(i);
            Duration left = QUICK_ALL.minus(Duration.between(start, Instant.now())).dividedBy(chosen.size() - i);
            Duration budget = left.compareTo(QUICK_ONE) > 0 ? QUICK_ONE : left.compareTo(QUICK_MIN) < 0 ? QUICK_MIN : left;
            try {
                Child.Mode mode = quick ? new Child.Mode(true, budget) : Child.Mode.FULL;
                measure(name, mode, "[%d/%d] %s".formatted(i + 1, chosen.size(), name), measured);
            } catch (IllegalStateException e) {
                // The others are still worth measuring.
                err.println("bench: " + e.getMessage());
                measured.failed.add(name);
            }
        }
        Results.Raw everything = new Results.Raw(start.truncatedTo(ChronoUnit.SECONDS).toString(), quick ? "quick" : "full", workers,
                Machine.describe(), measured.runs, measured.figures, measured.idle, measured.memory, Map.of());
        err.printf("%d benchmarks in %d s%n", chosen.size(), Duration.between(start, Instant.now()).toSeconds());
        int status = publish(everything);
        if (!measured.failed.isEmpty()) {
            err.println("bench: failed: " + String.join(" ", measured.failed));
            return 1;
        }
        return status;
    }

    private void checkOptions() throws IOException {
        int most = Runtime.getRuntime().availableProcessors();
        if (workers < 1 || workers > 256) {
            throw new IllegalArgumentException("--workers out of range: value=%d, min=1, max=256".formatted(workers));
        }
        if (workers > most) {
            err.printf("bench: more workers than processors: workers=%d, processors=%d%n", workers, most);
        }
        if (smoke && (quick || json != null || raw != null)) {
            throw new IllegalArgumentException("--smoke measures nothing: leave out --quick, --json and --raw");
        }
        if (update) {
            if (raw == null || !Files.isReadable(raw)) {
                throw new IllegalArgumentException("--update needs an existing file: --raw=" + raw);
            }
            // Refused now, and not after an hour.
            Results.raw(Files.readString(raw)).requireSame(quick ? "quick" : "full", workers);
        }
        for (Path file : new Path[] {json, raw}) {
            if (file != null && (Files.isDirectory(file) || !Files.isDirectory(file.toAbsolutePath().getParent()))) {
                throw new IllegalArgumentException("cannot be written, no such folder or not a file: file=" + file);
            }
        }
    }

    private static final class Measured {
        private final List<Run> runs = new ArrayList<>();
        private final List<Figure> figures = new ArrayList<>();
        private final List<String> failed = new ArrayList<>();
        private Idle.Reading idle;
        private Memory.Reading memory;
    }

    private void measure(String name, Child.Mode mode, String prefix, Measured measured) throws IOException, InterruptedException {
        switch (name) {
            case Catalog.IDLE -> {
                measured.idle = child(name, mode, true, Idle.Reading.class, prefix);
                out.printf(Locale.ROOT, "%s: %.2f %% of a processor over %.0f s%n", name, measured.idle.processPercent(),
                        measured.idle.seconds());
            }
            case Catalog.MEMORY -> {
                Memory.Peak penny = child("memory:penny", mode, true, Memory.Peak.class, prefix);
                Memory.Peak pool = child("memory:fork-join-pool", mode, false, Memory.Peak.class, prefix);
                measured.memory = new Memory.Reading(penny.peak(), penny.base(), pool.peak(), pool.base());
                out.printf(Locale.ROOT, "%s: peak %d MiB (%d before), ForkJoinPool %d MiB (%d before)%n", name, penny.peak() / 1024,
                        penny.base() / 1024, pool.peak() / 1024, pool.base() / 1024);
            }
            case String figure when Catalog.isFigure(figure) -> {
                Figure found = child(figure, mode, true, Figure.class, prefix);
                measured.figures.add(found);
                out.printf(Locale.ROOT, "%s: %.4g %s%n", figure, found.value(), found.unit());
                found.leftOut().forEach((what, value) -> out.printf(Locale.ROOT, "  left out: %s, %.4g %s%n", what, value, found.unit()));
            }
            default -> {
                Run run = child(name, mode, true, Run.class, prefix);
                // Once more: a neighbour on a shared machine may be gone by then.
                for (int retry = 0; retry < RETRIES && run.serialSpread() > SPREAD_MAX && !mode.quick(); retry++) {
                    err.printf(Locale.ROOT, "%s: unsteady, the serial repeat spread %.0f %%; measuring again%n", name,
                            100 * run.serialSpread());
                    run = child(name, mode, true, Run.class, prefix);
                }
                measured.runs.add(run);
                Table.print(out, run);
            }
        }
    }

    private <T> T child(String name, Child.Mode mode, boolean graal, Class<T> type, String prefix)
            throws IOException, InterruptedException {
        if (!terminal) {
            err.println(prefix);
        }
        T result = Processes.measure(name, workers, mode, graal, type, line -> {
            if (terminal) {
                err.printf("\r\033[K%s  %s", prefix, line);
                err.flush();
            }
        });
        if (terminal) {
            err.print("\r\033[K");
        }
        return result;
    }

    private int publish(Results.Raw everything) throws IOException {
        List<Run> unsteady = everything.runs().stream().filter(run -> run.serialSpread() > SPREAD_MAX).toList();
        for (Run run : unsteady) {
            err.printf(Locale.ROOT, "bench: the machine was unsteady: benchmark=%s, spread of the serial repeat=%.0f %%, limit=%.0f %%%n",
                    run.name(), 100 * run.serialSpread(), 100 * SPREAD_MAX);
        }
        boolean left = !unsteady.isEmpty() && !force;
        if (left) {
            err.println("bench: their results are left out; run them again with --update when nothing else runs, or look at them with --force");
        }
        Results.Raw fit = left ? everything.without(unsteady) : everything;
        if (left && fit.isEmpty()) {
            return UNSTEADY;
        }
        Results.Raw whole = update ? fit.over(Results.raw(Files.readString(raw)), Catalog.names()) : fit;
        if (json != null) {
            Files.writeString(json, Results.toJson(whole.comparisons()));
        }
        if (raw != null) {
            Files.writeString(raw, Results.toJson(whole));
        }
        return left ? UNSTEADY : 0;
    }
}
