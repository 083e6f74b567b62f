package dev.penny.internal.engine;

import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.Sleepers;
import dev.penny.internal.core.WasmRuntime;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Turns the core's ring every so often: adds to its epoch, or asks the workers to meet for a turn. It rests while all workers sleep; a
 * worker that goes to work starts it again.
 *
 * <p><b>Threads:</b> any.
 */
final class TurnTimer implements AutoCloseable {

    /** Shorter periods than this are waited for in a loop: parking takes about as long. */
    private static final long PARK_MIN_NANOS = 100_000;
    private static final int EPOCH = CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_EPOCH;
    private static final int TURN_ASKED = CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_TURN_ASKED;

    private final CoreMemory memory;
    private final WasmRuntime runtime;
    private final Sleepers sleepers;
    private final int workers;
    private final long periodNanos;
    private final boolean barrier;
    private final RestingThread thread = new RestingThread("penny-ring", this::run);

    TurnTimer(CoreMemory memory, WasmRuntime runtime, Sleepers sleepers, int workers, Duration period, boolean barrier) {
        this.memory = memory;
        this.runtime = runtime;
        this.sleepers = sleepers;
        this.workers = workers;
        this.periodNanos = period.toNanos();
        this.barrier = barrier;
    }

    /** Starts turning, if it does not. For a worker that enters the core. */
    void start() {
        if (thread.claim()) {
            thread.goOn();
        }
    }

    private void run() {
        runtime.context().enter();
        try {
            long next = System.nanoTime() + periodNanos;
            while (!thread.isClosed()) {
                await(next);
                turn();
                if (sleepers.areAll(workers)) {
                    rest();
                    next = System.nanoTime();
                }
                next = Math.max(next + periodNanos, System.nanoTime());
            }
        } finally {
            runtime.context().leave();
        }
    }

    private void await(long deadline) {
        for (long left = deadline - System.nanoTime(); left > 0 && !thread.isClosed(); left = deadline - System.nanoTime()) {
            if (left >= PARK_MIN_NANOS) {
                LockSupport.parkNanos(this, left);
            } else {
                Thread.onSpinWait();
            }
        }
    }

    private void turn() {
        int epoch = memory.loadSeqCst(EPOCH);
        if (barrier) {
            memory.storeSeqCst(TURN_ASKED, epoch + 1);
        } else {
            memory.casSeqCst(EPOCH, epoch, epoch + 1); // Lost: a worker has just turned it.
        }
    }

    /** A worker that leaves its sleep calls {@link #start}, and its bit is clear before it does. */
    private void rest() {
        thread.giveClaimBack();
        if (sleepers.areAll(workers) || !thread.claim()) {
            thread.awaitClaim();
        }
    }

    @Override
    public void close() {
        thread.close();
    }
}
