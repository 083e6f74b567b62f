package dev.penny.bench.suite.jobs;

import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RecursiveTask;

/** Fibonacci numbers by double recursion without a cut-off. */
public final class Fib extends ForkJoinJob {

    private final int n;

    /** The n-th number. */
    public Fib(int n) {
        super("fib", "fib", n);
        this.n = n;
    }

    @Override
    public long expected() {
        return iterated(n);
    }

    /** The calls of the recursion: 2 fib(n + 1) - 1. */
    @Override
    public long tasks() {
        return 2 * iterated(n + 1) - 1;
    }

    private static long iterated(int n) {
        long a = 0;
        long b = 1;
        for (int i = 0; i < n; i++) {
            long next = a + b;
            a = b;
            b = next;
        }
        return a;
    }

    @Override
    ForkJoinTask<Long> task() {
        return new Task(n);
    }

    @Override
    long sequential() {
        return fib(n);
    }

    private static long fib(long n) {
        return n < 2 ? n : fib(n - 1) + fib(n - 2);
    }

    private static final class Task extends RecursiveTask<Long> {

        private static final long serialVersionUID = 1;

        private final long n;

        Task(long n) {
            this.n = n;
        }

        @Override
        protected Long compute() {
            if (n < 2) {
                return n;
            }
            Task right = new Task(n - 2);
            right.fork();
            long left = new Task(n - 1).compute();
            return left + right.join();
        }
    }
}
