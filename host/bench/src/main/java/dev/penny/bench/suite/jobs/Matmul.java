package dev.penny.bench.suite.jobs;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RecursiveAction;

/** C += A * B by halving all three dimensions, blocks of 64 x 64. */
public final class Matmul extends ForkJoinJob {

    private static final int BLOCK = 64;

    private final int size;
    private final double[] a;
    private final double[] b;
    private final double[] c;

    /** {@code size} is a power of two, at least 64. */
    public Matmul(int size) {
        super("bench/matmul", "multiply");
        this.size = size;
        this.a = new double[size * size];
        this.b = new double[size * size];
        this.c = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                a[i * size + j] = elementOfA(i, j);
                b[i * size + j] = elementOfB(i, j);
            }
        }
    }

    private static int elementOfA(int i, int j) {
        return (i * 3 + j * 5) % 7 - 3;
    }

    private static int elementOfB(int i, int j) {
        return (i * 2 + j * 7) % 11 - 5;
    }

    /** The weighted sum of C without C: row weights times A, column weights times B, and their inner product. All exact. */
    @Override
    public long expected() {
        long sum = 0;
        for (int k = 0; k < size; k++) {
            long left = 0;
            long right = 0;
            for (int i = 0; i < size; i++) {
                left += (long) (i % 13 + 1) * elementOfA(i, k);
                right += (long) (i % 17 + 1) * elementOfB(k, i);
            }
            sum += left * right;
        }
        return sum;
    }

    /** Every product of blocks, and every inner node of the recursion. */
    @Override
    public long tasks() {
        long tasks = 0;
        for (long nodes = 1, edge = size; edge >= BLOCK; edge /= 2, nodes *= 8) {
            tasks += nodes;
        }
        return tasks;
    }

    @Override
    List<Object> guestPrepare() {
        return List.of("fill", size);
    }

    @Override
    List<Object> guestAnswer() {
        return List.of("check");
    }

    @Override
    void prepare() {
        Arrays.fill(c, 0);
    }

    @Override
    long answer(long result) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                sum += c[i * size + j] * (i % 13 + 1) * (j % 17 + 1);
            }
        }
        return (long) sum;
    }

    @Override
    ForkJoinTask<Long> task() {
        return ForkJoinTask.adapt(() -> new Task(0, 0, 0, size).compute(), 0L);
    }

    @Override
    long sequential() {
        multiply(0, 0, 0, size);
        return 0;
    }

    private void multiply(int row, int column, int inner, int edge) {
        if (edge == BLOCK) {
            multiplyBlock(row, column, inner);
            return;
        }
        int half = edge / 2;
        for (int k = inner; k < inner + edge; k += half) {
            multiply(row, column, k, half);
            multiply(row, column + half, k, half);
            multiply(row + half, column, k, half);
            multiply(row + half, column + half, k, half);
        }
    }

    private void multiplyBlock(int row, int column, int inner) {
        for (int i = row; i < row + BLOCK; i++) {
            for (int k = inner; k < inner + BLOCK; k++) {
                double factor = a[i * size + k];
                int sums = i * size + column;
                int factors = k * size + column;
                for (int j = 0; j < BLOCK; j++) {
                    c[sums + j] += factor * b[factors + j];
                }
            }
        }
    }

    private final class Task extends RecursiveAction {

        private static final long serialVersionUID = 1;

        private final int row;
        private final int column;
        private final int inner;
        private final int edge;

        Task(int row, int column, int inner, int edge) {
            this.row = row;
            this.column = column;
            this.inner = inner;
            this.edge = edge;
        }

        @Override
        protected void compute() {
            if (edge == BLOCK) {
                multiplyBlock(row, column, inner);
                return;
            }
            int half = edge / 2;
            for (int k = inner; k < inner + edge; k += half) {
                invokeAll(List.of(new Task(row, column, k, half), new Task(row, column + half, k, half),
                        new Task(row + half, column, k, half), new Task(row + half, column + half, k, half)));
            }
        }
    }
}
