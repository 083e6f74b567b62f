package dev.penny.internal.core;

/**
 * The host's end of the sleeper mask: whoever clears a worker's bit owes it an unpark, as in {@code pn_idle}.
 *
 * <p><b>Threads:</b> any.
 */
public final class Sleepers {

    /** Nobody sleeps. */
    public static final int NONE = -1;

    private final CoreMemory memory;
    private final int maskRef;
    private final int words;

    /** Over the mask of an initialised core. */
    public Sleepers(CoreMemory memory) {
        this.memory = memory;
        this.maskRef = CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_SLEEPERS;
        this.words = (memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_WORKER_COUNT) + 31) / 32;
    }

    /** Claims one sleeping worker, which the caller must unpark; {@link #NONE} if nobody sleeps. */
    public int claimAny() {
        for (int word = 0; word < words; word++) {
            int ref = maskRef + 4 * word;
            int mask = memory.loadSeqCst(ref);
            while (mask != 0) {
                int bit = Integer.lowestOneBit(mask);
                if ((memory.fetchAndSeqCst(ref, ~bit) & bit) != 0) {
                    return 32 * word + Integer.numberOfTrailingZeros(bit);
                }
                mask = memory.loadSeqCst(ref);
            }
        }
        return NONE;
    }

    /** Whether every worker sleeps, or was not started. */
    public boolean areAll(int workers) {
        for (int word = 0; word < words; word++) {
            int left = workers - 32 * word;
            int all = left >= 32 ? -1 : (1 << left) - 1;
            if (memory.loadSeqCst(maskRef + 4 * word) != all) {
                return false;
            }
        }
        return true;
    }

    /** Whether this worker sleeps. */
    public boolean has(int worker) {
        return (memory.loadSeqCst(maskRef + 4 * (worker >>> 5)) & 1 << worker) != 0;
    }

    /** Whether somebody sleeps, or was not started. */
    public boolean areAny() {
        for (int word = 0; word < words; word++) {
            if (memory.loadSeqCst(maskRef + 4 * word) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Claims this worker if it sleeps; true means that the caller must unpark it. */
    public boolean claim(int worker) {
        int ref = maskRef + 4 * (worker >>> 5);
        int bit = 1 << worker;
        return (memory.loadSeqCst(ref) & bit) != 0 && (memory.fetchAndSeqCst(ref, ~bit) & bit) != 0;
    }
}
