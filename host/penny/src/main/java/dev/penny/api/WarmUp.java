package dev.penny.api;

import java.time.Duration;
import java.util.Collections;
import java.util.Objects;

/**
 * How a warm-up went, see {@link TaskFunction#warmUp}.
 *
 * @param calls tasks that ran
 * @param elapsed how long it took
 * @param settled the speed did not get better any more; false if the limit ended it
 * @param nanosPerCall time per task, all workers busy, in the best batch
 */
public record WarmUp(long calls, Duration elapsed, boolean settled, double nanosPerCall) {

    /** Long enough for the clock and for the start of a batch not to matter. */
    private static final long BATCH_NANOS = 20_000_000;
    private static final int BATCH_MAX = 1 << 20;

    /** Runs batches until the speed has settled. */
    static WarmUp run(TaskFunction<?> function, Duration limit, Object[] arguments) {
        Objects.requireNonNull(limit, "limit");
        if (limit.isNegative()) {
            throw new IllegalArgumentException("limit is negative: limit=" + limit);
        }
        Object[] input = arguments.clone();
        Settling settling = new Settling();
        long begin = System.nanoTime();
        long elapsed = 0;
        long calls = 0;
        int batch = 1;
        do {
            long before = elapsed;
            try (TaskResults<?> results = function.map(Collections.nCopies(batch, (Object) input).iterator())) {
                results.forEachRemaining(Outcome::get);
            }
            elapsed = System.nanoTime() - begin;
            calls += batch;
            settling.add(elapsed, (double) (elapsed - before) / batch);
            if (elapsed - before < BATCH_NANOS && batch < BATCH_MAX) {
                batch *= 2;
            }
        } while (!settling.settled() && Duration.ofNanos(elapsed).compareTo(limit) < 0);
        return new WarmUp(calls, Duration.ofNanos(elapsed), settling.settled(), settling.best());
    }

    /**
     * Decides from the times of batches whether a function still gets faster. Compilers work in tiers, each taking longer than the one
     * before; so what counts as long without progress is a share of the time so far.
     */
    static final class Settling {

        private static final long QUIET_NANOS_MIN = 500_000_000;
        /** Half of the whole time without progress. */
        private static final int QUIET_SHARE = 2;
        /** Less than this is noise. */
        private static final double PROGRESS = 0.95;

        private double best = Double.POSITIVE_INFINITY;
        private long progressNanos;
        private long elapsedNanos;

        void add(long elapsed, double nanosPerCall) {
            elapsedNanos = elapsed;
            if (nanosPerCall < best * PROGRESS) {
                progressNanos = elapsed;
            }
            best = Math.min(best, nanosPerCall);
        }

        boolean settled() {
            return elapsedNanos - progressNanos >= Math.max(QUIET_NANOS_MIN, elapsedNanos / QUIET_SHARE);
        }

        double best() {
            return best;
        }
    }
}
