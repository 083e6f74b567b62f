package dev.penny.internal.backend;

import dev.penny.spi.ThreadBackend.WorkerBody;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One worker's place in a crew: a state machine in one atomic word that decides who runs the body and that no unpark is lost.
 *
 * <pre>
 *              claim              begin                claim
 *   IDLE  ------------> QUEUED ---------> RUNNING ------------> NOTIFIED
 *     ^                  |  ^                |  ^                  |
 *     +---- refused -----+  +-- requeue -----+  +--- park, renew --+
 *     +------------- park -------------------+
 *   IDLE, QUEUED -- leave --> CLOSED      RUNNING, NOTIFIED -- leave --> LEAVING -- park, close --> CLOSED
 * </pre>
 *
 * <p>Invariants: the body is touched only by the thread that took the slot from QUEUED to RUNNING, until it takes it to IDLE, QUEUED
 * or CLOSED. A claim in QUEUED needs nothing because the run is still to come; a claim in RUNNING leaves NOTIFIED behind, and
 * {@link #park} refuses to park over it. Every claim is a read-modify-write even where the state stays, so that what the claimer
 * wrote before is visible to the run that follows.
 */
final class WorkerSlot {

    private static final int IDLE = 0;
    private static final int QUEUED = 1;
    private static final int RUNNING = 2;
    private static final int NOTIFIED = 3;
    private static final int LEAVING = 4;
    private static final int CLOSED = 5;

    private final WorkerBody body;
    private final AtomicInteger state = new AtomicInteger(IDLE);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Thread runner;

    WorkerSlot(WorkerBody body) {
        this.body = body;
    }

    WorkerBody body() {
        return body;
    }

    /** An unpark. True if the caller must now provide a thread that calls {@link #begin}. */
    boolean claim() {
        for (;;) {
            int seen = state.get();
            int next = switch (seen) {
                case IDLE -> QUEUED;
                case RUNNING -> NOTIFIED;
                default -> seen;
            };
            if (state.compareAndSet(seen, next)) {
                return seen == IDLE;
            }
        }
    }

    /** There was no thread to be had for a claim: the slot is idle again, unless it was closed meanwhile. */
    void refused() {
        state.compareAndSet(QUEUED, IDLE);
    }

    /** Makes the current thread the runner. False if the slot was closed while it waited for a thread. */
    boolean begin() {
        if (state.compareAndSet(QUEUED, RUNNING)) {
            runner = Thread.currentThread();
            return true;
        }
        return false;
    }

    /** Forgets notifications: the runner is about to run the body again. */
    void renew() {
        state.compareAndSet(NOTIFIED, RUNNING);
    }

    /** True if parking now would only lead to another run. */
    boolean isNotified() {
        return state.get() == NOTIFIED;
    }

    /** The runner steps back in the queue for threads. False if it must stay because the crew is waiting for it. */
    boolean requeue() {
        runner = null;
        for (;;) {
            int seen = state.get();
            if (seen == LEAVING) {
                runner = Thread.currentThread();
                return false;
            }
            if (state.compareAndSet(seen, QUEUED)) {
                return true;
            }
        }
    }

    /** The runner gives the body up until the next claim. False if one came first: then the runner must run the body again. */
    boolean park() {
        runner = null;
        for (;;) {
            int seen = state.get();
            if (seen == LEAVING) {
                close();
                return true;
            }
            int next = seen == NOTIFIED ? RUNNING : IDLE;
            if (state.compareAndSet(seen, next)) {
                if (next == RUNNING) {
                    runner = Thread.currentThread();
                }
                return next == IDLE;
            }
        }
    }

    /** True while nobody has claimed a parked slot. */
    boolean isIdle() {
        return state.get() == IDLE;
    }

    /** The body will never run again. Only by the runner. */
    void close() {
        runner = null;
        state.set(CLOSED);
        closed.countDown();
    }

    /** Asks the slot to close as soon as nobody runs it. */
    void leave() {
        for (;;) {
            int seen = state.get();
            boolean free = seen == IDLE || seen == QUEUED;
            int next = free ? CLOSED : seen == CLOSED ? CLOSED : LEAVING;
            if (state.compareAndSet(seen, next)) {
                if (free) {
                    closed.countDown();
                }
                return;
            }
        }
    }

    /** Waits until the slot is closed; interrupts are kept. */
    void awaitClosed() {
        Uninterruptibly.run(closed::await);
    }

    /** @throws IllegalStateException if the current thread runs this body */
    void refuseOwnThread() {
        if (runner == Thread.currentThread()) {
            throw new IllegalStateException("a worker cannot wait for its own return: worker=" + body.name());
        }
    }
}
