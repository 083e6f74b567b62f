package dev.penny.bench.suite;

import java.util.List;

/** A benchmark: the same work done by several sides. */
public interface Job {

    /** The right answer of every run of every side. */
    long expected();

    /** How many measured units one run is: times are given per unit. */
    default long units() {
        return 1;
    }

    /** Tasks of one run on Penny, for counters per task. */
    long tasks();

    /** The sides, in the order in which a round runs them. The ones that are compared most should be neighbours. */
    List<Side> sides(Setup setup);
}
