package dev.penny.bench.experiment;

/** The programs of E-3 and E-6 as graphs. */
final class Dags {

    private static final double SMALLER_SHARE = 0.1;

    private Dags() { }

    /** Fibonacci by double recursion: a task per call, and one per call that adds two results. The value is the number. */
    static Dag fib(int n) {
        Dag dag = new Dag();
        int root = dag.add(_ -> 0);
        fib(dag, n, root);
        return dag;
    }

    private static int fib(Dag dag, int n, int caller) {
        if (n < 2) {
            return dag.add(_ -> n, caller);
        }
        int call = dag.add(_ -> 0, caller);
        int left = fib(dag, n - 1, call);
        int right = fib(dag, n - 2, call);
        return dag.add(before -> before[0] + before[1], left, right);
    }

    /** A tree of tasks with ten children each; the leaves' values are their numbers, the value of the whole is their sum. */
    static Dag skynet(int leaves) {
        Dag dag = new Dag();
        skynet(dag, 0, leaves, dag.add(_ -> 0));
        return dag;
    }

    private static int skynet(Dag dag, long first, int leaves, int parent) {
        if (leaves == 1) {
            return dag.add(_ -> first, parent);
        }
        int call = dag.add(_ -> 0, parent);
        int[] children = new int[10];
        for (int i = 0; i < children.length; i++) {
            children[i] = skynet(dag, first + (long) i * (leaves / 10), leaves / 10, call);
        }
        return dag.add(Dags::sum, children);
    }

    private static long sum(long[] values) {
        long sum = 0;
        for (long value : values) {
            sum += value;
        }
        return sum;
    }

    /**
     * A tree that splits its work 9 to 1 at every task until the parts are small; the leaves do the work.
     *
     * @param work in steps of {@link Work}
     * @param leaf no part that is smaller is split
     */
    static Dag skewedTree(long work, long leaf) {
        Dag dag = new Dag();
        skewed(dag, work, leaf, dag.add(_ -> 0));
        return dag;
    }

    private static int skewed(Dag dag, long work, long leaf, int parent) {
        if (work <= leaf) {
            return dag.add(_ -> Work.steps(work, work) & 0xFFFF, parent);
        }
        int call = dag.add(_ -> 0, parent);
        long smaller = Math.max(1, (long) (work * SMALLER_SHARE));
        int small = skewed(dag, smaller, leaf, call);
        int large = skewed(dag, work - smaller, leaf, call);
        return dag.add(Dags::sum, small, large);
    }

    /**
     * Bodies under their own gravity: in each time step a task per block of bodies, then one that waits for all of them. The value is a
     * hash of all positions.
     */
    static Dag nBody(int bodies, int blocks, int steps) {
        Gravity gravity = new Gravity(bodies);
        Dag dag = new Dag();
        int before = dag.add(_ -> gravity.reset());
        for (int step = 0; step < steps; step++) {
            int[] parts = new int[blocks];
            int even = step % 2;
            for (int block = 0; block < blocks; block++) {
                int from = block * bodies / blocks;
                int to = (block + 1) * bodies / blocks;
                parts[block] = dag.add(_ -> gravity.move(even, from, to), before);
            }
            before = dag.add(_ -> 0, parts);
        }
        int last = steps % 2;
        dag.add(_ -> gravity.hash(last), before);
        return dag;
    }

    /** Positions and velocities, twice: a time step reads one and writes the other. */
    private static final class Gravity {

        private static final double STEP = 0.001;
        private static final double SOFTENING = 0.01;

        /** By buffer; x, y, z, and velocities of every body. */
        private final double[][] state;
        private final int bodies;

        Gravity(int bodies) {
            this.bodies = bodies;
            this.state = new double[2][6 * bodies];
        }

        /** On a spiral, at rest. */
        long reset() {
            for (int i = 0; i < bodies; i++) {
                state[0][6 * i] = StrictMath.cos(i) * i / bodies;
                state[0][6 * i + 1] = StrictMath.sin(i) * i / bodies;
                state[0][6 * i + 2] = (double) i / bodies;
                state[0][6 * i + 3] = 0;
                state[0][6 * i + 4] = 0;
                state[0][6 * i + 5] = 0;
            }
            return 0;
        }

        long move(int source, int from, int to) {
            double[] now = state[source];
            double[] next = state[1 - source];
            for (int i = 6 * from; i < 6 * to; i += 6) {
                double ax = 0;
                double ay = 0;
                double az = 0;
                for (int j = 0; j < now.length; j += 6) {
                    double dx = now[j] - now[i];
                    double dy = now[j + 1] - now[i + 1];
                    double dz = now[j + 2] - now[i + 2];
                    double squared = dx * dx + dy * dy + dz * dz + SOFTENING;
                    double pull = 1 / (squared * Math.sqrt(squared) * bodies);
                    ax += dx * pull;
                    ay += dy * pull;
                    az += dz * pull;
                }
                next[i + 3] = now[i + 3] + STEP * ax;
                next[i + 4] = now[i + 4] + STEP * ay;
                next[i + 5] = now[i + 5] + STEP * az;
                next[i] = now[i] + STEP * next[i + 3];
                next[i + 1] = now[i + 1] + STEP * next[i + 4];
                next[i + 2] = now[i + 2] + STEP * next[i + 5];
            }
            return 0;
        }

        /** Equal only if every bit is. */
        long hash(int source) {
            long hash = 17;
            for (double value : state[source]) {
                hash = 31 * hash + Double.doubleToLongBits(value);
            }
            return hash;
        }
    }
}
