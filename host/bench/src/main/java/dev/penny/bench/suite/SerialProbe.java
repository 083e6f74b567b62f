package dev.penny.bench.suite;

/**
 * Always the same serial work: how much its time varies says how steady the machine is. It keeps the execution units of a core busy, so that
 * it also sees whoever works on the core's other hardware thread, on a virtual machine most often a stranger. A single chain of dependent
 * instructions leaves the units idle and hardly notices.
 */
public final class SerialProbe {

    private static final int STEPS = 2_500_000;

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

    /** Six chains that do not depend on each other. */
    private static long steps() {
        long a = 1;
        long b = 2;
        long c = 3;
        long d = 4;
        long e = 5;
        long f = 6;
        for (int i = 0; i < STEPS; i++) {
            a = next(a);
            b = next(b);
            c = next(c);
            d = next(d);
            e = next(e);
            f = next(f);
        }
        return a ^ b ^ c ^ d ^ e ^ f;
    }

    private static long next(long x) {
        long y = x ^ x << 13;
        y ^= y >>> 7;
        return y ^ y << 17;
    }
}
