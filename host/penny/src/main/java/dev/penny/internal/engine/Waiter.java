package dev.penny.internal.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Waits for a task. A thread that runs a worker of the scheduler does not block: it runs other tasks meanwhile, nested in the task that
 * waits, and so also what it waits for if nobody else does. When there is nothing to run, or the nesting is as deep as the core allows,
 * it gives away what it has forked, then parks for a short while and looks again.
 */
final class Waiter {

    private static final long PAUSE_MIN_NANOS = 20_000;
    private static final long PAUSE_MAX_NANOS = 1_000_000;

    private Waiter() { }

    /** Returns when the task is complete, the time is over or the thread was interrupted; the caller's own wait sorts them out. */
    static void await(Scheduler scheduler, SubmittedTask<?> task, long timeoutNanos) {
        ForkStack forks = Worker.forksOn(scheduler);
        if (hasEnded(forks, task.isDone()) || forks != null && task.runHere(forks)) {
            return;
        }
        await(scheduler, (CompletableFuture<?>) task, timeoutNanos);
    }

    /** The same for a future that this thread cannot complete by running its task. */
    static void await(Scheduler scheduler, CompletableFuture<?> future, long timeoutNanos) {
        await(scheduler, future::isDone, wake -> future.whenComplete((result, failure) -> wake.run()), timeoutNanos);
    }

    /** The same for anything; {@code onDone} is told once, before the first pause, what to run when it is done. */
    static void await(Scheduler scheduler, BooleanSupplier done, Consumer<Runnable> onDone, long timeoutNanos) {
        ForkStack forks = Worker.forksOn(scheduler);
        if (forks == null) {
            scheduler.drive(done);
            return;
        }
        long startedNanos = System.nanoTime();
        long pause = 0;
        boolean told = false;
        while (!hasEnded(forks, done.getAsBoolean()) && !Thread.currentThread().isInterrupted() && System.nanoTime() - startedNanos < timeoutNanos) {
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

    private static boolean hasEnded(ForkStack forks, boolean is) {
        return forks == null ? is : forks.worker().workerForks().sees(WorkerForks.Seen.ENDED, is);
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
