package dev.penny.bench;

import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The same job on one and on two workers. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 15, time = 2)
@Measurement(iterations = 6, time = 2)
@Fork(1)
public class ScalingBenchmark {

    private static final int ROWS = 600;
    private static final int BLOCKS = 256;
    private static final int BLOCK_BYTES = 64 * 1024;

    /** How many workers. */
    @Param({"1", "2"})
    public int workers;

    private Penny penny;
    private TaskFunction<Object> row;
    private TaskFunction<Object> sha256;
    private List<byte[]> blocks;

    /** Loads both modules; 16 MiB of random input from a fixed seed. */
    @Setup
    public void load() {
        Compiled.require();
        penny = Penny.builder().workers(workers).memoryBytes(128L << 20).build();
        Path guests = Path.of(System.getProperty("penny.root", "."), "guest-modules/dist");
        row = penny.load(guests.resolve("mandelbrot.wasm")).function("row");
        sha256 = penny.load(guests.resolve("sha256.wasm")).function("sha256");
        byte[] block = new byte[BLOCK_BYTES];
        new Random(1).nextBytes(block);
        blocks = Collections.nCopies(BLOCKS, block);
    }

    /** Ends it. */
    @TearDown
    public void close() {
        penny.close();
    }

    /** The picture of the README, row by row. */
    @Benchmark
    public long mandelbrot() {
        return row.mapRange(0, ROWS).values().mapToLong(pixels -> ((byte[]) pixels).length).sum();
    }

    /** SHA-256 of 256 blocks of 64 KiB. */
    @Benchmark
    public int sha256() {
        return sha256.mapAll(blocks).size();
    }
}
