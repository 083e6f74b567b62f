package dev.penny.internal.backend;

import dev.penny.spi.ThreadBackend.Crew;
import dev.penny.spi.ThreadBackend.Step;
import dev.penny.spi.ThreadBackend.WorkerBody;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The crew of the deterministic backend. Whoever waits drives: it steps ready workers, the next one drawn from the seed, until what
 * it waits for has happened. A task that waits for another task drives too, from within its own step; the workers whose steps are
 * on the stack are then left out, since a worker is never entered twice.
 *
 * <p>The driver holds {@code driving}; all fields but the {@code ready} flags belong to it. {@link #unpark} only sets a flag and
 * may come from any thread, but what other threads do is outside the seed.
 */
final class SteppedCrew implements Crew {

    private static final long POLL_MILLIS = 1;

    private final Member[] members;
    private final Member[] candidates;
    private final SplittableRandom random;
    private final ReentrantLock driving = new ReentrantLock();
    private volatile boolean leaving;
    private volatile long traceHash;

    SteppedCrew(List<? extends WorkerBody> bodies, long seed) {
        members = bodies.stream().map(Member::new).toArray(Member[]::new);
        candidates = new Member[members.length];
        random = new SplittableRandom(seed);
    }

    @Override
    public void unpark(int worker) {
        members[worker].ready.set(true);
    }

    @Override
    public boolean drive(BooleanSupplier done) {
        while (!lock()) {
            if (done.getAsBoolean()) {
                return true;
            }
        }
        try {
            return stepUntil(done);
        } finally {
            unlock();
        }
    }

    @Override
    public void awaitAllReturned() {
        if (driving.isHeldByCurrentThread()) {
            throw new IllegalStateException("a worker cannot wait for its own return: backend=deterministic");
        }
        leaving = true;
        driving.lock();
        try {
            while (stepOne()) { }
            for (Member member : members) {
                member.over = true;
            }
        } finally {
            unlock();
        }
    }

    @Override
    public OptionalLong traceHash() {
        return OptionalLong.of(traceHash);
    }

    private boolean stepUntil(BooleanSupplier done) {
        while (!done.getAsBoolean()) {
            // A task that waits within a step needs the others to go on before its worker can return.
            if (leaving && driving.getHoldCount() == 1) {
                return false;
            }
            if (!stepOne()) {
                if (allOver()) {
                    return false;
                }
                // Only another thread can make work now: a blocking task, a cancellation, a deadline.
                Uninterruptibly.run(() -> Thread.sleep(POLL_MILLIS));
            }
        }
        return true;
    }

    /** One step of one ready worker; false if none is ready. */
    private boolean stepOne() {
        int count = 0;
        for (Member member : members) {
            if (!member.over && !member.onStack && member.ready.get()) {
                candidates[count++] = member;
            }
        }
        if (count == 0) {
            return false;
        }
        step(candidates[random.nextInt(count)]);
        return true;
    }

    private void step(Member member) {
        Step step;
        member.onStack = true;
        // Before the step: an unpark during it must not be lost.
        member.ready.set(false);
        try {
            member.attach();
            step = member.body.step();
        } catch (Throwable e) {
            member.over = true;
            member.detach();
            member.body.lost(e);
            return;
        } finally {
            member.onStack = false;
        }
        traceHash = mix(traceHash, step.trace());
        switch (step.next()) {
            case AGAIN -> member.ready.set(true);
            case PARK -> { }
            case RETURN -> member.over = true;
        }
    }

    private static long mix(long hash, long value) {
        long z = (hash ^ value) * 0x9E37_79B9_7F4A_7C15L;
        return z ^ z >>> 29;
    }

    private boolean allOver() {
        for (Member member : members) {
            if (!member.over) {
                return false;
            }
        }
        return true;
    }

    private boolean lock() {
        boolean interrupted = Thread.interrupted();
        try {
            return driving.tryLock(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The outermost driver detaches what it attached: the next one may be another thread. */
    private void unlock() {
        try {
            if (driving.getHoldCount() == 1) {
                for (Member member : members) {
                    member.detach();
                }
            }
        } finally {
            driving.unlock();
        }
    }

    /** One worker. */
    private static final class Member {

        private final WorkerBody body;
        private final AtomicBoolean ready = new AtomicBoolean();
        private boolean attached;
        private boolean onStack;
        private boolean over;

        Member(WorkerBody body) {
            this.body = body;
        }

        void attach() {
            if (!attached) {
                body.attach();
                attached = true;
            }
        }

        void detach() {
            if (attached) {
                attached = false;
                body.detach();
            }
        }
    }
}
