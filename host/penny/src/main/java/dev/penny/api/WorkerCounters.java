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
 * @param polls looks for a heartbeat
 * @param promotions forks made visible to other workers
 * @param reclaimed of these, taken back before anyone had started them
 * @param waits joins that found their fork taken and not done
 * @param leapfrogs frames stolen from the worker that runs an awaited fork
 * @param placed frames put into another worker's inbox
 * @param admissions frames taken from the queue outside into the ring
 * @param rotations times this worker turned the ring; those of the timer are in {@code Penny.ringTurns} only
 * @param resumed tasks that had yielded or waited and were run again
 * @param resumedHere of these, by the worker that ran them before
 */
public record WorkerCounters(int worker, State state, long executed, long stolen, long failedSteals, long parks, long spills, long splits,
                             long polls, long promotions, long reclaimed, long waits, long leapfrogs, long placed, long admissions,
                             long rotations, long resumed, long resumedHere) {

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
