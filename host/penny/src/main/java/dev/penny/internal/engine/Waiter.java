package dev.penny.internal.engine;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Waits for a task. A thread that runs a worker of the scheduler does not block: it runs other tasks meanwhile, nested in the task that
 * waits, and so also what it waits for if nobody else does. When there is nothing to run, or the nesting is as deep as the core allows,
 * it gives away what it has forked, then parks for a short while and looks again. Any other thread runs the workers if the backend leaves
 * that to those who wait, and blocks otherwise; a swap may change which of the two it is.
 */
final class Waiter {

    private static final long PAUSE_MIN_NANOS = 20_000;
    private static final long PAUSE_MAX_NANOS = 1_000_000;
    /** How long a thread blocks before it asks again whether the workers are for it to run. */
    private static final long LOOK_AGAIN_NANOS = 20_000_000;

    private Waiter() { }

    /** How a thread that runs no worker blocks: until what it waits for is done, or for this long. */
    @FunctionalInterface
    interface Block {
        void block(long time, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException;
    }

    /** Returns when it is done; an interrupt is kept for the caller. Parameters as in {@link #help}. */
    static void await(Scheduler scheduler, BooleanSupplier done, Consumer<Runnable> onDone, Block block) {
        boolean interrupted = false;
        try {
            do {
                help(scheduler, done, onDone, Long.MAX_VALUE);
                if (!done.getAsBoolean() && !Worker.onWorkerOf(scheduler)) {
                    try {
                        block(block, LOOK_AGAIN_NANOS);
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
                interrupted |= Thread.interrupted();
            } while (!done.getAsBoolean());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns when it is done or the time is over. Parameters as in {@link #help}. */
    static void awaitInterruptibly(Scheduler scheduler, BooleanSupplier done, Consumer<Runnable> onDone, Block block, long timeoutNanos)
            throws InterruptedException {
        long startedNanos = System.nanoTime();
        long left = timeoutNanos;
        do {
            help(scheduler, done, onDone, left);
            if (done.getAsBoolean()) {
                return;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            left = timeoutNanos - (System.nanoTime() - startedNanos);
            if (left > 0 && !Worker.onWorkerOf(scheduler)) {
                block(block, Math.min(left, LOOK_AGAIN_NANOS));
                left = timeoutNanos - (System.nanoTime() - startedNanos);
            }
        } while (left > 0);
    }

    private static void block(Block block, long nanos) throws InterruptedException {
        try {
            block.block(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException | CancellationException e) {
            return; // The caller looks for itself how it has ended, if it has.
        }
    }

    /**
     * Returns when it is done, the time is over or the thread was interrupted; at once for a thread that neither runs a worker nor is to
     * run all of them.
     *
     * @param onDone is told once, before the first pause, what to run when it is done
     */
    static void help(Scheduler scheduler, BooleanSupplier done, Consumer<Runnable> onDone, long timeoutNanos) {
        long startedNanos = System.nanoTime();
        ForkStack forks = Worker.forksOn(scheduler);
        if (forks == null) {
            scheduler.drive(() -> done.getAsBoolean() || isOver(startedNanos, timeoutNanos));
            return;
        }
        long pause = 0;
        boolean told = false;
        while (!hasEnded(forks, done.getAsBoolean()) && !isOver(startedNanos, timeoutNanos)) {
            if (helped(forks) || forks.worker().workerForks().mayGive() && forks.giveOldest()) {
                pause = 0;
            } else if (!scheduler.threads().stepAnother()) {
                if (!told) {
                    Thread waiting = Thread.currentThread();
                    onDone.accept(() -> LockSupport.unpark(waiting));
                    told = true;
                }
                pause = Math.clamp(2 * pause, PAUSE_MIN_NANOS, PAUSE_MAX_NANOS);
                LockSupport.parkNanos(pause);
            }
        }
    }

    /** Calls something that may run tasks of others on this thread: an interrupt is not meant for them, and is kept for the caller. */
    static boolean uninterrupted(BooleanSupplier call) {
        boolean interrupted = Thread.interrupted();
        try {
            return call.getAsBoolean();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean isOver(long startedNanos, long timeoutNanos) {
        return Thread.currentThread().isInterrupted()
                || timeoutNanos != Long.MAX_VALUE && System.nanoTime() - startedNanos >= timeoutNanos;
    }

    /** For a thread that runs a worker: whether it has ended. A replay is told what was seen then. */
    static boolean hasEnded(ForkStack forks, boolean is) {
        return forks.worker().workerForks().sees(WorkerForks.Seen.ENDED, is);
    }

    /** With too little stack for another task it waits for somebody else to run it. */
    private static boolean helped(ForkStack forks) {
        try {
            return forks.help();
        } catch (StackOverflowError e) {
            return false;
        }
    }
}
