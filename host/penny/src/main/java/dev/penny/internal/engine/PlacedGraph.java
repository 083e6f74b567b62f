package dev.penny.internal.engine;

import dev.penny.api.CapacityException;
import dev.penny.api.ClosedException;
import dev.penny.api.GraphException;
import dev.penny.api.graph.GraphEdge;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphRunOptions;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.core.CoreMemory;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A graph in linear memory, and whose run its nodes belong to.
 *
 * <p><b>Threads:</b> any. The lock orders everything that reads outcomes with what makes the nodes ready for another run.
 */
final class PlacedGraph implements TaskGraph {

    private final Scheduler scheduler;
    private final String name;
    private final GraphShape shape;
    private final Map<String, GraphNode> byName;
    private final GraphMemory nodes;
    private final ReentrantLock lock = new ReentrantLock();
    /** The run whose outcomes the nodes hold, or will hold; none before the first and after one that could not be started. */
    private GraphExecution latest;
    private boolean running;
    private boolean closing;
    private boolean closed;

    private PlacedGraph(Scheduler scheduler, String name, GraphShape shape, Map<String, GraphNode> byName, GraphMemory nodes) {
        this.scheduler = scheduler;
        this.name = name;
        this.shape = shape;
        this.byName = byName;
        this.nodes = nodes;
    }

    /** @throws CapacityException there is no room */
    static PlacedGraph place(Scheduler scheduler, String name, GraphShape shape, List<GraphLimit> limits, Map<String, GraphNode> byName) {
        scheduler.checkOpen("graph " + name);
        return new PlacedGraph(scheduler, name, shape, Map.copyOf(byName), GraphMemory.place(scheduler, name, shape, limits));
    }

    Scheduler scheduler() {
        return scheduler;
    }

    GraphMemory nodes() {
        return nodes;
    }

    GraphNode node(int index) {
        return shape.nodes().get(index);
    }

    int nodeCount() {
        return shape.nodes().size();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<GraphTask> tasks() {
        return List.copyOf(shape.nodes());
    }

    @Override
    public GraphTask task(String task) {
        return GraphDraft.named(name, byName, task);
    }

    @Override
    public List<GraphEdge> edges() {
        return shape.edges();
    }

    /** @throws GraphException it is not of this graph */
    GraphNode own(GraphTask task) {
        if (task instanceof GraphNode node && node.index() < nodeCount() && node(node.index()) == node) {
            return node;
        }
        throw new GraphException("a task of another graph: graph=%s, task=%s".formatted(name, task == null ? "null" : task.name()));
    }

    @Override
    public void set(GraphTask task, int argument, Object value) {
        GraphNode node = own(task);
        if (argument < 0 || argument >= node.arguments().length) {
            throw new GraphException("no such argument: graph=%s, task=%s, argument=%d, arguments=%d"
                    .formatted(name, node.name(), argument, node.arguments().length));
        }
        if (node.arguments()[argument] instanceof GraphNode source) {
            throw new GraphException("the argument is a result: graph=%s, task=%s, argument=%d, from=%s"
                    .formatted(name, node.name(), argument, source.name()));
        }
        Object converted = GraphDraft.constant(name, node.name(), node.loaded(), argument, value);
        lock.lock();
        try {
            requireIdle();
            nodes.set(node, argument, converted);
        } finally {
            lock.unlock();
        }
    }

    private void requireIdle() {
        if (closing) {
            throw new IllegalStateException("the graph is closed: graph=" + name);
        }
        scheduler.checkOpen(this);
        if (running) {
            throw new IllegalStateException("the graph runs: graph=" + name);
        }
    }

    // ---- runs

    @Override
    public GraphRun run(GraphRunOptions options) {
        GraphExecution run = new GraphExecution(this, Objects.requireNonNull(options, "options"));
        lock.lock();
        try {
            requireIdle();
            nodes.prepare(options.listener().isPresent(), latest == null || !latest.leftAllDone());
            latest = run;
            running = true;
        } finally {
            lock.unlock();
        }
        try {
            run.start();
        } catch (RuntimeException | Error e) {
            lock.lock();
            try {
                latest = null;
                running = false;
            } finally {
                lock.unlock();
            }
            throw e;
        }
        return run;
    }

    /** The run has its outcomes; the next one may begin. */
    void ended(GraphExecution run) {
        lock.lock();
        try {
            running &= latest != run;
        } finally {
            lock.unlock();
        }
    }

    /** Keeps what has not started from starting, if the run is still under way. */
    void cancel(GraphExecution run) {
        lock.lock();
        try {
            if (running && latest == run) {
                nodes.cancel();
            }
        } finally {
            lock.unlock();
        }
    }

    /** What a look at the nodes of a run gives. */
    @FunctionalInterface
    interface Look<R> {
        R look(GraphNode node, CoreMemory memory, int ref);
    }

    /** Looks at a node's outcome while nobody makes it ready for another run. */
    <R> R look(GraphExecution run, GraphTask task, Look<R> look) {
        GraphNode node = own(task);
        lock.lock();
        try {
            if (closed || latest != run) {
                throw new IllegalStateException("%s: graph=%s, task=%s".formatted(
                        closed ? "the graph is closed" : "the graph has run again", name, node.name()));
            }
            if (running) {
                throw new IllegalStateException("the run has not ended: graph=%s, task=%s".formatted(name, node.name()));
            }
            if (scheduler.isClosed()) {
                throw new ClosedException("the scheduler is closed: graph=%s, task=%s".formatted(name, node.name()));
            }
            return look.look(node, scheduler.memory(), nodes.ref(node.index()));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        GraphExecution last;
        lock.lock();
        try {
            closing = true;
            // With a log a task that waited already waits again: whether the run has ended here would be a look that nobody logs.
            last = running || scheduler.isLogged() ? latest : null;
        } finally {
            lock.unlock();
        }
        if (last != null) {
            last.awaitEnd();
        }
        lock.lock();
        try {
            if (!closed && !running) {
                closed = true;
                nodes.free();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return "graph " + name;
    }
}
