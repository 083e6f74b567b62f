package dev.penny.internal.engine;

/**
 * Makes sure that some stack is left. An overflow inside the core or in the middle of a hand-over would leave it half done; the probe
 * overflows before it, where nothing is lost.
 */
final class StackProbe {

    /** At 48 bytes and more per level some tens of KiB: more than a call into the core and a short chain of Java calls take. */
    private static final int LEVELS = 768;

    /** Some hundreds of KiB: what another worker's step may well take. */
    private static final int LEVELS_OF_A_STEP = 6_144;

    private StackProbe() { }

    /** @throws StackOverflowError if there is little stack left */
    static void require() {
        if (descend(LEVELS, 1, 2, 3) == 0) {
            throw new IllegalStateException("the probe is optimised away");
        }
    }

    /** True if another worker may make a step on top of this stack. */
    static boolean hasRoomForAStep() {
        try {
            return descend(LEVELS_OF_A_STEP, 1, 2, 3) != 0;
        } catch (StackOverflowError e) {
            return false;
        }
    }

    private static long descend(int levels, long a, long b, long c) {
        return levels == 0 ? a | b | c : descend(levels - 1, b, c, a + levels) | a;
    }
}
