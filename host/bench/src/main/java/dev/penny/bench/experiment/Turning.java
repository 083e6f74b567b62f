package dev.penny.bench.experiment;

import dev.penny.Penny;
import dev.penny.api.RingOptions;
import dev.penny.api.TaskFunction;
import dev.penny.bench.experiment.Plots.Axes;
import dev.penny.bench.experiment.Plots.Series;
import dev.penny.bench.experiment.Point.Trial;
import dev.penny.bench.experiment.Point.Variant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.knowm.xchart.internal.chartpart.Chart;

/** E-2: what turning the ring costs, by its period, with and without a barrier, and by the size of its slots. */
final class Turning implements Experiment {

    private static final String SWEEP = "sweep";
    private static final String LOAD = "load";
    private static final String TURNS = "turns";
    private static final String RUN = "run_ns";
    private static final String STEALING = Contender.STEALING.name();
    /** No timer: the ring turns only when a worker sees nothing. */
    private static final String NO_TIMER = "no-timer";
    private static final String SLOT = "slot-";
    private static final int WORKERS = 2;
    private static final int ITEMS = 8_000;
    private static final int TASKS = 16;
    private static final double ITEM_NANOS = 2_000;
    private static final double STEP_NANOS = 20_000;

    @Override
    public String name() {
        return "E-2";
    }

    @Override
    public String title() {
        return "What does turning the ring cost, with and without a barrier?";
    }

    private static String lazy(long micros) {
        return "lazy-%dus".formatted(micros);
    }

    private static String barrier(long micros) {
        return "barrier-%dus".formatted(micros);
    }

    private static List<Contender> periods(Effort effort) {
        List<Contender> all = new ArrayList<>(List.of(Contender.STEALING,
                Contender.ring(NO_TIMER, RingOptions.DEFAULT.withPeriod(Duration.ZERO))));
        for (int micros : effort.pick(List.of(1, 10, 100, 1_000, 10_000), List.of(10, 100, 1_000), List.of(1_000))) {
            RingOptions ring = RingOptions.DEFAULT.withPeriod(Duration.ofNanos(1_000L * micros));
            all.add(Contender.ring(lazy(micros), ring));
            all.add(Contender.ring(barrier(micros), ring.withBarrier(true)));
        }
        return all;
    }

    private static List<Contender> slots(Effort effort) {
        List<Contender> all = new ArrayList<>(List.of(Contender.STEALING));
        for (int capacity : effort.pick(List.of(1, 4, 16, 64, 256), List.of(1, 256), List.of(4))) {
            all.add(Contender.ring(SLOT + capacity, RingOptions.DEFAULT.withPeriod(Duration.ofNanos(100_000)).withSlotCapacity(capacity)));
        }
        return all;
    }

    @Override
    public List<Point> points(Effort effort) {
        List<Point> points = new ArrayList<>();
        for (String sweep : List.of("period", "slot")) {
            List<Contender> contenders = sweep.equals("period") ? periods(effort) : slots(effort);
            points.add(new Point(Parameters.of(SWEEP, sweep, LOAD, "range"), resources -> contenders.stream().map(contender ->
                    range(contender, effort.pick(ITEMS, ITEMS, 20), resources)).toList()));
            points.add(new Point(Parameters.of(SWEEP, sweep, LOAD, "steps"), resources -> {
                int steps = effort.pick(100, 100, 2);
                Circulation.Load load = Circulation.Load.of(TASKS, steps, Circulation.Load.NEVER,
                        Circulation.computing(Work.stepsFor(STEP_NANOS)));
                return contenders.stream().map(contender -> {
                    Circulation circulation = contender.circulation(WORKERS, resources);
                    return new Variant(contender.name(), () -> turned(contender.penny(WORKERS, resources), load.total(),
                            () -> circulation.run(load)));
                }).toList();
            }));
        }
        return points;
    }

    /** One bulk, whose frames go back into their slot whenever the ring has turned. */
    private static Variant range(Contender contender, int items, Resources resources) {
        Penny penny = contender.penny(WORKERS, resources);
        Range range = resources.shared("range " + contender.name(), () -> new Range(penny));
        return new Variant(contender.name(), () -> turned(penny, items, () -> range.run(items)));
    }

