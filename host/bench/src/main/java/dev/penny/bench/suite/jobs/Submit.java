package dev.penny.bench.suite.jobs;

import dev.penny.api.TaskFunction;
import dev.penny.bench.suite.Job;
import dev.penny.bench.suite.Peer;
import dev.penny.bench.suite.Setup;
import dev.penny.bench.suite.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Round trips from outside: submit one task, wait for its result, submit the next. Times are per round trip. */
public final class Submit implements Job {

    private final int trips;

    /** That many round trips per run. */
    public Submit(int trips) {
        this.trips = trips;
    }

    @Override
    public long expected() {
        return (long) trips * (trips - 1) / 2;
    }

    @Override
    public long units() {
        return trips;
    }

    @Override
    public long tasks() {
        return trips;
    }

    @Override
    public List<Side> sides(Setup setup) {
        List<Side> sides = new ArrayList<>();
        for (int workers : setup.workerCounts()) {
            TaskFunction<Object> empty = setup.function(workers, "bench/empty", "empty");
            ExecutorService pool = setup.pool(workers);
            sides.add(Side.of(Peer.FORK_JOIN_POOL, workers, () -> all(number -> pool.submit(() -> number))));
            sides.add(Side.of(Peer.PENNY, workers, () -> all(empty::submit)));
        }
        ExecutorService virtual = setup.closing(Executors.newVirtualThreadPerTaskExecutor());
        sides.add(Side.of(Peer.VIRTUAL_THREADS, setup.workers(), () -> all(number -> virtual.submit(() -> number))));
        return sides;
    }

    private long all(IntFunction<Future<?>> submit) {
        try {
            long sum = 0;
            for (int i = 0; i < trips; i++) {
                sum += Setup.number(submit.apply(i).get());
            }
            return sum;
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("a task failed: " + e, e);
        }
    }
}
