package dev.penny.bench.experiment;

/** Work of a known length that neither touches memory nor can be left out by a compiler. */
final class Work {

    private static final int CALIBRATION_STEPS = 2_000_000;
    private static final double STEPS_PER_NANO = calibrate();

    private Work() { }

    /** A number that depends on every step. */
    static long steps(long seed, long steps) {
        long x = seed | 1;
        for (long i = 0; i < steps; i++) {
            x ^= x << 13;
            x ^= x >>> 7;
            x ^= x << 17;
        }
        return x;
    }

    /** How many steps take about so long on one processor that does nothing else. */
    static long stepsFor(double nanos) {
        return Math.max(1, Math.round(nanos * STEPS_PER_NANO));
    }

    /** The best of some: the first runs are interpreted, others are interrupted. */
    private static double calibrate() {
        long best = Long.MAX_VALUE;
        long sum = 0;
        for (int i = 0; i < 30; i++) {
            long start = System.nanoTime();
            sum += steps(i, CALIBRATION_STEPS);
            best = Math.min(best, System.nanoTime() - start);
        }
        if (sum == 0) {
            throw new IllegalStateException("xorshift of a number that is not 0 is never 0");
        }
        return (double) CALIBRATION_STEPS / best;
    }
}
