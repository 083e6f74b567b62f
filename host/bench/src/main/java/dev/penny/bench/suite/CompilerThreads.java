package dev.penny.bench.suite;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads of this JVM that compile. They go on after what they compile for has ended, and on two processors they take one of them from
 * whatever is measured next.
 */
public final class CompilerThreads {

    private static final long LOOK_NANOS = 40_000_000;
    private static final long QUIET_NANOS = 4_000_000;
    private static final double QUIET_SHARE = 0.03;
    private static final int QUIET_ROUNDS = 3;

    private CompilerThreads() { }

    /** Waits until they rest. @return false if they have not after that time, at once if it is none */
    public static boolean awaitQuiet(Duration max) {
        long end = System.nanoTime() + max.toNanos();
        long before = nanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK_NANOS);
            long now = nanos();
            if (now - before < QUIET_NANOS) {
                return true;
            }
            before = now;
        }
        return false;
    }

    /**
     * Runs rounds until the compilers have had next to nothing to do in three of them in a row: what they have just compiled runs into code
     * that is to be compiled next, so that one rest is not the last.
     *
     * @return false if they have not rested after that time
     */
    public static boolean settle(Duration max, Runnable round) {
        long end = System.nanoTime() + max.toNanos();
        int quiet = 0;
        while (quiet < QUIET_ROUNDS && System.nanoTime() < end) {
            awaitQuiet(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            long compiled = nanos();
            long start = System.nanoTime();
            round.run();
            long spent = Math.max(System.nanoTime() - start, LOOK_NANOS);
            quiet = nanos() - compiled < spent * QUIET_SHARE ? quiet + 1 : 0;
        }
        return quiet == QUIET_ROUNDS;
    }

    /** Whether a thread that Java sees is one of them. */
    static boolean compiles(ThreadInfo thread) {
        return thread.getThreadName().startsWith("TruffleCompilerThread");
    }

    /** Processor time so far: of Truffle's threads, which Java sees, and what HotSpot says of its own. */
    private static long nanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long sum = ManagementFactory.getCompilationMXBean().getTotalCompilationTime() * 1_000_000;
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && compiles(thread)) {
                sum += Math.max(0, threads.getThreadCpuTime(thread.getThreadId()));
            }
        }
        return sum;
    }
}
