package dev.penny.internal.core;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The virtual threads on which the blocking tasks of one scheduler run.
 *
 * <p><b>Threads:</b> any.
 */
public final class BlockingThreads {

    private static final ScopedValue<BlockingThreads> CURRENT = ScopedValue.newInstance();

    private final Set<Thread> running = ConcurrentHashMap.newKeySet();
    private volatile boolean unwanted;

    /** Whether the calling thread is one of them. */
    public boolean isOneOfThem() {
        return CURRENT.isBound() && CURRENT.get() == this;
    }

    /** Runs a body on a thread of its own. */
    public void start(String name, Runnable body) {
        Thread made = Thread.ofVirtual().name(name).inheritInheritableThreadLocals(false).unstarted(() -> run(body));
        running.add(made);
        try {
            made.start();
        } catch (Throwable e) {
            running.remove(made);
            throw e;
        }
    }

    /** The scheduler has ended or broken: nobody gets a result any more. */
    public void abandon() {
        unwanted = true;
    }

    /** Whether nobody wants a result of them. */
    public boolean areUnwanted() {
        return unwanted;
    }

    /** Waits until none of them runs. While no worker runs, so that no further one starts. Interrupts are kept for the caller. */
    public void awaitAllEnded() {
        boolean interrupted = false;
        for (Thread thread : running) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Runnable body) {
        try {
            ScopedValue.where(CURRENT, this).run(body);
        } finally {
            running.remove(Thread.currentThread());
        }
    }
}
