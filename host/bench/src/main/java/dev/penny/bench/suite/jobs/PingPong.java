package dev.penny.bench.suite.jobs;

import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import dev.penny.bench.suite.Job;
import dev.penny.bench.suite.Peer;
import dev.penny.bench.suite.Setup;
import dev.penny.bench.suite.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Tasks submitted from outside, each of which submits another and waits for its answer. Times are per pair. */
public final class PingPong implements Job {

    private final int pairs;

    /** That many pairs per run. */
    public PingPong(int pairs) {
        this.pairs = pairs;
    }

    /** Pong answers twice the number. */
    @Override
    public long expected() {
        return (long) pairs * (pairs - 1);
    }

    @Override
    public long units() {
        return pairs;
    }

    @Override
    public long tasks() {
        return 2L * pairs;
    }

    @Override
    public List<Side> sides(Setup setup) {
        List<Side> sides = new ArrayList<>();
        for (int workers : setup.workerCounts()) {
            ForkJoinPool pool = setup.pool(workers);
            TaskFunction<?> ping = ping(setup.penny(workers));
            sides.add(Side.of(Peer.FORK_JOIN_POOL, workers,
                    () -> all(number -> pool.submit(() -> ForkJoinTask.adapt(() -> 2 * number).fork().join()))));
            sides.add(Side.of(Peer.PENNY, workers, () -> all(ping::submit)));
        }
        ExecutorService virtual = setup.closing(Executors.newVirtualThreadPerTaskExecutor());
        sides.add(Side.of(Peer.VIRTUAL_THREADS, setup.workers(),
                () -> all(number -> virtual.submit(() -> virtual.submit(() -> 2 * number).get()))));
        return sides;
    }

    private TaskFunction<?> ping(Penny penny) {
        TaskModule pongs = penny.javaModule("pongs-" + pairs)
                .function("pong", "(i32)->i32", call -> call.result(2 * call.i32(0))).register();
        TaskFunction<Integer> pong = pongs.function("pong", "(i32)->i32", Integer.class);
        return penny.javaModule("pings-" + pairs).function("ping", "(i32)->i32", call -> {
            int answer = pong.submit(call.i32(0)).join();
            call.result(answer);
        }).register().function("ping");
    }

    private long all(IntFunction<Future<?>> submit) {
        List<Future<?>> answers = new ArrayList<>(pairs);
        for (int i = 0; i < pairs; i++) {
            answers.add(submit.apply(i));
        }
        try {
            long sum = 0;
            for (Future<?> answer : answers) {
                sum += Setup.number(answer.get());
            }
            return sum;
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("a task failed: " + e, e);
        }
    }
}
