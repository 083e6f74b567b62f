package dev.penny.api.graph;

/**
 * A stage in a run. For each task: the run is submitted and its end subscribed to, a worker is found, the task's slot and arguments go
 * through the function table, its result comes back, and the end of the last task calls back.
 */
public sealed interface GraphEvent {

    /** When, on the clock of {@link System#nanoTime}. */
    long nanos();

    /** The run is submitted: every task is in linear memory, and the host is told when the last has ended. */
    record RunStarted(long nanos, GraphRun run) implements GraphEvent { }

    /**
     * A worker is about to call a task's function. Again for each round of a loop, and for each time a task that waited goes on.
     *
     * @param worker counted from 0
     * @param slot of the function table
     * @param arguments for reading, like {@code (3, bytes[65536])}
     */
    record TaskBegan(long nanos, GraphTask task, int worker, int slot, String arguments) implements GraphEvent { }

    /**
     * The call returned.
     *
     * @param worker the one that began it
     * @param result for reading; empty unless {@code ending} is {@link Ending#DONE}
     */
    record TaskEnded(long nanos, GraphTask task, int worker, Ending ending, String result) implements GraphEvent { }

    /**
     * The last task has ended; outcomes and results can be read. To the listener the run is done, on the thread that tells it; whoever else
     * waits for the run goes on when the listener has returned.
     */
    record RunEnded(long nanos, GraphRun run) implements GraphEvent { }

    /** How a call returned. */
    enum Ending {
        /** With a result. */
        DONE,
        /** It failed. */
        FAILED,
        /** It waits for something outside, without a worker; it begins again later. */
        WAITS
    }
}
