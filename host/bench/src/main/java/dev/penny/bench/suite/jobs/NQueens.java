package dev.penny.bench.suite.jobs;

import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RecursiveTask;

/** How many ways there are to place n queens, one task per safe placement. */
public final class NQueens extends ForkJoinJob {

    /** Solutions for n = 0, 1, 2, ... (OEIS A000170). */
    private static final long[] SOLUTIONS = {1, 1, 0, 0, 2, 10, 4, 40, 92, 352, 724, 2_680, 14_200, 73_712, 365_596, 2_279_184};

    private final int n;

    /** On an n x n board, n at most 15. */
    public NQueens(int n) {
        super("bench/nqueens", "nqueens", n);
        this.n = n;
    }

    @Override
    public long expected() {
        return SOLUTIONS[n];
    }

    @Override
    public long tasks() {
        return placements(0, 0);
    }

    /** Safe placements of the first queens, all together, the empty board included. */
    private long placements(int row, long queens) {
        long count = 1;
        for (int column = 0; row < n && column < n; column++) {
            if (safe(queens, row, column)) {
                count += placements(row + 1, queens << 4 | column);
            }
        }
        return count;
    }

    @Override
    ForkJoinTask<Long> task() {
        return new Task(n, 0, 0);
    }

    @Override
    long sequential() {
        return place(n, 0, 0);
    }

    /** {@code queens} holds the columns so far, four bits each, the newest lowest. */
    private static boolean safe(long queens, int row, int column) {
        long rest = queens;
        for (int distance = 1; distance <= row; distance++) {
            int other = (int) (rest & 15);
            if (other == column || other == column - distance || other == column + distance) {
                return false;
            }
            rest >>>= 4;
        }
        return true;
    }

    private static long place(int n, int row, long queens) {
        if (row == n) {
            return 1;
        }
        long solutions = 0;
        for (int column = 0; column < n; column++) {
            if (safe(queens, row, column)) {
                solutions += place(n, row + 1, queens << 4 | column);
            }
        }
        return solutions;
    }

    private static final class Task extends RecursiveTask<Long> {

        private static final long serialVersionUID = 1;

        private final int n;
        private final int row;
        private final long queens;

        Task(int n, int row, long queens) {
            this.n = n;
            this.row = row;
            this.queens = queens;
        }

        @Override
        protected Long compute() {
            if (row == n) {
                return 1L;
            }
            Task[] placed = new Task[n];
            int count = 0;
            for (int column = 0; column < n; column++) {
                if (safe(queens, row, column)) {
                    placed[count] = new Task(n, row + 1, queens << 4 | column);
                    placed[count++].fork();
                }
            }
            long solutions = 0;
            while (count > 0) {
                solutions += placed[--count].join();
            }
            return solutions;
        }
    }
}
