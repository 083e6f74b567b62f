package dev.penny.bench.suite.jobs;

import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RecursiveTask;

/**
 * Unbalanced Tree Search, sample trees T1 (geometric) and T3 (binomial): see {@code guest-modules/bench/uts.c}. A node is its SHA-1 state
 * of five words and how many levels there may be below it.
 */
public final class Uts extends ForkJoinJob {

    private static final int SEED_T1 = 19;
    private static final int SEED_T3 = 42;
    private static final double TWO_TO_31 = 2_147_483_648.0;

    /** T1 ends at depth 10; no path of T3 is longer than 1572. */
    private static final int LEVELS_T1 = 10;
    private static final int LEVELS_T3 = 1 << 20;

    private final int tree;
    private final int levels;
    private final long nodes;

    private Uts(int tree, int levels, long nodes) {
        super("bench/uts", "uts", tree, levels);
        this.tree = tree;
        this.levels = levels;
        this.nodes = nodes;
    }

    /** T1 or T3, with the number of nodes that the benchmark publishes. */
    public static Uts whole(int tree) {
        return tree == 1 ? new Uts(1, LEVELS_T1, 4_130_071) : new Uts(3, LEVELS_T3, 4_112_897);
    }

    /** The upper part of T1 or T3, for a look at whether it runs. */
    public static Uts top(int tree) {
        return tree == 1 ? new Uts(1, 4, 944) : new Uts(3, 3, 5_737);
    }

    @Override
    public long expected() {
        return nodes;
    }

    @Override
    public long tasks() {
        return expected();
    }

    @Override
    ForkJoinTask<Long> task() {
        int[] root = root(tree);
        return new Task(root, childrenOfRoot(root), levels, tree);
    }

    @Override
    long sequential() {
        int[] root = root(tree);
        return count(root, childrenOfRoot(root), levels, tree);
    }

    private int childrenOfRoot(int[] root) {
        return tree == 3 ? 2000 : children(root, levels, tree);
    }

    private static int[] root(int tree) {
        return Sha1.ofBlock(0, 0, 0, 0, tree == 1 ? SEED_T1 : SEED_T3, 0x80000000, 0, 160);
    }

    private static int[] child(int[] parent, int index) {
        return Sha1.ofBlock(parent[0], parent[1], parent[2], parent[3], parent[4], index, 0x80000000, 192);
    }

    private static int children(int[] state, int levels, int tree) {
        if (levels == 0) {
            return 0;
        }
        int random = state[4] & 0x7fffffff;
        if (tree == 3) {
            return random / TWO_TO_31 < 0.124875 ? 8 : 0;
        }
        double rest = TWO_TO_31 - random;
        int count = 0;
        for (double limit = TWO_TO_31 * 0.8; rest <= limit; limit *= 0.8) {
            count++;
        }
        return count;
    }

    private static long count(int[] state, int children, int levels, int tree) {
        long nodes = 1;
        for (int i = 0; i < children; i++) {
            int[] child = child(state, i);
            nodes += count(child, children(child, levels - 1, tree), levels - 1, tree);
        }
        return nodes;
    }

    private static final class Task extends RecursiveTask<Long> {

        private static final long serialVersionUID = 1;

        private final int[] state;
        private final int children;
        private final int levels;
        private final int tree;

        Task(int[] state, int children, int levels, int tree) {
            this.state = state;
            this.children = children;
            this.levels = levels;
            this.tree = tree;
        }

        @Override
        protected Long compute() {
            Task[] tasks = new Task[children];
            for (int i = 0; i < children; i++) {
                int[] child = child(state, i);
                tasks[i] = new Task(child, children(child, levels - 1, tree), levels - 1, tree);
                tasks[i].fork();
            }
            long nodes = 1;
            for (int i = children - 1; i >= 0; i--) {
                nodes += tasks[i].join();
            }
            return nodes;
        }
    }
}
