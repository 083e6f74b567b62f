package dev.penny.bench.experiment;

import dev.penny.bench.suite.Statistics;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What the tasks of one run write about themselves, by their number: when they could have started, when they did, when they ended, and on
 * which thread. Times are {@link System#nanoTime} of the process, taken by the tasks. A task writes its own entries only, so the arrays
 * need no atomics; whoever evaluates them has waited for the tasks.
 */
final class TaskLog {

    /** Columns of {@link #waits}. */
    static final String WAIT_P50 = "wait_p50_ns";
    static final String WAIT_P99 = "wait_p99_ns";
    static final String WAIT_MAX = "wait_max_ns";
    /** The share of the workers' time in which tasks ran. */
    static final String UTILISATION = "utilisation";
    /** The longest time in which no task ended. */
    static final String GAP = "longest_gap_ns";

    private final long[] ready;
    private final long[] started;
    private final long[] ended;
    private final long[] threads;

    /** For tasks 0 to {@code tasks - 1}. */
    TaskLog(int tasks) {
        ready = new long[tasks];
        started = new long[tasks];
        ended = new long[tasks];
        threads = new long[tasks];
    }

    /** The task may start from now on. Called before it is submitted. */
    void ready(int task) {
        ready[task] = System.nanoTime();
    }

    /** Called by the task first. */
    void started(int task) {
        started[task] = System.nanoTime();
        threads[task] = Thread.currentThread().threadId();
    }

    /** Called by the task last. */
    void ended(int task) {
        ended[task] = System.nanoTime();
    }

    /** Sets when a task could have started, from the ends of those it had to wait for. */
    void readyAfter(int task, int... predecessors) {
        for (int predecessor : predecessors) {
            ready[task] = Math.max(ready[task], ended[predecessor]);
        }
    }

    /** Sets when a task without predecessors could have started. */
    void readyAt(int task, long nanos) {
        ready[task] = nanos;
    }

    /** The thread that ran a task. */
    long thread(int task) {
        return threads[task];
    }

    /** Forgets everything. */
    void clear() {
        Arrays.fill(ready, 0);
        Arrays.fill(started, 0);
        Arrays.fill(ended, 0);
    }

    /** Median, 99th percentile and maximum of the times between ready and started; a task that did not run is an error. */
    Map<String, Double> waits() {
        double[] waits = IntStream.range(0, ready.length).mapToDouble(this::waitOf).toArray();
        Map<String, Double> columns = new LinkedHashMap<>();
        columns.put(WAIT_P50, Statistics.quantile(0.5, waits));
        columns.put(WAIT_P99, Statistics.quantile(0.99, waits));
        columns.put(WAIT_MAX, Statistics.quantile(1, waits));
        return columns;
    }

    /** The time between ready and started of one task. @throws IllegalStateException it did not run */
    double waitOf(int task) {
        if (started[task] == 0 || ended[task] == 0) {
            throw new IllegalStateException("a task did not run: task=%d, tasks=%d".formatted(task, ready.length));
        }
        // The clocks of two processors may differ by a few nanoseconds.
        return Math.max(1, started[task] - ready[task]);
    }

    /** The time between start and end of all tasks together. */
    long busyNanos() {
        long busy = 0;
        for (int task = 0; task < started.length; task++) {
            busy += ended[task] - started[task];
        }
        return busy;
    }

    /** The longest time between two neighbouring ends, the start of the run counted as one. */
    double longestGapNanos(long runStarted) {
        long[] sorted = ended.clone();
        Arrays.sort(sorted);
        long longest = sorted[0] - runStarted;
        for (int i = 1; i < sorted.length; i++) {
            longest = Math.max(longest, sorted[i] - sorted[i - 1]);
        }
        return longest;
    }
}
