package dev.penny.internal.engine;

import dev.penny.api.PennyException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A task that waits for others: a live node and its future.
 *
 * <p>The monitor guards whether the node can still be linked to: its memory is given back soon after it has ended. A block that is its
 * result is freed when the tasks that got it through an edge have ended; {@code blockUsers} counts these, and the task itself.
 *
 * @param <R> the result's type
 */
final class LiveTask<R> extends HelpingFuture<R> {

    /** A stretch of argument memory. */
    record Room(int ref, int bytes) { }

    private final LiveGraph graph;
    private final LoadedFunction<R> function;
    private final Terms terms;
    private final int node;
    private final List<Room> rooms = new ArrayList<>(1);
    /** Dropped at the end, so that a handle does not keep all that came before it. */
    private List<TaskHandle<?>> prerequisites;
    private final List<LiveTask<?>> givers = new ArrayList<>(0);
    private final AtomicInteger blockUsers = new AtomicInteger(1);
    private int resultBlock;
    private boolean ended;
    /** Why its result is not wanted any more, if it was not before its end. */
    private RuntimeException cancelled;
    private Future<?> timer;

    LiveTask(Scheduler scheduler, LiveGraph graph, FunctionCalls<R> called, Room room, List<TaskHandle<?>> prerequisites) {
        super(scheduler);
        this.graph = graph;
        this.function = called.loaded();
        this.terms = called.terms();
        this.node = room.ref();
        this.prerequisites = prerequisites;
        rooms.add(room);
    }

    int node() {
        return node;
    }

    Terms terms() {
        return terms;
    }

    LoadedFunction<R> loadedFunction() {
        return function;
    }

    @Override
    public TaskFunction<R> function() {
        return function;
    }

    /** Starts the clock, if there is a deadline. */
    void startTimer() {
        if (terms.hasDeadline()) {
            timer = scheduler.deadlines().after(terms.deadlineNanos(), () -> cancel(terms.exceeded(function)));
        }
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    // ---- before it runs

    /**
     * Makes {@code successor} wait for this along an edge.
     *
     * @param argument 1 + the argument that gets the result, 0 for none
     * @return false if this has ended, or is just ending
     */
    boolean link(LiveTask<?> successor, int edge, int argument) {
        boolean block = argument != 0 && function.marshaller().resultIsBlock();
        synchronized (this) {
            if (ended || graph.link(node, edge, successor.node, argument, false) == LiveGraph.Link.HAS_ENDED) {
                return false;
            }
            if (block) {
                blockUsers.incrementAndGet();
            }
        }
        if (block) {
            successor.gotBlockOf(this);
        }
        return true;
    }

    private synchronized void gotBlockOf(LiveTask<?> giver) {
        givers.add(giver);
    }

    /** Memory that goes with the node. */
    synchronized void add(Room room) {
        rooms.add(room);
    }

    // ---- the end

    /** On the worker that ended it; afterwards nobody links to the node. */
    void ended(Worker worker, int state) {
        CoreMemory memory = scheduler.memory();
        stopTimer();
        List<LiveTask<?>> gaveBlocks;
        RuntimeException dropped;
        synchronized (this) {
            ended = true;
            dropped = cancelled;
            gaveBlocks = List.copyOf(givers);
            givers.clear();
        }
        gaveBlocks.forEach(LiveTask::releaseBlock);
        switch (state) {
            case CoreLayout.FRAME_STATE_DONE -> {
                R result = function.read(memory, node + CoreLayout.NODE_RESULT);
                if (function.marshaller().resultIsBlock()) {
                    resultBlock = CoreMemory.blockRef(memory.getLong(node + CoreLayout.NODE_RESULT));
                    releaseBlock();
                }
                end(dropped, result, null);
            }
            case CoreLayout.FRAME_STATE_FAILED -> end(dropped, null, worker.failures().take(function));
            default -> {
                endAs(prerequisites, 0);
                if (dropped != null) {
                    completeExceptionally(dropped);
                }
            }
        }
        prerequisites = List.of();
    }

    /** Freed by the last; the task itself is one, so {@code resultBlock} is there. */
    private void releaseBlock() {
        if (blockUsers.decrementAndGet() == 0) {
            scheduler.graphs().freeResult(resultBlock);
        }
    }

    /**
     * It was skipped: one of them has failed, though its future may hear of it a moment later. If several have, the first of the list
     * counts, whichever was first to fail.
     */
    private void endAs(List<TaskHandle<?>> all, int from) {
        for (int i = from; i < all.size(); i++) {
            TaskHandle<?> prerequisite = all.get(i);
            if (!prerequisite.isDone()) {
                int next = i;
                prerequisite.whenComplete((result, failure) -> endAs(all, next));
                return;
            }
            if (prerequisite.state() != State.SUCCESS) {
                prerequisite.whenComplete((result, failure) -> completeExceptionally(failure));
                return;
            }
        }
    }

    /** Its node is final: the memory may be used again. */
    boolean reclaim() {
        if (!LiveGraph.isFinal(scheduler.memory().loadSeqCst(node + CoreLayout.NODE_STATE))) {
            return false;
        }
        rooms.forEach(room -> scheduler.argumentRegion().free(room.ref(), room.bytes()));
        return true;
    }

    void abandon(PennyException cause) {
        stopTimer();
        completeExceptionally(cause);
    }

    // ---- handle

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (!isDone()) {
            stopTimer();
            cancel(new CancellationException());
        }
        return isCancelled();
    }

    /** Skips first: who hears that it failed may rely on it that it does not start any more. */
    private void cancel(RuntimeException cause) {
        completeExceptionally(skip(cause));
    }

    /** If it has not started it never will; if it runs it can see that nobody wants its result. The first reason counts. */
    private synchronized RuntimeException skip(RuntimeException cause) {
        if (!ended) {
            cancelled = cancelled != null ? cancelled : cause;
            graph.poison(node, 0);
        }
        return cancelled != null ? cancelled : cause;
    }
}
