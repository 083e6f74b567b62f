package dev.penny.bench.suite.jobs;

/** The generator of the guests' inputs (Marsaglia 2003, 64 bits). */
final class Xorshift {

    private long state = 88_172_645_463_325_252L;

    long next() {
        state = after(state);
        return state;
    }

    /** The state after another, which is not 0. */
    static long after(long state) {
        long x = state;
        x ^= x << 13;
        x ^= x >>> 7;
        return x ^ x << 17;
    }
}
