package dev.penny.internal.backend;

import dev.penny.spi.ThreadBackend.WorkerBody;

/** What every crew does around a body. */
final class Bodies {

    private Bodies() { }

    /** Runs the work of an attached body and detaches it whatever happens. Returns the failure, or null if there was none. */
    static Throwable detachAfter(WorkerBody body, Runnable work) {
        Throwable failure = null;
        try {
            work.run();
        } catch (Throwable e) {
            failure = e;
        }
        try {
            body.detach();
        } catch (Throwable e) {
            if (failure == null) {
                failure = e;
            } else {
                failure.addSuppressed(e);
            }
        }
        return failure;
    }
}
