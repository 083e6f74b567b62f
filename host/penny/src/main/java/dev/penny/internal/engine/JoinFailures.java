package dev.penny.internal.engine;

import dev.penny.api.PennyException;
import dev.penny.api.TaskFailedException;
import dev.penny.internal.guest.GuestErrors;
import java.util.List;

/** What a joiner sees of a child's failure. */
final class JoinFailures {

    private JoinFailures() { }

    /** The failure to throw: Penny's own as they are, so that a chain of joins wraps a cause once. */
    static PennyException of(String what, Scheduler scheduler, Throwable thrown) {
        if (thrown instanceof PennyException own) {
            return own;
        }
        if (thrown instanceof StackOverflowError) {
            // Too little stack for a message makes this overflow again, and the next join further out try once more.
            StackProbe.require();
            ForkStack forks = Worker.forksOn(scheduler);
            return new TaskFailedException(what, ("call stack exhausted: joins open on this worker=%d; "
                    + "split the work in halves instead of peeling off one part, or give threads more stack with -Xss")
                    .formatted(forks == null ? 0 : forks.takeOverflowDepth()), List.of(), thrown);
        }
        return GuestErrors.failure(what, thrown);
    }

    /** Adds a later failure to the first. */
    static void suppress(Throwable first, Throwable later) {
        if (first != null && first != later && first.getCause() != later) {
            first.addSuppressed(later);
        }
    }
}
