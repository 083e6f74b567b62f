package dev.penny.internal.engine;

import dev.penny.api.PennyException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.HostFrames;
import dev.penny.internal.guest.GuestErrors;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One task and its future.
 *
 * @param <R> the result's type
 */
final class SubmittedTask<R> extends CompletableFuture<R> implements TaskHandle<R>, FrameOwner {

    private static final VarHandle FRAME_INDEX;

    static {
        try {
            FRAME_INDEX = MethodHandles.lookup().findVarHandle(SubmittedTask.class, "frameIndex", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Scheduler scheduler;
    private final LoadedFunction<R> function;
    private final Object[] arguments;
    private volatile int frameIndex = HostFrames.NONE;
    private volatile boolean runsHere;
    private int blockRef;
    private int blockBytes;

    SubmittedTask(Scheduler scheduler, LoadedFunction<R> function, Object[] preparedArguments) {
        this.scheduler = scheduler;
        this.function = function;
        this.arguments = preparedArguments;
    }

    @Override
    public TaskFunction<R> function() {
        return function;
    }

    LoadedFunction<R> loadedFunction() {
        return function;
    }

    Object[] arguments() {
        return arguments;
    }

    /** Before the frame is published. The block is freed with the frame; 0 bytes for none. */
    void queued(int index, int argumentRef, int argumentBytes) {
        blockRef = argumentRef;
        blockBytes = argumentBytes;
        // The injector's compare-and-swap comes next and orders this before any look at whether the task was cancelled.
        FRAME_INDEX.setRelease(this, index);
    }

    /** The frame could not be published after all. */
    void unqueued() {
        FRAME_INDEX.setRelease(this, HostFrames.NONE);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        cancelFrameIfDone();
        return cancelled;
    }

    /** Cancels the frame of a task whose future is cancelled; also for one that was cancelled just before its frame was queued. */
    void cancelFrameIfDone() {
        int index = frameIndex;
        if (index != HostFrames.NONE && isCancelled()) {
            scheduler.cancelFrame(index, this);
        }
    }

    /** Keeps a task from starting, but lets one that runs end; it completes as cancelled when a worker comes to it. */
    void cancelUnlessStarted() {
        int index = frameIndex;
        if (index != HostFrames.NONE) {
            scheduler.cancelFrame(index, this);
        }
    }

    /**
     * Runs a task that no worker has begun, on the worker of a task that waits for it. It is cancelled where it is queued; the frame is
     * given back when a worker comes to it there.
     *
     * @return false if it has begun
     */
    boolean runHere(ForkStack forks) {
        int index = frameIndex;
        if (index == HostFrames.NONE || runsHere || function.isBlocking()) {
            return false;
        }
        runsHere = true;
        if (!scheduler.cancelFrame(index, this)) {
            runsHere = false;
            return false;
        }
        try {
            @SuppressWarnings("unchecked")
            R result = (R) new FunctionJob(scheduler, function, arguments).run(forks);
            complete(result);
        } catch (Throwable e) {
            completeExceptionally(GuestErrors.failure(function.mangledName(), e));
        }
        return true;
    }

    @Override
    public void completed(Worker worker, int frame, int state) {
        CoreMemory memory = scheduler.memory();
        switch (state) {
            case CoreLayout.FRAME_STATE_DONE -> {
                R result = function.read(memory, frame + CoreLayout.FRAME_RECORD);
                release();
                complete(result);
            }
            case CoreLayout.FRAME_STATE_FAILED -> {
                PennyException failure = worker.takeFailure(function);
                release();
                completeExceptionally(failure);
            }
            default -> {
                release();
                if (!runsHere) {
                    super.cancel(false);
                }
            }
        }
    }

    private void release() {
        if (blockBytes > 0) {
            scheduler.argumentRegion().free(blockRef, blockBytes);
        }
        scheduler.releaseFrame(frameIndex);
    }

    @Override
    public void itemFailed(int item, PennyException cause) {
        throw new IllegalStateException("a single task has no items");
    }

    @Override
    public void abandon(PennyException cause) {
        completeExceptionally(cause);
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
        Waiter.await(scheduler, this, Long.MAX_VALUE);
        return super.get();
    }

    @Override
    public R get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        Waiter.await(scheduler, this, unit.toNanos(timeout));
        return super.get(timeout, unit);
    }

    @Override
    public R join() {
        Waiter.await(scheduler, this, Long.MAX_VALUE);
        return super.join();
    }

    /** {@link #join} that throws the task's own failure. */
    R joinUnwrapped() {
        try {
            return join();
        } catch (java.util.concurrent.CompletionException e) {
            if (e.getCause() instanceof PennyException failure) {
                throw failure;
            }
            throw e;
        }
    }
}
