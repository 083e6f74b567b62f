package dev.penny.internal.engine;

import dev.penny.api.PennyException;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.HostFrames;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * A run of items of one function in one bulk frame: one block of argument memory with a record per item, which workers split among
 * themselves. The block's layout is docs/abi.md, "bulk block".
 */
final class BulkChunk implements FrameOwner {

    /** Takes the results out of a finished chunk, on the worker that finished it. */
    @FunctionalInterface
    interface Reader {
        /** Item {@code item} is done; its result is in {@code record}. */
        void done(int item, CoreMemory memory, int record);

        /** All items are done; records are {@code stride} apart. */
        default void allDone(int count, CoreMemory memory, int firstRecord, int stride) {
            int record = firstRecord;
            for (int item = 0; item < count; item++, record += stride) {
                done(item, memory, record);
            }
        }
    }

    /** Chunks are large only when their items are cheap, so a fine-grained look around would cost more than it balances. */
    private static final int PARTS_MIN = 64;
    private static final int GRAIN_MAX = 64;

    private final Scheduler scheduler;
    private final LoadedFunction<?> function;
    private final Terms terms;
    private final int count;
    private final int blockBytes;
    private final Reader reader;
    private final CountDownLatch finished = new CountDownLatch(1);
    private final ConcurrentHashMap<Integer, PennyException> failures = new ConcurrentHashMap<>(0);
    private final long startedNanos = System.nanoTime();
    private volatile long elapsedNanos;
    private volatile PennyException abandoned;
    private volatile PennyException cancelled;
    private int blockRef;
    private int frameIndex = HostFrames.NONE;
    /** Its name in a log, 0 if there is none. Written before it is submitted. */
    private long ticket;

    BulkChunk(Scheduler scheduler, LoadedFunction<?> function, Terms terms, int count, long argumentBytes, Reader reader) {
        this.scheduler = scheduler;
        this.function = function;
        this.terms = terms;
        this.count = count;
        this.blockBytes = Math.toIntExact(blockBytes(function, count, argumentBytes));
        this.reader = reader;
    }

    void name(long given) {
        ticket = given;
    }

    long ticket() {
        return ticket;
    }

    /** Argument memory for this many items. */
    static long blockBytes(LoadedFunction<?> function, int count, long argumentBytes) {
        return CoreLayout.BLOCK_BYTES + (count + 7L & -8L) + (long) count * function.marshaller().recordBytes() + argumentBytes;
    }

    int count() {
        return count;
    }

    int blockBytes() {
        return blockBytes;
    }

    /** Writes the block's header; the caller writes the records. */
    void place(int ref) {
        blockRef = ref;
        CoreMemory memory = scheduler.memory();
        memory.clear(ref, recordsRef() - ref);
        memory.putInt(ref + CoreLayout.BLOCK_COUNT, count);
        memory.putInt(ref + CoreLayout.BLOCK_STRIDE_BYTES, strideBytes());
        memory.putInt(ref + CoreLayout.BLOCK_SLOT, function.slot());
        memory.putInt(ref + CoreLayout.BLOCK_FLAGS, function.frameFlags());
        memory.putInt(ref + CoreLayout.BLOCK_STATUSES_REF, ref + CoreLayout.BLOCK_BYTES);
        memory.putInt(ref + CoreLayout.BLOCK_RECORDS_REF, recordsRef());
        memory.putInt(ref + CoreLayout.BLOCK_GRAIN, Math.clamp(count / PARTS_MIN, 1, GRAIN_MAX));
        memory.putInt(ref + CoreLayout.BLOCK_PENDING, count);
    }

    /** The record of an item. */
    int record(int item) {
        return recordsRef() + item * strideBytes();
    }

    /** From one record to the next. */
    int strideBytes() {
        return function.marshaller().recordBytes();
    }

    /** Where block arguments go, behind the records. */
    int argumentsRef() {
        return record(count);
    }

    private int recordsRef() {
        return blockRef + CoreLayout.BLOCK_BYTES + (count + 7 & -8);
    }

    int blockRef() {
        return blockRef;
    }

    LoadedFunction<?> function() {
        return function;
    }

    Terms terms() {
        return terms;
    }

    /** Before the frame is published. */
    synchronized void queued(int index) {
        frameIndex = index;
        if (cancelled != null) {
            cancelItems();
        }
    }

    /** The frame could not be published after all. */
    synchronized void unqueued() {
        frameIndex = HostFrames.NONE;
    }

    /** True, and all items have their outcome, if it was cancelled before it was queued. */
    synchronized boolean endIfCancelled() {
        if (cancelled == null) {
            return false;
        }
        abandon(cancelled);
        return true;
    }

    @Override
    public synchronized void cancel(PennyException cause) {
        if (cancelled == null) {
            cancelled = cause;
        }
        cancelItems();
    }

    private void cancelItems() {
        if (frameIndex != HostFrames.NONE) {
            scheduler.memory().storeSeqCst(blockRef + CoreLayout.BLOCK_CANCELLED, 1);
        }
    }

    boolean isFinished() {
        return finished.getCount() == 0;
    }

    /** Waits, driving the workers if they run on this thread. Interrupts are kept for the caller. */
    void await() {
        Waiter.await(scheduler, this::isFinished, wake -> { }, finished::await);
    }

    /** From submission to completion; for sizing the next chunks. */
    long elapsedNanos() {
        return elapsedNanos;
    }

    /** The failure of an item, or of the whole chunk; {@code null} if it did not fail. */
    PennyException failure(int item) {
        PennyException own = failures.get(item);
        return own != null ? own : abandoned;
    }

    /** True if some item failed. */
    boolean hasFailures() {
        return abandoned != null || !failures.isEmpty();
    }

    @Override
    public void completed(Worker worker, int frame, int state) {
        CoreMemory memory = scheduler.memory();
        if (state == CoreLayout.FRAME_STATE_DONE) {
            reader.allDone(count, memory, recordsRef(), strideBytes());
        } else {
            readByStatus(memory);
        }
        release();
        elapsedNanos = System.nanoTime() - startedNanos;
        finished.countDown();
    }

    private void readByStatus(CoreMemory memory) {
        int statuses = blockRef + CoreLayout.BLOCK_BYTES;
        for (int item = 0; item < count; item++) {
            switch (memory.getByte(statuses + item)) {
                case CoreLayout.ITEM_DONE -> reader.done(item, memory, record(item));
                case CoreLayout.ITEM_CANCELLED -> failures.putIfAbsent(item,
                        cancelled != null ? cancelled : scheduler.lostFailure(function));
                default -> failures.putIfAbsent(item, scheduler.lostFailure(function));
            }
        }
    }

    /** Not while {@link #cancelItems} writes: the block may be another chunk's at once. */
    private synchronized void release() {
        int index = frameIndex;
        frameIndex = HostFrames.NONE;
        scheduler.argumentRegion().free(blockRef, blockBytes);
        scheduler.releaseFrame(index);
    }

    @Override
    public void itemFailed(int item, PennyException cause) {
        failures.put(item, cause);
    }

    @Override
    public void abandon(PennyException cause) {
        abandoned = cause;
        finished.countDown();
    }
}
