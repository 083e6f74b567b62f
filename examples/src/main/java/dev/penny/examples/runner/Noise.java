package dev.penny.examples.runner;

/** Numbers that look random and are the same on every machine: the finaliser of SplitMix64 over a seed and a position. */
public final class Noise {

    private static final long STEP = 0x9e3779b97f4a7c15L;

    private Noise() { }

    /** 64 bits. */
    public static long bits(long seed, long position) {
        long z = (seed * STEP) ^ ((position + 1) * 0xd1342543de82ef95L);
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** At least 0, below 1. */
    public static double unit(long seed, long position) {
        return (bits(seed, position) >>> 11) * 0x1.0p-53;
    }

    /** At least 0, below {@code bound}. */
    public static int below(int bound, long seed, long position) {
        return (int) Long.remainderUnsigned(bits(seed, position), bound);
    }
}
