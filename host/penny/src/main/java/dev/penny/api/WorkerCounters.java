package dev.penny.api;

/**
 * Counters of one worker since start. Read while it runs, so the fields of one record may be a few tasks apart.
 *
 * @param worker index from 0
 * @param executed task bodies run
 * @param stolen frames taken from other workers
 * @param failedSteals steal attempts that found nothing or lost the race
 * @param parks times it ran out of work
 * @param spills frames a full deque sent to the injector
 * @param splits bulk ranges split for others to steal
 */
public record WorkerCounters(int worker, State state, long executed, long stolen, long failedSteals, long parks, long spills, long splits) {

    /** What a worker is doing. */
    public enum State {
        /** Not running on a thread. */
        IDLE,
        /** Looking for work or executing. */
        RUNNING,
        /** Waiting inside a task. */
        BLOCKED,
        /** Parked until there is work. */
        SLEEPING,
        /** Ended. */
        STOPPED
    }
}
