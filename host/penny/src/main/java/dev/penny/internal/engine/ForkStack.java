package dev.penny.internal.engine;

import dev.penny.internal.core.CoreLayout;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.function.IntSupplier;

/**
 * The children that the Java tasks of one worker have forked and not joined. A fork is a store and a look
 * at the heartbeat; when one has passed the worker gives its oldest private child to the core, where others can steal it. A join finds its
 * child still private nearly always and calls it.
 *
 * <p>Entries: a {@link Callable} (the second half of a join), a {@link ForkJob}, a {@link LoopRange} or {@code null} (a child of a scope
 * that has begun). Below {@code given} nothing is private. While the worker runs something else in the middle of a wait, that is true of
 * everything it had before: a job belongs to the task that forked it.
 *
 * <p>A failure, a stack overflow above all, may leave entries above the one that is being joined; whoever joins or fails below unwinds
 * them first. All positions are therefore absolute.
 *
 * <p><b>Threads:</b> the one that runs the worker.
 */
final class ForkStack {

    private static final int OVERFLOW_GAP_MIN = 64;

    /** A child was cancelled before anybody began it. Of its own type, since a child may throw a {@link CancellationException} as well. */
    static final class NeverStarted extends CancellationException {

        private static final long serialVersionUID = 1L;

        NeverStarted() {
            super("the child never started");
        }
    }

    private final Worker worker;
    private final Scheduler scheduler;
    private Object[] jobs = new Object[64];
    private int size;
    private int given;
    /** How deep forks were nested when the stack overflowed; 0 if it did not. */
    private int overflowDepth;
    private int overflowGap;
    /**
     * The scope whose body runs here; {@code null} if there is none, or if something else runs in the middle of it: a half of a join, a
     * loop, a stranger during a wait. Set without a call, for which there may be no stack.
     */
    Scope innermost;

    ForkStack(Worker worker, Scheduler scheduler) {
        this.worker = worker;
        this.scheduler = scheduler;
    }

    Worker worker() {
        return worker;
    }

    int size() {
        return size;
    }

    /** Adds a private child, on top. Returns its position, by which it is joined. */
    int fork(Object job) {
        int index = size;
        if (index == jobs.length) {
            jobs = Arrays.copyOf(jobs, 2 * index);
        }
        jobs[index] = job;
        size = index + 1;
        if (core().beatDue()) {
            giveOldest();
        }
        return index;
    }

    private WorkerForks core() {
        return worker.workerForks();
    }

    /** For loops, which count their own iterations: gives away the oldest child, or a part of the loop, if a beat has passed. */
    boolean pollLoop() {
        boolean due = core().beatDue();
        if (due) {
            giveOldest();
        }
        return due;
    }

    /** Gives the oldest private child to the core; false if there is none, or no room. */
    boolean giveOldest() {
        for (; given < size; given++) {
            Object job = jobs[given];
            if (job instanceof LoopRange range) {
                if (range.remaining() > 1) {
                    return range.split(this);
                }
            } else if (isPrivate(job)) {
                ForkJob child = job instanceof ForkJob known ? known : new ClosureJob(scheduler.forks().table(), (Callable<?>) job);
                if (!give(child)) {
                    return false;
                }
                jobs[given++] = child;
                return true;
            }
        }
        return false;
    }

    private static boolean isPrivate(Object job) {
        return job != null && !(job instanceof ForkJob child && child.frame() != 0);
    }

    /** Makes a frame of a child; false if there is no room, or too little stack to be sure of getting it done. */
    boolean give(ForkJob job) {
        try {
            StackProbe.require();
        } catch (StackOverflowError e) {
            return false;
        }
        if (!job.prepare()) {
            return false;
        }
        int ref = core().alloc(job.slot());
        if (ref == 0) {
            job.released();
            return false;
        }
        job.frame(ref);
        job.place(ref);
        core().push(ref); // If the deque is full, nobody else can take it; it is joined all the same.
        return true;
    }

    // ---- join

    /** True if this child is still private and on top, so that {@link #pop} and a plain call join it. */
    boolean isPrivateTop(int index, Callable<?> child) {
        return jobs[index] == child && size == index + 1;
    }

    /** Joins the child at a position wherever it is, and takes it off. @throws Throwable what the child threw, as it is */
    Object join(int index) throws Throwable {
        unwind(index + 1);
        Object job = jobs[index];
        if (job instanceof ForkJob child && child.frame() != 0) {
            Object value = await(child);
            pop(index);
            return value;
        }
        pop(index);
        return job instanceof ForkJob child ? child.run(this) : ((Callable<?>) job).call();
    }

    /** Keeps a private child from being given away, because it is run now; {@code null} if it is not private. */
    Object take(int index) {
        Object job = jobs[index];
        if (!isPrivate(job)) {
            return null;
        }
        jobs[index] = null;
        return job;
    }

