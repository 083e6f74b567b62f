package dev.penny.bench.suite.jobs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RecursiveAction;
import java.util.concurrent.RecursiveTask;

/** The longest common subsequence of two texts, block by block along the antidiagonals, with a barrier after each. */
public final class Wavefront extends ForkJoinJob {

    private static final int BLOCK = 128;

    private final int length;
    private final byte[] left;
    private final byte[] top;
    private final char[][] table;

    /** Two texts of that length, a multiple of 128. */
    public Wavefront(int length) {
        super("bench/wavefront", "wavefront", length);
        this.length = length;
        this.left = new byte[length];
        this.top = new byte[length];
        this.table = new char[length + 1][length + 1];
        Xorshift random = new Xorshift();
        for (int i = 0; i < length; i++) {
            long next = random.next();
            left[i] = (byte) (next & 3);
            top[i] = (byte) (next >>> 32 & 3);
        }
    }

    /** By the textbook's two rows. */
    @Override
    public long expected() {
        int[] above = new int[length + 1];
        for (int i = 0; i < length; i++) {
            int[] here = new int[length + 1];
            for (int j = 0; j < length; j++) {
                here[j + 1] = left[i] == top[j] ? above[j] + 1 : Math.max(above[j + 1], here[j]);
            }
            above = here;
        }
        return above[length];
    }

    /** One per block. */
    @Override
    public long tasks() {
        long blocks = length / BLOCK;
        return blocks * blocks;
    }

    @Override
    List<Object> guestPrepare() {
        return List.of("fill", length);
    }

    @Override
    void prepare() {
        for (char[] row : table) {
            Arrays.fill(row, (char) 0);
        }
    }

    @Override
    ForkJoinTask<Long> task() {
        return new RecursiveTask<>() {

            private static final long serialVersionUID = 1;

            @Override
            protected Long compute() {
                int blocks = length / BLOCK;
                for (int diagonal = 0; diagonal < 2 * blocks - 1; diagonal++) {
                    List<Task> tasks = new ArrayList<>();
                    for (int row = firstRow(diagonal, blocks); row <= lastRow(diagonal, blocks); row++) {
                        tasks.add(new Task(row, diagonal - row));
                    }
                    invokeAll(tasks);
                }
                return (long) table[length][length];
            }
        };
    }

    @Override
    long sequential() {
        int blocks = length / BLOCK;
        for (int diagonal = 0; diagonal < 2 * blocks - 1; diagonal++) {
            for (int row = firstRow(diagonal, blocks); row <= lastRow(diagonal, blocks); row++) {
                block(row, diagonal - row);
            }
        }
        return table[length][length];
    }

    private static int firstRow(int diagonal, int blocks) {
        return Math.max(0, diagonal - blocks + 1);
    }

    private static int lastRow(int diagonal, int blocks) {
        return Math.min(diagonal, blocks - 1);
    }

    private void block(int row, int column) {
        for (int i = row * BLOCK; i < (row + 1) * BLOCK; i++) {
            char[] above = table[i];
            char[] here = table[i + 1];
            for (int j = column * BLOCK; j < (column + 1) * BLOCK; j++) {
                here[j + 1] = left[i] == top[j] ? (char) (above[j] + 1) : above[j + 1] > here[j] ? above[j + 1] : here[j];
            }
        }
    }

    private final class Task extends RecursiveAction {

        private static final long serialVersionUID = 1;

        private final int row;
        private final int column;

        Task(int row, int column) {
            this.row = row;
            this.column = column;
        }

        @Override
        protected void compute() {
            block(row, column);
        }
    }
}
