package dev.penny.internal.engine;

import dev.penny.api.PennyException;
import dev.penny.api.RuntimeUnusableException;
import dev.penny.api.TaskFunction;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.CoreStatus;
import dev.penny.internal.guest.GuestErrors;
import org.graalvm.polyglot.PolyglotException;

/**
 * Why dispatches of one worker fail: the cause waits here from the dispatch to the completion of its frame, and a trap fails every
 * dispatch that it unwinds.
 *
 * <p><b>Threads:</b> the worker's own.
 */
final class WorkerFailures {

    private static final int FRAME_OF_DISPATCH = CoreLayout.CONTEXT_FRAME;
    private static final int SLOT_OF_DISPATCH = CoreLayout.WORKER_CURRENT_SLOT - CoreLayout.WORKER_CURRENT_FRAME;
    private static final int ITEM_OF_DISPATCH = CoreLayout.WORKER_CURRENT_ITEM - CoreLayout.WORKER_CURRENT_FRAME;

    private final Worker worker;
    private final Scheduler scheduler;
    private final CoreMemory memory;
    private final int blockRef;
    private Throwable failure;
    private boolean panicked;

    WorkerFailures(Worker worker, Scheduler scheduler, int blockRef) {
        this.worker = worker;
        this.scheduler = scheduler;
        this.memory = scheduler.memory();
        this.blockRef = blockRef;
    }

    /** The core traps next because of a broken invariant, not because of a task. */
    void panicked() {
        panicked = true;
    }

    /** Forgets a cause that nobody needs, and nothing else. */
    void forget() {
        failure = null;
    }

    /** Records why the current dispatch fails; the caller makes the core fail it next. */
    void current(Throwable cause) {
        record(blockRef + CoreLayout.WORKER_CURRENT_FRAME, cause);
    }

    /** The same for any dispatch under way; a context has the words of the current one in the same order. */
    private void record(int dispatch, Throwable cause) {
        int frame = memory.getInt(dispatch + FRAME_OF_DISPATCH);
        if (frame == 0) {
            return;
        }
        int kind = memory.getInt(frame + CoreLayout.FRAME_KIND);
        String function = scheduler.modules().function(memory.getInt(dispatch + SLOT_OF_DISPATCH)).mangledName();
        switch (kind) {
            case CoreLayout.KIND_SINGLE, CoreLayout.KIND_NODE -> failure = cause;
            case CoreLayout.KIND_JOB -> scheduler.forkFailures().put(frame, GuestErrors.failure(function, cause));
            default -> {
                int root = kind == CoreLayout.KIND_BULK ? frame : memory.getInt(frame + CoreLayout.FRAME_ROOT);
                scheduler.completions().owner(root).itemFailed(memory.getInt(dispatch + ITEM_OF_DISPATCH), GuestErrors.failure(function, cause));
            }
        }
    }

    /** Records a failure for the frame that is completed next. */
    void completedLate(Throwable cause) {
        failure = cause;
    }

    /** The recorded failure of the frame that is being completed. */
    PennyException take(TaskFunction<?> function) {
        Throwable cause = takeCause();
        return GuestErrors.failure(function.mangledName(), cause == null ? new IllegalStateException("no cause was recorded") : cause);
    }

    /** Forgets the recorded failure: nobody waits for it. */
    void drop() {
        takeCause();
    }

    private Throwable takeCause() {
        Throwable cause = failure != null ? failure : failedChild(null);
        failure = null;
        return cause;
    }

    /** Why the fork failed for whose sake the current dispatch fails; {@code otherwise} if there is none. */
    private Throwable failedChild(Throwable otherwise) {
        int child = memory.getInt(blockRef + CoreLayout.WORKER_FAILED_CHILD);
        if (child == 0) {
            return otherwise;
        }
        memory.putInt(blockRef + CoreLayout.WORKER_FAILED_CHILD, 0);
        Throwable cause = scheduler.forkFailures().take(child);
        worker.core().forks().release(worker.index(), child);
        return cause;
    }

    /** A trap came out of wasm: fails all dispatches but the outermost {@code keep}. */
    void trapped(PolyglotException trap, int keep, int stackPointer) {
        if (panicked || trap.isCancelled()) {
            scheduler.broke(new RuntimeUnusableException("the context was closed: worker=" + worker.index(), trap));
            return;
        }
        worker.core().setStackPointer(stackPointer);
        unwind(failedChild(trap), keep);
    }

    /** The same, when the trap was caught already. */
    void unwind(Throwable cause, int keep) {
        int nest = worker.workerForks().nest();
        for (int level = nest; level >= keep; level--) {
            int dispatch = level == nest ? blockRef + CoreLayout.WORKER_CURRENT_FRAME
                    : blockRef + CoreLayout.WORKER_CONTEXTS + level * CoreLayout.CONTEXT_BYTES;
            record(dispatch, cause);
            if (memory.getInt(dispatch + FRAME_OF_DISPATCH) != 0) {
                worker.guests().discardTrapped(memory.getInt(dispatch + SLOT_OF_DISPATCH));
            }
        }
        CoreStatus status = worker.core().fail(worker.index(), keep);
        if (status != CoreStatus.OK) {
            scheduler.broke(new RuntimeUnusableException("the core trapped outside of a task: worker=%d, status=%s, reason=%s"
                    .formatted(worker.index(), status.text(), cause.getMessage()), cause));
        }
    }
}
