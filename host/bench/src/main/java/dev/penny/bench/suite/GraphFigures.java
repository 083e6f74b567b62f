package dev.penny.bench.suite;

import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What static graphs cost apart from time per task: heap per run, and the smallest task that pays. */
final class GraphFigures {

    /** Heap that a run allocates. */
    static final String RERUN = "graph-rerun";
    /** Smallest task with 50 per cent efficiency, tasks in rows, each after three of the row above. */
    static final String METG_STENCIL = "graph-metg-stencil";
    /** The same, tasks in a tree that opens and closes. */
    static final String METG_TREE = "graph-metg-tree";

    private static final Map<String, String> TITLES = Map.of(
            RERUN, "heap that one run of a static graph of 10,000 tasks allocates",
            METG_STENCIL, "smallest task with 50 % efficiency: rows of tasks, each after three of the row above",
            METG_TREE, "smallest task with 50 % efficiency: a tree of tasks that opens and closes");

    private static final double EFFICIENCY = 0.5;
    private static final int STENCIL_WIDTH_PER_WORKER = 4;
    /** What is called once per run is compiled for good after some ten thousand calls. */
    private static final int RUNS_UNTIL_COMPILED = 10_000;
    private static final Duration SETTLE = Duration.ofMinutes(3);

    private final int workers;
    private final boolean small;
    private final Duration budget;

    /** {@code small} only shows that it runs; {@code budget} is for the measurement after the warm-up, which takes as long. */
    GraphFigures(int workers, boolean small, Duration budget) {
        this.workers = workers;
        this.small = small;
        this.budget = budget;
    }

    static List<String> names() {
        return List.of(RERUN, METG_STENCIL, METG_TREE);
    }

    static String title(String name) {
        return TITLES.get(name);
    }

    /** @throws IllegalArgumentException it is none of these */
    Figure measure(String name) {
        return switch (name) {
            case RERUN -> rerun(small ? 100 : 10_000);
            case METG_STENCIL -> metg(name, stencil(STENCIL_WIDTH_PER_WORKER * workers, small ? 5 : 400));
            case METG_TREE -> metg(name, tree(small ? 3 : 11));
            default -> throw new IllegalArgumentException("no such figure: name=" + name);
        };
    }

    /** Bytes of the caller, the workers and whatever else runs for them; of groups of runs the medians. */
    private Figure rerun(int tasks) {
        try (Setup setup = new Setup(workers)) {
            Spinning graph = new Spinning(setup, stencil(tasks / 10, 10));
            compiled(() -> graph.run(0));
            int runs = small ? 2 : 200;
            double[] bytes = new double[small ? 1 : 15];
            double[] others = new double[bytes.length];
            for (int group = 0; group < bytes.length; group++) {
                HeapBytes before = HeapBytes.now();
                for (int run = 0; run < runs; run++) {
                    graph.run(0);
                }
                HeapBytes after = HeapBytes.now();
                bytes[group] = (double) after.ofProgramSince(before) / runs;
                others[group] = (double) after.ofOthersSince(before) / runs;
            }
            return new Figure(RERUN, Statistics.median(bytes), "bytes", List.of(),
                    Map.of("compilers and virtual machine", Statistics.median(others)));
        } catch (Exception e) {
            throw failed(RERUN, e);
        }
    }

    /** Runs until nothing asks for compilation any more. */
    private void compiled(Runnable run) {
        repeat(budget.dividedBy(2), small ? 1 : RUNS_UNTIL_COMPILED, run);
        CompilerThreads.settle(small ? Duration.ZERO : SETTLE, () -> repeat(budget.dividedBy(4), run));
    }

    private static IllegalStateException failed(String name, Exception e) {
        return new IllegalStateException("benchmark failed: name=%s, reason=%s".formatted(name, e), e);
    }

    private static void repeat(Duration time, Runnable run) {
        repeat(time, 1, run);
    }

    private static void repeat(Duration time, int least, Runnable run) {
        long start = System.nanoTime();
        for (int runs = 0; runs < least || System.nanoTime() - start < time.toNanos(); runs++) {
            run.run();
        }
    }

