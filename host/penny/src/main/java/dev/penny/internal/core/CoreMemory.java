package dev.penny.internal.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * The core's linear memory seen from Java. References are unsigned 32-bit offsets, 0 = none; memory is at most 2 GiB - 64 KiB, so
 * they fit a non-negative {@code int}. The access mode is in the method's name; those without one are plain.
 *
 * <p><b>Threads:</b> any. Ordered modes pair with the seq_cst atomics of the core, see docs/memory-model.md.
 */
public final class CoreMemory {

    private static final VarHandle INTS = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final byte[] ZEROS = new byte[4096];

    private final ByteBuffer buffer;

    /** Over the buffer that GraalWasm gives for a shared memory. */
    public CoreMemory(ByteBuffer buffer) {
        this.buffer = Objects.requireNonNull(buffer).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Its fixed size in bytes. */
    public int sizeBytes() {
        return buffer.capacity();
    }

    public int getInt(int ref) {
        return buffer.getInt(ref);
    }

    public void putInt(int ref, int value) {
        buffer.putInt(ref, value);
    }

    public long getLong(int ref) {
        return buffer.getLong(ref);
    }

    public void putLong(int ref, long value) {
        buffer.putLong(ref, value);
    }

    public float getFloat(int ref) {
        return buffer.getFloat(ref);
    }

    public void putFloat(int ref, float value) {
        buffer.putFloat(ref, value);
    }

    public double getDouble(int ref) {
        return buffer.getDouble(ref);
    }

    public void putDouble(int ref, double value) {
        buffer.putDouble(ref, value);
    }

    public byte getByte(int ref) {
        return buffer.get(ref);
    }

    public void putByte(int ref, byte value) {
        buffer.put(ref, value);
    }

    public int loadAcquire(int ref) {
        return (int) INTS.getAcquire(buffer, ref);
    }

    public int loadSeqCst(int ref) {
        return (int) INTS.getVolatile(buffer, ref);
    }

    public void storeSeqCst(int ref, int value) {
        INTS.setVolatile(buffer, ref, value);
    }

    public boolean casSeqCst(int ref, int expected, int value) {
        return INTS.compareAndSet(buffer, ref, expected, value);
    }

    public int fetchAddSeqCst(int ref, int value) {
        return (int) INTS.getAndAdd(buffer, ref, value);
    }

    public int fetchOrSeqCst(int ref, int mask) {
        return (int) INTS.getAndBitwiseOr(buffer, ref, mask);
    }

    public int fetchAndSeqCst(int ref, int mask) {
        return (int) INTS.getAndBitwiseAnd(buffer, ref, mask);
    }

    /** Copies a whole array in. */
    public void putBytes(int ref, byte[] source) {
        buffer.put(ref, source, 0, source.length);
    }

    /** Copies a part of an array in. */
    public void putBytes(int ref, byte[] source, int offset, int length) {
        buffer.put(ref, source, offset, length);
    }

    /** Copies bytes out. */
    public byte[] getBytes(int ref, int length) {
        byte[] bytes = new byte[length];
        buffer.get(ref, bytes);
        return bytes;
    }

    /** Zeroes a range. */
    public void clear(int ref, int length) {
        for (int done = 0; done < length; done += ZEROS.length) {
            buffer.put(ref + done, ZEROS, 0, Math.min(ZEROS.length, length - done));
        }
    }

    /** A little-endian view of a range; it stays valid as long as the memory, the range does not. */
    public ByteBuffer view(int ref, int length) {
        return buffer.slice(ref, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The length half of a {@code bytes} or {@code string} word. */
    public static int blockLength(long word) {
        return (int) word;
    }

    /** The reference half of a {@code bytes} or {@code string} word. */
    public static int blockRef(long word) {
        return (int) (word >>> 32);
    }

    /** Packs a {@code bytes} or {@code string} word. */
    public static long block(int ref, int length) {
        return (long) ref << 32 | length & 0xFFFF_FFFFL;
    }
}
