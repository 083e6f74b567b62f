package dev.penny.internal.engine;

import dev.penny.api.PennyException;
import java.util.ArrayDeque;
import java.util.concurrent.Future;

/**
 * What a map has submitted and not yet taken the results of, so that it can be cancelled as a whole: by its caller, by any other thread,
 * or by its deadline. What is added after that is cancelled before it is queued.
 *
 * <p><b>Threads:</b> {@link #cancel} and {@link #cause} any; the rest only the thread that maps.
 */
final class InFlight {

    private final ArrayDeque<FrameOwner> owners = new ArrayDeque<>();
    private final Future<?> timer;
    private volatile PennyException cause;

    /** Starts the clock, if there is a deadline. */
    InFlight(Scheduler scheduler, LoadedFunction<?> function, Terms terms) {
        this.timer = terms.hasDeadline()
                ? scheduler.deadlines().after(terms.deadlineNanos(), () -> cancel(terms.exceeded(function)))
                : null;
    }

    /** Before it is submitted. */
    void add(FrameOwner owner) {
        synchronized (owners) {
            owners.add(owner);
            if (cause != null) {
                owner.cancel(cause);
            }
        }
    }

    /** It is done, or was refused. */
    void remove(FrameOwner owner) {
        synchronized (owners) {
            owners.remove(owner);
        }
    }

    /** Nothing that has not started starts any more; its outcome is {@code reason}. The first reason counts. */
    void cancel(PennyException reason) {
        synchronized (owners) {
            if (cause == null) {
                cause = reason;
                owners.forEach(owner -> owner.cancel(reason));
            }
        }
    }

    /** Why it was cancelled; {@code null} if it was not. */
    PennyException cause() {
        return cause;
    }

    /** Stops the clock: everything is done. */
    void finish() {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
