package dev.penny.internal.engine.order;

import java.util.Arrays;
import java.util.Set;

/** Who touched one resource, or one run of bytes, last: the last writer, and those that have read since. */
final class Accesses {

    private static final long[] NONE = {};

    private long writer;
    private long[] readers;
    private int readerCount;

    Accesses() {
        this.writer = Scoreboard.NOBODY;
        this.readers = NONE;
    }

    private Accesses(Accesses other) {
        this.writer = other.writer;
        this.readers = Arrays.copyOf(other.readers, other.readerCount);
        this.readerCount = other.readerCount;
    }

    Accesses copy() {
        return new Accesses(this);
    }

    long writer() {
        return writer;
    }

    /** True if nothing that could still be waited for has touched it. */
    boolean isDead(long oldest) {
        forget(oldest);
        return writer < oldest && readerCount == 0;
    }

    private void forget(long oldest) {
        int kept = 0;
        for (int i = 0; i < readerCount; i++) {
            if (readers[i] >= oldest) {
                readers[kept++] = readers[i];
            }
        }
        readerCount = kept;
    }

    void read(long reader, long oldest, Set<Hazard> kinds, Scoreboard.Edges edges) {
        if (writer >= oldest && writer != reader && kinds.contains(Hazard.READ_AFTER_WRITE)) {
            edges.edge(Hazard.READ_AFTER_WRITE, writer);
        }
        if (readerCount > 0 && readers[readerCount - 1] == reader) {
            return;
        }
        if (readerCount == readers.length) {
            forget(oldest);
            if (2 * readerCount >= readers.length) {
                readers = Arrays.copyOf(readers, Math.max(4, 2 * readers.length));
            }
        }
        readers[readerCount++] = reader;
    }

    /** Tells whom {@code newWriter} waits for; {@link #written} follows. */
    void write(long newWriter, long oldest, Set<Hazard> kinds, Scoreboard.Edges edges) {
        if (kinds.contains(Hazard.WRITE_AFTER_READ)) {
            for (int i = 0; i < readerCount; i++) {
                if (readers[i] >= oldest && readers[i] != newWriter) {
                    edges.edge(Hazard.WRITE_AFTER_READ, readers[i]);
                }
            }
        }
        if (writer >= oldest && writer != newWriter && kinds.contains(Hazard.WRITE_AFTER_WRITE)) {
            edges.edge(Hazard.WRITE_AFTER_WRITE, writer);
        }
    }

    void written(long newWriter) {
        writer = newWriter;
        readerCount = 0;
    }
}
