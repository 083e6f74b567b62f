package dev.penny.bench.suite;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.penny.api.TaskFunction;
import dev.penny.bench.suite.jobs.Skynet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ForkJoinPool;
import java.util.function.LongSupplier;

/** The peak memory of a process that runs skynet, as Linux reports it ({@code VmHWM}). */
final class Memory {

    private static final int RUNS = 20;
    /** Penny's default. */
    private static final long CORE_MEMORY_BYTES = 64L << 20;

    private Memory() { }

    /**
     * Peaks of separate processes, KiB; zero where the system does not tell.
     *
     * @param pennyPeak Penny with skynet of a million leaves
     * @param pennyBase the same process after skynet of ten leaves
     * @param poolPeak ForkJoinPool with a million leaves, in a JVM without GraalVM
     * @param poolBase the same after ten leaves
     */
    record Reading(
            @JsonProperty(value = "penny_peak_kib", required = true) long pennyPeak,
            @JsonProperty(value = "penny_base_kib", required = true) long pennyBase,
            @JsonProperty(value = "fork_join_pool_peak_kib", required = true) long poolPeak,
            @JsonProperty(value = "fork_join_pool_base_kib", required = true) long poolBase) { }

    /** One process's share of a {@link Reading}. */
    record Peak(
            @JsonProperty(value = "base_kib", required = true) long base,
            @JsonProperty(value = "peak_kib", required = true) long peak) { }

    /** Runs skynet in this process. */
    static Peak measure(Peer peer, int workers, int leaves) {
        if (peer == Peer.PENNY) {
            try (Setup setup = new Setup(workers, CORE_MEMORY_BYTES)) {
                TaskFunction<Object> skynet = setup.function(workers, "bench/skynet", "skynet");
                return measure(leaves, size -> () -> Setup.number(skynet.call(size)));
            } catch (Exception e) {
                throw new IllegalStateException("skynet failed: " + e, e);
            }
        }
        try (ForkJoinPool pool = new ForkJoinPool(workers)) {
            return measure(leaves, size -> () -> pool.invoke(Skynet.task(size)));
        }
    }

    private static Peak measure(int leaves, java.util.function.IntFunction<LongSupplier> skynet) {
        skynet.apply(10).getAsLong();
        long base = peakKib();
        for (int i = 0; i < RUNS; i++) {
            long answer = skynet.apply(leaves).getAsLong();
            if (answer != (long) leaves * (leaves - 1) / 2) {
                throw new Runner.WrongAnswerException("wrong answer: benchmark=memory, answer=" + answer);
            }
        }
        return new Peak(base, peakKib());
    }

    private static long peakKib() {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return 0;
        }
        try {
            return Files.readAllLines(status).stream().filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElse(0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
