package dev.penny.bench.suite;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads of this JVM that compile. They go on after what they compile for has ended, and on two processors they take one of them from
 * whatever is measured next.
 */
public final class CompilerThreads {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
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

    /** What all other threads that Java sees have allocated so far, in bytes. The asking itself is in it. */
    static long bytesOfOthers() {
        long[] others = ids(false);
        return Arrays.stream(THREADS.getThreadAllocatedBytes(others)).filter(bytes -> bytes > 0).sum();
    }

    /** Processor time so far: of Truffle's threads, which Java sees, and what HotSpot says of its own. */
    private static long nanos() {
        long hotspot = ManagementFactory.getCompilationMXBean().getTotalCompilationTime() * 1_000_000;
        return hotspot + Arrays.stream(THREADS.getThreadCpuTime(ids(true))).filter(time -> time > 0).sum();
    }

    /** Truffle's compiler threads, or the rest. */
    private static long[] ids(boolean compilers) {
        return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
                .filter(thread -> thread != null && compilers == thread.getThreadName().startsWith("TruffleCompilerThread"))
                .mapToLong(ThreadInfo::getThreadId).toArray();
    }
}
