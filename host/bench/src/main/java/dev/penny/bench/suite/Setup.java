package dev.penny.bench.suite;

import dev.penny.Penny;
import dev.penny.api.LoadOptions;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Supplier;

/** What the sides of one benchmark run on: schedulers and pools by number of workers, each made once. */
public final class Setup implements AutoCloseable {

    /** Room for the arguments of all blocks of sha256 at once. */
    private static final long CORE_MEMORY_BYTES = 256L << 20;

    private final int workers;
    private final long coreMemoryBytes;
    private final Map<Integer, Penny> pennies = new LinkedHashMap<>();
    private final Map<Integer, ForkJoinPool> pools = new LinkedHashMap<>();
    private final Map<String, TaskModule> modules = new HashMap<>();
    private final Map<String, Object> shared = new HashMap<>();
    private final List<AutoCloseable> others = new java.util.ArrayList<>();

    /** {@code workers} is the larger number of workers; one is always measured too. */
    public Setup(int workers) {
        this(workers, CORE_MEMORY_BYTES);
    }

    /** With that much memory for the core of each Penny. */
    Setup(int workers, long coreMemoryBytes) {
        this.workers = workers;
        this.coreMemoryBytes = coreMemoryBytes;
    }

    /** One, and the larger number. */
    public List<Integer> workerCounts() {
        return List.copyOf(new TreeSet<>(List.of(1, workers)).descendingSet());
    }

    /** The larger number. */
    public int workers() {
        return workers;
    }

    /** Penny with that many workers. */
    public Penny penny(int count) {
        return pennies.computeIfAbsent(count, n -> Penny.builder().workers(n).memoryBytes(coreMemoryBytes).build());
    }

    /** A pool with that many threads. */
    public ForkJoinPool pool(int count) {
        return pools.computeIfAbsent(count, ForkJoinPool::new);
    }

    /** Closed together with this. */
    public <T extends AutoCloseable> T closing(T resource) {
        others.add(resource);
        return resource;
    }

    /** What jobs that use this one after the other have in common, made at its first use. */
    @SuppressWarnings("unchecked")
    public <T> T shared(String name, Supplier<T> maker) {
        return (T) shared.computeIfAbsent(name, _ -> maker.get());
    }

    /** A module of {@code guest-modules}, by path, loaded into Penny with that many workers. */
    public TaskModule guest(int count, String path) {
        return modules.computeIfAbsent(count + ":" + path,
                _ -> penny(count).load(guestPath(path), LoadOptions.DEFAULT.named(path.replaceAll("[/.]", "-"))));
    }

    /** A function of a module of {@code guest-modules/dist}. */
    public TaskFunction<Object> function(int count, String module, String name) {
        return guest(count, "dist/" + module + ".wasm").function(name);
    }

    /** A number that a task returned; 0 for a task without a result. */
    public static long number(Object result) {
        return result == null ? 0 : ((Number) result).longValue();
    }

    /** The file of a guest module. */
    public static Path guestPath(String path) {
        return Path.of(System.getProperty("penny.root", "."), "guest-modules").resolve(path);
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable other : others) {
            other.close();
        }
        pennies.values().forEach(Penny::close);
        pools.values().forEach(ForkJoinPool::close);
    }
}
