package dev.penny.bench.suite;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * A figure that is no comparison.
 *
 * @param name the benchmark
 * @param value what was found
 * @param unit of {@code value}
 * @param curve what it was found from, if it was from a curve
 */
public record Figure(
        @JsonProperty(value = "name", required = true) String name,
        @JsonProperty(value = "value", required = true) double value,
        @JsonProperty(value = "unit", required = true) String unit,
        @JsonProperty(value = "curve", required = true) List<Point> curve) {

    /**
     * A point of a curve.
     *
     * @param x for instance the size of tasks, ns
     * @param y for instance the efficiency
     */
    public record Point(
            @JsonProperty(value = "x", required = true) double x,
            @JsonProperty(value = "y", required = true) double y) { }

    /** Without a curve. */
    static Figure of(String name, double value, String unit) {
        return new Figure(name, value, unit, List.of());
    }
}
