package dev.penny.internal.engine;

import dev.penny.api.PennyException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.HostFrames;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One task and its future.
 *
 * <p>{@code life} guards cancellation against the reuse of the frame: a canceller may touch the frame only between its own
 * QUEUED -> CANCELLING and CANCELLING -> CANCELLED, and the completing worker waits out those few instructions before it gives the
 * frame back.
 *
 * @param <R> the result's type
 */
final class SubmittedTask<R> extends CompletableFuture<R> implements TaskHandle<R>, FrameOwner {

    private static final int NEW = 0;
    private static final int QUEUED = 1;
    private static final int CANCELLING = 2;
    private static final int CANCELLED = 3;
    private static final int COMPLETED = 4;
    private static final VarHandle LIFE;

    static {
        try {
            LIFE = MethodHandles.lookup().findVarHandle(SubmittedTask.class, "life", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Scheduler scheduler;
    private final LoadedFunction<R> function;
    private final Object[] arguments;
    private int life = NEW;
    private int frameIndex = HostFrames.NONE;
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
        frameIndex = index;
        blockRef = argumentRef;
        blockBytes = argumentBytes;
        LIFE.setVolatile(this, QUEUED);
    }

    /** The frame could not be published after all. */
    void unqueued() {
        LIFE.setVolatile(this, NEW);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled && LIFE.compareAndSet(this, QUEUED, CANCELLING)) {
            scheduler.cancelFrame(frameIndex);
            LIFE.setVolatile(this, CANCELLED);
        }
        return cancelled;
    }

    @Override
    public void completed(Worker worker, int frame, int state) {
        int before = (int) LIFE.getAndSet(this, COMPLETED);
        while (before == CANCELLING) {
            Thread.onSpinWait();
            before = (int) LIFE.getAndSet(this, COMPLETED);
        }
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
                super.cancel(false);
            }
        }
    }

    private void release() {
        int index = frameIndex;
        if (blockBytes > 0) {
            scheduler.argumentRegion().free(blockRef, blockBytes);
        }
        scheduler.releaseFrame(index);
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
        scheduler.drive(this::isDone);
        return super.get();
    }

    @Override
    public R get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        scheduler.drive(this::isDone);
        return super.get(timeout, unit);
    }

    @Override
    public R join() {
        scheduler.drive(this::isDone);
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
        } catch (CancellationException e) {
            throw e;
        }
    }
}
