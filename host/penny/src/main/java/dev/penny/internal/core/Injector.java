package dev.penny.internal.core;

/**
 * The host's end of the injector, the bounded multi-producer queue in linear memory (injector.h states the cell protocol). Nothing
 * here decides anything: a frame is published and, if somebody sleeps, one sleeper is claimed, as {@code pn_idle} does.
 *
 * <p><b>Threads:</b> any.
 */
public final class Injector {

    private final CoreMemory memory;
    private final int tailRef;
    private final int headRef;
    private final int cellsRef;
    private final int capacity;
    private final int sleepersRef;
    private final int sleeperWords;

    /** Reads where the core laid the injector out. */
    public Injector(CoreMemory memory) {
        this.memory = memory;
        int injector = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_INJECTOR_REF);
        this.tailRef = injector + CoreLayout.INJECTOR_TAIL;
        this.headRef = injector + CoreLayout.INJECTOR_HEAD;
        this.cellsRef = injector + CoreLayout.INJECTOR_CELLS;
        this.capacity = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_INJECTOR_CAPACITY);
        this.sleepersRef = CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_SLEEPERS;
        this.sleeperWords = (memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_WORKER_COUNT) + 31) / 32;
    }

    /** How many frames it holds at most. */
    public int capacity() {
        return capacity;
    }

    /** About how many frames wait; exact when nobody pushes or pops. */
    public int size() {
        return memory.loadSeqCst(tailRef) - memory.loadSeqCst(headRef);
    }

    /** Publishes a frame; false if the injector is full. */
    public boolean tryPush(int frame) {
        int tail = memory.loadSeqCst(tailRef);
        while (true) {
            int cell = cellsRef + (tail & capacity - 1) * CoreLayout.CELL_BYTES;
            int lead = memory.loadSeqCst(cell + CoreLayout.CELL_SEQUENCE) - tail;
            if (lead < 0) {
                return false;
            }
            if (lead == 0 && memory.casSeqCst(tailRef, tail, tail + 1)) {
                memory.putInt(cell + CoreLayout.CELL_FRAME, frame);
                // seq_cst: publishes the frame to the popper that loads this sequence, and orders the push before claimSleeper's load.
                memory.storeSeqCst(cell + CoreLayout.CELL_SEQUENCE, tail + 1);
                return true;
            }
            tail = memory.loadSeqCst(tailRef);
        }
    }

    /** Claims one sleeping worker, which the caller must unpark; -1 if nobody sleeps. */
    public int claimSleeper() {
        for (int word = 0; word < sleeperWords; word++) {
            int ref = sleepersRef + 4 * word;
            int mask = memory.loadSeqCst(ref);
            while (mask != 0) {
                int bit = Integer.lowestOneBit(mask);
                if ((memory.fetchAndSeqCst(ref, ~bit) & bit) != 0) {
                    return 32 * word + Integer.numberOfTrailingZeros(bit);
                }
                mask = memory.loadSeqCst(ref);
            }
        }
        return -1;
    }

    /** True while nobody has claimed this sleeping worker. */
    public boolean isSleeping(int worker) {
        return (memory.loadSeqCst(sleepersRef + 4 * (worker >>> 5)) & 1 << worker) != 0;
    }
}
