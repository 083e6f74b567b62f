package dev.penny.internal.engine;

import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * The edges of a {@link LiveWindow} while decisions are logged. In linear memory it would depend on the moment whether an edge still meets its
 * predecessor, on a thread that is no worker and whose decisions nobody logs. So every node tells when it has ended, and what waits for
 * nothing more is queued by its name, as if it were submitted then: when that happens is no decision, and who takes it is one.
 *
 * <p>Of several predecessors that were not done the oldest is the cause, whichever was first.
 *
 * <p><b>Threads:</b> any.
 */
final class LoggedEdges {

    private static final long NOBODY = Long.MAX_VALUE;
    private static final int UNDER_WAY = -1;

    private final LiveGraph graph;
    private final CoreMemory memory;
    /** By slot. */
    private final Entry[] entries;

    /** A node that waits for another one. */
    private record Edge(Entry successor, int argument, boolean anyway) { }

    private static final class Entry {
        private final int node;
        private final List<Edge> edges = new ArrayList<>();
        private long number;
        private Placement placement;
        private int state;
        private long cause;

        private Entry(int node) {
            this.node = node;
        }
    }

    /** @param slots nodes lie {@code stride} bytes from each other, the first at {@code slab} */
    LoggedEdges(LiveGraph graph, CoreMemory memory, int slab, int stride, int slots) {
        this.graph = graph;
        this.memory = memory;
        this.entries = new Entry[slots];
        for (int slot = 0; slot < slots; slot++) {
            entries[slot] = new Entry(slab + slot * stride);
        }
    }

    private Entry entry(long number) {
        return entries[(int) number & entries.length - 1];
    }

    /** Connects a node that was written, with one more to arrive than it has predecessors, and lets it go. */
    void issue(long number, LiveNode draft) {
        Entry node = entry(number);
        int arrived = 1;
        synchronized (this) {
            node.number = number;
            node.placement = draft.terms().placement();
            node.state = UNDER_WAY;
            node.cause = NOBODY;
            for (int edge = 0; edge < draft.edgeCount(); edge++) {
                Entry from = entry(draft.predecessor(edge));
                Edge made = new Edge(node, draft.edgeArgument(edge), draft.anyway(edge));
                if (from.state == UNDER_WAY) {
                    from.edges.add(made);
                } else {
                    bring(from, made);
                    arrived++;
                }
            }
            if (draft.isDead()) {
                graph.poison(node.node);
            }
        }
        graph.arrive(node.node, arrived, node.placement);
    }

    /** A node has ended; its result is there. On the worker that ended it. */
    void ended(int slot, int state) {
        Entry node = entries[slot];
        List<Edge> waiting;
        synchronized (this) {
            node.state = state;
            waiting = List.copyOf(node.edges);
            node.edges.clear();
            waiting.forEach(edge -> bring(node, edge));
        }
        waiting.forEach(edge -> graph.arrive(edge.successor().node, 1, edge.successor().placement));
    }

    /** What a predecessor that has ended has for its successor: a result, or the reason why that is skipped. */
    private void bring(Entry from, Edge edge) {
        Entry to = edge.successor();
        if (from.state != CoreLayout.FRAME_STATE_DONE) {
            if (!edge.anyway()) {
                if (from.number < to.cause) {
                    to.cause = from.number;
                    memory.storeSeqCst(to.node + CoreLayout.NODE_CAUSE, from.node);
                }
                graph.poison(to.node);
            }
        } else if (edge.argument() != 0) {
            memory.putLong(to.node + CoreLayout.NODE_ARGS + 8 * (edge.argument() - 1), memory.getLong(from.node + CoreLayout.NODE_RESULT));
        }
    }
}
