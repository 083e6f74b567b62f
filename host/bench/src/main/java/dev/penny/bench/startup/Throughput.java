package dev.penny.bench.startup;

import java.util.Arrays;
import java.util.List;

/**
 * How many results per second a job delivered, over time.
 *
 * @param perSecond one figure per {@link #STEP_MILLIS}, each over the window that ends there
 */
record Throughput(double[] perSecond) {

    static final int STEP_MILLIS = 100;
    private static final int WINDOW_STEPS = 5;
    /** One lucky window is not a peak. */
    private static final double PEAK_QUANTILE = 0.9;
    private static final double WARM = 0.8;

    /** The throughput of a job whose results arrived at these times. */
    static Throughput of(List<Double> arrivalMillis) {
        // The last step is not full.
        int steps = (int) (arrivalMillis.getLast() / STEP_MILLIS);
        int[] counts = new int[steps + 1];
        arrivalMillis.forEach(millis -> counts[Math.min(steps, (int) (millis / STEP_MILLIS))]++);
        double[] perSecond = new double[steps];
        for (int step = 0; step < steps; step++) {
            int first = Math.max(0, step - WINDOW_STEPS + 1);
            int sum = Arrays.stream(counts, first, step + 1).sum();
            perSecond[step] = sum * 1000.0 / ((step + 1 - first) * STEP_MILLIS);
        }
        return new Throughput(perSecond);
    }

    /** The rate that a tenth of all windows reach. */
    double peak() {
        return Quantiles.of(Arrays.stream(perSecond).boxed().toList(), PEAK_QUANTILE);
    }

    /** When 80 % of the peak were reached first, since the start of the command. */
    double warmMillis() {
        double wanted = WARM * peak();
        int step = 0;
        while (perSecond[step] < wanted) {
            step++;
        }
        return (step + 1.0) * STEP_MILLIS;
    }
}
