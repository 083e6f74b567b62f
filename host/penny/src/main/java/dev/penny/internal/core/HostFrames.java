package dev.penny.internal.core;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntPredicate;

/**
 * The frames in which the host submits work. A frame with an owner, the Java object that waits for it, is in use; clearing the owner
 * gives it back. Each stripe is a run of neighbouring frames that its takers go round in order, so that a burst of submissions walks
 * through memory forwards; takers of a stripe exclude each other with a try-lock, givers need no atomic operation but a release store.
 *
 * <p><b>Threads:</b> any.
 *
 * @param <O> the owners' type
 */
public final class HostFrames<O> {

    /** No frame is free. */
    public static final int NONE = -1;

    /** Bytes of small arguments that fit beside the frame. */
    public static final int INLINE_BYTES = CoreLayout.HOST_FRAME_STRIDE - CoreLayout.FRAME_BYTES;

    private static final int STRIPES_MAX = 8;
    /** Ints per stripe in {@link #words}: a line of its own. */
    private static final int LINE_INTS = 32;
    private static final int LOCK = 0;
    private static final int CURSOR = 1;
    private static final int TAKEN = 2;
    /** On the line of a thread's home stripe: where such threads found a frame last. A hint, written without care. */
    private static final int LAST = 3;
    /** Frames come back about in the order they went: if these are in use, so is most of the stripe. */
    private static final int PROBES = 8;

    private final CoreMemory memory;
    private final int baseRef;
    private final int count;
    private final int stripes;
    private final int perStripe;
    private final AtomicReferenceArray<O> owners;
    private final AtomicIntegerArray words;

    /** Reads where the core laid the host frames out; all are free. */
    public HostFrames(CoreMemory memory) {
        this.memory = memory;
        this.baseRef = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_HOST_FRAMES_REF);
        this.count = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_HOST_FRAME_COUNT);
        this.stripes = Math.min(STRIPES_MAX, Integer.highestOneBit(count));
        this.perStripe = (count + stripes - 1) / stripes;
        this.owners = new AtomicReferenceArray<>(count);
        this.words = new AtomicIntegerArray(LINE_INTS * stripes);
    }

    /** How many there are. */
    public int count() {
        return count;
    }

    /** The linear memory reference of a frame. */
    public int ref(int index) {
        return baseRef + index * CoreLayout.HOST_FRAME_STRIDE;
    }

    /** The index of a reference. */
    public int index(int ref) {
        return (ref - baseRef) / CoreLayout.HOST_FRAME_STRIDE;
    }

    /**
     * Takes a free frame for an owner and gives it a ticket: successive numbers for a thread that submits alone, so that equal
     * programs give equal tickets.
     *
     * @return {@link #NONE} if there is none now
     */
    public int take(O owner) {
        int home = (int) (Thread.currentThread().threadId() * 0x9E37_79B9L >>> 16) & stripes - 1;
        int index = takeAround(home, owner, PROBES);
        return index != NONE ? index : takeAround(home, owner, perStripe);
    }

    private int takeAround(int home, O owner, int probes) {
        int last = words.getPlain(home * LINE_INTS + LAST);
        for (int attempt = 0; attempt < stripes; attempt++) {
            int index = takeFrom(home + last + attempt & stripes - 1, owner, probes);
            if (index != NONE) {
                if (attempt > 0) {
                    words.setPlain(home * LINE_INTS + LAST, last + attempt & stripes - 1);
                }
                return index;
            }
        }
        return NONE;
    }

    private int takeFrom(int stripe, O owner, int probes) {
        int line = stripe * LINE_INTS;
        int first = stripe * perStripe;
        int size = Math.clamp(count - first, 0, perStripe);
        lock(line);
        try {
            int cursor = words.getPlain(line + CURSOR);
            for (int tried = 0; tried < Math.min(size, probes); tried++) {
                int index = first + cursor;
                cursor = cursor + 1 == size ? 0 : cursor + 1;
                if (owners.getAcquire(index) == null) {
                    words.setPlain(line + CURSOR, cursor);
                    words.setPlain(line + TAKEN, words.getPlain(line + TAKEN) + 1);
                    memory.putLong(ref(index) + CoreLayout.FRAME_TICKET, Integer.toUnsignedLong(words.getPlain(line + TAKEN)));
                    owners.setRelease(index, owner);
                    return index;
                }
            }
            return NONE;
        } finally {
            words.setRelease(line + LOCK, 0);
        }
    }

    private void lock(int line) {
        while (!words.compareAndSet(line + LOCK, 0, 1)) {
            Thread.onSpinWait();
        }
    }

    /** Gives a frame back: what it holds has been read. */
    public void giveBack(int index) {
        owners.setRelease(index, null);
    }

    /**
     * Keeps a frame from ever running, if it is still this owner's and has not begun.
     *
     * @return false if it has begun, or is not this owner's
     */
    public boolean withdraw(int index, O owner) {
        return withdraw(index, owner, frame -> casToCancelled(frame, CoreLayout.FRAME_STATE_READY));
    }

    /** The same by another way than a plain compare-and-swap of the frame's state; that must not wait. */
    public boolean withdraw(int index, O owner, IntPredicate cas) {
        int line = index / perStripe * LINE_INTS;
        lock(line);
        try {
            return owners.getAcquire(index) == owner && cas.test(ref(index));
        } finally {
            words.setRelease(line + LOCK, 0);
        }
    }

    private boolean casToCancelled(int frame, int from) {
        return memory.casSeqCst(frame + CoreLayout.FRAME_STATE, from, CoreLayout.FRAME_STATE_CANCELLED);
    }

    /**
     * Cancels a frame, if it is still this owner's: one that no worker has claimed never runs, another one is told by its cancelled
     * word. Under the takers' lock nobody takes a frame of the stripe, so the frame cannot become another owner's in the middle.
     */
    public void cancel(int index, O owner) {
        int line = index / perStripe * LINE_INTS;
        lock(line);
        try {
            if (owners.getAcquire(index) == owner && !casToCancelled(ref(index), CoreLayout.FRAME_STATE_READY)
                    && !casToCancelled(ref(index), CoreLayout.FRAME_STATE_READY_AGAIN)) {
                memory.storeSeqCst(ref(index) + CoreLayout.FRAME_CANCELLED, 1);
            }
        } finally {
            words.setRelease(line + LOCK, 0);
        }
    }

    /** Who waits for a frame; {@code null} internally for nobody. */
    public O owner(int index) {
        return owners.getAcquire(index);
    }

    /** Takes this owner off a frame; false if it is another's by now, or nobody's. */
    public boolean takeOwner(int index, O owner) {
        return owners.compareAndSet(index, owner, null);
    }

    /** Takes the owner off a frame, whoever it is; only one caller gets it. For when the scheduler ends. */
    public O takeOwner(int index) {
        return owners.getAndSet(index, null);
    }

    /** True if no frame has an owner. */
    public boolean allFree() {
        for (int index = 0; index < count; index++) {
            if (owners.get(index) != null) {
                return false;
            }
        }
        return true;
    }
}