    /** Adds how often the ring turned meanwhile, and the time of the whole run. */
    private static Map<String, Double> turned(Penny penny, int units, Trial trial) {
        long before = penny.ringTurns().orElse(0);
        Map<String, Double> columns = new LinkedHashMap<>(trial.run());
        // The count is of 32 bits and wraps.
        columns.put(TURNS, (double) ((penny.ringTurns().orElse(0) - before) & 0xFFFF_FFFFL));
        columns.put(RUN, columns.get(Trial.NANOS) * units);
        return columns;
    }

    /** The bulk and what its items write down. */
    private static final class Range {

        private final TaskFunction<Object> item;
        private final long workSteps = Work.stepsFor(ITEM_NANOS);
        private volatile TaskLog log = new TaskLog(1);

        Range(Penny penny) {
            item = penny.javaModule("range").function("item", "(i32)->i64", call -> {
                int number = call.i32(0);
                log.started(number);
                call.result(Work.steps(number, workSteps) == 0 ? 0L : number);
                log.ended(number);
            }).register().function("item");
        }

        Map<String, Double> run(int items) {
            log = new TaskLog(items);
            long begun = System.nanoTime();
            long[][] results = new long[1][];
            Map<String, Double> columns = Trials.timed(items, () -> results[0] = item.mapRangeToLongs(0, items));
            long sum = java.util.Arrays.stream(results[0]).sum();
            if (sum != (long) items * (items - 1) / 2) {
                throw new IllegalStateException("wrong sum of items: sum=%d, items=%d".formatted(sum, items));
            }
            columns.put(TaskLog.GAP, log.longestGapNanos(begun));
            return columns;
        }
    }

    @Override
    public Map<String, String> tables(Data data) {
        Map<String, String> tables = new LinkedHashMap<>();
        tables.put("period", table(data.where(SWEEP, "period"), NO_TIMER));
        tables.put("slot", table(data.where(SWEEP, "slot"), STEALING));
        return tables;
    }

    private static String table(Data data, String base) {
        boolean turns = base.equals(NO_TIMER);
        Markdown table = Markdown.table("load", "variant", "time per item or step", "throughput, share of work stealing's", "turns per run",
                turns ? "cost of a turn" : "processor time", "longest gap without progress");
        for (String load : data.parameter(LOAD)) {
            Data point = data.where(LOAD, load);
            for (String variant : point.variants()) {
                boolean turning = point.of(variant, TURNS).median() > 0;
                table.row(load, variant, point.of(variant, Trial.NANOS).time(),
                        variant.equals(STEALING) ? "" : point.ratio(STEALING, variant, Trial.NANOS).text(),
                        turning ? point.of(variant, TURNS).text() : "",
                        !turns ? point.of(variant, Trials.CPU).time()
                                : variant.equals(base) || !turning ? "" : cost(point, variant).text() + " ns",
                        point.of(variant, TaskLog.GAP).time());
            }
        }
        return table.text();
    }

    /** What a run takes longer than without a timer, per turn; below 0 where it is lost in the noise. */
    private static Quartiles cost(Data point, String variant) {
        return point.pairs(variant, NO_TIMER, RUN, (line, base) ->
                (line.values().get(RUN) - base.values().get(RUN)) / Math.max(1, line.values().get(TURNS) - base.values().get(TURNS)));
    }

    @Override
    public Map<String, Chart<?, ?>> plots(Data data) {
        Map<String, Chart<?, ?>> plots = new LinkedHashMap<>();
        Data periods = data.where(SWEEP, "period");
        plots.put("throughput", Plots.lines("Throughput, share of work stealing's", new Axes("us between two turns", "ratio", true, false),
                series(periods, (point, variant) -> point.ratio(STEALING, variant, Trial.NANOS))));
        plots.put("gap", Plots.lines("Longest time in which no task ended", new Axes("us between two turns", "ns", true, true),
                series(periods, (point, variant) -> point.of(variant, TaskLog.GAP))));
        return plots;
    }

    private interface Figure {
        Quartiles of(Data point, String variant);
    }

    private static List<Series<Double>> series(Data data, Figure figure) {
        List<Series<Double>> all = new ArrayList<>();
        for (String load : data.parameter(LOAD)) {
            for (String kind : List.of("lazy-", "barrier-")) {
                Data point = data.where(LOAD, load);
                Map<Double, Quartiles> points = new TreeMap<>();
                for (String variant : point.variants()) {
                    if (variant.startsWith(kind)) {
                        double micros = Double.parseDouble(variant.substring(kind.length(), variant.length() - 2));
                        points.put(micros, figure.of(point, variant));
                    }
                }
                all.add(new Series<>(kind + load, points));
            }
        }
        return all;
    }
}
