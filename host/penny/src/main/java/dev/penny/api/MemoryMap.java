package dev.penny.api;

import java.util.List;

/**
 * Where things lie in the core's linear memory; {@code penny layout} prints it.
 *
 * @param regions in the order of their offsets, without gaps
 */
public record MemoryMap(List<Region> regions) {

    /** Copies the list. */
    public MemoryMap {
        regions = List.copyOf(regions);
    }

    /** Size of the whole memory. */
    public long bytes() {
        return regions.isEmpty() ? 0 : regions.getLast().offset() + regions.getLast().bytes();
    }

    /**
     * A part of the memory.
     *
     * @param name what it holds
     * @param offset where it starts
     * @param bytes its size, padding included
     * @param count how many elements it has
     */
    public record Region(String name, long offset, long bytes, long count) { }
}
