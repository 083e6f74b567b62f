package dev.penny.bench.suite.jobs;

import java.util.List;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RecursiveTask;

/** The sum of a balanced binary tree of 2^k - 1 nodes, one task per node. */
public final class TreeSum extends ForkJoinJob {

    private final int nodes;
    private final int times;
    private Node root;

    /** Sums {@code times} times in one run, so that a small tree can be measured. */
    public TreeSum(int nodes, int times) {
        super("bench/tree-sum", "sum", times);
        this.nodes = nodes;
        this.times = times;
    }

    @Override
    public long expected() {
        return (long) nodes * (nodes + 1) / 2 * times;
    }

    @Override
    public long units() {
        return times;
    }

    @Override
    public long tasks() {
        return (long) nodes * times;
    }

    /** The guest keeps its tree; building it again is cheap compared with the largest and not timed. */
    @Override
    List<Object> guestPrepare() {
        return List.of("build", nodes);
    }

    @Override
    void prepare() {
        if (root == null) {
            root = build(nodes, new int[1]);
        }
    }

    private static Node build(int count, int[] value) {
        if (count == 0) {
            return null;
        }
        long own = ++value[0];
        Node left = build(count / 2, value);
        return new Node(own, left, build(count / 2, value));
    }

    /** All repetitions inside the pool, as in the guest. */
    @Override
    ForkJoinTask<Long> task() {
        return new Root(root, times);
    }

    @Override
    long sequential() {
        long total = 0;
        for (int i = 0; i < times; i++) {
            total += sum(root);
        }
        return total;
    }

    private static long sum(Node node) {
        long sum = node.value;
        if (node.left != null) {
            sum += sum(node.left);
        }
        if (node.right != null) {
            sum += sum(node.right);
        }
        return sum;
    }

    private record Node(long value, Node left, Node right) { }

    private static final class Root extends RecursiveTask<Long> {

        private static final long serialVersionUID = 1;

        private final transient Node root;
        private final int times;

        Root(Node root, int times) {
            this.root = root;
            this.times = times;
        }

        @Override
        protected Long compute() {
            long total = 0;
            for (int i = 0; i < times; i++) {
                total += new Task(root).compute();
            }
            return total;
        }
    }

    private static final class Task extends RecursiveTask<Long> {

        private static final long serialVersionUID = 1;

        private final transient Node node;

        Task(Node node) {
            this.node = node;
        }

        @Override
        protected Long compute() {
            if (node.left == null) {
                return node.value;
            }
            Task right = new Task(node.right);
            right.fork();
            long left = new Task(node.left).compute();
            return node.value + left + right.join();
        }
    }
}
