package dev.penny.internal.backend;

import dev.penny.spi.ThreadBackend.Crew;
import dev.penny.spi.ThreadBackend.Next;
import dev.penny.spi.ThreadBackend.WorkerBody;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * A crew on somebody else's threads. A worker holds a pool thread only while it has work: when it parks it gives the thread back
 * and queues for one again at its next unpark, and when it says {@link Next#AGAIN} it queues up behind the others. So any number
 * of workers gets along with one thread.
 *
 * <p>The queue is the crew's own, and what is submitted is only "a thread for the head of the queue": executors differ in the order
 * they keep, and some would always prefer the worker that was there last. Invariant: at least as many submissions are on their
 * way as members are queued.
 */
final class PoolCrew implements Crew {

    /** The crew that is submitting on this thread just now: shows an executor that runs what it is given right here. */
    private static final ThreadLocal<PoolCrew> SUBMITTING = new ThreadLocal<>();

    private final Member[] members;
    private final String backend;
    private final Executor executor;
    private final Queue<Member> queue = new ConcurrentLinkedQueue<>();
    private final Runnable threadForHead = this::runHead;

    PoolCrew(String backend, Executor executor, List<? extends WorkerBody> bodies) {
        this.backend = backend;
        this.executor = executor;
        this.members = bodies.stream().map(Member::new).toArray(Member[]::new);
    }

    @Override
    public void unpark(int worker) {
        Member member = members[worker];
        if (member.slot.claim()) {
            queue.add(member);
            try {
                submit();
            } catch (RejectedExecutionException e) {
                // Another submission may have taken this member to a thread; then the one it was meant for has none.
                Member threadless = queue.remove(member) ? member : queue.poll();
                if (threadless != null) {
                    threadless.refuse(e);
                }
            }
        }
    }

    @Override
    public void awaitAllReturned() {
        for (Member member : members) {
            member.slot.refuseOwnThread();
        }
        for (Member member : members) {
            member.slot.leave();
        }
        for (Member member : members) {
            member.slot.awaitClosed();
        }
    }

    /** @throws RejectedExecutionException for every way in which the executor can fail to provide a thread */
    private void submit() {
        SUBMITTING.set(this);
        try {
            executor.execute(threadForHead);
            if (SUBMITTING.get() != this) {
                throw new RejectedExecutionException("it runs tasks on the thread that submits them");
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            throw new RejectedExecutionException(String.valueOf(e.getMessage()), e);
        } finally {
            SUBMITTING.remove();
        }
    }

    private void runHead() {
        if (SUBMITTING.get() == this) {
            SUBMITTING.remove();
            return;
        }
        Member member = queue.poll();
        while (member != null && member.run()) {
            queue.add(member);
            member = submitted() ? null : queue.poll();
        }
    }

    /** False if the executor takes no more: then the queue is served by this thread. */
    private boolean submitted() {
        try {
            submit();
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** One worker. */
    private final class Member {

        private final WorkerSlot slot;

        Member(WorkerBody body) {
            this.slot = new WorkerSlot(body);
        }

        void refuse(RejectedExecutionException cause) {
            slot.refused();
            slot.body().lost(new RejectedExecutionException("the executor refused a worker: backend=%s, worker=%s, reason=%s"
                    .formatted(backend, slot.body().name(), cause.getMessage()), cause));
        }

        /** Runs it until it parks, returns or wants another turn; true if that is queued for now. */
        boolean run() {
            if (!slot.begin()) {
                return false;
            }
            for (;;) {
                switch (attached()) {
                    case RETURN -> {
                        return false;
                    }
                    case PARK -> {
                        if (slot.park()) {
                            return false;
                        }
                    }
                    case AGAIN -> {
                        if (slot.requeue()) {
                            return true;
                        }
                    }
                }
            }
        }

        /** One attachment. */
        private Next attached() {
            WorkerBody body = slot.body();
            Turn turn = new Turn(slot);
            Throwable failure;
            try {
                body.attach();
                failure = Bodies.detachAfter(body, turn);
            } catch (Throwable e) {
                failure = e;
            }
            if (failure != null || turn.next == Next.RETURN) {
                slot.close();
            }
            if (failure != null) {
                body.lost(failure);
                return Next.RETURN;
            }
            return turn.next;
        }
    }

    /** Runs the body as long as giving the thread back would only mean taking it again. */
    private static final class Turn implements Runnable {

        private final WorkerSlot slot;
        private Next next = Next.RETURN;

        Turn(WorkerSlot slot) {
            this.slot = slot;
        }

        @Override
        public void run() {
            do {
                slot.renew();
                next = slot.body().run();
            } while (next == Next.PARK && slot.isNotified());
        }
    }
}
