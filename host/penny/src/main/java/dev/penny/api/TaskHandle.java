package dev.penny.api;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * A submitted task: a {@link Future} and a {@link CompletionStage} in one. Callbacks run exactly once, on the worker that
 * completed the task, on the timer's thread if its deadline passed, or, if it was already complete, on the caller; long callbacks belong on
 * an executor ({@code ...Async}).
 *
 * <p><b>Errors:</b> {@code get} throws {@code ExecutionException} and {@code join} {@code CompletionException}, both with a
 * {@link TaskFailedException}, {@link CapacityException}, {@link DeadlineException} or {@link ClosedException} as
 * cause.
 *
 * @param <R> the result's type
 */
public interface TaskHandle<R> extends Future<R>, CompletionStage<R> {

    /** The function this task runs. */
    TaskFunction<R> function();

    /** Waits for the result without a checked exception; see {@link CompletableFuture#join}. */
    R join();

    /**
     * Cancels the task. One that has not started never starts; one that runs is not interrupted, its result is dropped and
     * {@link TaskCall#cancelled} tells it so.
     *
     * @return true if the task was not yet complete
     */
    @Override
    boolean cancel(boolean mayInterruptIfRunning);
}
