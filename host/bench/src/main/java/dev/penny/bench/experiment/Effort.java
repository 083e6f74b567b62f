package dev.penny.bench.experiment;

import java.time.Duration;

/**
 * How thoroughly an experiment is measured.
 *
 * @param mode for the data
 * @param budget of one experiment; a point that is late still gets {@code roundsMin}
 * @param warmShare the part of a point's time that warms up at most
 * @param roundsMin each with one run of every variant
 * @param roundsMax at most
 */
record Effort(Mode mode, Duration budget, double warmShare, int roundsMin, int roundsMax) {

    /** Fit for publishing: all experiments within 25 minutes and the time for which compilers are waited for. */
    static final Effort FULL = new Effort(Mode.FULL, Duration.ofSeconds(155), 0.5, 7, 31);
    /** To look at: all within 6 minutes. */
    static final Effort QUICK = new Effort(Mode.QUICK, Duration.ofSeconds(30), 0.5, 3, 15);
    /** Only shows that it runs. */
    static final Effort SMOKE = new Effort(Mode.SMOKE, Duration.ZERO, 0, 1, 1);

    /** Which of the efforts. */
    enum Mode {
        /** Fit for publishing. */
        FULL,
        /** Fewer points and rounds. */
        QUICK,
        /** The smallest parameters, once. */
        SMOKE
    }

    /** The parameters of this mode. */
    <T> T pick(T full, T quick, T smoke) {
        return switch (mode) {
            case FULL -> full;
            case QUICK -> quick;
            case SMOKE -> smoke;
        };
    }
}
