package dev.penny.internal.engine;

import dev.penny.api.CapacityException;
import dev.penny.api.PennyException;
import dev.penny.internal.core.ArgumentRegion;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A window that slides over a row of live nodes: they are issued in order, run in any order their edges allow, and retire in order.
 * Issuing waits while the window is full, so memory is bounded however long the row is.
 *
 * <p>A node has a slot of the window, used again when it has retired. Behind the node lie its incoming edges and its arguments of bytes,
 * in a block of their own if they are long. Edges lie with the successor, which ends after the worker has read them. Only the issuer adds
 * edges, so a predecessor's slot cannot change under it.
 *
 * <p><b>Threads:</b> one issues and retires; workers tell about failures.
 */
final class LiveWindow implements LiveGraph.Owner {

    /** Told of every node, in order. Its results are still there. */
    interface Retirement {
        /**
         * A node retires.
         *
         * @param node where its record is
         * @param state {@code FRAME_STATE_DONE}, {@code FAILED}, {@code CANCELLED}
         */
        void retired(long number, int node, int state);
    }

    private static final int SLOT_BYTES = 512;
    private static final int ROOM_BYTES = SLOT_BYTES - CoreLayout.NODE_BYTES;

    /** So much of the room in a slot is for edges, if blocks could take all of it. */
    private static final int EDGES_MIN_BYTES = 8 * CoreLayout.EDGE_BYTES;

    /** Argument memory beside the slots. */
    private record Room(int ref, int bytes) { }

    private final Scheduler scheduler;
    private final CoreMemory memory;
    private final String name;
    private final int limit;
    private final int slots;
    private final int slabRef;
    private final LiveGraph graph;
    private final Retirement retirement;
    private final LoadedFunction<?>[] functions;
    private final Room[] edgeRooms;
    private final Room[] blockRooms;
    private final AtomicReferenceArray<PennyException> failures;
    /** Instead of edges in linear memory, while decisions are logged. */
    private final Optional<LoggedEdges> logged;
    private volatile PennyException abandoned;
    private boolean closed;
    private long oldest;
    private long next;
    private long waits;
    private int deepest;

    LiveWindow(Scheduler scheduler, String name, int limit, Retirement retirement) {
        this.scheduler = scheduler;
        this.memory = scheduler.memory();
        this.name = name;
        this.limit = limit;
        this.slots = limit == 1 ? 1 : Integer.highestOneBit(limit - 1) << 1;
        this.retirement = retirement;
        this.functions = new LoadedFunction<?>[slots];
        this.edgeRooms = new Room[slots];
        this.blockRooms = new Room[slots];
        this.failures = new AtomicReferenceArray<>(slots);
        this.slabRef = scheduler.submitter().allocateLasting(slots * SLOT_BYTES, name);
        for (int slot = 0; slot < slots; slot++) {
            memory.putInt(slabRef + slot * SLOT_BYTES + CoreLayout.NODE_STATE, CoreLayout.FRAME_STATE_FREE);
        }
        this.graph = new LiveGraph(scheduler, this);
        this.logged = scheduler.isLogged() ? Optional.of(new LoggedEdges(graph, memory, slabRef, SLOT_BYTES, slots)) : Optional.empty();
    }

    /** The number of the node that is issued next. */
    long next() {
        return next;
    }

    /** The first that has not retired. */
    long oldest() {
        return oldest;
    }

    /** How often issuing had to wait for a node to retire. */
    long waits() {
        return waits;
    }

    /** The most that were under way. */
    int deepest() {
        return deepest;
    }

    /** How many slots it has: a power of two, at least its size. */
    int slots() {
        return slots;
    }

    LiveGraph graph() {
        return graph;
    }

    /** Where a node that has not retired, or has just done so, lies. */
    int node(long number) {
        return slabRef + slot(number) * SLOT_BYTES;
    }

    private int slot(long number) {
        return (int) number & slots - 1;
    }

    /** What a node that retires failed with. */
    PennyException failure(long number) {
        return failures.get(slot(number));
    }

    LoadedFunction<?> function(long number) {
        return functions[slot(number)];
    }

