package dev.penny.internal.engine;

import dev.penny.api.PennyException;
import dev.penny.api.TaskFunction;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.HostFrames;
import dev.penny.internal.guest.GuestErrors;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;

/**
 * One task and its future.
 *
 * @param <R> the result's type
 */
final class SubmittedTask<R> extends HelpingFuture<R> implements FrameOwner {

    private static final VarHandle FRAME_INDEX;
    private static final VarHandle CANCELLED;

    static {
        try {
            FRAME_INDEX = MethodHandles.lookup().findVarHandle(SubmittedTask.class, "frameIndex", int.class);
            CANCELLED = MethodHandles.lookup().findVarHandle(SubmittedTask.class, "cancelled", RuntimeException.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final LoadedFunction<R> function;
    private final Terms terms;
    private final Object[] arguments;
    /** Set before anybody else can cancel a task that is still on its way into a queue. */
    private boolean mayBeCancelledEarly;
    private Future<?> timer;
    /** Its name in a log, 0 if there is none. Written before it is submitted. */
    private long ticket;
    private volatile int frameIndex = HostFrames.NONE;
    private volatile boolean runsHere;
    /** Why its result is not wanted any more, and then how it ends; the first reason counts. Set before its frame is cancelled. */
    private volatile RuntimeException cancelled;
    private int blockRef;
    private int blockBytes;

    SubmittedTask(Scheduler scheduler, LoadedFunction<R> function, Terms terms, Object[] preparedArguments) {
        super(scheduler);
        this.function = function;
        this.terms = terms;
        this.arguments = preparedArguments;
    }

    @Override
    public TaskFunction<R> function() {
        return function;
    }

    LoadedFunction<R> loadedFunction() {
        return function;
    }

    Terms terms() {
        return terms;
    }

    Object[] arguments() {
        return arguments;
    }

    void name(long given) {
        ticket = given;
    }

    long ticket() {
        return ticket;
    }

    /** Starts the clock, if there is a deadline; before the task is submitted. */
    void startTimer() {
        if (terms.hasDeadline()) {
            mayBeCancelledEarly = true;
            timer = scheduler.deadlines().after(terms.deadlineNanos(), () -> cancel(terms.exceeded(function)));
        }
    }

    void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** Others know the task before it is in a queue. */
    void setMayBeCancelledEarly() {
        mayBeCancelledEarly = true;
    }

    /** True if it was cancelled before it came into a queue: it needs no frame. */
    boolean wasCancelledEarly() {
        if (mayBeCancelledEarly && cancelled != null) {
            completeExceptionally(cancelled); // Nobody else does, if the stack of whoever cancels it ends here.
        }
        return mayBeCancelledEarly && isDone();
    }

    /** Before the frame is published. The block is freed with the frame; 0 bytes for none. */
    void queued(int index, int argumentRef, int argumentBytes) {
        blockRef = argumentRef;
        blockBytes = argumentBytes;
        // The injector's compare-and-swap comes next and orders this before any look at whether the task was cancelled.
        FRAME_INDEX.setRelease(this, index);
    }

    /**
     * The frame is ready and nobody else knows it yet. Whoever cancelled the task meanwhile either sees the frame, or is seen here; then
     * the frame is cancelled before any worker can claim it.
     */
    void beforePush() {
        if (mayBeCancelledEarly) {
            VarHandle.fullFence();
            cancelFrame();
        }
    }

    /** The frame could not be published after all. */
    void unqueued() {
        FRAME_INDEX.setRelease(this, HostFrames.NONE);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (!isDone()) {
            cancelFor(new CancellationException());
        }
        return isCancelled();
    }

    @Override
    public void cancel(PennyException cause) {
        if (!isDone()) {
            cancelFor(cause);
        }
    }

    /** Its frame first: who hears that it was cancelled may rely on it that it does not start any more. */
    private void cancelFor(RuntimeException cause) {
        CANCELLED.compareAndSet(this, null, cause);
        stopTimer();
        cancelFrame();
        completeExceptionally(cancelled);
    }

    /** Cancels the frame if the task was cancelled; one that has completed has none any more. */
    private void cancelFrame() {
        int index = frameIndex;
        if (index != HostFrames.NONE && cancelled != null) {
            scheduler.cancelFrame(index, this);
        }
    }

    /** Whether a worker is busy with it, perhaps though its future is complete already. */
    boolean stillRuns() {
        int index = frameIndex;
        HostFrames<FrameOwner> frames = scheduler.submitter().frames();
        return index != HostFrames.NONE && !scheduler.hasEnded() && frames.owner(index) == this
                && scheduler.memory().loadSeqCst(frames.ref(index) + CoreLayout.FRAME_STATE) != CoreLayout.FRAME_STATE_CANCELLED;
    }

    /** Keeps a task from starting, but lets one that runs end; it completes as cancelled when a worker comes to it. */
    void cancelUnlessStarted() {
        int index = frameIndex;
        if (index != HostFrames.NONE) {
            scheduler.submitter().frames().withdraw(index, this);
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
        if (index == HostFrames.NONE || runsHere || function.isBlocking() || !terms.placement().allows(forks.worker().index())) {
            return false;
        }
        runsHere = true;
        if (!withdraw(forks, index)) {
            runsHere = false;
            return false;
        }
        try {
            @SuppressWarnings("unchecked")
            R result = (R) new FunctionJob(scheduler, function, arguments).run(forks);
            end(cancelled, result, null);
        } catch (Throwable e) {
            end(cancelled, null, GuestErrors.failure(function.mangledName(), e));
        }
        stopTimer();
        return true;
    }

    /** Whether it has begun depends on other workers, so a replay must be told. */
    private boolean withdraw(ForkStack forks, int index) {
        WorkerForks core = forks.worker().workerForks();
        HostFrames<FrameOwner> frames = scheduler.submitter().frames();
        if (scheduler.isLogged() && scheduler.replay().isEmpty()) {
            return frames.withdraw(index, this, core::withdraws);
        }
        return core.sees(WorkerForks.Seen.WITHDRAWN, true) && frames.withdraw(index, this);
    }

    @Override
    public void completed(Worker worker, int frame, int state) {
        CoreMemory memory = scheduler.memory();
        stopTimer();
        switch (state) {
            case CoreLayout.FRAME_STATE_DONE -> {
                R result = function.read(memory, frame + CoreLayout.FRAME_RECORD);
                release();
                end(cancelled, result, null);
            }
            case CoreLayout.FRAME_STATE_FAILED -> {
                PennyException failure = worker.failures().take(function);
                release();
                end(cancelled, null, failure);
            }
            default -> {
                release();
                if (!runsHere) {
                    end(cancelled, null, new CancellationException());
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
        stopTimer();
        completeExceptionally(cause);
    }

    @Override
    boolean endsHere() {
        ForkStack forks = Worker.forksOn(scheduler);
        return forks == null ? isDone() : Waiter.hasEnded(forks, isDone()) || runHere(forks);
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