    Object job(int index) {
        return jobs[index];
    }

    /** Takes a joined child off, which is on top. */
    void pop(int index) {
        jobs[index] = null;
        size = index;
        given = Math.min(given, index);
    }

    /** Waits for a child that was given away, or runs it if nobody has begun; releases its frame. */
    Object await(ForkJob job) throws Throwable {
        StackProbe.require();
        int ref = job.frame();
        int state = inNest(() -> core().join(ref));
        if (state == CoreLayout.FRAME_STATE_READY) {
            return job.reclaimed(this);
        }
        return ended(job, state);
    }

    /** Dispatches an un-started frame here and reads its outcome; releases it. */
    Object runFrame(ForkJob job) throws Throwable {
        int ref = job.frame();
        return ended(job, inNest(() -> core().run(ref)));
    }

    private Object ended(ForkJob job, int state) throws Throwable {
        int ref = job.frame();
        try {
            return switch (state) {
                case CoreLayout.FRAME_STATE_DONE -> job.result(worker, ref);
                case CoreLayout.FRAME_STATE_FAILED -> throw job.failure(scheduler.forkFailures().take(ref));
                case CoreLayout.FRAME_STATE_CANCELLED -> throw new NeverStarted();
                default -> throw new IllegalStateException("a join ended in the wrong state: frame=%d, state=%d".formatted(ref, state));
            };
        } finally {
            release(job);
        }
    }

    /** Gives a frame back whose outcome is known or not wanted. */
    void release(ForkJob job) {
        int ref = job.frame();
        job.released();
        job.frame(0);
        core().release(ref);
    }

    /** What runs meanwhile belongs to others: it must not give away what was forked before. */
    private int inNest(IntSupplier wait) {
        int outer = given;
        int base = size;
        Scope outerScope = innermost;
        given = base;
        innermost = null;
        try {
            return wait.getAsInt();
        } finally {
            innermost = outerScope;
            unwind(base);
            given = outer;
        }
    }

    /** Runs one frame of anybody's, nested; false if there was none. */
    boolean help() {
        StackProbe.require();
        return inNest(() -> core().help() ? 1 : 0) != 0;
    }

    // ---- failure

    /** Tells that a child will not be wanted; whether it runs by now is seen when it is joined. */
    void cancel(ForkJob job) {
        if (job.frame() != 0) {
            core().cancel(job.frame());
        }
    }

    /**
     * Ends every child from this position on: private ones never start, the others are waited for. Their failures go into
     * {@code first} as suppressed.
     */
    void unwind(int from, Throwable first) {
        for (int index = from; index < size; index++) {
            if (jobs[index] instanceof ForkJob job) {
                cancel(job);
            }
        }
        while (size > from) {
            int index = size - 1;
            Object job = jobs[index];
            if (job instanceof ForkJob child && child.frame() != 0) {
                drop(child, first);
            } else if (job instanceof LoopRange range) {
                range.abandon(this, first);
            }
            pop(index);
        }
        given = Math.min(given, size);
    }

    private void unwind(int from) {
        if (size > from) {
            unwind(from, null);
        }
    }

    /** Waits for a child that was given away without running it, and releases it. */
    void drop(ForkJob job, Throwable first) {
        StackProbe.require();
        int ref = job.frame();
        int state = inNest(() -> core().join(ref));
        if (state == CoreLayout.FRAME_STATE_READY) {
            release(job);
            return;
        }
        try {
            ended(job, state);
        } catch (StackOverflowError | NeverStarted e) {
            // It is released; an overflow of the child's is no news beside the failure that led here.
        } catch (Throwable e) {
            JoinFailures.suppress(first, e);
        }
    }

    /** Ends every child from this position on after {@code thrown}; what the caller throws. */
    RuntimeException failed(String what, int from, Throwable thrown) {
        if (thrown instanceof StackOverflowError overflow) {
            overflowed();
            unwind(from, overflow);
            if (isTight(from)) {
                throw overflow;
            }
        } else {
            unwind(from, thrown);
        }
        return JoinFailures.of(what, scheduler, thrown);
    }

    /** The stack overflowed while this many children were open. */
    void overflowed() {
        if (overflowDepth == 0) {
            overflowDepth = size;
            overflowGap = OVERFLOW_GAP_MIN;
        }
    }

    /** A message needs some stack. Trying in every join on the way out would cost more than all the rest, so the tries get rarer. */
    private boolean isTight(int index) {
        if (overflowDepth - index < overflowGap && index > 0) {
            return true;
        }
        try {
            StackProbe.require();
            return false;
        } catch (StackOverflowError e) {
            overflowGap *= 2;
            return true;
        }
    }

    int takeOverflowDepth() {
        int depth = overflowDepth;
        overflowDepth = 0;
        return depth;
    }
}
