package dev.penny.graph;

import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * A random graph without cycles, from a seed alone: each task takes up to three results of tasks before it and comes after some others.
 * Its function logs when each task begins and ends and mixes what it is given, so that a run can be held against the arrows and against
 * the same computation done in order.
 */
final class RandomDag {

    static final int RESULTS_MAX = 3;

    /** {@code from} ends before {@code to} begins. */
    record Arrow(int from, int to) { }

    private final int size;
    /** By task: whose results it takes. */
    private final List<List<Integer>> results = new ArrayList<>();
    /** By task: whom it only comes after. */
    private final List<List<Integer>> after = new ArrayList<>();

    RandomDag(long seed) {
        Random random = new Random(seed);
        size = 1 + random.nextInt(60);
        for (int task = 0; task < size; task++) {
            results.add(some(random, task, RESULTS_MAX));
            after.add(some(random, task, 2 + random.nextInt(4)));
        }
    }

    private static List<Integer> some(Random random, int below, int most) {
        List<Integer> chosen = new ArrayList<>();
        for (int count = below == 0 ? 0 : random.nextInt(most + 1); count > 0; count--) {
            chosen.add(random.nextInt(below));
        }
        return chosen;
    }

    int size() {
        return size;
    }

    List<Arrow> arrows() {
        List<Arrow> arrows = new ArrayList<>();
        for (int task = 0; task < size; task++) {
            for (int from : results.get(task)) {
                arrows.add(new Arrow(from, task));
            }
            for (int from : after.get(task)) {
                arrows.add(new Arrow(from, task));
            }
        }
        return arrows;
    }

    /** What every task gives when they run one after the other. */
    long[] inOrder() {
        long[] given = new long[size];
        for (int task = 0; task < size; task++) {
            long[] taken = new long[RESULTS_MAX];
            for (int i = 0; i < results.get(task).size(); i++) {
                taken[i] = given[results.get(task).get(i)];
            }
            given[task] = mix(task, taken[0], taken[1], taken[2]);
        }
        return given;
    }

    static long mix(long task, long a, long b, long c) {
        long hash = task * 0x9E37_79B9_7F4A_7C15L + a;
        hash = (hash ^ hash >>> 29) * 0xBF58_476D_1CE4_E5B9L + b;
        hash = (hash ^ hash >>> 32) * 0x94D0_49BB_1331_11EBL + c;
        return hash ^ hash >>> 31;
    }

    /** Adds the tasks, {@code t0}, {@code t1} and so on, to a graph. */
    List<GraphTask> write(GraphBuilder builder, TaskFunction<?> function) {
        List<GraphTask> tasks = new ArrayList<>();
        for (int task = 0; task < size; task++) {
            Object[] arguments = {(long) task, 0L, 0L, 0L};
            for (int i = 0; i < results.get(task).size(); i++) {
                arguments[1 + i] = tasks.get(results.get(task).get(i));
            }
            GraphTask added = builder.task("t" + task, function, arguments);
            after.get(task).forEach(from -> added.after(tasks.get(from)));
            tasks.add(added);
        }
        return tasks;
    }

    /** When tasks began and ended, on a clock that ticks with each of both. */
    static final class Log {

        private final AtomicInteger clock = new AtomicInteger();
        private final AtomicIntegerArray begun;
        private final AtomicIntegerArray ended;
        private final AtomicIntegerArray runs;

        Log(int sizeMax) {
            begun = new AtomicIntegerArray(sizeMax);
            ended = new AtomicIntegerArray(sizeMax);
            runs = new AtomicIntegerArray(sizeMax);
        }

        /** {@code mix(i64,i64,i64,i64)->i64}, which logs under the number that is its first argument. */
        TaskFunction<Object> function(Penny penny, String module) {
            return penny.javaModule(module).function("mix", "(i64,i64,i64,i64)->i64", call -> {
                begin((int) call.i64(0));
                call.result(mix(call.i64(0), call.i64(1), call.i64(2), call.i64(3)));
                end((int) call.i64(0));
            }).register().function("mix");
        }

        void begin(int task) {
            begun.set(task, clock.incrementAndGet());
            runs.incrementAndGet(task);
        }

        void end(int task) {
            ended.set(task, clock.incrementAndGet());
        }

        void clear() {
            for (int task = 0; task < begun.length(); task++) {
                begun.set(task, 0);
                ended.set(task, 0);
                runs.set(task, 0);
            }
        }

        /** Arrows whose end began before their beginning had ended. */
        List<Arrow> violated(List<Arrow> arrows) {
            return arrows.stream().filter(arrow -> ended.get(arrow.from()) == 0 || ended.get(arrow.from()) > begun.get(arrow.to())).toList();
        }

        /** Tasks of the first {@code size} that did not run exactly once. */
        List<Integer> notOnce(int size) {
            List<Integer> wrong = new ArrayList<>();
            for (int task = 0; task < size; task++) {
                if (runs.get(task) != 1) {
                    wrong.add(task);
                }
            }
            return wrong;
        }
    }
}
