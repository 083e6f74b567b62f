package dev.penny.bench.experiment;

import dev.penny.api.RingOptions;
import dev.penny.bench.experiment.Plots.Axes;
import dev.penny.bench.experiment.Plots.Series;
import dev.penny.bench.experiment.Point.Trial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.knowm.xchart.internal.chartpart.Chart;

/** E-4: how small tasks may be on the ring, and whether taking several at once or slots with queues help. */
final class Grain implements Experiment {

    private static final String GRAIN = "grain_us";
    private static final int WORKERS = 2;
    private static final int TASKS = 128;
    private static final double RUN_NANOS = 20e6;
    private static final int STEPS_MAX = 48;
    /** Larger than any batch of the sweep. */
    private static final int CAPACITY = 64;
    private static final String STEALING = Contender.STEALING.name();

    @Override
    public String name() {
        return "E-4";
    }

    @Override
    public String title() {
        return "How small may tasks be on the ring, and do batches or slots with queues help?";
    }

    private static String batch(int batch) {
        return "batch-" + batch;
    }

    private static String queue(int capacity) {
        return "queue-" + capacity;
    }

    private static List<Contender> contenders(Effort effort) {
        List<Contender> all = new ArrayList<>(List.of(Contender.STEALING));
        for (int batch : effort.pick(List.of(1, 4, 16, 64), List.of(1, 8, 64), List.of(4))) {
            all.add(Contender.ring(batch(batch), RingOptions.DEFAULT.withSlotCapacity(CAPACITY).withBatch(batch)));
        }
        for (int capacity : effort.pick(List.of(1, 4, 16, 64, 256), List.of(1, 16, 256), List.of(1))) {
            all.add(Contender.ring(queue(capacity), RingOptions.DEFAULT.withSlotCapacity(capacity)));
        }
        return all;
    }

    @Override
    public List<Point> points(Effort effort) {
        List<Integer> grains = effort.pick(List.of(1, 3, 10, 30, 100, 300, 1000), List.of(1, 10, 100, 1000), List.of(1));
        List<Contender> contenders = contenders(effort);
        return grains.stream().map(micros -> {
            int steps = (int) Math.clamp(WORKERS * RUN_NANOS / (micros * 1e3 * TASKS), 1, STEPS_MAX);
            int tasks = effort.pick(TASKS, TASKS, 4);
            return new Point(Map.of(GRAIN, String.valueOf(micros)), resources -> {
                Circulation.Step step = Circulation.computing(Work.stepsFor(micros * 1e3));
                Circulation.Load load = Circulation.Load.of(tasks, steps, Circulation.Load.NEVER, step);
                return Contender.circulating(contenders, WORKERS, load, resources);
            });
        }).toList();
    }

    @Override
    public Map<String, String> tables(Data data) {
        Map<String, String> tables = new LinkedHashMap<>();
        tables.put("utilisation", table(data, TaskLog.UTILISATION, false));
        tables.put("throughput", table(data, Trial.NANOS, true));
        tables.put("wait", table(data, TaskLog.WAIT_P99, false));
        return tables;
    }

    /** A line per grain; as they are, or work stealing's time divided by each. */
    private static String table(Data data, String column, boolean share) {
        List<String> variants = data.variants().stream().filter(variant -> !share || !variant.equals(STEALING)).toList();
        List<String> headings = new ArrayList<>(List.of("grain"));
        headings.addAll(variants);
        Markdown table = new Markdown(headings);
        for (String grain : data.parameter(GRAIN)) {
            Data point = data.where(GRAIN, grain);
            List<String> cells = new ArrayList<>(List.of(grain + " us"));
            for (String variant : variants) {
                Quartiles value = share ? point.ratio(STEALING, variant, column) : point.of(variant, column);
                cells.add(column.equals(TaskLog.WAIT_P99) ? value.time() : value.text());
            }
            table.row(cells);
        }
        return table.text();
    }

    @Override
    public Map<String, Chart<?, ?>> plots(Data data) {
        Map<String, Chart<?, ?>> plots = new LinkedHashMap<>();
        Axes axes = new Axes("us of work per step", "share of the workers' time in which tasks ran", true, false);
        plots.put("batch", Plots.lines("Several tasks at once, from slots of " + CAPACITY, axes, series(data, "batch-")));
        plots.put("queue", Plots.lines("Slots with queues, one task at once", axes, series(data, "queue-")));
        return plots;
    }

    private static List<Series<Double>> series(Data data, String prefix) {
        List<Series<Double>> all = new ArrayList<>();
        for (String variant : data.variants()) {
            if (variant.startsWith(prefix) || variant.equals(STEALING)) {
                Map<Double, Quartiles> points = new TreeMap<>();
                data.parameter(GRAIN).forEach(grain ->
                        points.put(Double.valueOf(grain), data.where(GRAIN, grain).of(variant, TaskLog.UTILISATION)));
                all.add(new Series<>(variant, points));
            }
        }
        return all;
    }
}
