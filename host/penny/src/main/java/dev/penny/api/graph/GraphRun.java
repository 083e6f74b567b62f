package dev.penny.api.graph;

import java.util.concurrent.CompletableFuture;

/**
 * One run of a graph. Outcomes and results stay readable until the graph runs again or is closed, or the Penny is.
 *
 * <p><b>Threads:</b> any. Waiting inside a task runs other tasks meanwhile.
 */
public interface GraphRun {

    /** What runs. */
    TaskGraph graph();

    /** True once every task has its outcome. */
    boolean isDone();

    /**
     * Waits for the end of the run.
     *
     * @return this
     * @throws dev.penny.api.GraphFailedException tasks failed; it names them, the causes, and the chains of those that were skipped
     * @throws dev.penny.api.DeadlineException none failed, but some had not started by the deadline
     * @throws java.util.concurrent.CancellationException none failed, but some had not started when {@link #cancel} was called
     * @throws dev.penny.api.ClosedException the Penny was closed before the run ended
     */
    GraphRun join();

    /** What has not started never starts. What runs is not interrupted but can ask ({@link dev.penny.api.TaskCall#cancelled}). */
    void cancel();

    /**
     * How a task ended.
     *
     * @throws IllegalStateException the run has not ended, or the graph has run again since or is closed
     * @throws dev.penny.api.GraphException the task is another graph's
     * @throws dev.penny.api.ClosedException the Penny is closed
     */
    NodeOutcome outcome(GraphTask task);

    /**
     * The result of a task, of the last time it ran; read from linear memory at every call. {@code null} only for a function without one.
     *
     * @throws dev.penny.api.PennyException what the task failed with
     * @throws IllegalStateException as {@link #outcome}, or the task did not run
     */
    Object result(GraphTask task);

    /** {@link #result(GraphTask)} of a known type. @throws ClassCastException it is of another */
    default <R> R result(GraphTask task, Class<R> type) {
        return type.cast(result(task));
    }

    /**
     * A future that ends with the run: with the run itself, or as {@link #join} throws. Cancelling it does not cancel the run. Its
     * dependents run on the worker that ended the run unless they are asynchronous.
     */
    CompletableFuture<GraphRun> toFuture();
}
