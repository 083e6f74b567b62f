package dev.penny.internal.engine;

import dev.penny.api.WorkerCounters;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;

/** Reads the counters and the state of one worker. <b>Threads:</b> any; what they read may be a moment old. */
final class WorkerCounts {

    private final CoreMemory memory;
    private final int index;
    private final int blockRef;

    WorkerCounts(CoreMemory memory, int index, int blockRef) {
        this.memory = memory;
        this.index = index;
        this.blockRef = blockRef;
    }

    /** All of them, read while the worker runs. */
    WorkerCounters read() {
        return new WorkerCounters(index, state(), counter(CoreLayout.WORKER_EXECUTED), counter(CoreLayout.WORKER_STOLEN),
                counter(CoreLayout.WORKER_FAILED_STEALS), counter(CoreLayout.WORKER_PARKS), counter(CoreLayout.WORKER_SPILLS),
                counter(CoreLayout.WORKER_SPLITS), counter(CoreLayout.WORKER_POLLS), counter(CoreLayout.WORKER_PROMOTIONS),
                counter(CoreLayout.WORKER_RECLAIMED), counter(CoreLayout.WORKER_WAITS_FOR_CHILD), counter(CoreLayout.WORKER_LEAPFROGS),
                counter(CoreLayout.WORKER_PLACED), counter(CoreLayout.WORKER_ADMISSIONS), counter(CoreLayout.WORKER_ROTATIONS),
                counter(CoreLayout.WORKER_RESUMED), counter(CoreLayout.WORKER_RESUMED_HERE));
    }

    /** How often it asked for the beat. */
    long polls() {
        return counter(CoreLayout.WORKER_POLLS);
    }

    private WorkerCounters.State state() {
        return switch (memory.loadAcquire(blockRef + CoreLayout.WORKER_STATE)) {
            case CoreLayout.WORKER_STATE_RUNNING -> WorkerCounters.State.RUNNING;
            case CoreLayout.WORKER_STATE_BLOCKED -> WorkerCounters.State.BLOCKED;
            case CoreLayout.WORKER_STATE_SLEEPING -> WorkerCounters.State.SLEEPING;
            case CoreLayout.WORKER_STATE_STOPPED -> WorkerCounters.State.STOPPED;
            default -> WorkerCounters.State.IDLE;
        };
    }

    private long counter(int offset) {
        return memory.getLong(blockRef + offset);
    }
}
