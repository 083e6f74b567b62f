package dev.penny.api.graph;

import dev.penny.api.Priority;
import dev.penny.api.TaskFunction;
import java.util.List;

/**
 * A task of a graph. The methods that change it return it; they throw {@link IllegalStateException} once the graph is built, and
 * {@link dev.penny.api.GraphException} for tasks and semaphores of other graphs.
 *
 * <p><b>Threads:</b> any for the methods without arguments; the others as {@link GraphBuilder}.
 */
public interface GraphTask {

    /** Unique in its graph; in a part, {@code part/name}. */
    String name();

    /** What it runs. */
    TaskFunction<?> function();

    /** True if it chooses which of its branches runs next. */
    boolean isCondition();

    /** Those whose end it waits for, in the order they were given: results it takes first. Conditions that lead to it are not among them. */
    List<GraphTask> predecessors();

    /** Its branches, if it is a condition. */
    List<GraphTask> branches();

    /** Starts when these have ended well, too. A condition is nobody's predecessor: its branches follow it. */
    GraphTask after(GraphTask... predecessors);

    /** These start when this has ended well, too. */
    GraphTask before(GraphTask... successors);

    /**
     * What a condition leads to: result 0 starts the first, 1 the second, and so on. Called again it adds more. A branch starts at once: it
     * does not wait for its predecessors again.
     *
     * @throws dev.penny.api.GraphException this is no condition
     */
    GraphTask branch(GraphTask... successors);

    /** Goes before or after others that are ready at the same time; {@link Priority#NORMAL} if nothing is said. */
    GraphTask priority(Priority priority);

    /**
     * Runs only on this worker, counted from 0; its priority does not matter then.
     *
     * @throws dev.penny.api.GraphException there is no such worker
     */
    GraphTask pinnedTo(int worker);

    /**
     * Starts only with a permit of each of these and gives them back when it ends. A task that has to wait for one takes no worker's time.
     * Tasks take several in the same order, so that they never wait for each other.
     *
     * @throws dev.penny.api.GraphException one of them twice, or too many for one task
     */
    GraphTask acquires(GraphSemaphore... semaphores);
}
