package dev.penny.internal.engine;

import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * The timer that adds to the heartbeat word of the core, so that workers promote forks. It rests while no worker asks for the beat, hence
 * costs nothing in a pool that is idle or does not fork; the first poll after that starts it again.
 *
 * <p><b>Threads:</b> any.
 */
final class Heartbeat implements AutoCloseable {

    /** Short against what a thief saves, long against what a promotion costs (PLDI 2018, section 5). */
    private static final Duration PERIOD = Duration.ofNanos(100_000);
    private static final int BEATS_PER_LOOK = 64;

    private final CoreMemory memory;
    private final LongSupplier polls;
    private final AtomicBoolean running = new AtomicBoolean();
    private volatile boolean closed;
    private Thread thread;

    /** @param polls how often workers have asked so far */
    Heartbeat(CoreMemory memory, LongSupplier polls) {
        this.memory = memory;
        this.polls = polls;
    }

    /** Starts beating, if it does not. */
    void start() {
        if (!running.compareAndSet(false, true)) {
            return;
        }
        setTimerWord(1);
        synchronized (this) {
            if (thread == null && !closed) {
                thread = Thread.ofPlatform().daemon().name("penny-heartbeat").inheritInheritableThreadLocals(false).start(this::run);
                return;
            }
        }
        LockSupport.unpark(thread);
    }

    private void run() {
        int beat = CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_HEARTBEAT;
        long seen = polls.getAsLong();
        for (int beats = 1; !closed; beats++) {
            LockSupport.parkNanos(this, PERIOD.toNanos());
            memory.storeSeqCst(beat, memory.loadAcquire(beat) + 1);
            if (beats % BEATS_PER_LOOK == 0) {
                long now = polls.getAsLong();
                if (now == seen) {
                    rest();
                }
                seen = now;
            }
        }
    }

    /** A poll that finds the word cleared starts the timer again; one that came before {@code running} is followed by others. */
    private void rest() {
        setTimerWord(0);
        running.set(false);
        while (!running.get() && !closed) {
            LockSupport.park(this);
        }
    }

    private void setTimerWord(int value) {
        memory.storeSeqCst(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_HEARTBEAT_TIMER, value);
    }

    @Override
    public void close() {
        Thread last;
        synchronized (this) {
            closed = true;
            last = thread;
        }
        if (last != null) {
            LockSupport.unpark(last);
            while (last.isAlive()) {
                try {
                    last.join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }
}
