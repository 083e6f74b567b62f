package dev.penny.internal.engine;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * A daemon thread that starts when it is first needed and rests when it is not. Whoever needs it claims it; the one whose claim succeeds
 * lets it go on. It gives the claim back before it rests, so that the next one claims it again.
 *
 * <p><b>Threads:</b> {@link #claim}, {@link #goOn}, {@link #isClaimed} and {@link #close} any; the others only the thread itself.
 */
final class RestingThread implements AutoCloseable {

    private final String name;
    private final Runnable body;
    private final AtomicBoolean claimed = new AtomicBoolean();
    private volatile boolean closed;
    private Thread thread;

    /** {@code body} runs until {@link #isClosed}. */
    RestingThread(String name, Runnable body) {
        this.name = name;
        this.body = body;
    }

    /** True if it rested: the caller lets it go on. */
    boolean claim() {
        return !claimed.get() && claimed.compareAndSet(false, true);
    }

    /** After a claim; later it ends a pause that the body makes. */
    void goOn() {
        synchronized (this) {
            if (thread == null && !closed) {
                thread = Thread.ofPlatform().daemon().name(name).inheritInheritableThreadLocals(false).start(body);
                return;
            }
        }
        LockSupport.unpark(thread);
    }

    /** Whether it does not rest, or is about to go on. */
    boolean isClaimed() {
        return claimed.get();
    }

    /** It is about to rest. */
    void giveClaimBack() {
        claimed.set(false);
    }

    /** Rests until it is claimed, or closed. */
    void awaitClaim() {
        while (!claimed.get() && !closed) {
            LockSupport.park(this);
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Ends it and waits until it has ended, or the caller is interrupted. */
    @Override
    public void close() {
        Thread last;
        synchronized (this) {
            closed = true;
            last = thread;
        }
        if (last == null) {
            return;
        }
        LockSupport.unpark(last);
        try {
            last.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
