package dev.penny.bench;

import dev.penny.Penny;
import dev.penny.api.LoadOptions;
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

/**
 * What one task costs from the core into each language and back: {@code square(i32)->i32} over a range, one worker. The figure
 * includes writing the argument and reading the result in Java, about 2 ns together.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 14, time = 2)
@Measurement(iterations = 6, time = 2)
@Fork(1)
public class DispatchBenchmark {

    private static final int TASKS = 1_000_000;

    /** The language of the task function. */
    @Param({"wasm", "java", "js"})
    public String language;

    private Penny penny;
    private TaskFunction<?> square;

    /** Loads the module. */
    @Setup
    public void load() {
        Compiled.require();
        penny = Penny.builder().workers(1).build();
        Path guests = Path.of(System.getProperty("penny.root", "."), "guest-modules");
        square = switch (language) {
            case "wasm" -> penny.load(guests.resolve("dist/arith.wasm")).function("square");
            case "js" -> penny.load(guests.resolve("js/arith.js"), LoadOptions.DEFAULT).function("square");
            case "java" -> penny.javaModule("arith").function("square", "(i32)->i32", call -> call.result(call.i32(0) * call.i32(0)))
                    .register().function("square");
            default -> throw new IllegalArgumentException(language);
        };
    }

    /** Ends it. */
    @TearDown
    public void close() {
        penny.close();
    }

    /** A million tasks. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public long[] task() {
        return square.mapRangeToLongs(0, TASKS);
    }
}
