package dev.penny.internal.engine;

import dev.penny.internal.core.CoreLayout;

/**
 * Upcalls of the core that found too little stack: made up for when the worker is out of wasm again. What is kept takes no stack to
 * write and no memory that might have to grow.
 *
 * <p><b>Threads:</b> the one that runs the worker.
 */
final class MissedUpcalls {

    private final Worker worker;
    private final Scheduler scheduler;
    private final boolean[] unparks;
    /** As many as dispatches can be nested. */
    private final int[] completions = new int[CoreLayout.NEST_MAX + 1];
    private int completionCount;
    private boolean any;

    MissedUpcalls(Worker worker, Scheduler scheduler) {
        this.worker = worker;
        this.scheduler = scheduler;
        this.unparks = new boolean[scheduler.workerCount()];
    }

    void unpark(int index) {
        unparks[index] = true;
        any = true;
    }

    /** A host frame is final. Its result blocks are freed meanwhile, so that a result of bytes is lost; see {@link #makeUp}. */
    void completion(int frame) {
        completions[completionCount++] = frame;
        any = true;
    }

    /** Makes up for all of them. */
    void makeUp() {
        if (!any) {
            return;
        }
        any = false;
        for (int index = 0; index < unparks.length; index++) {
            if (unparks[index]) {
                unparks[index] = false;
                scheduler.unpark(index);
            }
        }
        while (completionCount > 0) {
            scheduler.completions().completedLate(worker, completions[--completionCount]);
        }
    }
}
