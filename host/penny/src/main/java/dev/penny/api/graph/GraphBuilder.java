package dev.penny.api.graph;

import dev.penny.api.GraphException;
import dev.penny.api.TaskFunction;
import java.util.function.Consumer;

/**
 * A graph that is being written. A task starts when every task has ended whose result it takes ({@link #task}) or that it comes after
 * ({@link GraphTask#after}); two tasks with no such path between them may run at once.
 *
 * <p><b>Threads:</b> one at a time.
 * <p><b>Errors:</b> everything that can be known at a call is refused by that call; cycles and what is missing, by {@link #build}. After
 * {@code build} every method throws {@link IllegalStateException}.
 */
public interface GraphBuilder {

    /** The graph's name. */
    String name();

    /**
     * Adds a task.
     *
     * @param name unique in this graph, not blank
     * @param function what it runs; its options ({@link TaskFunction#with}) give the task's priority and worker, a deadline is refused
     * @param arguments one per parameter: a value as for {@link TaskFunction#submit}, kept in linear memory as long as the graph, or a
     *         {@link GraphTask}, whose result is passed on in linear memory and must be of exactly the parameter's type, or text for bytes
     * @throws GraphException the name is taken; the function is another Penny's; an argument is missing, too many, of the wrong type, or a
     *         task of another graph
     */
    GraphTask task(String name, TaskFunction<?> function, Object... arguments);

    /**
     * Adds a task that chooses what runs next: its result {@code r} of type {@code i32} starts number {@code r} of its
     * {@link GraphTask#branch branches} and nothing else; a result that is no branch starts nothing. A branch may lead back to a task that
     * has run: this is how loops are made.
     *
     * @throws GraphException as {@link #task}, or the function's result is not {@code i32}
     */
    GraphTask condition(String name, TaskFunction<?> function, Object... arguments);

    /**
     * Adds the tasks that {@code body} adds to the builder it is given, with names that begin with {@code name/}. They become tasks of this
     * graph like any others: a part costs nothing when the graph runs, and may take results from outside and give its own.
     *
     * @param name unique in this graph, not blank
     */
    GraphPart part(String name, Consumer<GraphBuilder> body);

    /**
     * A number of permits that tasks of this graph share, see {@link GraphTask#acquires}.
     *
     * @param name unique among the semaphores of this graph, not blank
     * @param permits at least 1
     */
    GraphSemaphore semaphore(String name, int permits);

    /** The task with this name. @throws GraphException there is none; the message lists near names */
    GraphTask named(String name);

    /**
     * Checks the graph and places it in linear memory.
     *
     * @throws GraphException no tasks; a cycle of tasks that wait for each other, printed {@code a -> b -> a}; every task waits for another
     *         or for a condition, so none can start; a condition without branches
     * @throws dev.penny.api.CapacityException no room for it in argument memory
     * @throws dev.penny.api.ClosedException the Penny is closed
     */
    TaskGraph build();
}
