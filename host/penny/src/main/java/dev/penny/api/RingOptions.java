package dev.penny.api;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The ring of {@link Policy.MerryGoRound} and {@link Policy.Hybrid}: how large it is, what a worker sees of it, and when it turns.
 * At turn {@code e} worker {@code i} of {@code n} sees the slots {@code ((i + e) * window + j) mod slots} for {@code j < window}.
 *
 * @param slots a power of two, 1 to 4,096 and at least {@code window}; 0: the first power of two from {@code 4 * n * window} on
 * @param window slots that a worker sees at a time, 1 to 4,096
 * @param slotCapacity tasks that a slot holds, a power of two, 1 to 256
 * @param batch tasks that a worker takes at once and runs one after the other, 1 to 64
 * @param period time between two turns, 1 microsecond to 10 seconds, or zero: then only workers that see nothing turn the ring. Below 100
 *               microseconds the timer keeps a processor busy while there is work
 * @param turnSteps on a backend that steps its workers: steps of a worker between two turns of its, 0 to 2^30, 0: none. It has no timer
 * @param barrier true: every worker that is awake and not waiting inside a task arrives before the ring turns. One long task then stops all
 *                workers; made for measuring that
 * @param bias how often a worker looks at its home slot first instead of those that it sees: 0 never, 1 always
 * @param homes home slots of the workers, in their order; empty: worker {@code i} has the first slot that it sees at turn 0. Workers of a
 *              group may share one
 */
public record RingOptions(int slots, int window, int slotCapacity, int batch, Duration period, int turnSteps, boolean barrier, double bias,
                          List<Integer> homes) {

    private static final int SLOTS_MAX = 4_096;
    private static final int SLOT_CAPACITY_MAX = 256;
    private static final int BATCH_MAX = 64;
    private static final int TURN_STEPS_MAX = 1 << 30;
    private static final Duration PERIOD_MIN = Duration.ofNanos(1_000);
    private static final Duration PERIOD_MAX = Duration.ofSeconds(10);

    /** A period of one millisecond, one task per slot, one slot per worker, no bias. */
    public static final RingOptions DEFAULT = new RingOptions(0, 1, 1, 1, Duration.ofMillis(1), 64, false, 0, List.of());

    /** Checks every value. */
    public RingOptions {
        Objects.requireNonNull(period, "period");
        homes = List.copyOf(homes);
        inRange("slots", slots, 0, SLOTS_MAX);
        inRange("window", window, 1, SLOTS_MAX);
        inRange("slotCapacity", slotCapacity, 1, SLOT_CAPACITY_MAX);
        inRange("batch", batch, 1, BATCH_MAX);
        inRange("turnSteps", turnSteps, 0, TURN_STEPS_MAX);
        powerOfTwo("slots", slots);
        powerOfTwo("slotCapacity", slotCapacity);
        if (slots != 0 && slots < window) {
            throw new IllegalArgumentException("fewer slots than a window has: slots=%d, window=%d".formatted(slots, window));
        }
        if (!period.isZero() && (period.compareTo(PERIOD_MIN) < 0 || period.compareTo(PERIOD_MAX) > 0)) {
            throw new IllegalArgumentException("period out of range: value=%s, min=%s, max=%s".formatted(period, PERIOD_MIN, PERIOD_MAX));
        }
        if (!(bias >= 0 && bias <= 1)) {
            throw new IllegalArgumentException("bias out of range: value=%s, min=0, max=1".formatted(bias));
        }
        for (int home : homes) {
            inRange("home", home, 0, SLOTS_MAX - 1);
        }
    }

    /** With another number of slots; 0: chosen from the number of workers. */
    public RingOptions withSlots(int count) {
        return new RingOptions(count, window, slotCapacity, batch, period, turnSteps, barrier, bias, homes);
    }

    /** With another window. */
    public RingOptions withWindow(int count) {
        return new RingOptions(slots, count, slotCapacity, batch, period, turnSteps, barrier, bias, homes);
    }

    /** With another capacity of slots. */
    public RingOptions withSlotCapacity(int tasks) {
        return new RingOptions(slots, window, tasks, batch, period, turnSteps, barrier, bias, homes);
    }

    /** With another batch. */
    public RingOptions withBatch(int tasks) {
        return new RingOptions(slots, window, slotCapacity, tasks, period, turnSteps, barrier, bias, homes);
    }

    /** With another period; zero: no timer. */
    public RingOptions withPeriod(Duration time) {
        return new RingOptions(slots, window, slotCapacity, batch, time, turnSteps, barrier, bias, homes);
    }

    /** With other steps between turns. */
    public RingOptions withTurnSteps(int steps) {
        return new RingOptions(slots, window, slotCapacity, batch, period, steps, barrier, bias, homes);
    }

    /** With or without the barrier. */
    public RingOptions withBarrier(boolean on) {
        return new RingOptions(slots, window, slotCapacity, batch, period, turnSteps, on, bias, homes);
    }

    /** With another bias. */
    public RingOptions withBias(double share) {
        return new RingOptions(slots, window, slotCapacity, batch, period, turnSteps, barrier, share, homes);
    }

    /** With other home slots. */
    public RingOptions withHomes(List<Integer> slotsOfWorkers) {
        return new RingOptions(slots, window, slotCapacity, batch, period, turnSteps, barrier, bias, slotsOfWorkers);
    }

    /** How many slots a ring for so many workers has. */
    public int slotsFor(int workers) {
        return slots != 0 ? slots : Math.min(SLOTS_MAX, Integer.highestOneBit(4 * workers * window - 1) << 1);
    }

    private static void inRange(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("%s out of range: value=%d, min=%d, max=%d".formatted(what, value, min, max));
        }
    }

    private static void powerOfTwo(String what, int value) {
        if ((value & value - 1) != 0) {
            throw new IllegalArgumentException("%s is no power of two: value=%d".formatted(what, value));
        }
    }
}
