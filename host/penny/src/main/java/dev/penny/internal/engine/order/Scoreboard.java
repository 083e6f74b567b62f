package dev.penny.internal.engine.order;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Derives from what instructions read and write, in program order, which of them must wait for which. Instructions are numbers that
 * grow; those below {@link #retired} have ended and nobody waits for them.
 *
 * <p>An instruction first tells what it reads, then what it writes. The same predecessor may be told several times.
 *
 * <p><b>Threads:</b> one at a time.
 * <p><b>Source:</b> the idea is that of the CDC 6600's scoreboard, with register renaming after Tomasulo; here both are edges of a graph.
 */
public final class Scoreboard {

    /** No instruction. */
    public static final long NOBODY = -1;

    private final Set<Hazard> kinds;
    private final List<Accesses> resources = new ArrayList<>();
    private final List<ByteRanges> regions = new ArrayList<>();
    private long oldest;

    /** Told of every predecessor. */
    @FunctionalInterface
    public interface Edges {
        /** The instruction must wait for {@code predecessor}. */
        void edge(Hazard hazard, long predecessor);
    }

    /** Over all hazards. */
    public Scoreboard() {
        this(EnumSet.allOf(Hazard.class));
    }

    /** Over some hazards only: what is left is wrong on purpose, for tests of the tests. */
    public Scoreboard(Set<Hazard> kinds) {
        this.kinds = Set.copyOf(kinds);
    }

    /** A new thing that is read and written as a whole. */
    public int resource() {
        resources.add(new Accesses());
        return resources.size() - 1;
    }

    /** A new row of bytes. */
    public int region() {
        regions.add(new ByteRanges());
        return regions.size() - 1;
    }

    /** Instructions below this number have ended. */
    public void retired(long below) {
        oldest = below;
    }

    /** Who wrote it last; {@link #NOBODY} if that has retired. */
    public long writer(int resource) {
        long writer = resources.get(resource).writer();
        return writer >= oldest ? writer : NOBODY;
    }

    /** {@code reader} reads a resource. */
    public void read(int resource, long reader, Edges edges) {
        resources.get(resource).read(reader, oldest, kinds, edges);
    }

    /**
     * {@code writer} writes a resource.
     *
     * @param renamed into storage of its own: it waits for nobody, and later readers wait for it alone
     */
    public void write(int resource, long writer, boolean renamed, Edges edges) {
        Accesses accesses = resources.get(resource);
        if (!renamed) {
            accesses.write(writer, oldest, kinds, edges);
        }
        accesses.written(writer);
    }

    /** {@code reader} reads the bytes {@code from..to}, {@code to} excluded. */
    public void read(int region, long from, long to, long reader, Edges edges) {
        regions.get(region).read(from, to, reader, oldest, kinds, edges);
    }

    /** {@code writer} writes the bytes {@code from..to}, {@code to} excluded. */
    public void write(int region, long from, long to, long writer, Edges edges) {
        regions.get(region).write(from, to, writer, oldest, kinds, edges);
    }

    /** How many runs of bytes it keeps for a region: bounded by what is under way, not by how much was. */
    int runs(int region) {
        return regions.get(region).size();
    }
}
