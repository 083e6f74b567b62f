package dev.penny.bench.startup;

import java.util.List;

/** Order statistics, linear between two values. */
final class Quantiles {

    private Quantiles() { }

    static double of(List<Double> values, double quantile) {
        List<Double> sorted = values.stream().sorted().toList();
        double place = quantile * (sorted.size() - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.size() - 1);
        return sorted.get(below) + (place - below) * (sorted.get(above) - sorted.get(below));
    }

    static double median(List<Double> values) {
        return of(values, 0.5);
    }
}
