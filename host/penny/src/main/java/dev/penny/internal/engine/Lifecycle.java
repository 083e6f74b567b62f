package dev.penny.internal.engine;

import dev.penny.api.ClosedException;
import dev.penny.api.PennyException;
import dev.penny.api.ReplayException;
import dev.penny.api.RuntimeUnusableException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether a scheduler takes work: open, then closing while what was submitted still runs, then closed; and at any time broken, for good.
 *
 * <p><b>Threads:</b> any; {@link #closing} and {@link #close} exclude each other by the caller's lock.
 */
final class Lifecycle {

    private enum Phase { OPEN, CLOSING, CLOSED }

    private final Scheduler scheduler;
    private final AtomicReference<PennyException> broken = new AtomicReference<>();
    private volatile Phase phase = Phase.OPEN;
    private volatile boolean hurries;

    Lifecycle(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    boolean isClosed() {
        return phase == Phase.CLOSED;
    }

    boolean isBroken() {
        return broken.get() != null;
    }

    /** Whether nothing runs any more that has not begun. */
    boolean hasEnded() {
        return isClosed() || isBroken();
    }

    /** Why it has ended, for what will not run. */
    PennyException ending(Object what) {
        PennyException cause = broken.get();
        return cause != null ? cause : closed(what);
    }

    /** Somebody who waits until all is done shall not wait any more. */
    void hurry() {
        hurries = true;
    }

    boolean hurries() {
        return hurries;
    }

    /** From now on only tasks may submit. */
    void closing() {
        phase = Phase.CLOSING;
    }

    void close() {
        phase = Phase.CLOSED;
    }

    /** The first cause counts; false if there was one already. */
    boolean breakFor(PennyException cause) {
        return broken.compareAndSet(null, cause);
    }

    /**
     * For whoever submits, or asks for anything else that needs workers.
     *
     * @param what for the message
     */
    void checkOpen(Object what) {
        PennyException cause = broken.get();
        if (cause instanceof ReplayException) {
            throw new ReplayException(cause.getMessage());
        }
        if (cause != null) {
            throw new RuntimeUnusableException("the scheduler broke earlier: function=%s, reason=%s"
                    .formatted(what, cause.getMessage()), cause);
        }
        if (phase != Phase.OPEN && !(phase == Phase.CLOSING && Worker.onWorkerOf(scheduler))) {
            throw closed(what);
        }
    }

    /** For calls that wait until the workers, or blocking tasks, have done something. */
    void refuseInTask(String call) {
        if (Worker.onWorkerOf(scheduler)) {
            throw new IllegalStateException(call + " would wait for the worker that calls it");
        }
        if (scheduler.blockingThreads().isOneOfThem()) {
            throw new IllegalStateException(call + " would wait for the blocking task that calls it");
        }
    }

    static ClosedException closed(Object what) {
        return new ClosedException("the scheduler is closed: function=" + what);
    }
}
