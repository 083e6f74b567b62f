package dev.penny.internal.core;

/**
 * The words the host writes before {@code penny_init}; the core checks every one of them.
 *
 * @param workers 1 to 256
 * @param dequeCapacity frames per deque, a power of two
 * @param injectorCapacity frames waiting from outside per priority, a power of two
 * @param mailboxCapacity cells per worker for frames pinned to it, a power of two
 * @param frames worker frames in total
 * @param hostFrames frames for submissions
 * @param slots vtable size
 * @param stackBytes shadow stack per worker
 * @param argumentBytes region in which the host puts arguments
 * @param pollInterval every how many rounds another source of work goes first
 * @param spinRounds attempts to find work before parking
 * @param rangeGrain items between two looks at whether to split a range
 * @param rangeYieldItems items after which a range lets what waits outside go first
 * @param heartbeatPolls every so many polls of a worker are a beat; 0: a timer beats
 * @param seed of the victim choice
 * @param policy who runs what
 * @param memoryBytes total, a multiple of 64 KiB; what the tables leave is the result heap
 */
public record CoreConfig(
        int workers,
        int dequeCapacity,
        int injectorCapacity,
        int mailboxCapacity,
        int frames,
        int hostFrames,
        int slots,
        int stackBytes,
        int argumentBytes,
        int pollInterval,
        int spinRounds,
        int rangeGrain,
        int rangeYieldItems,
        int heartbeatPolls,
        long seed,
        CorePolicy policy,
        int memoryBytes) {

    void write(CoreMemory memory) {
        int globals = CoreLayout.GLOBALS_REF;
        memory.putInt(globals + CoreLayout.GLOBALS_WORKER_COUNT, workers);
        memory.putInt(globals + CoreLayout.GLOBALS_DEQUE_CAPACITY, dequeCapacity);
        memory.putInt(globals + CoreLayout.GLOBALS_INJECTOR_CAPACITY, injectorCapacity);
        memory.putInt(globals + CoreLayout.GLOBALS_MAILBOX_CAPACITY, mailboxCapacity);
        memory.putInt(globals + CoreLayout.GLOBALS_FRAME_COUNT, frames);
        memory.putInt(globals + CoreLayout.GLOBALS_HOST_FRAME_COUNT, hostFrames);
        memory.putInt(globals + CoreLayout.GLOBALS_SLOT_CAPACITY, slots);
        memory.putInt(globals + CoreLayout.GLOBALS_STACK_BYTES, stackBytes);
        memory.putInt(globals + CoreLayout.GLOBALS_ARG_BYTES, argumentBytes);
        memory.putInt(globals + CoreLayout.GLOBALS_POLL_INTERVAL, pollInterval);
        memory.putInt(globals + CoreLayout.GLOBALS_SPIN_ROUNDS, spinRounds);
        memory.putInt(globals + CoreLayout.GLOBALS_RANGE_GRAIN, rangeGrain);
        memory.putInt(globals + CoreLayout.GLOBALS_RANGE_YIELD_ITEMS, rangeYieldItems);
        memory.putInt(globals + CoreLayout.GLOBALS_HEARTBEAT_POLLS, heartbeatPolls);
        memory.putLong(globals + CoreLayout.GLOBALS_SEED, seed);
        policy.write(memory);
    }
}
