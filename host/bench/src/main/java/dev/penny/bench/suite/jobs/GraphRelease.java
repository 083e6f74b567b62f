package dev.penny.bench.suite.jobs;

import dev.penny.api.TaskFunction;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import dev.penny.bench.suite.Job;
import dev.penny.bench.suite.Peer;
import dev.penny.bench.suite.Setup;
import dev.penny.bench.suite.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountedCompleter;
import java.util.concurrent.ForkJoinPool;

/**
 * A static graph of tasks that do nothing: what remains is releasing successors. Times are per task. The peer is a {@link CountedCompleter}
 * per task whose pending count is the number of tasks it waits for; the task that brings it to one forks it. As a loop, a task that has
 * made others ready runs one of them itself and forks the rest, as Penny does.
 */
public final class GraphRelease implements Job {

    private final String name;
    private final List<int[]> predecessors;

    private GraphRelease(String name, List<int[]> predecessors) {
        this.name = name;
        this.predecessors = predecessors;
    }

    /** Each task after the one before. */
    public static GraphRelease chain(int tasks) {
        List<int[]> all = new ArrayList<>(tasks);
        for (int task = 0; task < tasks; task++) {
            all.add(task == 0 ? new int[0] : new int[] {task - 1});
        }
        return new GraphRelease("chain-" + tasks, all);
    }

    /** A square; each task after its neighbours above and to the left. */
    public static GraphRelease wavefront(int side) {
        List<int[]> all = new ArrayList<>(side * side);
        for (int task = 0; task < side * side; task++) {
            boolean above = task >= side;
            boolean left = task % side > 0;
            all.add(above && left ? new int[] {task - side, task - 1} : above ? new int[] {task - side} : left ? new int[] {task - 1}
                    : new int[0]);
        }
        return new GraphRelease("wavefront-" + side, all);
    }

    /** The number of the last task: every one has run when the last, which waits for all, has. */
    @Override
    public long expected() {
        return predecessors.size() - 1;
    }

    @Override
    public long units() {
        return predecessors.size();
    }

    @Override
    public long tasks() {
        return predecessors.size();
    }

    @Override
    public List<Side> sides(Setup setup) {
        List<Side> sides = new ArrayList<>();
        for (int workers : setup.workerCounts()) {
            ForkJoinPool pool = setup.pool(workers);
            Completers forking = new Completers(false);
            Completers looping = new Completers(true);
            sides.add(Side.of(Peer.FORK_JOIN_POOL, workers, () -> forking.run(pool)));
            sides.add(onPenny(setup, workers));
            sides.add(Side.of(Peer.FORK_JOIN_POOL_LOOP, workers, () -> looping.run(pool)));
        }
        return sides;
    }

    private Side onPenny(Setup setup, int workers) {
        TaskFunction<Object> empty = setup.function(workers, "bench/empty", "empty");
        GraphBuilder builder = setup.penny(workers).graph(name);
        GraphTask[] made = new GraphTask[predecessors.size()];
        for (int task = 0; task < made.length; task++) {
            made[task] = builder.task("t" + task, empty, task);
            for (int predecessor : predecessors.get(task)) {
                made[task].after(made[predecessor]);
            }
        }
        TaskGraph graph = setup.closing(builder.build());
        GraphTask last = made[made.length - 1];
        return Side.of(Peer.PENNY, workers, () -> Setup.number(graph.run().join().result(last)));
    }

    /** The graph as completers, made once and run as often as wanted. */
    private final class Completers {

        private final Node[] nodes = new Node[predecessors.size()];
        private volatile Done done = new Done();

        Completers(boolean loop) {
            int[] counts = new int[nodes.length];
            predecessors.forEach(before -> java.util.Arrays.stream(before).forEach(predecessor -> counts[predecessor]++));
            for (int task = 0; task < nodes.length; task++) {
                nodes[task] = new Node(this, task, predecessors.get(task).length, new Node[counts[task]], loop);
                for (int predecessor : predecessors.get(task)) {
                    nodes[predecessor].successors[--counts[predecessor]] = nodes[task];
                }
            }
        }

        long run(ForkJoinPool pool) {
            done = new Done();
            pool.execute(nodes[0]);
            return done.join();
        }
    }

    /** Completed by the last task. */
    private static final class Done extends CountedCompleter<Long> {

        private static final long serialVersionUID = 1;

        private long result;

        @Override
        public void compute() {
            throw new UnsupportedOperationException("completed by others");
        }

        @Override
        public Long getRawResult() {
            return result;
        }
    }

    /** A task. It never completes itself, so it can be forked again in the next run. */
    private static final class Node extends CountedCompleter<Void> {

        private static final long serialVersionUID = 1;

        private final transient Completers graph;
        private final int task;
        private final int predecessors;
        private final Node[] successors;
        private final boolean loop;

        Node(Completers graph, int task, int predecessors, Node[] successors, boolean loop) {
            super(null, predecessors);
            this.graph = graph;
            this.task = task;
            this.predecessors = predecessors;
            this.successors = successors;
            this.loop = loop;
        }

        @Override
        public void compute() {
            Node node = this;
            while (node != null) {
                node = node.release();
            }
        }

        /** Ends, and returns the task that this thread runs next. */
        private Node release() {
            setPendingCount(predecessors);
            Node next = null;
            for (Node successor : successors) {
                if (successor.decrementPendingCountUnlessZero() == 1) {
                    if (loop && next == null) {
                        next = successor;
                    } else {
                        successor.fork();
                    }
                }
            }
            if (successors.length == 0) {
                Done done = graph.done;
                done.result = task;
                done.quietlyComplete();
            }
            return next;
        }
    }
}
