package dev.penny.bench.experiment;

import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Tasks in Java that wait for others, each with a value made of the values of those. Written once, then run as a {@link TaskGraph} on any
 * Penny, or one after the other as the oracle.
 */
final class Dag {

    private final List<Node> bodies = new ArrayList<>();
    private final List<int[]> predecessors = new ArrayList<>();

    /** What a task does. */
    @FunctionalInterface
    interface Node {

        /** Its value, from those of its predecessors in the order they were given. */
        long run(long[] before);
    }

    /** Adds a task that starts after others, which were added before; returns its number. */
    int add(Node body, int... after) {
        for (int predecessor : after) {
            if (predecessor < 0 || predecessor >= bodies.size()) {
                throw new IllegalArgumentException("no such task yet: task=%d, tasks=%d".formatted(predecessor, bodies.size()));
            }
        }
        bodies.add(body);
        predecessors.add(after.clone());
        return bodies.size() - 1;
    }

    /** How many tasks. */
    int size() {
        return bodies.size();
    }

    /** The tasks that a task starts after. */
    int[] predecessors(int task) {
        return predecessors.get(task).clone();
    }

    private long evaluate(int task, long[] values) {
        int[] after = predecessors.get(task);
        long[] before = new long[after.length];
        for (int i = 0; i < after.length; i++) {
            before[i] = values[after[i]];
        }
        return bodies.get(task).run(before);
    }

    /** The value of the last task, computed by this thread alone. */
    long oracle() {
        long[] values = new long[size()];
        for (int task = 0; task < values.length; task++) {
            values[task] = evaluate(task, values);
        }
        return values[values.length - 1];
    }

    /** This graph on a Penny, ready to be run again and again. Closed with the Penny. */
    Running on(Penny penny, String name) {
        return new Running(penny, name);
    }

    /** The graph on one Penny. */
    final class Running {

        private final long[] values = new long[size()];
        private final TaskLog log = new TaskLog(size());
        private final TaskGraph graph;
        private final int workers;
        private long begun;

        private Running(Penny penny, String name) {
            workers = penny.workers();
            TaskFunction<?> function = penny.javaModule(name).function("node", "(i32)->()", call -> {
                int task = call.i32(0);
                log.started(task);
                values[task] = evaluate(task, values);
                log.ended(task);
            }).register().function("node");
            GraphBuilder builder = penny.graph(name);
            GraphTask[] made = new GraphTask[size()];
            for (int task = 0; task < made.length; task++) {
                made[task] = builder.task("t" + task, function, task);
                for (int predecessor : predecessors.get(task)) {
                    made[task].after(made[predecessor]);
                }
            }
            graph = builder.build();
        }

        /** Runs it and checks the last value; times are per task. */
        Map<String, Double> run(long expected) {
            log.clear();
            Map<String, Double> columns = Trials.timed(size(), () -> {
                begun = System.nanoTime();
                graph.run().join();
            });
            if (values[size() - 1] != expected) {
                throw new IllegalStateException("wrong value: graph=%s, value=%d, expected=%d"
                        .formatted(graph.name(), values[size() - 1], expected));
            }
            for (int task = 0; task < size(); task++) {
                log.readyAt(task, begun);
                log.readyAfter(task, predecessors.get(task));
            }
            columns.putAll(log.waits());
            columns.put(TaskLog.UTILISATION, log.busyNanos() / (columns.get(Point.Trial.NANOS) * size() * workers));
            return columns;
        }
    }
}
