package dev.penny.internal.engine;

import dev.penny.api.PennyException;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The header of a graph whose nodes are added while others run, and the ways to connect and start a node. Who owns the nodes' memory is
 * its {@link Owner}'s business. The core's end is wasm-core/src/graph.c, {@code release_live} and {@code end_live}.
 *
 * <p><b>Threads:</b> any, where a method does not say otherwise.
 */
final class LiveGraph {

    /** Has the nodes of a live graph. */
    interface Owner {
        /** A node has ended that failed or asked for this; its state is stored behind. On the worker that ended it. */
        void nodeEnded(Worker worker, int node, int state);

        /** True if a node has been started and is not final. */
        boolean isBusy();

        /** The scheduler ended or broke: what has not ended never will. */
        void abandoned(PennyException cause);
    }

    /** What became of an attempt to wait for a node. */
    enum Link { WAITS, HAS_ENDED }

    private static final int SPINS = 100;
    private static final long LOOK_AGAIN_NANOS = 10_000_000;

    private final Scheduler scheduler;
    private final CoreMemory memory;
    private final Owner owner;
    private final int ref;
    private volatile Waiting waiting;

    private record Waiting(Thread thread, BooleanSupplier done) { }

    LiveGraph(Scheduler scheduler, Owner owner) {
        this.scheduler = scheduler;
        this.memory = scheduler.memory();
        this.owner = owner;
        this.ref = scheduler.graphs().live().add(this);
    }

    int ref() {
        return ref;
    }

    Owner owner() {
        return owner;
    }

    /** Semaphores for its nodes: {@code indices} lists 0, 1, and so on, for {@code NODE_EDGES_END} to point at. */
    void semaphores(int semaphores, int count, int indices) {
        memory.putInt(ref + CoreLayout.GRAPH_SEMAPHORES_REF, semaphores);
        memory.putInt(ref + CoreLayout.GRAPH_SEMAPHORE_COUNT, count);
        memory.putInt(ref + CoreLayout.GRAPH_EDGES_REF, indices);
    }

    /** Nodes that have not started are skipped. */
    void cancel() {
        memory.storeSeqCst(ref + CoreLayout.GRAPH_CANCELLED, 1);
    }

    /** Gives the header back; no node is under way any more. */
    void close() {
        scheduler.graphs().live().remove(ref);
    }

    // ---- nodes

    /** Writes a node that nobody else knows yet, but for its arguments. It starts when {@code pending} have arrived. */
    void write(int node, LoadedFunction<?> function, int flags, long ticket, int pending) {
        memory.putInt(node + CoreLayout.NODE_STATE, CoreLayout.FRAME_STATE_READY);
        memory.putInt(node + CoreLayout.NODE_SLOT, function.slot());
        memory.putInt(node + CoreLayout.NODE_KIND, CoreLayout.KIND_NODE);
        memory.putInt(node + CoreLayout.NODE_CAUSE, 0);
        memory.putInt(node + CoreLayout.NODE_GRAPH, ref);
        memory.putInt(node + CoreLayout.NODE_EDGES, 0);
        memory.putInt(node + CoreLayout.NODE_PENDING, pending);
        memory.putInt(node + CoreLayout.NODE_FLAGS, flags);
        memory.putLong(node + CoreLayout.NODE_TICKET, ticket);
        memory.putLong(node + CoreLayout.NODE_RESULT, 0);
        memory.putInt(node + CoreLayout.NODE_CHILDREN, 0);
    }

    /**
     * Makes {@code node} wait for {@code predecessor}, whose memory must not be used again meanwhile.
     *
     * @param edge 16 bytes that stay as they are until the predecessor is final
     * @param argument 1 + the argument that gets the predecessor's result, 0 for none
     * @param anyway it starts also if the predecessor is not done
     */
    Link link(int predecessor, int edge, int node, int argument, boolean anyway) {
        int head = predecessor + CoreLayout.NODE_EDGES;
        memory.putInt(edge + CoreLayout.EDGE_NODE, node);
        memory.putInt(edge + CoreLayout.EDGE_ARGUMENT, argument);
        memory.putInt(edge + CoreLayout.EDGE_FLAGS, anyway ? CoreLayout.EDGE_FLAG_ANYWAY : 0);
        while (true) {
            int newest = memory.loadSeqCst(head);
            if (newest == CoreLayout.EDGES_CLOSED) {
                return Link.HAS_ENDED;
            }
            memory.putInt(edge + CoreLayout.EDGE_NEXT, newest);
            // Publishes the edge and the node to the worker that closes the list.
            if (memory.casSeqCst(head, newest, edge)) {
                return Link.WAITS;
            }
        }
    }

