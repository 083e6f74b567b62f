package dev.penny.internal.backend;

import dev.penny.spi.ThreadBackend.Crew;
import dev.penny.spi.ThreadBackend.Next;
import dev.penny.spi.ThreadBackend.Step;
import dev.penny.spi.ThreadBackend.WorkerBody;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The crew of the replay backend. The threads pass a baton: whoever has it steps its worker, and gives it away after the step, or within it
 * when the task waits. {@link WorkerBody#isDue} says who may take it.
 *
 * <p>All fields are guarded by {@code lock}, which nobody holds while a body runs.
 */
final class ReplayCrew implements Crew {

    private static final long LOOK_MILLIS = 1;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Member> members = new ArrayList<>();
    private Member running;
    private boolean started;
    private boolean leaving;
    /** Grows with whatever may give a worker something to do: an unpark, a step that did something. */
    private long changes;
    private long traceHash;

    ReplayCrew(List<? extends WorkerBody> bodies) {
        bodies.forEach(body -> members.add(new Member(body)));
    }

    @Override
    public void unpark(int worker) {
        lock.lock();
        try {
            if (!started && !leaving) {
                started = true;
                members.forEach(member -> member.thread.start());
            }
            changes++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A task that waits, within a step of the calling worker: others go on until it is this worker's turn. */
    @Override
    public boolean drive(BooleanSupplier done) {
        lock.lock();
        try {
            Member me = running;
            if (me == null || me.thread != Thread.currentThread() || done.getAsBoolean()) {
                return false;
            }
            running = null;
            changes++;
            changed.signalAll();
            await(); // If it is due already, it waits for something from outside: once, and looks again.
            while (running != null || !me.body.isDue()) {
                await();
            }
            running = me;
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void awaitAllReturned() {
        lock.lock();
        try {
            if (running != null && running.thread == Thread.currentThread()) {
                throw new IllegalStateException("a worker cannot wait for its own return: backend=replay");
            }
            leaving = true;
            changed.signalAll();
            if (!started) {
                return;
            }
        } finally {
            lock.unlock();
        }
        for (Member member : members) {
            Uninterruptibly.run(member.thread::join);
        }
    }

    @Override
    public OptionalLong traceHash() {
        lock.lock();
        try {
            return OptionalLong.of(traceHash);
        } finally {
            lock.unlock();
        }
    }

    /** A limit, because a turn may also come from a thread that tells nobody. */
    private void await() {
        boolean interrupted = Thread.interrupted();
        try {
            changed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** One worker and its thread. */
    private final class Member implements Runnable {

        private final WorkerBody body;
        private final Thread thread;
        /** What {@code changes} was when it last found nothing to do. */
        private long seen = -1;

        Member(WorkerBody body) {
            this.body = body;
            this.thread = Thread.ofPlatform().daemon().name(body.name()).inheritInheritableThreadLocals(false).unstarted(this);
        }

        @Override
        public void run() {
            Throwable failure = null;
            try {
                body.attach();
                failure = Bodies.detachAfter(body, this::stepUntilReturn);
            } catch (Throwable e) {
                failure = e;
            }
            if (failure != null) {
                giveBaton(Next.RETURN);
                body.lost(failure);
            }
        }

        private void stepUntilReturn() {
            Next next;
            do {
                takeBaton();
                Step step = body.step();
                next = step.next();
                if (next == Next.AGAIN) {
                    mix(step.trace());
                }
                giveBaton(next);
            } while (next != Next.RETURN);
        }

        private void takeBaton() {
            lock.lock();
            try {
                while (running != null || !leaving && (seen == changes || !body.isDue())) {
                    await();
                }
                seen = changes;
                running = this;
            } finally {
                lock.unlock();
            }
        }

        private void giveBaton(Next next) {
            lock.lock();
            try {
                if (running == this) {
                    running = null;
                }
                if (next == Next.AGAIN) {
                    changes++;
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private void mix(long value) {
            lock.lock();
            try {
                long z = (traceHash ^ value) * 0x9E37_79B9_7F4A_7C15L;
                traceHash = z ^ z >>> 29;
            } finally {
                lock.unlock();
            }
        }
    }
}
