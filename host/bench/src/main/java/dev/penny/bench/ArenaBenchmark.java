package dev.penny.bench;

import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
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

/** Eight blocks allocated, touched and given back in a wasm guest: by the arena of {@code penny.h}, and by a first-fit free list. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 6, time = 1)
@Fork(1)
public class ArenaBenchmark {

    private static final int ROUNDS = 100_000;

    /** The allocator. */
    @Param({"bump", "free_list"})
    public String allocator;

    private Penny penny;
    private TaskFunction<?> function;

    /** Loads the module. */
    @Setup
    public void load() {
        Compiled.require();
        penny = Penny.builder().workers(1).build();
        function = penny.load(Path.of(System.getProperty("penny.root", "."), "guest-modules/dist/bench/arena.wasm")).function(allocator);
    }

    /** Ends it. */
    @TearDown
    public void close() {
        penny.close();
    }

    /** Per round of eight blocks. */
    @Benchmark
    @OperationsPerInvocation(ROUNDS)
    public Object round() {
        return function.call(ROUNDS);
    }
}
