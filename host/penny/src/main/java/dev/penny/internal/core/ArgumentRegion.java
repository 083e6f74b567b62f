package dev.penny.internal.core;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The part of linear memory in which the host puts arguments that do not fit a frame, and bulk blocks. First fit over the free
 * ranges, neighbours merge when freed; what lasts, graphs, comes from the far end, so that what goes soon does not lie around it. One
 * lock: it is taken once per chunk or large argument, never per small task.
 *
 * <p><b>Threads:</b> any.
 */
public final class ArgumentRegion {

    /** No room now. */
    public static final int NONE = 0;

    private static final int ALIGNMENT = 128;

    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<Integer, Integer> free = new TreeMap<>();
    private final int sizeBytes;
    private int usedBytes;
    private volatile int lastingBytes;

    /** Reads where the core laid the region out. */
    public ArgumentRegion(CoreMemory memory) {
        int ref = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_ARGS_REF);
        this.sizeBytes = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_ARG_BYTES) / ALIGNMENT * ALIGNMENT;
        free.put(ref, sizeBytes);
    }

    /** How large it is. */
    public int sizeBytes() {
        return sizeBytes;
    }

    /** The largest block that could be allocated if all were free that does not last. */
    public int passingBytes() {
        return sizeBytes - lastingBytes;
    }

    /** Bytes in use. */
    public int usedBytes() {
        lock.lock();
        try {
            return usedBytes;
        } finally {
            lock.unlock();
        }
    }

    /** A block of at least this many bytes, aligned to a line, contents undefined; {@link #NONE} if there is no room now. */
    public int allocate(int bytes) {
        int needed = rounded(bytes);
        lock.lock();
        try {
            for (Map.Entry<Integer, Integer> range : free.entrySet()) {
                if (range.getValue() >= needed) {
                    int ref = range.getKey();
                    int rest = range.getValue() - needed;
                    free.remove(ref);
                    if (rest > 0) {
                        free.put(ref + needed, rest);
                    }
                    usedBytes += needed;
                    return ref;
                }
            }
            return NONE;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #allocate}, for something that stays long; {@link #freeLasting} gives it back. */
    public int allocateLasting(int bytes) {
        int needed = rounded(bytes);
        lock.lock();
        try {
            for (Map.Entry<Integer, Integer> range : free.descendingMap().entrySet()) {
                int rest = range.getValue() - needed;
                if (rest >= 0) {
                    int start = range.getKey();
                    if (rest > 0) {
                        free.put(start, rest);
                    } else {
                        free.remove(start);
                    }
                    usedBytes += needed;
                    lastingBytes += needed;
                    return start + rest;
                }
            }
            return NONE;
        } finally {
            lock.unlock();
        }
    }

    /** Frees a block of {@link #allocateLasting} with the same {@code bytes}. */
    public void freeLasting(int ref, int bytes) {
        lock.lock();
        try {
            lastingBytes -= rounded(bytes);
            free(ref, bytes);
        } finally {
            lock.unlock();
        }
    }

    /** Frees a block of {@link #allocate} with the same {@code bytes}. */
    public void free(int ref, int bytes) {
        int start = ref;
        int size = rounded(bytes);
        lock.lock();
        try {
            usedBytes -= size;
            Map.Entry<Integer, Integer> before = free.lowerEntry(start);
            if (before != null && before.getKey() + before.getValue() == start) {
                free.remove(before.getKey());
                start = before.getKey();
                size += before.getValue();
            }
            Integer after = free.remove(ref + rounded(bytes));
            free.put(start, after == null ? size : size + after);
        } finally {
            lock.unlock();
        }
    }

    private static int rounded(int bytes) {
        return Math.max(ALIGNMENT, bytes + ALIGNMENT - 1 & -ALIGNMENT);
    }
}
