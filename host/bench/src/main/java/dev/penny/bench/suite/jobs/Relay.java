package dev.penny.bench.suite.jobs;

import dev.penny.api.TaskFunction;
import dev.penny.bench.suite.Job;
import dev.penny.bench.suite.Peer;
import dev.penny.bench.suite.Setup;
import dev.penny.bench.suite.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Semaphore;
import java.util.function.IntConsumer;

/**
 * One thing at a time, handed on: every task submits the next and ends. As a ring the hops visit nodes in turn, which are virtual threads
 * that live as long as the ring there; as a chain every hop is a virtual thread of its own. Times are per hop.
 */
public final class Relay implements Job {

    private final int hops;
    private final int nodes;
    private final boolean ring;

    /** {@code hops} is a multiple of {@code nodes}. */
    public Relay(int hops, int nodes, boolean ring) {
        if (hops % nodes != 0) {
            throw new IllegalArgumentException("not whole laps: hops=%d, nodes=%d".formatted(hops, nodes));
        }
        this.hops = hops;
        this.nodes = nodes;
        this.ring = ring;
    }

    /** Each node was visited equally often: the sum over nodes of (index + 1) * visits. */
    @Override
    public long expected() {
        return (long) (hops / nodes) * nodes * (nodes + 1) / 2;
    }

    @Override
    public long units() {
        return hops;
    }

    @Override
    public long tasks() {
        return hops;
    }

    @Override
    public List<Side> sides(Setup setup) {
        List<Side> sides = new ArrayList<>();
        for (int workers : setup.workerCounts()) {
            ForkJoinPool pool = setup.pool(workers);
            Visits visits = new Visits();
            visits.next = hop -> pool.execute(() -> visits.of(hop));
            sides.add(relay(Peer.FORK_JOIN_POOL, workers, visits));
            sides.add(onPenny(setup, workers));
        }
        sides.add(ring ? virtualRing(setup.workers()) : virtualChain(setup.workers()));
        return sides;
    }

    private Side onPenny(Setup setup, int workers) {
        Visits visits = new Visits();
        TaskFunction<Object> hop = setup.penny(workers).javaModule("relay-" + hops)
                .function("hop", "(i32)->()", call -> visits.of(call.i32(0))).register().function("hop");
        visits.next = hop::submit;
        return relay(Peer.PENNY, workers, visits);
    }

    private Side virtualChain(int workers) {
        Visits visits = new Visits();
        visits.next = hop -> Thread.startVirtualThread(() -> visits.of(hop));
        return relay(Peer.VIRTUAL_THREADS, workers, visits);
    }

    /** A thread per node that waits for its turn. */
    private Side virtualRing(int workers) {
        Visits visits = new Visits();
        Semaphore[] turns = new Semaphore[nodes];
        visits.next = hop -> turns[hop % nodes].release();
        Runnable prepare = () -> {
            visits.reset();
            for (int i = 0; i < nodes; i++) {
                turns[i] = new Semaphore(0);
            }
            for (int i = 0; i < nodes; i++) {
                int node = i;
                Thread.startVirtualThread(() -> {
                    for (int hop = node; hop < hops; hop += nodes) {
                        turns[node].acquireUninterruptibly();
                        visits.of(hop);
                    }
                });
            }
        };
        return new Side(Peer.VIRTUAL_THREADS, workers, prepare, visits::run, visits::answer);
    }

    private Side relay(Peer peer, int workers, Visits visits) {
        return new Side(peer, workers, visits::reset, visits::run, visits::answer);
    }

    /** Counts visits. One hop runs at a time and each happens before the next, so plain fields do. */
    private final class Visits {

        private final int[] counts = new int[nodes];
        private IntConsumer next;
        private CountDownLatch done = new CountDownLatch(1);

        void reset() {
            java.util.Arrays.fill(counts, 0);
            done = new CountDownLatch(1);
        }

        void of(int hop) {
            counts[hop % nodes]++;
            if (hop + 1 < hops) {
                next.accept(hop + 1);
            } else {
                done.countDown();
            }
        }

        long run() {
            next.accept(0);
            try {
                done.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while measuring", e);
            }
            return 0;
        }

        long answer(long unused) {
            long sum = 0;
            for (int i = 0; i < nodes; i++) {
                sum += (i + 1L) * counts[i];
            }
            return sum;
        }
    }
}
