package dev.penny.bench.suite;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/**
 * A figure that is no comparison.
 *
 * @param name the benchmark
 * @param value what was found
 * @param unit of {@code value}
 * @param curve what it was found from, if it was from a curve
 * @param leftOut what was measured with it and does not count, by name, in the same unit
 */
public record Figure(
        @JsonProperty(value = "name", required = true) String name,
        @JsonProperty(value = "value", required = true) double value,
        @JsonProperty(value = "unit", required = true) String unit,
        @JsonProperty(value = "curve", required = true) List<Point> curve,
        @JsonProperty("leftOut") @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Double> leftOut) {

    /** Most leave nothing out. */
    public Figure {
        curve = List.copyOf(curve);
        leftOut = leftOut == null ? Map.of() : Map.copyOf(leftOut);
    }

    /** With nothing left out. */
    Figure(String name, double value, String unit, List<Point> curve) {
        this(name, value, unit, curve, Map.of());
    }

    /**
     * A point of a curve.
     *
     * @param x for instance the size of tasks, ns
     * @param y for instance the efficiency
     */
    public record Point(
            @JsonProperty(value = "x", required = true) double x,
            @JsonProperty(value = "y", required = true) double y) { }
}
