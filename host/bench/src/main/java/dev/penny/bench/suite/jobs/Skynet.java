package dev.penny.bench.suite.jobs;

import dev.penny.bench.suite.Peer;
import dev.penny.bench.suite.Setup;
import dev.penny.bench.suite.Side;
import java.util.List;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RecursiveTask;

/** A tree of tasks, ten children each; the leaves return their number. */
public final class Skynet extends ForkJoinJob {

    private static final int FANOUT = 10;
    /** A million virtual threads take seconds. */
    private static final int VIRTUAL_LEAVES_MAX = 100_000;

    private final int leaves;

    /** {@code leaves} is a power of ten. */
    public Skynet(int leaves) {
        super("bench/skynet", "skynet", leaves);
        this.leaves = leaves;
    }

    @Override
    public long expected() {
        return (long) leaves * (leaves - 1) / 2;
    }

    @Override
    public long tasks() {
        return ((long) leaves * FANOUT - 1) / (FANOUT - 1);
    }

    @Override
    ForkJoinTask<Long> task() {
        return new Task(0, leaves);
    }

    /** The task for a pool of one's own. */
    public static ForkJoinTask<Long> task(int leaves) {
        return new Task(0, leaves);
    }

    @Override
    long sequential() {
        return sum(0, leaves);
    }

    @Override
    List<Side> more(Setup setup) {
        return leaves > VIRTUAL_LEAVES_MAX ? List.of()
                : List.of(Side.of(Peer.VIRTUAL_THREADS, setup.workers(), () -> new Virtual(0, leaves).sum()));
    }

    private static long sum(long first, long leaves) {
        if (leaves == 1) {
            return first;
        }
        long sum = 0;
        long share = leaves / FANOUT;
        for (int i = 0; i < FANOUT; i++) {
            sum += sum(first + i * share, share);
        }
        return sum;
    }

    private static final class Task extends RecursiveTask<Long> {

        private static final long serialVersionUID = 1;

        private final long first;
        private final long leaves;

        Task(long first, long leaves) {
            this.first = first;
            this.leaves = leaves;
        }

        @Override
        protected Long compute() {
            if (leaves == 1) {
                return first;
            }
            Task[] children = new Task[FANOUT];
            long share = leaves / FANOUT;
            for (int i = 0; i < FANOUT; i++) {
                children[i] = new Task(first + i * share, share);
                children[i].fork();
            }
            long sum = 0;
            for (int i = FANOUT - 1; i >= 0; i--) {
                sum += children[i].join();
            }
            return sum;
        }
    }

    /** One virtual thread per node. */
    private static final class Virtual implements Runnable {

        private final long first;
        private final long leaves;
        private long result;

        Virtual(long first, long leaves) {
            this.first = first;
            this.leaves = leaves;
        }

        @Override
        public void run() {
            result = leaves == 1 ? first : sum();
        }

        long sum() {
            Virtual[] children = new Virtual[FANOUT];
            Thread[] threads = new Thread[FANOUT];
            long share = leaves / FANOUT;
            for (int i = 0; i < FANOUT; i++) {
                children[i] = new Virtual(first + i * share, share);
                threads[i] = Thread.startVirtualThread(children[i]);
            }
            long sum = 0;
            for (int i = 0; i < FANOUT; i++) {
                join(threads[i]);
                sum += children[i].result;
            }
            return sum;
        }

        private static void join(Thread thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while measuring", e);
            }
        }
    }
}
