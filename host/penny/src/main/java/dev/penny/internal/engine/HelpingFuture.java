package dev.penny.internal.engine;

import dev.penny.api.TaskHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The handle of a task: a future whose waiters run other tasks meanwhile if they are on a worker. What is derived from it is an ordinary
 * future, and nobody outside can complete it.
 *
 * @param <R> the result's type
 */
abstract class HelpingFuture<R> extends CompletableFuture<R> implements TaskHandle<R> {

    /** Returns when it is complete, the time is over or the thread was interrupted. */
    abstract void await(long timeoutNanos);

    @Override
    public CompletableFuture<R> toCompletableFuture() {
        return copy();
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    @Override
    public R get() throws InterruptedException, ExecutionException {
        await(Long.MAX_VALUE);
        return super.get();
    }

    @Override
    public R get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        await(unit.toNanos(timeout));
        return super.get(timeout, unit);
    }

    @Override
    public R join() {
        await(Long.MAX_VALUE);
        return super.join();
    }
}
