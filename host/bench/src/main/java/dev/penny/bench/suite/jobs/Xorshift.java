package dev.penny.bench.suite.jobs;

/** The generator of the guests' inputs (Marsaglia 2003, 64 bits). */
final class Xorshift {

    private long state = 88_172_645_463_325_252L;

    long next() {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        return state;
    }
}
