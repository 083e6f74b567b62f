package dev.penny.internal.engine;

import dev.penny.api.Policy;
import dev.penny.internal.core.CoreConfig;
import dev.penny.internal.core.CoreLayout;
import dev.penny.spi.ThreadBackend;

/**
 * What the builder decided.
 *
 * @param workers 1 to 256
 * @param backend lends the threads
 * @param seed of the victim choice
 * @param memoryBytes the core's linear memory
 * @param queueCapacity tasks waiting in one injector, a power of two
 * @param mailboxCells cells per worker for tasks pinned to it, a power of two
 * @param rejectWhenFull submissions fail instead of waiting when the queue is full
 * @param policy who runs what
 * @param logging whether decisions are recorded or replayed
 */
public record EngineConfig(int workers, ThreadBackend backend, long seed, int memoryBytes, int queueCapacity, int mailboxCells,
        boolean rejectWhenFull, Policy policy, Logging logging) {

    static final int SLOTS = 4096;
    /** Forks that a worker has given away and not joined, done or not: a deep recursion has thousands (decision 0112). */
    private static final int FRAMES_PER_WORKER_MIN = 256;
    private static final int FRAMES_PER_WORKER_MAX = 2048;
    private static final int STACK_BYTES = 16 * 1024;
    private static final int POLL_INTERVAL = 61;
    private static final int SPIN_ROUNDS = 64;
    private static final int RANGE_GRAIN = 1;
    private static final int RANGE_YIELD_ITEMS = 1024;

    CoreConfig core() {
        // Frames in flight are those queued and those being run.
        int hostFrames = queueCapacity + 4 * workers;
        return new CoreConfig(workers, framesPerWorker(), queueCapacity, mailboxCells, framesPerWorker() * workers, hostFrames, SLOTS,
                STACK_BYTES, memoryBytes / 2 & -65_536, POLL_INTERVAL, SPIN_ROUNDS, RANGE_GRAIN, RANGE_YIELD_ITEMS, 0, seed,
                Policies.core(policy, workers), memoryBytes);
    }

    /** A power of two, as a deque has room for all of them; a sixteenth of the memory at most, if that is more than the least. */
    private int framesPerWorker() {
        int affordable = memoryBytes / 16 / CoreLayout.FRAME_BYTES / workers;
        return Integer.highestOneBit(Math.clamp(affordable, FRAMES_PER_WORKER_MIN, FRAMES_PER_WORKER_MAX));
    }
}
