package dev.penny.internal.engine;

import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;

/**
 * What follows when the core says that a frame is final, or that a node of a graph failed or is traced: whoever waits for it hears of it.
 *
 * <p><b>Threads:</b> those that run workers.
 */
final class Completions {

    private final Scheduler scheduler;
    private final CoreMemory memory;
    private final Submitter submitter;
    private final LiveGraphs liveGraphs;

    Completions(Scheduler scheduler) {
        this.scheduler = scheduler;
        this.memory = scheduler.memory();
        this.submitter = scheduler.submitter();
        this.liveGraphs = scheduler.graphs().live();
    }

    /** A frame is final. */
    void completed(Worker worker, int frame) {
        if (liveGraphs.completed(worker, frame)) {
            return;
        }
        if (memory.getInt(frame + CoreLayout.FRAME_KIND) == CoreLayout.KIND_NODE) {
            nodeFailed(worker, frame);
            return;
        }
        FrameOwner owner = owner(frame);
        if (owner == null && (scheduler.isClosed() || scheduler.isBroken())) {
            return; // It was told already that the scheduler has ended.
        }
        if (owner == null) {
            throw new IllegalStateException("a frame completed that nobody waits for: frame=" + frame);
        }
        owner.completed(worker, frame, memory.getInt(frame + CoreLayout.FRAME_STATE));
        submitter.startSpilled();
    }

    private void nodeFailed(Worker worker, int node) {
        GraphExecution run = graphRun(node);
        if (run == null) {
            worker.failures().drop();
        } else {
            run.nodeFailed(worker, node);
        }
    }

    /** A node of a traced graph is dispatched, or was. */
    void traced(Worker worker, int node, int event) {
        GraphExecution run = graphRun(node);
        if (run != null) {
            run.traced(worker.index(), node, event);
        }
    }

    /** The run that a node belongs to; {@code null} if it was told already that the scheduler has ended. */
    private GraphExecution graphRun(int node) {
        int frame = memory.getInt(memory.getInt(node + CoreLayout.NODE_GRAPH) + CoreLayout.GRAPH_RUN);
        return (GraphExecution) owner(frame);
    }

    /** A completion that found no stack: results in the heap are gone by now, so a frame that has some fails. */
    void completedLate(Worker worker, int frame) {
        int kind = memory.getInt(frame + CoreLayout.FRAME_KIND);
        if (kind != CoreLayout.KIND_SINGLE && kind != CoreLayout.KIND_BULK) {
            if (kind == CoreLayout.KIND_NODE && memory.getInt(frame + CoreLayout.NODE_STATE) == CoreLayout.FRAME_STATE_FAILED) {
                worker.failures().completedLate(new StackOverflowError());
            }
            completed(worker, frame);
            return;
        }
        boolean single = memory.getInt(frame + CoreLayout.FRAME_KIND) == CoreLayout.KIND_SINGLE;
        boolean resultsGone = (memory.getInt(frame + CoreLayout.FRAME_FLAGS) & CoreLayout.FLAG_RESULT_BYTES) != 0;
        if (resultsGone && memory.getInt(frame + CoreLayout.FRAME_STATE) != CoreLayout.FRAME_STATE_CANCELLED) {
            memory.putInt(frame + CoreLayout.FRAME_STATE, CoreLayout.FRAME_STATE_FAILED);
            int block = memory.getInt(frame + CoreLayout.FRAME_BLOCK);
            if (!single) {
                memory.clear(block + CoreLayout.BLOCK_BYTES, memory.getInt(block + CoreLayout.BLOCK_COUNT));
            }
        }
        worker.failures().completedLate(new StackOverflowError());
        completed(worker, frame);
    }

    /** Who waits for a host frame; {@code null} if it was told already that the scheduler has ended. */
    FrameOwner owner(int frame) {
        return submitter.frames().owner(submitter.frames().index(frame));
    }
}
