package dev.penny.internal.engine;

import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The timer of a scheduler: one daemon thread, which ends when no deadline has been pending for {@value #LINGER_MILLIS} ms.
 *
 * <p><b>Threads:</b> any.
 */
final class Deadlines {

    static final int LINGER_MILLIS = 500;

    private final ScheduledThreadPoolExecutor timer;

    Deadlines() {
        timer = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("penny-deadlines").factory());
        timer.setKeepAliveTime(LINGER_MILLIS, TimeUnit.MILLISECONDS);
        timer.allowCoreThreadTimeOut(true);
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Runs {@code expired}, which must be short, after the delay, unless the result is cancelled before. */
    Future<?> after(long nanos, Runnable expired) {
        try {
            return timer.schedule(expired, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The scheduler closes: whatever has a deadline ends with it.
            return java.util.concurrent.CompletableFuture.completedFuture(null);
        }
    }

    void close() {
        timer.shutdownNow();
    }
}