    /** The node because of which one that retires was skipped, -1 if there is none. */
    long cause(long number) {
        int cause = memory.getInt(node(number) + CoreLayout.NODE_CAUSE);
        if (cause == 0) {
            return -1;
        }
        // It was issued before this one, and when this was issued its slot was not yet another's.
        int distance = slot(number) - (cause - slabRef) / SLOT_BYTES & slots - 1;
        return number - (distance == 0 ? slots : distance);
    }

    /** What has retired by itself is taken note of, and there is room for one more. */
    void makeRoom() {
        retireEnded();
        if (next - oldest == limit) {
            waits++;
            retire();
        }
    }

    /** Retires what has ended by itself, as far as it is in order. With a log nothing does: what has ended depends on the moment. */
    void retireEnded() {
        while (logged.isEmpty() && oldest < next && hasEnded(oldest)) {
            retireOldest();
        }
    }

    /** Waits for the oldest node and retires it. @throws PennyException the scheduler has ended */
    void retire() {
        long number = oldest;
        awaitEnd(number);
        retireOldest();
    }

    /** Retires all below {@code end}. */
    void retireUntil(long end) {
        while (oldest < end) {
            retire();
        }
    }

    private void retireOldest() {
        long number = oldest;
        int slot = slot(number);
        retirement.retired(number, node(number), memory.getInt(node(number) + CoreLayout.NODE_STATE));
        giveBack(edgeRooms, slot);
        giveBack(blockRooms, slot);
        failures.set(slot, null);
        oldest = number + 1;
    }

    /** A failure is there when its cause is. */
    private boolean hasEnded(long number) {
        int state = memory.loadSeqCst(node(number) + CoreLayout.NODE_STATE);
        return LiveGraph.isFinal(state) && (state != CoreLayout.FRAME_STATE_FAILED || failures.get(slot(number)) != null);
    }

    // ---- issue

    /**
     * Room for the arguments of bytes of the node that is issued next, after {@link #makeRoom}; retires nodes if there is none.
     *
     * @throws CapacityException more than argument memory has
     */
    void reserve(LoadedFunction<?> function, long blockBytes) {
        if (blockBytes <= ROOM_BYTES - EDGES_MIN_BYTES) {
            return;
        }
        ArgumentRegion region = scheduler.argumentRegion();
        if (blockBytes > region.passingBytes()) {
            throw new CapacityException("arguments larger than argument memory: function=%s, bytes=%d, limit=%d"
                    .formatted(function, blockBytes, region.passingBytes()));
        }
        int ref = region.allocate((int) blockBytes);
        while (ref == ArgumentRegion.NONE && oldest < next) {
            retire();
            ref = region.allocate((int) blockBytes);
        }
        blockRooms[slot(next)] = new Room(ref != ArgumentRegion.NONE ? ref : scheduler.submitter().allocate((int) blockBytes, name),
                (int) blockBytes);
    }

    /** Issues a node, after {@link #makeRoom} and {@link #reserve}. Predecessors must not have retired. */
    void issue(LiveNode draft) {
        int slot = slot(next);
        int node = node(next);
        LoadedFunction<?> function = draft.function();
        functions[slot] = function;
        graph.write(node, function, flags(draft), scheduler.graphs().liveTicket(), 1 + draft.edgeCount());
        memory.putInt(node + CoreLayout.NODE_EDGES_END, draft.semaphore());
        int inlineBytes = writeArguments(draft, node, slot);
        if (logged.isPresent()) {
            deepest = Math.max(deepest, (int) (next + 1 - oldest));
            logged.get().issue(next++, draft);
            return;
        }
        int edges = roomForEdges(draft, slot, node + CoreLayout.NODE_BYTES + inlineBytes, ROOM_BYTES - inlineBytes);
        next++;
        deepest = Math.max(deepest, (int) (next - oldest));
        int arrived = 1;
        for (int edge = 0; edge < draft.edgeCount(); edge++) {
            int from = node(draft.predecessor(edge));
            LiveGraph.Link link = edges == ArgumentRegion.NONE ? awaitEnd(draft.predecessor(edge))
                    : graph.link(from, edges + CoreLayout.EDGE_BYTES * edge, node, draft.edgeArgument(edge), draft.anyway(edge));
            if (link == LiveGraph.Link.HAS_ENDED) {
                arrived++;
                take(from, node, draft.edgeArgument(edge), draft.anyway(edge));
            }
        }
        if (draft.isDead()) {
            graph.poison(node, 0);
        }
        graph.arrive(node, arrived, draft.terms().placement());
    }

