package dev.penny.bench.experiment;

import dev.penny.bench.suite.Statistics;
import java.util.Locale;

/** The middle half of some values: median, first and third quartile, and how many values there were. */
record Quartiles(double median, double q1, double q3, int count) {

    /** @throws IllegalArgumentException no values, or one that is not finite */
    static Quartiles of(double... values) {
        return new Quartiles(Statistics.median(values), Statistics.quantile(0.25, values), Statistics.quantile(0.75, values),
                values.length);
    }

    /** As a ratio or another plain number: {@code 0.95 (0.91 to 0.99)}. */
    String text() {
        return "%s (%s to %s)".formatted(number(median), number(q1), number(q3));
    }

    /** Times with a unit: {@code 1.3 us (1.2 to 1.5)}; the quartiles have the unit of the median. */
    String time() {
        Unit unit = Unit.of(median);
        return "%s %s (%s to %s)".formatted(number(median / unit.nanos), unit.text, number(q1 / unit.nanos), number(q3 / unit.nanos));
    }

    /** With three significant digits. */
    static String number(double value) {
        if (value == 0) {
            return "0";
        }
        double size = Math.abs(value);
        int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 2 : size >= 0.01 ? 3 : 4;
        return String.format(Locale.ROOT, size >= 1e4 ? "%,.0f" : "%." + decimals + "f", value);
    }

    /** Nanoseconds with a unit that leaves one to three digits before the point. */
    static String time(double nanos) {
        Unit unit = Unit.of(nanos);
        return number(nanos / unit.nanos) + " " + unit.text;
    }

    private enum Unit {
        NANOSECONDS(1, "ns"), MICROSECONDS(1e3, "us"), MILLISECONDS(1e6, "ms"), SECONDS(1e9, "s");

        private final double nanos;
        private final String text;

        Unit(double nanos, String text) {
            this.nanos = nanos;
            this.text = text;
        }

        static Unit of(double nanos) {
            return nanos < 1e3 ? NANOSECONDS : nanos < 1e6 ? MICROSECONDS : nanos < 1e9 ? MILLISECONDS : SECONDS;
        }
    }
}
