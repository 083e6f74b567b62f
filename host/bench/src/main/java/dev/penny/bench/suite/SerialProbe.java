package dev.penny.bench.suite;

/** Always the same serial work: how much its time varies says how steady the machine is. */
public final class SerialProbe {

    private static final int STEPS = 8_000_000;

    private static volatile long sink;

    static {
        for (int i = 0; i < 5; i++) {
            nanos();
        }
    }

    private SerialProbe() { }

    /** The best of three, so that one interruption does not count, a slower machine does. */
    public static double nanos() {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long start = System.nanoTime();
            sink = steps();
            best = Math.min(best, System.nanoTime() - start);
        }
        return best;
    }

    private static long steps() {
        long x = 88_172_645_463_325_252L;
        for (int i = 0; i < STEPS; i++) {
            x ^= x << 13;
            x ^= x >>> 7;
            x ^= x << 17;
        }
        return x;
    }
}
