package dev.penny.internal.engine;

import dev.penny.api.CapacityException;
import dev.penny.internal.core.ArgumentRegion;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Where a graph lies: one block of the argument region with its header, nodes, semaphores, words, roots and constants of bytes or text,
 * and a block for each such constant that has outgrown its place.
 *
 * <p><b>Threads:</b> one at a time, and no worker but in {@link #ref}, {@link #index} and {@link #cancel}: the graph does not run.
 */
final class GraphMemory {

    private final Scheduler scheduler;
    private final CoreMemory memory;
    private final String graph;
    private final GraphShape shape;
    private final int ref;
    private final int bytes;
    /** Nodes with results of bytes or text, which the host frees. */
    private final int[] blockResults;
    private final boolean conditions;
    private final Map<Long, Constant> constants = new HashMap<>();

    /** The place of a constant; {@code own}: not in the graph's block. */
    private record Constant(int ref, int capacity, boolean own) { }

    private GraphMemory(Scheduler scheduler, String graph, GraphShape shape, int ref, int bytes) {
        this.scheduler = scheduler;
        this.memory = scheduler.memory();
        this.graph = graph;
        this.shape = shape;
        this.ref = ref;
        this.bytes = bytes;
        this.blockResults = IntStream.range(0, shape.nodes().size())
                .filter(i -> shape.nodes().get(i).loaded().marshaller().resultIsBlock()).toArray();
        this.conditions = shape.hasConditions();
    }

    /** @throws CapacityException there is no room */
    static GraphMemory place(Scheduler scheduler, String graph, GraphShape shape, List<GraphLimit> limits) {
        long constants = shape.nodes().stream().mapToLong(GraphMemory::constantBytes).sum();
        long bytes = fixedBytes(shape, limits.size()) + constants;
        ArgumentRegion region = scheduler.argumentRegion();
        int ref = bytes > region.sizeBytes() ? ArgumentRegion.NONE : region.allocateLasting((int) bytes);
        if (ref == ArgumentRegion.NONE) {
            throw new CapacityException("no room for a graph in argument memory: graph=%s, bytes=%d, tasks=%d, constantBytes=%d, used=%d, limit=%d"
                    .formatted(graph, bytes, shape.nodes().size(), constants, region.usedBytes(), region.sizeBytes()));
        }
        GraphMemory placed = new GraphMemory(scheduler, graph, shape, ref, (int) bytes);
        placed.write(limits);
        return placed;
    }

    private static long constantBytes(GraphNode node) {
        return node.loaded().marshaller().blockBytes(node.arguments());
    }

    private static long fixedBytes(GraphShape shape, int semaphores) {
        long words = shape.words().length + (long) shape.roots().length;
        return CoreLayout.GRAPH_BYTES + (long) shape.nodes().size() * CoreLayout.NODE_BYTES + (long) semaphores * CoreLayout.SEMAPHORE_BYTES
                + (4 * words + 7 & -8L);
    }

    private void write(List<GraphLimit> limits) {
        int nodes = ref(0);
        int semaphores = ref(shape.nodes().size());
        int words = semaphores + limits.size() * CoreLayout.SEMAPHORE_BYTES;
        int roots = words + 4 * shape.words().length;
        memory.clear(ref, semaphores - ref);
        memory.putInt(ref + CoreLayout.GRAPH_KIND, CoreLayout.KIND_GRAPH);
        memory.putInt(ref + CoreLayout.GRAPH_NODE_COUNT, shape.nodes().size());
        memory.putInt(ref + CoreLayout.GRAPH_NODES_REF, nodes);
        memory.putInt(ref + CoreLayout.GRAPH_EDGES_REF, words);
        memory.putInt(ref + CoreLayout.GRAPH_ROOTS_REF, roots);
        memory.putInt(ref + CoreLayout.GRAPH_ROOT_COUNT, shape.roots().length);
        memory.putInt(ref + CoreLayout.GRAPH_SEMAPHORES_REF, semaphores);
        memory.putInt(ref + CoreLayout.GRAPH_SEMAPHORE_COUNT, limits.size());
        for (GraphLimit limit : limits) {
            memory.putLong(semaphores + limit.index() * CoreLayout.SEMAPHORE_BYTES,
                    (long) limit.permits() << CoreLayout.SEMAPHORE_PERMITS_SHIFT);
        }
        putInts(words, shape.words());
        putInts(roots, shape.roots());
        int constant = ref + (int) fixedBytes(shape, limits.size());
        long ticket = scheduler.graphs().nodeTickets(shape.nodes().size());
        for (GraphNode node : shape.nodes()) {
            constant = write(node, ticket++, constant);
        }
    }

    private void putInts(int to, int[] values) {
        for (int i = 0; i < values.length; i++) {
            memory.putInt(to + 4 * i, values[i]);
        }
    }

    /** Writes a node whose memory is zero; its constants go to {@code block}. Returns what follows them. */
    private int write(GraphNode node, long ticket, int block) {
        int index = node.index();
        int at = ref(index);
        LoadedFunction<?> function = node.loaded();
        memory.putInt(at + CoreLayout.NODE_STATE, CoreLayout.FRAME_STATE_READY);
        memory.putInt(at + CoreLayout.NODE_SLOT, function.slot());
        memory.putInt(at + CoreLayout.NODE_KIND, CoreLayout.KIND_NODE);
        memory.putInt(at + CoreLayout.NODE_PREDECESSORS, shape.predecessors()[index]);
        memory.putInt(at + CoreLayout.NODE_GRAPH, ref);
        memory.putInt(at + CoreLayout.NODE_EDGES, shape.starts()[index]);
        memory.putInt(at + CoreLayout.NODE_EDGES_END, shape.ends()[index]);
        memory.putInt(at + CoreLayout.NODE_PENDING, shape.predecessors()[index]);
        memory.putInt(at + CoreLayout.NODE_FLAGS, flags(node));
        memory.putLong(at + CoreLayout.NODE_TICKET, ticket);
        int next = block;
        for (int i = 0; i < node.arguments().length; i++) {
            if (!(node.arguments()[i] instanceof GraphNode)) {
                int taken = function.marshaller().write(memory, at + CoreLayout.NODE_RESULT, i, next, node.arguments()[i]);
                if (node.arguments()[i] instanceof byte[]) {
                    constants.put(key(node, i), new Constant(next, taken, false));
                }
                next += taken;
            }
        }
        return next;
    }

    private int flags(GraphNode node) {
        return node.loaded().frameFlags() | node.placement().flags() | (node.isCondition() ? CoreLayout.FLAG_CONDITION : 0)
                | node.limits().size() << CoreLayout.FLAG_SEMAPHORES_SHIFT;
    }

    private static long key(GraphNode node, int argument) {
        return (long) node.index() * CoreLayout.ARITY_MAX + argument;
    }

    /** The header. */
    int ref() {
        return ref;
    }

    /** A node. */
    int ref(int index) {
        return ref + CoreLayout.GRAPH_BYTES + index * CoreLayout.NODE_BYTES;
    }

    /** The index of a node. */
    int index(int node) {
        return (node - ref - CoreLayout.GRAPH_BYTES) / CoreLayout.NODE_BYTES;
    }

    /** Gives an argument another value, converted. @throws CapacityException no room for it; nothing has then changed */
    void set(GraphNode node, int argument, Object value) {
        int block = 0;
        if (value instanceof byte[] array) {
            block = room(node, argument, array.length + 7 & -8);
        }
        node.loaded().marshaller().write(memory, ref(node.index()) + CoreLayout.NODE_RESULT, argument, block, value);
    }

    private int room(GraphNode node, int argument, int needed) {
        Constant known = constants.get(key(node, argument));
        if (known.capacity() >= needed) {
            return known.ref();
        }
        int block = scheduler.argumentRegion().allocateLasting(needed);
        if (block == ArgumentRegion.NONE) {
            throw new CapacityException("no room for an argument in argument memory: graph=%s, task=%s, argument=%d, bytes=%d, used=%d, limit=%d"
                    .formatted(graph, node.name(), argument, needed, scheduler.argumentRegion().usedBytes(),
                            scheduler.argumentRegion().sizeBytes()));
        }
        free(known);
        constants.put(key(node, argument), new Constant(block, needed, true));
        return block;
    }

    private void free(Constant constant) {
        if (constant.own()) {
            scheduler.argumentRegion().freeLasting(constant.ref(), constant.capacity());
        }
    }

    /**
     * Makes the nodes ready for a run. The core does it for each node as it comes to it, so that nothing is to be done for most graphs.
     *
     * @param left some nodes may not be as a run leaves them that reaches them all and fails nowhere
     */
    void prepare(boolean traced, boolean left) {
        freeResults();
        memory.putInt(ref + CoreLayout.GRAPH_FLAGS,
                (traced ? CoreLayout.GRAPH_FLAG_TRACED : 0) | (conditions ? CoreLayout.GRAPH_FLAG_WATCHED : 0));
        memory.clear(ref + CoreLayout.GRAPH_ACTIVE, CoreLayout.GRAPH_BYTES - CoreLayout.GRAPH_ACTIVE);
        if (left || conditions) {
            for (int i = 0; i < shape.nodes().size(); i++) {
                int at = ref(i);
                memory.putInt(at + CoreLayout.NODE_STATE, conditions ? CoreLayout.FRAME_STATE_FREE : CoreLayout.FRAME_STATE_READY);
                memory.putInt(at + CoreLayout.NODE_CAUSE, 0);
                memory.putInt(at + CoreLayout.NODE_PENDING, shape.predecessors()[i]);
            }
        }
    }

    /** The node that a condition or a loop started while it was under way, which ended the run; negative if there is none. */
    int conflict() {
        return memory.getInt(ref + CoreLayout.GRAPH_CONFLICT) - 1;
    }

    /** Who runs it, before the frame is published. */
    void setRun(int frame) {
        memory.putInt(ref + CoreLayout.GRAPH_RUN, frame);
    }

    /** What has not started never starts. */
    void cancel() {
        memory.storeSeqCst(ref + CoreLayout.GRAPH_CANCELLED, 1);
    }

    /** Before the core comes to the nodes again: it frees only what it finds there itself. */
    private void freeResults() {
        for (int index : blockResults) {
            int word = ref(index) + CoreLayout.NODE_RESULT;
            int block = CoreMemory.blockRef(memory.getLong(word));
            if (block != 0) {
                memory.putLong(word, 0);
                scheduler.coreModule().freeResult(block);
            }
        }
    }

    /** Gives everything back. The results of a Penny that is closed, or broke, are gone with it. */
    void free() {
        try {
            if (!scheduler.isClosed() && !scheduler.isBroken()) {
                freeResults();
            }
        } catch (RuntimeException e) {
            if (!scheduler.isClosed() && !scheduler.isBroken()) {
                throw e;
            }
        }
        constants.values().forEach(this::free);
        scheduler.argumentRegion().freeLasting(ref, bytes);
    }
}
