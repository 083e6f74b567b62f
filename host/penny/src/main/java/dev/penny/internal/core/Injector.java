package dev.penny.internal.core;

/**
 * The host's end of one of the core's bounded queues in linear memory: the injector of a priority, or a worker's mailbox
 * (injector.h states the protocol for producers). Nothing here decides anything: a frame is published.
 *
 * <p><b>Threads:</b> any.
 */
public final class Injector {

    private final CoreMemory memory;
    private final int tailRef;
    private final int headRef;
    private final int cellsRef;
    private final int cells;

    private Injector(CoreMemory memory, int ref) {
        this.memory = memory;
        this.tailRef = ref + CoreLayout.INJECTOR_TAIL;
        this.headRef = ref + CoreLayout.INJECTOR_HEAD;
        this.cellsRef = ref + CoreLayout.INJECTOR_CELLS;
        this.cells = memory.getInt(ref + CoreLayout.INJECTOR_CAPACITY);
    }

    /** The injector of a {@code PRIORITY_*}. */
    public static Injector ofPriority(CoreMemory memory, int priority) {
        return new Injector(memory, global(memory, CoreLayout.GLOBALS_INJECTOR_REF)
                + priority * global(memory, CoreLayout.GLOBALS_INJECTOR_STRIDE));
    }

    /** The mailbox of a worker. */
    public static Injector mailbox(CoreMemory memory, int worker) {
        return new Injector(memory, global(memory, CoreLayout.GLOBALS_MAILBOXES_REF)
                + worker * global(memory, CoreLayout.GLOBALS_MAILBOX_STRIDE));
    }

    private static int global(CoreMemory memory, int offset) {
        return memory.getInt(CoreLayout.GLOBALS_REF + offset);
    }

    /** How many frames the host may have in it at most. */
    public int capacity() {
        return cells;
    }

    /** About how many frames wait; exact when nobody pushes or pops. */
    public int size() {
        return memory.loadSeqCst(tailRef) - memory.loadSeqCst(headRef);
    }

    /** Publishes a frame; false if the queue is full. */
    public boolean tryPush(int frame) {
        int tail = memory.loadSeqCst(tailRef);
        while (true) {
            int cell = cellsRef + (tail & cells - 1) * CoreLayout.CELL_BYTES;
            int lead = memory.loadSeqCst(cell + CoreLayout.CELL_SEQUENCE) - tail;
            if (lead < 0) {
                return false;
            }
            if (lead == 0 && memory.casSeqCst(tailRef, tail, tail + 1)) {
                memory.putInt(cell + CoreLayout.CELL_FRAME, frame);
                // seq_cst: publishes the frame to the popper that loads this sequence, and orders the push before the load of the mask.
                memory.storeSeqCst(cell + CoreLayout.CELL_SEQUENCE, tail + 1);
                return true;
            }
            tail = memory.loadSeqCst(tailRef);
        }
    }
}
