package dev.penny.internal.engine;

import dev.penny.api.CapacityException;
import dev.penny.api.PennyException;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The live graphs of a scheduler, by reference. Their headers are used again, but for nothing else: a worker that has stored a node's final
 * state looks at the waiter word once more, and the graph may be closed by then.
 *
 * <p><b>Threads:</b> any.
 */
final class LiveGraphs {

    private final Scheduler scheduler;
    private final CoreMemory memory;
    private final ConcurrentHashMap<Integer, LiveGraph> byRef = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Integer> spare = new ConcurrentLinkedQueue<>();
    private final AtomicInteger headers = new AtomicInteger();

    LiveGraphs(Scheduler scheduler) {
        this.scheduler = scheduler;
        this.memory = scheduler.memory();
    }

    /** A header for a graph. @throws CapacityException no room */
    int add(LiveGraph graph) {
        Integer used = spare.poll();
        int ref = used != null ? used : fresh();
        memory.storeSeqCst(ref + CoreLayout.GRAPH_CANCELLED, 0);
        memory.storeSeqCst(ref + CoreLayout.GRAPH_WAITER, 0);
        byRef.put(ref, graph);
        return ref;
    }

    private int fresh() {
        int ref = scheduler.submitter().allocateLasting(CoreLayout.GRAPH_BYTES, "live graph");
        memory.clear(ref, CoreLayout.GRAPH_BYTES);
        memory.putInt(ref + CoreLayout.GRAPH_KIND, CoreLayout.KIND_LIVE);
        headers.incrementAndGet();
        return ref;
    }

    void remove(int ref) {
        byRef.remove(ref);
        spare.add(ref);
    }

    /** Bytes of argument memory that it keeps for headers. */
    int keptBytes() {
        return headers.get() * CoreLayout.GRAPH_BYTES;
    }

    /** True if this is a node of a live graph. */
    boolean has(int node) {
        return byRef.containsKey(memory.getInt(node + CoreLayout.NODE_GRAPH));
    }

    /** True if this upcall is about a live graph; it has been handled then. */
    boolean completed(Worker worker, int ref) {
        switch (memory.getInt(ref + CoreLayout.FRAME_KIND)) {
            case CoreLayout.KIND_LIVE -> {
                LiveGraph graph = byRef.get(ref);
                if (graph != null) {
                    graph.someNodeEnded();
                }
                return true;
            }
            case CoreLayout.KIND_NODE -> {
                LiveGraph graph = byRef.get(memory.getInt(ref + CoreLayout.NODE_GRAPH));
                if (graph == null) {
                    return false;
                }
                // The core stores the state behind this upcall; it is there already if the upcall is made up for.
                int stored = memory.loadSeqCst(ref + CoreLayout.NODE_STATE);
                graph.owner().nodeEnded(worker, ref, LiveGraph.isFinal(stored) ? stored : worker.completedState());
                graph.someNodeEnded();
                return true;
            }
            default -> {
                return false;
            }
        }
    }

    /** True if nothing that was started is still to end. */
    boolean allDone() {
        return byRef.values().stream().noneMatch(graph -> graph.owner().isBusy());
    }

    /** The scheduler has ended or broken. */
    void abandonAll(PennyException cause) {
        byRef.values().forEach(graph -> {
            graph.owner().abandoned(cause);
            graph.wake();
        });
    }
}
