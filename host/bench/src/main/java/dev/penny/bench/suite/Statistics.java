package dev.penny.bench.suite;

import java.util.Arrays;

/** Order statistics of a few numbers. */
public final class Statistics {

    private Statistics() { }

    /** The number below which half of the values lie; between two values, their mean. */
    public static double median(double... values) {
        return quantile(0.5, values);
    }

    /**
     * The value below which the share {@code p} of the values lies, linear between neighbours (definition 7 of Hyndman and Fan 1996).
     *
     * @throws IllegalArgumentException no values, one that is not finite, or {@code p} outside of 0..1
     */
    public static double quantile(double p, double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no quantile of nothing: p=" + p);
        }
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("share out of range: p=%s, min=0, max=1".formatted(p));
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        if (!Double.isFinite(sorted[0]) || !Double.isFinite(sorted[sorted.length - 1])) {
            throw new IllegalArgumentException("not finite: values=" + Arrays.toString(values));
        }
        double position = p * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    /** How far the slowest of the faster three quarters is above the fastest, as a share of the fastest. */
    public static double spread(double... values) {
        double fastest = quantile(0, values);
        if (fastest <= 0) {
            throw new IllegalArgumentException("times are above 0: fastest=" + fastest);
        }
        return quantile(0.75, values) / fastest - 1;
    }
}