    /** The final state of a node whose list is closed: the worker that closed it stores it a moment later. */
    int finalState(int node) {
        for (int spins = 0;; spins++) {
            int state = memory.loadSeqCst(node + CoreLayout.NODE_STATE);
            if (isFinal(state)) {
                return state;
            }
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    static boolean isFinal(int state) {
        return state >= CoreLayout.FRAME_STATE_DONE;
    }

    /** A predecessor was not done: the node is skipped when the others have arrived. Before this predecessor arrives. */
    void poison(int node, int cause) {
        memory.storeSeqCst(node + CoreLayout.NODE_CAUSE, cause);
        memory.fetchOrSeqCst(node + CoreLayout.NODE_PENDING, CoreLayout.PENDING_POISONED);
    }

    /** The same without a reason. */
    void poison(int node) {
        memory.fetchOrSeqCst(node + CoreLayout.NODE_PENDING, CoreLayout.PENDING_POISONED);
    }

    /** {@code count} of what the node waits for have arrived; it is queued if nothing is left. */
    void arrive(int node, int count, Placement placement) {
        int before = memory.fetchAddSeqCst(node + CoreLayout.NODE_PENDING, -count);
        if ((before & ~CoreLayout.PENDING_POISONED) == count) {
            if ((before & CoreLayout.PENDING_POISONED) != 0) {
                int flags = node + CoreLayout.NODE_FLAGS;
                memory.putInt(flags, memory.getInt(flags) | CoreLayout.FLAG_SKIP);
            }
            scheduler.submitter().push(node, placement);
        }
    }

    // ---- waiting

    /**
     * Waits until {@code done}, which must become true by the end of a node. A worker runs other tasks meanwhile. An interrupt is kept for
     * the caller. One thread at a time.
     */
    void await(BooleanSupplier done) {
        BooleanSupplier over = () -> done.getAsBoolean() || scheduler.isBroken() || scheduler.isClosed();
        if (scheduler.isLogged() && Worker.onWorkerOf(scheduler)) {
            awaitLogged(over);
            return;
        }
        if (over.getAsBoolean()) {
            return;
        }
        Thread self = Thread.currentThread();
        waiting = new Waiting(self, over);
        boolean interrupted = false;
        try {
            while (!over.getAsBoolean()) {
                Waiter.help(scheduler, over, wake -> arm(), Long.MAX_VALUE);
                arm();
                if (!over.getAsBoolean() && !Worker.onWorkerOf(scheduler)) {
                    // Looks again now and then: after a swap the workers may be for this thread to run.
                    LockSupport.parkNanos(this, LOOK_AGAIN_NANOS);
                }
                interrupted |= Thread.interrupted();
            }
        } finally {
            waiting = null;
            if (interrupted) {
                self.interrupt();
            }
        }
    }

    /** On a worker with a log: that it is over is a decision of the task, and is looked at nowhere else. */
    private void awaitLogged(BooleanSupplier over) {
        boolean interrupted = false;
        do {
            Waiter.help(scheduler, over, wake -> { }, Long.MAX_VALUE);
            interrupted |= Thread.interrupted();
        } while (!over.getAsBoolean());
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void arm() {
        memory.storeSeqCst(ref + CoreLayout.GRAPH_WAITER, 1);
    }

    /** A node has ended, perhaps what somebody waits for: he sets the word, then looks; the core stores the state, then reads the word. */
    void someNodeEnded() {
        Waiting known = waiting;
        if (known == null) {
            return;
        }
        if (!known.done().getAsBoolean()) {
            arm();
        }
        if (known.done().getAsBoolean()) {
            LockSupport.unpark(known.thread());
        }
    }

    /** Whoever waits looks again. */
    void wake() {
        Waiting known = waiting;
        if (known != null) {
            LockSupport.unpark(known.thread());
        }
    }
}
