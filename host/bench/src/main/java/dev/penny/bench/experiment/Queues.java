package dev.penny.bench.experiment;

import dev.penny.api.Policy;
import dev.penny.bench.experiment.Plots.Axes;
import dev.penny.bench.experiment.Plots.Series;
import dev.penny.bench.experiment.Point.Trial;
import dev.penny.bench.experiment.Point.Variant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ForkJoinPool;
import org.knowm.xchart.internal.chartpart.Chart;

/** E-7: all policies, a central queue and a queue per worker, on 1 to 16 workers, with priorities and without. */
final class Queues implements Experiment {

    private static final String WORKERS = "workers";
    private static final String PRIORITIES = "priorities";
    private static final String STEALING = Contender.STEALING.name();
    private static final int TASKS = 2_000;
    private static final double GRAIN_NANOS = 10_000;

    @Override
    public String name() {
        return "E-7";
    }

    @Override
    public String title() {
        return "Work stealing, merry-go-round, a central queue or a queue per worker?";
    }

    @Override
    public List<Point> points(Effort effort) {
        List<Point> points = new ArrayList<>();
        for (int workers : effort.pick(List.of(1, 2, 4, 8, 16), List.of(2, 8), List.of(2))) {
            for (boolean priorities : List.of(false, true)) {
                points.add(new Point(Parameters.of(WORKERS, workers, PRIORITIES, priorities ? "on" : "off"),
                        resources -> variants(workers, priorities, effort.pick(TASKS, TASKS, 10), resources)));
            }
        }
        return points;
    }

    private static List<Variant> variants(int workers, boolean priorities, int tasks, Resources resources) {
        Map<String, Arrivals> all = new LinkedHashMap<>();
        for (Policy policy : Policy.ALL) {
            Contender contender = Contender.of(policy);
            all.put(contender.name(), resources.shared("arrivals %s %d".formatted(contender.name(), workers),
                    () -> Arrivals.at(contender.penny(workers, resources))));
        }
        all.put("java-one-queue", resources.closing(Arrivals.atOneQueue(workers, priorities)));
        all.put("java-queue-per-thread", resources.closing(Arrivals.atQueuePerThread(workers)));
        all.put("java-fork-join-pool", resources.closing(Arrivals.at(List.of(new ForkJoinPool(workers)))));
        long workSteps = Work.stepsFor(GRAIN_NANOS);
        List<Variant> variants = new ArrayList<>();
        all.forEach((name, arrivals) -> variants.add(new Variant(name, () -> arrivals.run(tasks, priorities, workSteps))));
        return variants;
    }

    @Override
    public Map<String, String> tables(Data data) {
        Map<String, String> tables = new LinkedHashMap<>();
        for (String priorities : data.parameter(PRIORITIES)) {
            Data part = data.where(PRIORITIES, priorities);
            boolean on = priorities.equals("on");
            Markdown table = Markdown.table("workers", "variant", "time per task", "throughput, share of work stealing's",
                    "median wait", "99th percentile of waits", on ? "of tasks with high priority" : "longest wait");
            for (String workers : part.parameter(WORKERS)) {
                Data point = part.where(WORKERS, workers);
                for (String variant : point.variants()) {
                    table.row(workers, variant, point.of(variant, Trial.NANOS).time(),
                            variant.equals(STEALING) ? "" : point.ratio(STEALING, variant, Trial.NANOS).text(),
                            point.of(variant, TaskLog.WAIT_P50).time(), point.of(variant, TaskLog.WAIT_P99).time(),
                            point.of(variant, on ? Arrivals.HIGH_P99 : TaskLog.WAIT_MAX).time());
                }
            }
            tables.put("priorities-" + priorities, table.text());
        }
        return tables;
    }

    @Override
    public Map<String, Chart<?, ?>> plots(Data data) {
        Map<String, Chart<?, ?>> plots = new LinkedHashMap<>();
        plots.put("time", Plots.lines("Time per task, without priorities", new Axes("workers", "ns", true, true),
                series(data.where(PRIORITIES, "off"), Trial.NANOS)));
        plots.put("high-wait", Plots.lines("99th percentile of the waits of tasks with high priority", 
                new Axes("workers", "ns", true, true), series(data.where(PRIORITIES, "on"), Arrivals.HIGH_P99)));
        return plots;
    }

    private static List<Series<Double>> series(Data data, String column) {
        List<Series<Double>> all = new ArrayList<>();
        for (String variant : data.variants()) {
            Map<Double, Quartiles> points = new TreeMap<>();
            data.parameter(WORKERS).forEach(workers ->
                    points.put(Double.valueOf(workers), data.where(WORKERS, workers).of(variant, column)));
            all.add(new Series<>(variant, points));
        }
        return all;
    }
}
