package dev.penny.bench.suite;

import java.time.Duration;

/**
 * How long one benchmark may take.
 *
 * @param warmupMin at least this long, even if times are steady
 * @param warmupMax at most, even if they are not
 * @param settleMax after that, at most this long until the compilers rest
 * @param compiledInARound at most this long before every round for the same
 * @param roundsMin at least this many rounds, each with one run of every side
 * @param roundsMax at most
 * @param measure no new round after this long, once there are {@code roundsMin}
 * @param runMin a shorter run is repeated until the measured time is this long
 */
public record Plan(Duration warmupMin, Duration warmupMax, Duration settleMax, Duration compiledInARound,
        int roundsMin, int roundsMax, Duration measure, Duration runMin) {

    /** Fit for publishing. */
    public static final Plan FULL = new Plan(Duration.ofSeconds(8), Duration.ofSeconds(45), Duration.ofMinutes(3),
            Duration.ofSeconds(10), 15, 31, Duration.ofSeconds(20), Duration.ofMillis(20));

    /** To look at, within about the given time. */
    public static Plan quick(Duration budget) {
        return new Plan(budget.dividedBy(5), budget.multipliedBy(2).dividedBy(5), budget.dividedBy(5), Duration.ofSeconds(1),
                3, 15, budget.multipliedBy(3).dividedBy(10), Duration.ofMillis(5));
    }

    /** Only shows that it runs. */
    public static final Plan SMOKE = new Plan(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 1, 1, Duration.ZERO, Duration.ZERO);

    /** Checks the ranges. */
    public Plan {
        if (warmupMin.compareTo(warmupMax) > 0 || roundsMin < 1 || roundsMin > roundsMax) {
            throw new IllegalArgumentException("out of order: warmup=%s..%s, rounds=%d..%d"
                    .formatted(warmupMin, warmupMax, roundsMin, roundsMax));
        }
    }
}
