package dev.penny.internal.engine.order;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Who touched which bytes last: disjoint runs of bytes, each with its {@link Accesses}; bytes in no run were touched by nobody. */
final class ByteRanges {

    private static final int SWEEP_MIN = 64;

    /** By first byte. */
    private final TreeMap<Long, Run> runs = new TreeMap<>();
    private int sweepAt = SWEEP_MIN;

    private static final class Run {
        private long to;
        private final Accesses accesses;

        Run(long to, Accesses accesses) {
            this.to = to;
            this.accesses = accesses;
        }
    }

    int size() {
        return runs.size();
    }

    void read(long from, long to, long reader, long oldest, Set<Hazard> kinds, Scoreboard.Edges edges) {
        cut(from);
        cut(to);
        fillGaps(from, to);
        runs.subMap(from, to).values().forEach(run -> run.accesses.read(reader, oldest, kinds, edges));
        sweep(oldest);
    }

    /** The bytes become one run. */
    void write(long from, long to, long writer, long oldest, Set<Hazard> kinds, Scoreboard.Edges edges) {
        cut(from);
        cut(to);
        Map<Long, Run> covered = runs.subMap(from, to);
        covered.values().forEach(run -> run.accesses.write(writer, oldest, kinds, edges));
        covered.clear();
        Accesses accesses = new Accesses();
        accesses.written(writer);
        runs.put(from, new Run(to, accesses));
        sweep(oldest);
    }

    /** No run goes across {@code at}. */
    private void cut(long at) {
        Map.Entry<Long, Run> below = runs.lowerEntry(at);
        if (below != null && below.getValue().to > at) {
            runs.put(at, new Run(below.getValue().to, below.getValue().accesses.copy()));
            below.getValue().to = at;
        }
    }

    private void fillGaps(long from, long to) {
        long at = from;
        while (at < to) {
            Map.Entry<Long, Run> next = runs.ceilingEntry(at);
            long gapEnd = next == null ? to : Math.min(to, next.getKey());
            if (gapEnd > at) {
                runs.put(at, new Run(gapEnd, new Accesses()));
            }
            at = next == null ? to : Math.max(gapEnd, next.getValue().to);
        }
    }

    /** Keeps the runs about as many as what is under way needs, at a constant cost per access. */
    private void sweep(long oldest) {
        if (runs.size() >= sweepAt) {
            runs.values().removeIf(run -> run.accesses.isDead(oldest));
            sweepAt = Math.max(SWEEP_MIN, 2 * runs.size());
        }
    }
}
