package dev.penny.bench.suite.jobs;

import dev.penny.api.TaskFunction;
import dev.penny.bench.suite.Job;
import dev.penny.bench.suite.Peer;
import dev.penny.bench.suite.Setup;
import dev.penny.bench.suite.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RecursiveAction;
import java.util.function.IntUnaryOperator;

/**
 * Many tasks that return their number: on Penny one bulk, on the pool in chunks. In the first form of the peer every task is a
 * {@link ForkJoinTask} and a chunk forks and joins its own, which is what separate tasks cost there. In the second a chunk is a loop that
 * calls the function, which is not separate tasks at all but the least that a user could do. Both get their best chunk size.
 */
public final class Bulk implements Job {

    private static final int[] CHUNKS = {100, 1_000, 10_000, 100_000};

    private final int count;

    /** {@code count} tasks. */
    public Bulk(int count) {
        this.count = count;
    }

    @Override
    public long expected() {
        return (long) count * (count - 1) / 2;
    }

    @Override
    public long tasks() {
        return count;
    }

    @Override
    public List<Side> sides(Setup setup) {
        List<Side> sides = new ArrayList<>();
        for (int workers : setup.workerCounts()) {
            TaskFunction<Object> empty = setup.function(workers, "bench/empty", "empty");
            ForkJoinPool pool = setup.pool(workers);
            Side penny = side(Peer.PENNY, workers, () -> empty.mapRangeToLongs(0, count));
            int tasksChunk = bestChunk(pool, true);
            int loopChunk = bestChunk(pool, false);
            sides.add(side(Peer.FORK_JOIN_POOL, workers, () -> inPool(pool, tasksChunk, true)));
            sides.add(penny);
            sides.add(side(Peer.FORK_JOIN_POOL_LOOP, workers, () -> inPool(pool, loopChunk, false)));
        }
        return sides;
    }

    /** Results are summed after the clock has stopped. */
    private static Side side(Peer peer, int workers, java.util.function.Supplier<long[]> run) {
        long[][] results = new long[1][];
        return new Side(peer, workers, () -> results[0] = null, () -> {
            results[0] = run.get();
            return 0;
        }, _ -> java.util.Arrays.stream(results[0]).sum());
    }

    private int bestChunk(ForkJoinPool pool, boolean tasks) {
        int best = CHUNKS[0];
        long bestNanos = Long.MAX_VALUE;
        for (int round = 0; round < 3; round++) {
            for (int chunk : CHUNKS) {
                long start = System.nanoTime();
                inPool(pool, chunk, tasks);
                long nanos = System.nanoTime() - start;
                // The first round only compiles.
                if (round > 0 && nanos < bestNanos) {
                    bestNanos = nanos;
                    best = chunk;
                }
            }
        }
        return best;
    }

    private long[] inPool(ForkJoinPool pool, int chunk, boolean tasks) {
        long[] results = new long[count];
        List<ForkJoinTask<Void>> submitted = new ArrayList<>();
        IntUnaryOperator function = EMPTY;
        for (int from = 0; from < count; from += chunk) {
            int to = Math.min(from + chunk, count);
            submitted.add(pool.submit(tasks ? new Tasks(results, from, to) : new Loop(results, from, to, function)));
        }
        submitted.forEach(ForkJoinTask::join);
        return results;
    }

    /** Not a constant of the loop, as the function of a task is none. */
    private static final IntUnaryOperator EMPTY = number -> number;

    private static final class Loop extends RecursiveAction {

        private static final long serialVersionUID = 1;

        private final long[] results;
        private final int from;
        private final int to;
        private final transient IntUnaryOperator function;

        Loop(long[] results, int from, int to, IntUnaryOperator function) {
            this.results = results;
            this.from = from;
            this.to = to;
            this.function = function;
        }

        @Override
        protected void compute() {
            for (int i = from; i < to; i++) {
                results[i] = function.applyAsInt(i);
            }
        }
    }

    private static final class Tasks extends RecursiveAction {

        private static final long serialVersionUID = 1;

        private final long[] results;
        private final int from;
        private final int to;

        Tasks(long[] results, int from, int to) {
            this.results = results;
            this.from = from;
            this.to = to;
        }

        @Override
        protected void compute() {
            One[] tasks = new One[to - from];
            for (int i = from; i < to; i++) {
                tasks[i - from] = new One(results, i);
                tasks[i - from].fork();
            }
            for (int i = tasks.length - 1; i >= 0; i--) {
                tasks[i].join();
            }
        }
    }

    private static final class One extends RecursiveAction {

        private static final long serialVersionUID = 1;

        private final long[] results;
        private final int number;

        One(long[] results, int number) {
            this.results = results;
            this.number = number;
        }

        @Override
        protected void compute() {
            results[number] = number;
        }
    }
}
