package dev.penny.bench;

import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Throughput of tasks that do next to nothing, submitted one by one from outside and then waited for, against {@link ForkJoinPool}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 10, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class SubmitBenchmark {

    private static final int TASKS = 10_000;

    /** Worker threads of either. */
    @Param({"1", "2"})
    public int workers;

    private Penny penny;
    private TaskFunction<Integer> square;
    private ForkJoinPool pool;
    private List<Integer> numbers;

    /** Starts both. */
    @Setup
    public void start() {
        Compiled.require();
        penny = Penny.builder().workers(workers).build();
        Path guests = Path.of(System.getProperty("penny.root", "."), "guest-modules");
        square = penny.load(guests.resolve("dist/arith.wasm")).function("square", "(i32)->i32", Integer.class);
        pool = new ForkJoinPool(workers);
        numbers = IntStream.range(0, TASKS).boxed().toList();
    }

    /** Ends both. */
    @TearDown
    public void close() {
        penny.close();
        pool.close();
    }

    /** Submit all, then wait for all, on Penny. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public long penny() {
        @SuppressWarnings("unchecked")
        TaskHandle<Integer>[] handles = new TaskHandle[TASKS];
        for (int i = 0; i < TASKS; i++) {
            handles[i] = square.submit(i);
        }
        long sum = 0;
        for (TaskHandle<Integer> handle : handles) {
            sum += handle.join();
        }
        return sum;
    }

    /** The same tasks as one bulk, results as objects. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public long pennyMap() {
        long sum = 0;
        for (int result : square.mapAll(numbers)) {
            sum += result;
        }
        return sum;
    }

    /** The same tasks as one bulk of numbers. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public long pennyMapRange() {
        long sum = 0;
        for (long result : square.mapRangeToLongs(0, TASKS)) {
            sum += result;
        }
        return sum;
    }

    /** The same as {@link #penny} on a ForkJoinPool. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public long forkJoinPool() {
        @SuppressWarnings("unchecked")
        ForkJoinTask<Integer>[] handles = new ForkJoinTask[TASKS];
        for (int i = 0; i < TASKS; i++) {
            int number = i;
            handles[i] = pool.submit(() -> number * number);
        }
        long sum = 0;
        for (ForkJoinTask<Integer> handle : handles) {
            sum += handle.join();
        }
        return sum;
    }
}
