package dev.penny.internal.core;

/**
 * Whether the host still wants what a frame computes, for running tasks that ask.
 *
 * <p><b>Threads:</b> any, while the frame is the asking task's.
 */
public final class CancelWord {

    private CancelWord() { }

    /** True once the task, its bulk or its deadline was cancelled or has passed. May be a moment late. */
    public static boolean isSet(CoreMemory memory, int frame) {
        int root = memory.getInt(frame + CoreLayout.FRAME_KIND) == CoreLayout.KIND_JOB
                ? memory.getInt(frame + CoreLayout.FRAME_ROOT) : frame;
        if (memory.getInt(root + CoreLayout.FRAME_KIND) == CoreLayout.KIND_NODE
                && (memory.loadAcquire(root + CoreLayout.NODE_PENDING) & CoreLayout.PENDING_POISONED) != 0) {
            return true; // Of a live graph, and the host no longer wants this one.
        }
        int word = switch (memory.getInt(root + CoreLayout.FRAME_KIND)) {
            case CoreLayout.KIND_SINGLE -> root + CoreLayout.FRAME_CANCELLED;
            case CoreLayout.KIND_NODE -> memory.getInt(root + CoreLayout.NODE_GRAPH) + CoreLayout.GRAPH_CANCELLED;
            default -> memory.getInt(root + CoreLayout.FRAME_BLOCK) + CoreLayout.BLOCK_CANCELLED;
        };
        return memory.loadAcquire(word) != 0;
    }
}
