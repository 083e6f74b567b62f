package dev.penny.bench.suite;

import java.time.Duration;

/**
 * How long one benchmark may take.
 *
 * @param warmup what comes before the measured rounds
 * @param rounds the measured ones, each with one run of every side
 */
public record Plan(Warmup warmup, Rounds rounds) {

    /** Fit for publishing. */
    public static final Plan FULL = new Plan(
            new Warmup(Duration.ofSeconds(8), Duration.ofSeconds(45), Duration.ofMinutes(3)),
            new Rounds(15, 31, Duration.ofSeconds(20), Duration.ofSeconds(10), Duration.ofMillis(20)));

    /** Only shows that it runs. */
    public static final Plan SMOKE = bare(1);

    /** To look at, within about the given time. */
    public static Plan quick(Duration budget) {
        return new Plan(new Warmup(budget.dividedBy(5), budget.multipliedBy(2).dividedBy(5), budget.dividedBy(5)),
                new Rounds(3, 15, budget.multipliedBy(3).dividedBy(10), Duration.ofSeconds(1), Duration.ofMillis(5)));
    }

    /** So many rounds and nothing else. */
    static Plan bare(int rounds) {
        return new Plan(new Warmup(Duration.ZERO, Duration.ZERO, Duration.ZERO),
                new Rounds(rounds, rounds, Duration.ZERO, Duration.ZERO, Duration.ZERO));
    }

    /**
     * @param min at least this long, even if times are steady
     * @param max at most, even if they are not
     * @param settle after that, at most this long until the compilers rest
     */
    public record Warmup(Duration min, Duration max, Duration settle) {

        /** Checks the ranges. */
        public Warmup {
            if (min.compareTo(max) > 0) {
                throw new IllegalArgumentException("out of order: warmup=%s..%s".formatted(min, max));
            }
        }
    }

    /**
     * @param min at least
     * @param max at most
     * @param time no new round after this long, once there are {@code min}
     * @param quiet at most this long before every round until the compilers rest
     * @param run a shorter run is repeated until the measured time is this long
     */
    public record Rounds(int min, int max, Duration time, Duration quiet, Duration run) {

        /** Checks the ranges. */
        public Rounds {
            if (min < 1 || min > max) {
                throw new IllegalArgumentException("out of order: rounds=%d..%d".formatted(min, max));
            }
        }
    }
}
