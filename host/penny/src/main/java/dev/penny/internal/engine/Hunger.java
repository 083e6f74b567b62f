package dev.penny.internal.engine;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a worker does when it has found nothing, before it sleeps or waits in earnest. Where tasks fork, it beats, so that the busy workers
 * promote a fork at once, and looks on for a moment. Each time is paid for with time that it has worked before: where what it gets by
 * asking is too small to be worth it, it soon stops (decision 0110).
 *
 * <p><b>Threads:</b> the one that runs the worker.
 */
final class Hunger {

    /** Most workers come to their next fork within this time, and falling asleep and being woken takes no less. */
    static final long LOOK_NANOS = 20_000;
    /** What asking costs all others, generously. */
    static final long PRICE_NANOS = 50_000;
    static final long CREDIT_NANOS_MAX = 1_000_000;

    /** The heartbeat as it is seen from here. */
    interface Beats {
        /** Whether tasks fork. */
        boolean isRunning();

        /** Beats at once. */
        void beatAhead();

        /** The worker goes to rest now. */
        void someoneRests();
    }

    private final Supplier<? extends Beats> beats;
    private final LongSupplier nanoTime;
    private long worksSince;
    private long credit;

    Hunger(Supplier<? extends Beats> beats, LongSupplier nanoTime) {
        this.beats = beats;
        this.nanoTime = nanoTime;
        this.worksSince = nanoTime.getAsLong();
    }

    /** The worker goes on, after a rest or for the first time. */
    void rested() {
        worksSince = nanoTime.getAsLong();
    }

    /**
     * True if the worker should go on, false if it should rest, as it has said in the core already.
     *
     * @param found whether there is something for it by now
     */
    boolean finds(BooleanSupplier found) {
        Beats heartbeat = beats.get();
        if (!heartbeat.isRunning()) {
            return false;
        }
        long now = nanoTime.getAsLong();
        credit = Math.min(credit + now - worksSince, CREDIT_NANOS_MAX);
        worksSince = now;
        if (credit >= PRICE_NANOS) {
            credit -= PRICE_NANOS;
            heartbeat.beatAhead();
            do {
                if (found.getAsBoolean()) {
                    rested();
                    return true;
                }
                Thread.onSpinWait();
            } while (nanoTime.getAsLong() - now < LOOK_NANOS);
        }
        heartbeat.someoneRests();
        return false;
    }
}
