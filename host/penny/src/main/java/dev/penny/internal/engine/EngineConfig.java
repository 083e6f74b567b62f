package dev.penny.internal.engine;

import dev.penny.api.Policy;
import dev.penny.internal.core.CoreConfig;
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
    private static final int DEQUE_CAPACITY = 256;
    private static final int FRAMES_PER_WORKER = 256;
    private static final int STACK_BYTES = 16 * 1024;
    private static final int POLL_INTERVAL = 61;
    private static final int SPIN_ROUNDS = 64;
    private static final int RANGE_GRAIN = 1;
    private static final int RANGE_YIELD_ITEMS = 1024;

    CoreConfig core() {
        // Frames in flight are those queued and those being run.
        int hostFrames = queueCapacity + 4 * workers;
        return new CoreConfig(workers, DEQUE_CAPACITY, queueCapacity, mailboxCells, FRAMES_PER_WORKER * workers, hostFrames, SLOTS,
                STACK_BYTES, memoryBytes / 2 & -65_536, POLL_INTERVAL, SPIN_ROUNDS, RANGE_GRAIN, RANGE_YIELD_ITEMS, 0, seed,
                Policies.core(policy, workers), memoryBytes);
    }
}
