package dev.penny.internal.engine;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Names for what is submitted while decisions are logged: a number per worker for what its tasks submit, another for all other threads. So
 * a program whose submissions come from one thread and from its tasks names the same ones the same way in every run.
 *
 * <p><b>Threads:</b> any.
 */
final class TicketNames {

    private static final int ORIGIN_SHIFT = 40;

    private final AtomicLong outside = new AtomicLong();
    /** Each element is its worker's own. */
    private final long[] inside;

    TicketNames(int workers) {
        inside = new long[workers];
    }

    /** The next name for the calling thread; {@code forks} are those of the worker it runs, {@code null} if it runs none. */
    long next(ForkStack forks) {
        if (forks == null) {
            return outside.incrementAndGet();
        }
        int worker = forks.worker().index();
        return (long) (worker + 1) << ORIGIN_SHIFT | ++inside[worker];
    }
}
