package dev.penny.internal.engine;

import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Why forks failed: put before the core makes the failure visible, taken by the worker that joins. At most one per frame; a cause that
 * nobody takes is overwritten by the next of its frame.
 *
 * <p><b>Threads:</b> any.
 */
final class ForkFailures {

    private final CoreMemory memory;
    private final Map<Integer, Failure> byFrame = new ConcurrentHashMap<>();

    ForkFailures(CoreMemory memory) {
        this.memory = memory;
    }

    private record Failure(long ticket, Throwable cause) { }

    /** Records why a fork fails. */
    void put(int frame, Throwable cause) {
        byFrame.put(frame, new Failure(memory.getLong(frame + CoreLayout.FRAME_TICKET), cause));
    }

    /** The cause of a failed fork. */
    Throwable take(int frame) {
        if (memory.getInt(frame + CoreLayout.FRAME_STATE) == CoreLayout.FRAME_STATE_CANCELLED) {
            return new IllegalStateException("a fork was cancelled before it ran");
        }
        int behind = memory.getInt(frame + CoreLayout.FRAME_BLOCK);
        if (behind != 0) {
            return take(behind);
        }
        Failure failure = byFrame.remove(frame);
        if (failure == null || failure.ticket != memory.getLong(frame + CoreLayout.FRAME_TICKET)) {
            return new IllegalStateException("a fork failed without a cause: tasks nested too deeply, limit=" + CoreLayout.NEST_MAX);
        }
        return failure.cause;
    }
}
