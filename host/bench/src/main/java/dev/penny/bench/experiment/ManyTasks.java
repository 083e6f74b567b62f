package dev.penny.bench.experiment;

import dev.penny.bench.experiment.Plots.Axes;
import dev.penny.bench.experiment.Plots.Series;
import dev.penny.bench.experiment.Point.Trial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.knowm.xchart.internal.chartpart.Chart;

/** E-1: m tasks on the ring of n workers, from fewer tasks than workers to a thousand per worker. */
final class ManyTasks implements Experiment {

    private static final String WORKERS = "workers";
    private static final String RATIO = "tasks_per_worker";
    private static final String TASKS = "tasks";
    private static final double GRAIN_NANOS = 10_000;
    private static final int STEPS = 3_000;
    private static final String RING = Contender.RING.name();
    private static final String STEALING = Contender.STEALING.name();

    @Override
    public String name() {
        return "E-1";
    }

    @Override
    public String title() {
        return "How does the merry-go-round do with fewer and with more tasks than workers?";
    }

    @Override
    public List<Point> points(Effort effort) {
        List<Double> ratios = effort.pick(List.of(0.25, 0.5, 1.0, 2.0, 8.0, 64.0, 1000.0), List.of(0.5, 1.0, 8.0, 1000.0),
                List.of(0.5, 2.0));
        List<Integer> workers = effort.pick(List.of(1, 2, 3, 4), List.of(1, 2, 4), List.of(2));
        List<Point> points = new ArrayList<>();
        for (int count : workers) {
            for (double ratio : ratios) {
                double tasks = ratio * count;
                if (tasks >= 1 && tasks == Math.rint(tasks)) {
                    points.add(point(count, ratio, (int) tasks, effort.pick(STEPS, STEPS, 20)));
                }
            }
        }
        return points;
    }

    private static Point point(int workers, double ratio, int tasks, int total) {
        int steps = Math.max(1, total / tasks);
        return new Point(Parameters.of(WORKERS, workers, RATIO, ratio, TASKS, tasks), resources -> {
            Circulation.Step step = Circulation.computing(Work.stepsFor(GRAIN_NANOS));
            Circulation.Load load = Circulation.Load.of(tasks, steps, Circulation.Load.NEVER, step);
            return Contender.circulating(List.of(Contender.STEALING, Contender.RING), workers, load, resources);
        });
    }

    @Override
    public Map<String, String> tables(Data data) {
        Markdown own = Markdown.table("workers", "tasks", "tasks per worker", "time per step", "utilisation", "median wait", "longest wait",
                "ends of tasks: longest gap");
        Markdown against = Markdown.table("workers", "tasks per worker", "time", "99th percentile of waits", "longest wait");
        for (String workers : data.parameter(WORKERS)) {
            for (String ratio : data.where(WORKERS, workers).parameter(RATIO)) {
                Data point = data.where(WORKERS, workers).where(RATIO, ratio);
                own.row(workers, point.parameter(TASKS).getFirst(), ratio, point.of(RING, Trial.NANOS).time(),
                        point.of(RING, TaskLog.UTILISATION).text(), point.of(RING, TaskLog.WAIT_P50).time(),
                        point.of(RING, TaskLog.WAIT_MAX).time(), point.of(RING, TaskLog.GAP).time());
                against.row(workers, ratio, point.ratio(RING, STEALING, Trial.NANOS).text(),
                        point.ratio(RING, STEALING, TaskLog.WAIT_P99).text(), point.ratio(RING, STEALING, TaskLog.WAIT_MAX).text());
            }
        }
        Map<String, String> tables = new LinkedHashMap<>();
        tables.put("ring", own.text());
        tables.put("against-stealing", against.text());
        return tables;
    }

    @Override
    public Map<String, Chart<?, ?>> plots(Data data) {
        Map<String, Chart<?, ?>> plots = new LinkedHashMap<>();
        plots.put("utilisation", Plots.lines("Share of the workers' time in which tasks ran", 
                new Axes("tasks per worker", "share", true, false), byWorkers(data, TaskLog.UTILISATION)));
        plots.put("wait", Plots.lines("Longest wait of a task", new Axes("tasks per worker", "ns", true, true),
                byWorkers(data, TaskLog.WAIT_MAX)));
        return plots;
    }

    private static List<Series<Double>> byWorkers(Data data, String column) {
        List<Series<Double>> series = new ArrayList<>();
        for (String workers : data.parameter(WORKERS)) {
            Data part = data.where(WORKERS, workers);
            Map<Double, Quartiles> points = new TreeMap<>();
            part.parameter(RATIO).forEach(ratio -> points.put(Double.valueOf(ratio), part.where(RATIO, ratio).of(RING, column)));
            series.add(new Series<>(workers + (workers.equals("1") ? " worker" : " workers"), points));
        }
        return series;
    }
}
