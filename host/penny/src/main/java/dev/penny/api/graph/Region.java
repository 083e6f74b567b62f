package dev.penny.api.graph;

import java.util.Objects;

/** Bytes that tasks of a {@link Program} reach by themselves; Penny keeps conflicting accesses in program order. */
public interface Region {

    /** For messages. */
    String name();

    /** How many bytes. */
    long sizeBytes();

    /**
     * Some of its bytes.
     *
     * @param from the first
     * @param to behind the last, more than {@code from}
     * @throws IndexOutOfBoundsException not inside the region, or empty
     */
    Range range(long from, long to);

    /** All of its bytes. */
    default Range all() {
        return range(0, sizeBytes());
    }

    /**
     * Bytes of a region.
     *
     * @param from the first
     * @param to behind the last
     */
    record Range(Region region, long from, long to) {
        /** Some bytes; {@link Instruction#reads} and {@link Instruction#writes} refuse those that are not inside the region. */
        public Range {
            Objects.requireNonNull(region, "region");
        }
    }
}
