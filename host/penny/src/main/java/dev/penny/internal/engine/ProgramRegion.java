package dev.penny.internal.engine;

import dev.penny.api.graph.Region;
import java.util.ArrayList;
import java.util.List;

/**
 * A region, and which of its bytes have no value because the last instruction that should have written them did not end well.
 *
 * <p><b>Threads:</b> its program's.
 */
final class ProgramRegion implements Region {

    private final ProgramRun program;
    private final String name;
    private final long sizeBytes;
    private final int number;
    private List<Missing> missing = List.of();

    private record Missing(long from, long to, Casualties.Casualty casualty) { }

    ProgramRegion(ProgramRun program, String name, long sizeBytes, int number) {
        this.program = program;
        this.name = name;
        this.sizeBytes = sizeBytes;
        this.number = number;
    }

    ProgramRun program() {
        return program;
    }

    /** On the scoreboard. */
    int number() {
        return number;
    }

    /** Why some of the bytes have no value; {@code null} if all have. */
    Casualties.Casualty missing(Range range) {
        for (Missing bytes : missing) {
            if (bytes.from() < range.to() && range.from() < bytes.to()) {
                return bytes.casualty();
            }
        }
        return null;
    }

    /** An instruction was issued that writes these: once it has ended well they have a value. */
    void written(Range range) {
        if (missing.isEmpty()) {
            return;
        }
        List<Missing> left = new ArrayList<>();
        for (Missing bytes : missing) {
            if (bytes.to() <= range.from() || range.to() <= bytes.from()) {
                left.add(bytes);
                continue;
            }
            if (bytes.from() < range.from()) {
                left.add(new Missing(bytes.from(), range.from(), bytes.casualty()));
            }
            if (range.to() < bytes.to()) {
                left.add(new Missing(range.to(), bytes.to(), bytes.casualty()));
            }
        }
        missing = left;
    }

    /** An instruction that should have written these retires; those that later ones write are taken off with {@link #written}. */
    void missed(Range range, Casualties.Casualty casualty) {
        List<Missing> more = new ArrayList<>(missing);
        more.add(new Missing(range.from(), range.to(), casualty));
        missing = more;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public Range range(long from, long to) {
        if (from < 0 || to > sizeBytes || from >= to) {
            throw new IndexOutOfBoundsException("not a range of the region: region=%s, from=%d, to=%d, size=%d"
                    .formatted(name, from, to, sizeBytes));
        }
        return new Range(this, from, to);
    }

    @Override
    public String toString() {
        return name;
    }
}
