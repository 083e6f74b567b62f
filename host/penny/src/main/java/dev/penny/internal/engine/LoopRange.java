package dev.penny.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;

/**
 * A part of a parallel loop that one worker goes through. At a beat the upper half of what is left is given away, from the outermost loop
 * first, also while the body is deep inside other forks. A worker looks at the beat after {@code grain} iterations: 64 of a cheap body,
 * each one of a slow body.
 *
 * <p><b>Threads:</b> the worker that runs it.
 */
final class LoopRange implements Callable<Void> {

    private static final long GRAIN_MAX = 64;

    private final Loop loop;
    /** The halves given away, leftmost last. */
    private final List<ClosureJob> halves = new ArrayList<>();
    /** First iteration that has not begun. */
    private long next;
    private long end;

    LoopRange(Loop loop, long from, long to) {
        this.loop = loop;
        this.next = from;
        this.end = to;
    }

    /** What all parts of a loop share. */
    static final class Loop {
        private final Scheduler scheduler;
        private final LongConsumer body;
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Loop(Scheduler scheduler, LongConsumer body) {
            this.scheduler = scheduler;
            this.body = body;
        }

        void failed(Throwable thrown) {
            if (!failure.compareAndSet(null, thrown)) {
                JoinFailures.suppress(failure.get(), thrown);
            }
        }

        /** The first failure; {@code null} if there is none. */
        Throwable failure() {
            return failure.get();
        }
    }

    long remaining() {
        return end - next;
    }

    /** Gives the upper half away; false if there is no room. */
    boolean split(ForkStack forks) {
        long middle = next + (end - next >>> 1);
        ClosureJob upper = new ClosureJob(loop.scheduler.forks().table(), new LoopRange(loop, middle, end));
        if (!forks.give(upper)) {
            return false;
        }
        halves.add(upper);
        end = middle;
        return true;
    }

    @Override
    public Void call() {
        run(Worker.forksOn(loop.scheduler));
        return null;
    }

    /** Runs it and whatever is not taken from it, and waits for the rest. A failure goes to the loop. */
    void run(ForkStack forks) {
        int index = forks.fork(this);
        try {
            iterate(forks);
            awaitHalves(forks);
        } catch (StackOverflowError e) {
            forks.overflowed();
            loop.failed(e);
        } catch (Throwable e) {
            loop.failed(e);
        }
        forks.unwind(index, loop.failure());
    }

    private void iterate(ForkStack forks) {
        long grain = 1;
        while (next < end && loop.failure() == null) {
            long first = next;
            long stop = end - first < grain ? end : first + grain;
            next = stop;
            for (long i = first; i < stop; i++) {
                loop.body.accept(i);
            }
            if (stop < end) {
                grain = forks.pollLoop() ? 1 : Math.min(GRAIN_MAX, 2 * grain);
            }
        }
    }

    private void awaitHalves(ForkStack forks) throws Throwable {
        while (!halves.isEmpty() && loop.failure() == null) {
            ClosureJob upper = halves.getLast();
            forks.await(upper);
            halves.removeLast();
        }
    }

    /** Waits for what was given away, without running what was not begun. */
    void abandon(ForkStack forks, Throwable first) {
        end = next;
        for (ClosureJob upper : halves) {
            forks.cancel(upper);
        }
        while (!halves.isEmpty()) {
            ClosureJob upper = halves.getLast();
            if (upper.frame() != 0) {
                forks.drop(upper, first);
            }
            halves.removeLast();
        }
    }
}
