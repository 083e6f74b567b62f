package dev.penny.api.graph;

import dev.penny.api.GraphException;
import dev.penny.api.PennyException;
import java.util.List;

/**
 * A graph in linear memory, which runs as often as wanted without being written again. A run allocates nothing per task on the Java heap.
 * A module that is replaced does not change graphs: their tasks keep the version they were built with.
 *
 * <p><b>Threads:</b> any. A graph runs once at a time; different graphs run at once.
 */
public interface TaskGraph extends AutoCloseable {

    /** Its name. */
    String name();

    /** Its tasks in the order they were added. */
    List<GraphTask> tasks();

    /** The task with this name. @throws GraphException there is none; the message lists near names */
    GraphTask task(String name);

    /** Its arrows, grouped by the task where they begin. */
    List<GraphEdge> edges();

    /**
     * Changes an argument for the runs to come.
     *
     * @param argument counted from 0; not one that a task's result flows into
     * @throws GraphException the task is another graph's, there is no such argument, it takes a task's result, or the value does not fit
     * @throws dev.penny.api.CapacityException no room for it in argument memory
     * @throws IllegalStateException the graph runs, or is closed
     */
    void set(GraphTask task, int argument, Object value);

    /** {@link #run(GraphRunOptions)} with {@link GraphRunOptions#defaults}. */
    default GraphRun run() {
        return run(GraphRunOptions.defaults());
    }

    /**
     * Starts the graph. Results of the run before are dropped. Blocks while queues are full, as {@link dev.penny.api.TaskFunction#submit}
     * does; a task that calls it runs other tasks meanwhile.
     *
     * @throws IllegalStateException it runs already, or is closed
     * @throws dev.penny.api.ClosedException the Penny is closed
     * @throws PennyException the run cannot be started
     */
    GraphRun run(GraphRunOptions options);

    /** Waits for the run that is under way, then gives the memory back, results included. Idempotent; not needed once the Penny is closed. */
    @Override
    void close();
}
