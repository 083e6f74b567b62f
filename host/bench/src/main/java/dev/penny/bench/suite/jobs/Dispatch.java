package dev.penny.bench.suite.jobs;

import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import dev.penny.bench.suite.Job;
import dev.penny.bench.suite.Peer;
import dev.penny.bench.suite.Setup;
import dev.penny.bench.suite.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/** What one task costs: {@code square} of many numbers on one worker, written in one of three languages. Times are per task. */
public final class Dispatch implements Job {

    private static final IntUnaryOperator SQUARE = number -> number * number;

    private final String language;
    private final int count;

    /** {@code language} is {@code wasm}, {@code java} or {@code js}. */
    public Dispatch(String language, int count) {
        this.language = language;
        this.count = count;
    }

    @Override
    public long expected() {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += i * i;
        }
        return sum;
    }

    @Override
    public long units() {
        return count;
    }

    @Override
    public long tasks() {
        return count;
    }

    @Override
    public List<Side> sides(Setup setup) {
        TaskFunction<?> square = module(setup).function("square");
        ForkJoinPool pool = setup.pool(1);
        List<Side> sides = new ArrayList<>();
        sides.add(side(Peer.FORK_JOIN_POOL, () -> submitted(pool)));
        sides.add(side(Peer.PENNY, () -> square.mapRangeToLongs(0, count)));
        if (language.equals("wasm")) {
            Endive.Call function = new Endive("dist/arith.wasm").instance().function("square");
            sides.add(side(Peer.ENDIVE, () -> filled(number -> (int) function.apply(number))));
        }
        sides.add(side(Peer.JAVA_SEQUENTIAL, () -> filled(SQUARE)));
        return sides;
    }

    private TaskModule module(Setup setup) {
        return switch (language) {
            case "wasm" -> setup.guest(1, "dist/arith.wasm");
            case "js" -> setup.guest(1, "js/arith.js");
            case "java" -> setup.penny(1).javaModule("arith-" + count)
                    .function("square", "(i32)->i32", call -> call.result(call.i32(0) * call.i32(0))).register();
            default -> throw new IllegalArgumentException("no such language: language=" + language);
        };
    }

    private static Side side(Peer peer, Supplier<long[]> run) {
        long[][] results = new long[1][];
        return new Side(peer, 1, () -> results[0] = null, () -> {
            results[0] = run.get();
            return 0;
        }, _ -> Arrays.stream(results[0]).sum());
    }

    private long[] filled(IntUnaryOperator function) {
        long[] results = new long[count];
        for (int i = 0; i < count; i++) {
            results[i] = function.applyAsInt(i);
        }
        return results;
    }

    private long[] submitted(ForkJoinPool pool) {
        List<ForkJoinTask<Integer>> tasks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int number = i;
            tasks.add(pool.submit(() -> SQUARE.applyAsInt(number)));
        }
        long[] results = new long[count];
        for (int i = 0; i < count; i++) {
            results[i] = tasks.get(i).join();
        }
        return results;
    }
}
