package dev.penny.internal.core;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The virtual threads on which the blocking tasks of one scheduler run.
 *
 * <p><b>Threads:</b> any.
 */
public final class BlockingThreads {

    private static final ScopedValue<BlockingThreads> CURRENT = ScopedValue.newInstance();

    /** The ends of those that run. */
    private final Set<CompletableFuture<Void>> running = ConcurrentHashMap.newKeySet();
    private volatile boolean unwanted;

    /** Whether the calling thread is one of them. */
    public boolean isOneOfThem() {
        return CURRENT.isBound() && CURRENT.get() == this;
    }

    /** Runs a body on a thread of its own. */
    public void start(String name, Runnable body) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        running.add(end);
        try {
            Thread.ofVirtual().name(name).inheritInheritableThreadLocals(false).start(() -> run(body, end));
        } catch (Throwable e) {
            ended(end);
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
        running.forEach(CompletableFuture::join);
    }

    private void run(Runnable body, CompletableFuture<Void> end) {
        try {
            ScopedValue.where(CURRENT, this).run(body);
        } finally {
            ended(end);
        }
    }

    private void ended(CompletableFuture<Void> end) {
        running.remove(end);
        end.complete(null);
    }
}
