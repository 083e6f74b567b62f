package dev.penny.bench.suite;

import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/**
 * One way to run a benchmark.
 *
 * @param peer who
 * @param workers threads that work
 * @param prepare before each run, not timed
 * @param run timed
 * @param answer from what {@code run} returned to the answer that is checked; not timed
 */
public record Side(Peer peer, int workers, Runnable prepare, LongSupplier run, LongUnaryOperator answer) {

    /** Without preparation; {@code run} returns the answer. */
    public static Side of(Peer peer, int workers, LongSupplier run) {
        return new Side(peer, workers, () -> { }, run, LongUnaryOperator.identity());
    }

    /** For messages. */
    public String label() {
        return peer.text() + "(" + workers + ")";
    }
}
