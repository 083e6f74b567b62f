package dev.penny.internal.core;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The frames in which the host submits work. Each has an owner, the Java object that waits for it. Frames are taken by submitting
 * threads and given back by workers: per stripe one list under a try-lock for the takers and one lock-free list of returned
 * frames, which a taker empties with one exchange, so that the two sides seldom touch the same line.
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

    private static final int LINE_INTS = 32;
    private static final int LOCK = 0;
    private static final int HEAD = 1;
    private static final int TAKEN = 2;
    private static final int RETURNED = LINE_INTS;

    private final CoreMemory memory;
    private final int baseRef;
    private final int count;
    private final int stripes;
    private final AtomicReferenceArray<O> owners;
    /** Links of the lists by frame index; written by whoever holds the frame. */
    private final int[] next;
    /** Which taking of its stripe each frame is in. */
    private final int[] sequence;
    /** Per stripe one line for the takers (lock, head, count) and one for the givers (returned). */
    private final AtomicIntegerArray words;

    /** Reads where the core laid the host frames out; all are free. */
    public HostFrames(CoreMemory memory) {
        this.memory = memory;
        this.baseRef = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_HOST_FRAMES_REF);
        this.count = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_HOST_FRAME_COUNT);
        this.stripes = Math.min(8, Integer.highestOneBit(count));
        this.owners = new AtomicReferenceArray<>(count);
        this.next = new int[count];
        this.sequence = new int[count];
        this.words = new AtomicIntegerArray(2 * LINE_INTS * stripes);
        for (int stripe = 0; stripe < stripes; stripe++) {
            words.set(takers(stripe) + HEAD, NONE);
            words.set(takers(stripe) + RETURNED, NONE);
        }
        for (int index = count - 1; index >= 0; index--) {
            int takers = takers(stripeOf(index));
            next[index] = words.get(takers + HEAD);
            words.set(takers + HEAD, index);
        }
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

    /** Takes a free frame; {@link #NONE} if there is none now. */
    public int take() {
        int start = (int) (Thread.currentThread().threadId() * 0x9E37_79B9L >>> 16);
        for (int attempt = 0; attempt < stripes; attempt++) {
            int index = takeFrom(takers(start + attempt & stripes - 1));
            if (index != NONE) {
                return index;
            }
        }
        return NONE;
    }

    private int takeFrom(int takers) {
        lock(takers);
        try {
            int index = words.getPlain(takers + HEAD);
            if (index == NONE && words.get(takers + RETURNED) != NONE) {
                index = words.getAndSet(takers + RETURNED, NONE);
            }
            if (index != NONE) {
                words.setPlain(takers + HEAD, next[index]);
                words.setPlain(takers + TAKEN, words.getPlain(takers + TAKEN) + 1);
                sequence[index] = words.getPlain(takers + TAKEN);
            }
            return index;
        } finally {
            words.setRelease(takers + LOCK, 0);
        }
    }

    private void lock(int takers) {
        while (!words.compareAndSet(takers + LOCK, 0, 1)) {
            Thread.onSpinWait();
        }
    }

    /**
     * Cancels a frame that no worker has claimed, if it is still this owner's. Under the takers' lock nobody takes a frame of the
     * stripe, so the frame cannot become another owner's in the middle.
     */
    public void cancel(int index, O owner) {
        int takers = takers(stripeOf(index));
        lock(takers);
        try {
            if (owners.getAcquire(index) == owner) {
                memory.casSeqCst(ref(index) + CoreLayout.FRAME_STATE, CoreLayout.FRAME_STATE_READY, CoreLayout.FRAME_STATE_CANCELLED);
            }
        } finally {
            words.setRelease(takers + LOCK, 0);
        }
    }

    /** A number for a taken frame: successive for a thread that submits alone, so that equal programs give equal numbers. */
    public int sequence(int index) {
        return sequence[index];
    }

    /** Gives a frame back; its owner must have been cleared. */
    public void giveBack(int index) {
        int returned = takers(stripeOf(index)) + RETURNED;
        int head = words.get(returned);
        while (true) {
            next[index] = head;
            int witness = words.compareAndExchange(returned, head, index);
            if (witness == head) {
                return;
            }
            head = witness;
        }
    }

    /** Sets who waits for a frame, before it is published. */
    public void setOwner(int index, O owner) {
        owners.setRelease(index, owner);
    }

    /** Who waits for a frame; {@code null} internally for nobody. */
    public O owner(int index) {
        return owners.getAcquire(index);
    }

    /** Takes the owner off a frame; only one caller gets it. */
    public O takeOwner(int index) {
        return owners.getAndSet(index, null);
    }

    /** As {@link #takeOwner}, for the worker that completes the frame: cheaper, and nobody else takes owners while workers run. */
    public O takeOwnerOfCompleted(int index) {
        O owner = owners.getAcquire(index);
        owners.setRelease(index, null);
        return owner;
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

    private int stripeOf(int index) {
        return index & stripes - 1;
    }

    private static int takers(int stripe) {
        return stripe * 2 * LINE_INTS;
    }
}
