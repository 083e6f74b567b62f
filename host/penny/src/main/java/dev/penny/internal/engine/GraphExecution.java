package dev.penny.internal.engine;

import dev.penny.api.ClosedException;
import dev.penny.api.DeadlineException;
import dev.penny.api.PennyException;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphRunOptions;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.NodeOutcome;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.HostFrames;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;

/**
 * One run of a graph: the owner of its GRAPH frame. It hears of tasks that fail and of the end, and of nothing between.
 *
 * <p><b>Threads:</b> any; {@link #completed} and {@link #nodeFailed} are called by workers.
 */
final class GraphExecution implements GraphRun, FrameOwner {

    private final PlacedGraph graph;
    private final Scheduler scheduler;
    private final Optional<GraphTrace> trace;
    private final long deadlineNanos;
    private final CompletableFuture<GraphRun> end = new CompletableFuture<>();
    /** The same a moment earlier, for the listener alone: whoever waits may run the graph again as soon as it is told. */
    private final CompletableFuture<GraphRun> endForListener = new CompletableFuture<>();
    private volatile Thread listening;
    /** By node; made with the first failure. */
    private volatile Map<Integer, PennyException> failures = Map.of();
    private volatile boolean cancelled;
    private volatile boolean deadlinePassed;
    private volatile PennyException abandoned;
    private volatile boolean neverQueued;
    private boolean allDone;
    private Future<?> timer;
    private int frameIndex = HostFrames.NONE;

    GraphExecution(PlacedGraph graph, GraphRunOptions options) {
        this.graph = graph;
        this.scheduler = graph.scheduler();
        this.deadlineNanos = options.deadline().map(Terms::nanos).orElse(0L);
        this.trace = options.listener().map(listener -> new GraphTrace(this, listener));
    }

    /** Queues it, waiting for a free frame if there is none. */
    void start() {
        if (deadlineNanos != 0) {
            timer = scheduler.deadlines().after(deadlineNanos, () -> {
                deadlinePassed = true;
                cancel();
            });
        }
        trace.ifPresent(GraphTrace::started);
        try {
            scheduler.submitter().submitGraph(this);
        } catch (RuntimeException | Error e) {
            stopTimer();
            throw e;
        }
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** Before the frame is published. */
    void queued(int index) {
        frameIndex = index;
        graph.nodes().setRun(scheduler.submitter().frames().ref(index));
    }

    /** True, and the run has ended, if it was cancelled before it was queued. */
    boolean endIfCancelled() {
        if (!cancelled) {
            return false;
        }
        neverQueued = true;
        stopTimer();
        finish();
        return true;
    }

    PlacedGraph placed() {
        return graph;
    }

    @Override
    public TaskGraph graph() {
        return graph;
    }

    @Override
    public boolean isDone() {
        return seenEnd().isDone();
    }

    /** The end as the calling thread shall see it. */
    private CompletableFuture<GraphRun> seenEnd() {
        return listening == Thread.currentThread() ? endForListener : end;
    }

    @Override
    public void cancel() {
        cancelled = true;
        graph.cancel(this);
    }

    // ---- the frame's owner

    @Override
    public void completed(Worker worker, int frame, int state) {
        stopTimer();
        allDone = state == CoreLayout.FRAME_STATE_DONE;
        Optional<PennyException> failure = state == CoreLayout.FRAME_STATE_FAILED
                ? Optional.of(new GraphOutcomes(graph, failures).failure()) : Optional.empty();
        scheduler.releaseFrame(frameIndex);
        if (failure.isPresent()) {
            finish(failure.get());
        } else if (allDone) {
            finish(null);
        } else {
            finish();
        }
    }

    /** Nothing failed, but not everything ran. */
    private void finish() {
        finish(deadlinePassed ? new DeadlineException(graph.toString(), Duration.ofNanos(deadlineNanos))
                : new CancellationException("cancelled: graph=" + graph.name()));
    }

    private void finish(RuntimeException failure) {
        graph.ended(this);
        if (trace.isPresent()) {
            settle(endForListener, failure);
            listening = Thread.currentThread();
            try {
                trace.get().ended();
            } finally {
                listening = null;
            }
        }
        settle(end, failure);
    }

    private void settle(CompletableFuture<GraphRun> future, RuntimeException failure) {
        if (failure == null) {
            future.complete(this);
        } else {
            future.completeExceptionally(failure);
        }
    }

    /** A task failed; called before {@link #completed}, perhaps by several workers at once. */
    void nodeFailed(Worker worker, int node) {
        int index = graph.nodes().index(node);
        PennyException cause = worker.failures().take(graph.node(index).loaded());
        synchronized (this) {
            if (failures.isEmpty()) {
                failures = new ConcurrentHashMap<>();
            }
            failures.put(index, cause); // Inside: another worker that finds the map still empty would replace it.
        }
    }

    /** The core dispatches a node of a traced run, or did. */
    void traced(int worker, int node, int event) {
        trace.ifPresent(to -> to.task(worker, node, event));
    }

    @Override
    public void itemFailed(int item, PennyException cause) {
        throw new IllegalStateException("a graph has no items");
    }

    @Override
    public void cancel(PennyException cause) {
        cancel();
    }

    @Override
    public void abandon(PennyException cause) {
        abandoned = cause;
        stopTimer();
        finish(cause);
    }

    // ---- the caller's view

    /** Whether every task is done, so that the nodes are as another run needs them. Only after the end. */
    boolean leftAllDone() {
        return allDone;
    }

    /** Waits, running other tasks meanwhile on a worker. */
    void awaitEnd() {
        await(seenEnd());
    }

    private void await(CompletableFuture<GraphRun> seen) {
        if (seen != endForListener) {
            Waiter.await(scheduler, seen::isDone, wake -> seen.whenComplete((run, failure) -> wake.run()), seen::get);
        }
    }

    @Override
    public GraphRun join() {
        CompletableFuture<GraphRun> seen = seenEnd();
        await(seen);
        try {
            return seen.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof PennyException failure) {
                throw failure;
            }
            throw e;
        }
    }

    @Override
    public CompletableFuture<GraphRun> toFuture() {
        return seenEnd().copy();
    }

    @Override
    public NodeOutcome outcome(GraphTask task) {
        return graph.look(this, task, (node, memory, ref) -> outcome(node));
    }

    private NodeOutcome outcome(GraphNode node) {
        if (abandoned != null) {
            throw new ClosedException("the run was abandoned: graph=%s, task=%s".formatted(graph.name(), node.name()), abandoned);
        }
        return neverQueued ? new NodeOutcome.Cancelled() : new GraphOutcomes(graph, failures).outcome(node, cancelled);
    }

    @Override
    public Object result(GraphTask task) {
        return graph.look(this, task, (node, memory, ref) -> switch (outcome(node)) {
            case NodeOutcome.Done() -> node.loaded().read(memory, ref + CoreLayout.NODE_RESULT);
            case NodeOutcome.Failed(PennyException cause) -> throw cause;
            case NodeOutcome.Skipped skipped -> throw notRun(node, "skipped because of " + skipped.by().name());
            case NodeOutcome.Cancelled() -> throw notRun(node, "cancelled");
            case NodeOutcome.NotReached() -> throw notRun(node, "no condition led to it");
        });
    }

    private IllegalStateException notRun(GraphNode node, String why) {
        return new IllegalStateException("the task did not run: graph=%s, task=%s, reason=%s".formatted(graph.name(), node.name(), why));
    }

    @Override
    public String toString() {
        return "run of " + graph;
    }
}
