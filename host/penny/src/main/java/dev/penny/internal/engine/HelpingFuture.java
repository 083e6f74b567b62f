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

    final Scheduler scheduler;

    HelpingFuture(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Whether there is nothing to wait for: it has ended, or could be run here and now. */
    boolean endsHere() {
        return false;
    }

    /**
     * Ends it as the task did, or for the reason why nobody wanted that any more: it may have returned early because it was told so.
     *
     * @param dropped that reason, {@code null} for none
     * @param failure {@code null} for none
     */
    final void end(RuntimeException dropped, R result, Throwable failure) {
        if (dropped != null) {
            completeExceptionally(dropped);
        } else if (failure != null) {
            completeExceptionally(failure);
        } else {
            complete(result);
        }
    }

    private void tellWhenDone(Runnable wake) {
        whenComplete((result, failure) -> wake.run());
    }

    private void awaitInterruptibly(long timeoutNanos) throws InterruptedException {
        // An interrupt ends the wait before a stranger, who runs here, could see it.
        if (Thread.currentThread().isInterrupted() || !endsHere()) {
            Waiter.awaitInterruptibly(scheduler, this::isDone, this::tellWhenDone, super::get, timeoutNanos);
        }
    }

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
        awaitInterruptibly(Long.MAX_VALUE);
        return super.get();
    }

    @Override
    public R get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        awaitInterruptibly(unit.toNanos(timeout));
        return super.get(0, unit);
    }

    @Override
    public R join() {
        if (!Waiter.uninterrupted(this::endsHere)) {
            Waiter.await(scheduler, this::isDone, this::tellWhenDone, super::get);
        }
        return super.join();
    }
}
