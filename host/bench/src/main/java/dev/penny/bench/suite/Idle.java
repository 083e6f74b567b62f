package dev.penny.bench.suite;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.sun.management.OperatingSystemMXBean;
import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/** The processor time of a Penny that has worked and has nothing to do. */
final class Idle {

    private static final Duration SETTLE = Duration.ofSeconds(3);
    private static final Duration COMPILED = Duration.ofSeconds(60);

    private Idle() { }

    /**
     * What was measured.
     *
     * @param seconds how long
     * @param processPercent processor time of the whole JVM, per cent of one processor
     */
    record Reading(
            @JsonProperty(value = "seconds", required = true) double seconds,
            @JsonProperty(value = "process_percent", required = true) double processPercent) { }

    /** The whole process is measured: a thread that polls counts wherever it is. */
    static Reading measure(int workers, Duration duration) throws InterruptedException {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        try (Setup setup = new Setup(workers)) {
            Penny penny = setup.penny(workers);
            TaskFunction<Object> fib = setup.function(workers, "fib", "fib");
            if (Setup.number(fib.call(20)) != 6_765) {
                throw new IllegalStateException("fib(20) is 6765");
            }
            // Compilers finish what the job started, on a busy machine long after it has ended.
            Thread.sleep(SETTLE.toMillis());
            CompilerThreads.awaitQuiet(COMPILED);
            long start = System.nanoTime();
            long before = system.getProcessCpuTime();
            Thread.sleep(duration.toMillis());
            long used = system.getProcessCpuTime() - before;
            long elapsed = System.nanoTime() - start;
            if (penny.workers() != workers) {
                throw new IllegalStateException("workers=" + penny.workers());
            }
            return new Reading(elapsed / 1e9, 100.0 * used / elapsed);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("cannot close: " + e, e);
        }
    }
}