    private int flags(LiveNode draft) {
        int semaphores = draft.semaphore() == LiveNode.NO_SEMAPHORE ? 0 : 1 << CoreLayout.FLAG_SEMAPHORES_SHIFT;
        return draft.function().frameFlags() | draft.terms().placement().flags() | semaphores
                | (logged.isPresent() ? CoreLayout.FLAG_NOTIFY : 0);
    }

    private LiveGraph.Link awaitEnd(long number) {
        checkAlive();
        if (logged.isPresent() || !hasEnded(number)) {
            graph.await(() -> hasEnded(number));
            checkAlive();
        }
        return LiveGraph.Link.HAS_ENDED;
    }

    private void checkAlive() {
        if (scheduler.isClosed() || scheduler.isBroken()) {
            PennyException cause = abandoned;
            throw cause != null ? cause : Lifecycle.closed(name);
        }
    }

    /** The predecessor had ended already. */
    private void take(int from, int node, int argument, boolean anyway) {
        if (graph.finalState(from) != CoreLayout.FRAME_STATE_DONE) {
            if (!anyway) {
                graph.poison(node, from);
            }
        } else if (argument != 0) {
            memory.putLong(node + CoreLayout.NODE_ARGS + 8 * (argument - 1), memory.getLong(from + CoreLayout.NODE_RESULT));
        }
    }

    /** Bytes of the slot's room that the arguments take. */
    private int writeArguments(LiveNode draft, int node, int slot) {
        Room own = blockRooms[slot];
        int first = own != null ? own.ref() : node + CoreLayout.NODE_BYTES;
        int block = first;
        Marshaller marshaller = draft.function().marshaller();
        for (int i = 0; i < draft.function().signature().parameters().size(); i++) {
            if (draft.value(i) == null) {
                memory.putLong(node + CoreLayout.NODE_ARGS + 8 * i, draft.word(i));
            } else {
                block += marshaller.write(memory, node + CoreLayout.NODE_RESULT, i, block, draft.value(i));
            }
        }
        return own != null ? 0 : block - first;
    }

    /** {@code NONE} if there is no memory for them: then the node is issued when its predecessors have ended. */
    private int roomForEdges(LiveNode draft, int slot, int inline, int inlineBytes) {
        int bytes = CoreLayout.EDGE_BYTES * draft.edgeCount();
        if (bytes <= inlineBytes) {
            return inline;
        }
        int ref = scheduler.argumentRegion().allocate(bytes);
        if (ref != ArgumentRegion.NONE) {
            edgeRooms[slot] = new Room(ref, bytes);
        }
        return ref;
    }

    private void giveBack(Room[] rooms, int slot) {
        if (rooms[slot] != null) {
            scheduler.argumentRegion().free(rooms[slot].ref(), rooms[slot].bytes());
            rooms[slot] = null;
        }
    }

    // ---- what workers and the scheduler tell

    @Override
    public void nodeEnded(Worker worker, int node, int state) {
        int slot = (node - slabRef) / SLOT_BYTES;
        if (state == CoreLayout.FRAME_STATE_FAILED) {
            failures.set(slot, worker.failures().take(functions[slot]));
        }
        logged.ifPresent(edges -> edges.ended(slot, state));
    }

    @Override
    public boolean isBusy() {
        for (int slot = 0; slot < slots; slot++) {
            int state = memory.loadSeqCst(slabRef + slot * SLOT_BYTES + CoreLayout.NODE_STATE);
            if (state != CoreLayout.FRAME_STATE_FREE && !LiveGraph.isFinal(state)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void abandoned(PennyException cause) {
        abandoned = cause;
    }

    /** Nodes that have not started are skipped. <b>Threads:</b> any. */
    synchronized void cancel() {
        if (!closed) {
            graph.cancel();
        }
    }

    /** Gives the memory back; everything has retired, or the scheduler has ended. */
    synchronized void close() {
        closed = true;
        graph.close();
        scheduler.argumentRegion().freeLasting(slabRef, slots * SLOT_BYTES);
    }
}
