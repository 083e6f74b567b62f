package dev.penny.internal.engine;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Names for what is submitted while decisions are logged: a number per worker for what its tasks submit, another for all other threads. So
 * a program whose submissions come from one thread and from its tasks names the same ones the same way in every run.
 *
 * <p><b>Threads:</b> any.
 */
final class TicketNames {

    private static final int ORIGIN_SHIFT = 40;
    /** Nodes: bit, then who built the graph, the number of the graph, and that of the node. */
    private static final long NODE = 1L << 62;
    private static final int NODE_ORIGIN_SHIFT = 53;
    private static final int GRAPH_SHIFT = 24;
    private static final long GRAPH_MASK = (1L << NODE_ORIGIN_SHIFT - GRAPH_SHIFT) - 1;

    private final AtomicLong outside = new AtomicLong();
    private final AtomicLong graphsOutside = new AtomicLong();
    /** Each element is its worker's own. */
    private final long[] inside;
    private final long[] graphsInside;

    TicketNames(int workers) {
        inside = new long[workers];
        graphsInside = new long[workers];
    }

    /** The next name for the calling thread; {@code forks} are those of the worker it runs, {@code null} if it runs none. */
    long next(ForkStack forks) {
        if (forks == null) {
            return outside.incrementAndGet();
        }
        int worker = forks.worker().index();
        return (long) (worker + 1) << ORIGIN_SHIFT | ++inside[worker];
    }

    /** The name of the first node of the next graph that the calling thread builds; the others follow. Runs do not tell in it. */
    long nodes(ForkStack forks) {
        long origin = forks == null ? 0 : forks.worker().index() + 1;
        long graph = forks == null ? graphsOutside.incrementAndGet() : ++graphsInside[forks.worker().index()];
        return NODE | origin << NODE_ORIGIN_SHIFT | (graph & GRAPH_MASK) << GRAPH_SHIFT;
    }
}
