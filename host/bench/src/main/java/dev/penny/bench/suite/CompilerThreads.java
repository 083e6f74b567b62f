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

    private CompilerThreads() { }

    /** Waits until they rest. @return false if they have not after that time */
    public static boolean awaitQuiet(Duration max) {
        long end = System.nanoTime() + max.toNanos();
        long before = nanos();
        do {
            LockSupport.parkNanos(LOOK_NANOS);
            long now = nanos();
            if (now - before < QUIET_NANOS) {
                return true;
            }
            before = now;
        } while (System.nanoTime() < end);
        return false;
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
