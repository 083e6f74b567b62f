package dev.penny.bench.experiment;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One combination of parameters.
 *
 * @param parameters by name, in the order of the columns of the data
 * @param variants makes what is compared there; what the variants run on is closed with the resources
 */
record Point(Map<String, String> parameters, Function<Resources, List<Variant>> variants) {

    /**
     * One of the ways that are compared.
     *
     * @param name as in the data
     * @param trial runs it once
     */
    record Variant(String name, Trial trial) { }

    /** One run of one variant. */
    @FunctionalInterface
    interface Trial {

        /** The column that every trial has: nanoseconds, of the whole run or of a unit of it. */
        String NANOS = "ns";

        /**
         * Does the work, checks its answer and returns what was measured, by column; {@link #NANOS} at least.
         *
         * @throws IllegalStateException the answer is wrong
         */
        Map<String, Double> run();
    }
}
