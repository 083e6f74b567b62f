package dev.penny.bench.suite.jobs;

import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RecursiveTask;

/**
 * Unbalanced Tree Search, sample trees T1 (geometric) and T3 (binomial): see {@code guest-modules/bench/uts.c}. A node is its SHA-1 state
 * of five words and its depth.
 */
public final class Uts extends ForkJoinJob {

    private static final int SEED_T1 = 19;
    private static final int SEED_T3 = 42;
    private static final double TWO_TO_31 = 2_147_483_648.0;

    private final int tree;

    /** {@code tree} is 1 or 3. */
    public Uts(int tree) {
        super("uts", "uts", tree);
        this.tree = tree;
    }

    /** The sizes that the benchmark publishes for its sample trees. */
    @Override
    public long expected() {
        return tree == 1 ? 4_130_071 : 4_112_897;
    }

    @Override
    public long tasks() {
        return expected();
    }

    @Override
    ForkJoinTask<Long> task() {
        return new Task(root(tree), 0, tree);
    }

    @Override
    long sequential() {
        return count(root(tree), 0, tree);
    }

    private static int[] root(int tree) {
        return Sha1.ofBlock(0, 0, 0, 0, tree == 1 ? SEED_T1 : SEED_T3, 0x80000000, 0, 160);
    }

    private static int[] child(int[] parent, int index) {
        return Sha1.ofBlock(parent[0], parent[1], parent[2], parent[3], parent[4], index, 0x80000000, 192);
    }

    private static int children(int[] state, int depth, int tree) {
        int random = state[4] & 0x7fffffff;
        if (tree == 3) {
            return depth == 0 ? 2000 : random / TWO_TO_31 < 0.124875 ? 8 : 0;
        }
        if (depth >= 10) {
            return 0;
        }
        double rest = TWO_TO_31 - random;
        int count = 0;
        for (double limit = TWO_TO_31 * 0.8; rest <= limit; limit *= 0.8) {
            count++;
        }
        return count;
    }

    private static long count(int[] state, int depth, int tree) {
        long nodes = 1;
        int children = children(state, depth, tree);
        for (int i = 0; i < children; i++) {
            nodes += count(child(state, i), depth + 1, tree);
        }
        return nodes;
    }

    private static final class Task extends RecursiveTask<Long> {

        private static final long serialVersionUID = 1;

        private final int[] state;
        private final int depth;
        private final int tree;

        Task(int[] state, int depth, int tree) {
            this.state = state;
            this.depth = depth;
            this.tree = tree;
        }

        @Override
        protected Long compute() {
            int count = children(state, depth, tree);
            Task[] tasks = new Task[count];
            for (int i = 0; i < count; i++) {
                tasks[i] = new Task(child(state, i), depth + 1, tree);
                tasks[i].fork();
            }
            long nodes = 1;
            for (int i = count - 1; i >= 0; i--) {
                nodes += tasks[i].join();
            }
            return nodes;
        }
    }
}
