package dev.penny.internal.backend;

import dev.penny.spi.ThreadBackend.Crew;
import dev.penny.spi.ThreadBackend.Next;
import dev.penny.spi.ThreadBackend.WorkerBody;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * A crew with one thread per worker, made at the worker's first unpark and kept until it returns. A worker that parks keeps its
 * thread and stays attached.
 */
final class ThreadCrew implements Crew {

    private final Member[] members;

    /** @param threads a fresh builder per thread: platform or virtual */
    ThreadCrew(List<? extends WorkerBody> bodies, Supplier<Thread.Builder> threads) {
        members = bodies.stream().map(body -> new Member(body, threads)).toArray(Member[]::new);
    }

    @Override
    public void unpark(int worker) {
        members[worker].unpark();
    }

    @Override
    public void awaitAllReturned() {
        for (Member member : members) {
            member.slot.refuseOwnThread();
        }
        for (Member member : members) {
            member.leave();
        }
        for (Member member : members) {
            member.join();
        }
    }

    /** One worker and its thread. */
    private static final class Member implements Runnable {

        private static final int YIELDS_PER_PARK = 8;

        private final WorkerSlot slot;
        private final Supplier<Thread.Builder> threads;
        private final Object threadLock = new Object();
        private volatile Thread thread;

        Member(WorkerBody body, Supplier<Thread.Builder> threads) {
            this.slot = new WorkerSlot(body);
            this.threads = threads;
        }

        void unpark() {
            if (slot.claim()) {
                Thread existing = thread;
                if (existing != null) {
                    LockSupport.unpark(existing);
                } else {
                    startThread();
                }
            }
        }

        /** The claim makes the caller the only starter; the lock keeps {@link #join} from missing a thread about to exist. */
        private void startThread() {
            synchronized (threadLock) {
                Thread made = threads.get().name(slot.body().name()).inheritInheritableThreadLocals(false).unstarted(this);
                // Before the start: the worker may have parked and been claimed again before start() has returned here.
                thread = made;
                try {
                    made.start();
                } catch (OutOfMemoryError e) {
                    thread = null;
                    slot.refused();
                    slot.body().lost(e);
                }
            }
        }

        void leave() {
            slot.leave();
            Thread existing = thread;
            if (existing != null) {
                LockSupport.unpark(existing);
            }
        }

        void join() {
            slot.awaitClosed();
            synchronized (threadLock) {
                if (thread == null) {
                    return;
                }
            }
            Uninterruptibly.run(thread::join);
        }

        @Override
        public void run() {
            if (!slot.begin()) {
                return;
            }
            Throwable failure = null;
            try {
                slot.body().attach();
                failure = Bodies.detachAfter(slot.body(), this::runUntilReturn);
            } catch (Throwable e) {
                failure = e;
            }
            slot.close();
            if (failure != null) {
                slot.body().lost(failure);
            }
        }

        private void runUntilReturn() {
            int agains = 0;
            for (;;) {
                Next next = slot.body().run();
                if (next == Next.RETURN) {
                    return;
                }
                if (next == Next.AGAIN) {
                    slot.renew();
                    if (Thread.currentThread().isVirtual()) {
                        letOthersRun(++agains);
                    }
                } else if (slot.park() && !awaitClaim()) {
                    return;
                }
            }
        }

        /**
         * Nobody preempts a virtual thread; without this a few busy workers would hold all carriers. A yield leaves the thread in its
         * carrier's own queue, which goes before threads that were started elsewhere, so now and then it really leaves. A wake-up that
         * the short park swallows is not lost: the slot knows of it.
         */
        private static void letOthersRun(int agains) {
            if (agains % YIELDS_PER_PARK == 0) {
                LockSupport.parkNanos(1);
            } else {
                Thread.yield();
            }
        }

        /** False if the slot was closed instead of claimed. */
        private boolean awaitClaim() {
            while (slot.isIdle()) {
                LockSupport.park(this);
                // A task may have left its thread interrupted; then park would return at once and the worker spin.
                Thread.interrupted();
            }
            return slot.begin();
        }
    }
}
