package dev.penny.internal.engine;

import dev.penny.api.RuntimeUnusableException;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.CoreUpcalls;

/**
 * What the core asks of the host in the name of a worker. Nothing unwinds through the core from here: what finds no stack is made up for
 * when the worker has left wasm.
 *
 * <p><b>Threads:</b> the worker's.
 */
final class WorkerUpcalls implements CoreUpcalls {

    private final Worker worker;
    private final Scheduler scheduler;
    private final CoreMemory memory;
    private final MissedUpcalls missedUpcalls;

    WorkerUpcalls(Worker worker, Scheduler scheduler, MissedUpcalls missedUpcalls) {
        this.worker = worker;
        this.scheduler = scheduler;
        this.memory = scheduler.memory();
        this.missedUpcalls = missedUpcalls;
    }

    @Override
    public void complete() {
        try {
            requireStackIfNested();
            scheduler.completed(worker, memory.getInt(worker.blockRef() + CoreLayout.WORKER_COMPLETED_FRAME));
        } catch (StackOverflowError e) {
            missedCompletion(memory.getInt(worker.blockRef() + CoreLayout.WORKER_COMPLETED_FRAME));
        } catch (RuntimeException | Error e) {
            // Nothing of the caller's may unwind through the core.
            scheduler.broke(new RuntimeUnusableException("completion failed: worker=%d, reason=%s".formatted(worker.index(), e), e));
        }
    }

    /** A node's failure is not made up for: the run may have ended and the graph be gone by then. The reason is known without. */
    private void missedCompletion(int frame) {
        if (memory.getInt(frame + CoreLayout.FRAME_KIND) == CoreLayout.KIND_NODE && !scheduler.graphs().live().has(frame)) {
            worker.failures().forget();
        } else {
            missedUpcalls.completion(frame);
        }
    }

    @Override
    public void unpark(int sleeper) {
        try {
            requireStackIfNested();
            scheduler.unpark(sleeper);
        } catch (StackOverflowError e) {
            missedUpcalls.unpark(sleeper);
        }
    }

    /** Only tasks that run inside of others can be near the end of the stack here; the upcall must not stop half way. */
    private void requireStackIfNested() {
        if (worker.workerForks().nest() > 0) {
            StackProbe.require();
        }
    }

    @Override
    public void trace() {
        try {
            requireStackIfNested();
            scheduler.traced(worker, memory.getInt(worker.blockRef() + CoreLayout.WORKER_TRACED_NODE), memory.getInt(worker.blockRef() + CoreLayout.WORKER_TRACE_EVENT));
        } catch (StackOverflowError e) {
            // The event is lost; the run is not.
        }
    }

    @Override
    public void await() {
        try {
            worker.workerForks().rest();
        } catch (StackOverflowError e) {
            // The core looks around and asks again.
        }
    }

    @Override
    public void startHeartbeat() {
        if (memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_HEARTBEAT_POLLS) != 0) {
            if (StackProbe.hasRoomForAStep()) {
                scheduler.letAnotherStep();
            }
            return;
        }
        try {
            StackProbe.require();
            scheduler.heartbeat().start();
        } catch (StackOverflowError e) {
            // The probe came first, so nothing is half done; the next poll asks again.
        }
    }

    @Override
    public void panic(int code, int line) {
        worker.failures().panicked();
        scheduler.broke(new RuntimeUnusableException("the core panicked: worker=%d, code=%d, line=%d".formatted(worker.index(), code, line)));
    }
}