    /**
     * As Task Bench (Slaughter and others 2020): the tasks get shorter until half of the workers' time is not spent in them. Efficiency is
     * the time of the same wasm as one call on one worker, divided by the workers and the time of the run.
     */
    private Figure metg(String name, List<int[]> predecessors) {
        try (Setup setup = new Setup(workers)) {
            Spinning graph = new Spinning(setup, predecessors);
            repeat(budget.dividedBy(2), () -> graph.run(1_000));
            compiled(() -> graph.run(10));
            List<Figure.Point> curve = new ArrayList<>();
            int sizes = small ? 2 : 12;
            for (int i = 0; i < sizes; i++) {
                int steps = (small ? 16 : 8) << i;
                curve.add(graph.efficiency(steps, budget.dividedBy(sizes)));
            }
            return new Figure(name, small ? curve.getLast().x() : smallest(curve), "ns", curve);
        } catch (Exception e) {
            throw failed(name, e);
        }
    }

    /**
     * Where the curve crosses 50 per cent the last time, linear in the logarithm of the size; the smallest size if all have it.
     *
     * @throws IllegalStateException the largest size has not
     */
    static double smallest(List<Figure.Point> curve) {
        for (int i = curve.size() - 1; i > 0; i--) {
            Figure.Point above = curve.get(i);
            Figure.Point below = curve.get(i - 1);
            if (above.y() < EFFICIENCY) {
                break;
            }
            if (below.y() < EFFICIENCY) {
                double share = (EFFICIENCY - below.y()) / (above.y() - below.y());
                return Math.exp(Math.log(below.x()) + share * (Math.log(above.x()) - Math.log(below.x())));
            }
        }
        if (curve.getLast().y() < EFFICIENCY) {
            throw new IllegalStateException("no size of tasks has half efficiency: largest=%.0f ns, efficiency=%.2f"
                    .formatted(curve.getLast().x(), curve.getLast().y()));
        }
        return curve.getFirst().x();
    }

    /** The tasks that each waits for; rows of {@code width}. */
    static List<int[]> stencil(int width, int rows) {
        List<int[]> all = new ArrayList<>();
        for (int task = 0; task < width * rows; task++) {
            int column = task % width;
            int above = task - width;
            all.add(above < 0 ? new int[0] : IntStream.rangeClosed(Math.max(0, column - 1), Math.min(width - 1, column + 1))
                    .map(neighbour -> above - column + neighbour).toArray());
        }
        return all;
    }

    /** One task, two after it, four after those, and so on; then half as many in each level, each after two. */
    static List<int[]> tree(int levels) {
        List<int[]> all = new ArrayList<>();
        all.add(new int[0]);
        int first = 0;
        for (int level = 1; level < levels; level++) {
            int next = all.size();
            for (int i = 0; i < 1 << level; i++) {
                all.add(new int[] {first + i / 2});
            }
            first = next;
        }
        for (int level = levels - 2; level >= 0; level--) {
            int next = all.size();
            for (int i = 0; i < 1 << level; i++) {
                all.add(new int[] {first + 2 * i, first + 2 * i + 1});
            }
            first = next;
        }
        return all;
    }

    /** A graph whose tasks compute for a number of steps. */
    private static final class Spinning {

        private final TaskGraph graph;
        private final TaskFunction<Object> alone;
        private final int workers;
        private int steps = -1;

        Spinning(Setup setup, List<int[]> predecessors) {
            workers = setup.workers();
            Penny penny = setup.penny(workers);
            alone = setup.function(workers, "bench/spin", "spin");
            GraphBuilder builder = penny.graph("spinning");
            GraphTask[] made = new GraphTask[predecessors.size()];
            for (int task = 0; task < made.length; task++) {
                made[task] = builder.task("t" + task, alone, 0);
                for (int predecessor : predecessors.get(task)) {
                    made[task].after(made[predecessor]);
                }
            }
            graph = setup.closing(builder.build());
        }

        private void set(int wanted) {
            if (wanted != steps) {
                steps = wanted;
                graph.tasks().forEach(task -> graph.set(task, 0, wanted));
            }
        }

        /** Nanoseconds of one run. */
        long run(int wanted) {
            set(wanted);
            long start = System.nanoTime();
            graph.run().join();
            return System.nanoTime() - start;
        }

        /** The size of a task in nanoseconds, and the efficiency with tasks of that size. */
        Figure.Point efficiency(int wanted, Duration time) {
            int tasks = graph.tasks().size();
            List<Double> sizes = new ArrayList<>();
            List<Double> shares = new ArrayList<>();
            repeat(time, () -> {
                long start = System.nanoTime();
                alone.call(wanted * tasks);
                double size = (double) (System.nanoTime() - start) / tasks;
                sizes.add(size);
                shares.add(size * tasks / workers / run(wanted));
            });
            return new Figure.Point(median(sizes), median(shares));
        }

        private static double median(List<Double> values) {
            return Statistics.median(values.stream().mapToDouble(Double::doubleValue).toArray());
        }
    }
}
