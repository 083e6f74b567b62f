package dev.penny.bench.experiment;

import dev.penny.api.LoadOptions;
import dev.penny.api.TaskFunction;
import dev.penny.bench.experiment.Plots.Series;
import dev.penny.bench.experiment.Point.Trial;
import dev.penny.bench.experiment.Point.Variant;
import dev.penny.bench.suite.Setup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.knowm.xchart.internal.chartpart.Chart;

/** E-3 and E-6: other policies against work stealing, with the same frames and the same programs. */
final class AgainstStealing implements Experiment {

    /** "Not obviously worse" is at least this share of the throughput of work stealing, and a lower 99th percentile of the waits. */
    static final double THROUGHPUT_MIN = 0.95;

    private static final String LOAD = "load";
    private static final String STEALING = Contender.STEALING.name();
    private static final int WORKERS = 2;
    private static final double LEAF_NANOS = 50_000;
    private static final double SMALL_NANOS = 20_000;

    private final String name;
    private final String title;
    private final List<Contender> others;

    /** {@code others} are compared with {@link Contender#STEALING}. */
    AgainstStealing(String name, String title, List<Contender> others) {
        this.name = name;
        this.title = title;
        this.others = List.copyOf(others);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public List<Point> points(Effort effort) {
        boolean small = effort.mode() == Effort.Mode.SMOKE;
        List<Point> points = new ArrayList<>();
        points.add(forks(small ? 10 : 27));
        points.add(graph("fib-graph", Dags.fib(small ? 5 : 15)));
        points.add(graph("skynet-graph", Dags.skynet(small ? 10 : 10_000)));
        points.add(graph("n-body", small ? Dags.nBody(16, 2, 2) : Dags.nBody(256, 16, 20)));
        points.add(graph("skewed-tree", Dags.skewedTree(Work.stepsFor(small ? 1_000 : 20e6), Work.stepsFor(small ? 100 : LEAF_NANOS))));
        points.add(inputOutput(small ? 4 : 64, small ? 5 : 20));
        return points;
    }

    private List<Contender> contenders() {
        List<Contender> all = new ArrayList<>(List.of(Contender.STEALING));
        all.addAll(others);
        return all;
    }

    /** Forks in C, which the guest keeps to itself until a beat. */
    private Point forks(int n) {
        return new Point(Map.of(LOAD, "fib-forks"), resources -> contenders().stream().map(contender -> {
            TaskFunction<Object> fib = resources.shared("fib " + contender.name(), () -> contender.penny(WORKERS, resources)
                    .load(Setup.guestPath("dist/fib.wasm"), LoadOptions.DEFAULT).function("fib"));
            long expected = fibonacci(n);
            return new Variant(contender.name(), () -> Trials.timed(1, () -> {
                long result = Setup.number(fib.call(n));
                if (result != expected) {
                    throw new IllegalStateException("wrong value: fib(%d)=%d, expected=%d".formatted(n, result, expected));
                }
            }));
        }).toList());
    }

    private static long fibonacci(int n) {
        return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
    }

    private Point graph(String load, Dag dag) {
        long expected = dag.oracle();
        return new Point(Map.of(LOAD, load), resources -> contenders().stream().map(contender -> {
            Dag.Running running = resources.shared("%s %s".formatted(load, contender.name()),
                    () -> dag.on(contender.penny(WORKERS, resources), load));
            return new Variant(contender.name(), () -> running.run(expected));
        }).toList());
    }

    /** Every fifth step of a task sleeps for a millisecond, on a virtual thread. */
    private Point inputOutput(int tasks, int steps) {
        int every = 5;
        long workSteps = Work.stepsFor(SMALL_NANOS);
        Circulation.Step compute = Circulation.computing(workSteps);
        Circulation.Load computing = Circulation.Load.of(tasks, steps, every,
                (task, step) -> isSleep(step, every) ? 1 : compute.run(task, step));
        Circulation.Load load = new Circulation.Load(tasks, steps, every,
                (task, step) -> isSleep(step, every) ? sleep() : compute.run(task, step), computing.expected());
        return new Point(Map.of(LOAD, "io-mix"), resources -> Contender.circulating(contenders(), WORKERS, load, resources));
    }

    private static boolean isSleep(int step, int every) {
        return step % every == every - 1;
    }

    private static long sleep() {
        try {
            Thread.sleep(Duration.ofMillis(1));
            return 1;
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while measuring", e);
        }
    }

    /** The policies that are compared with work stealing. */
    List<Contender> others() {
        return others;
    }

    /**
     * A policy against work stealing.
     *
     * @param throughput as a share of work stealing's
     * @param waits the 99th percentile of the waits divided by work stealing's; not a number if the load has no waits
     */
    record Found(double throughput, double waits) {

        /** Of one load, medians. */
        static Found of(Data point, String policy) {
            return new Found(point.ratio(STEALING, policy, Trial.NANOS).median(),
                    point.has(policy, TaskLog.WAIT_P99) ? point.ratio(policy, STEALING, TaskLog.WAIT_P99).median() : Double.NaN);
        }

        /** Whether it is not obviously worse. */
        String verdict() {
            return throughput >= THROUGHPUT_MIN && (Double.isNaN(waits) || waits < 1) ? "yes" : "**no**";
        }
    }

    /** The geometric means over all loads. */
    static Found overall(Data data, String policy) {
        List<Found> all = data.parameter(LOAD).stream().map(load -> Found.of(data.where(LOAD, load), policy)).toList();
        return new Found(mean(all.stream().mapToDouble(Found::throughput)),
                mean(all.stream().mapToDouble(Found::waits).filter(wait -> !Double.isNaN(wait))));
    }

    private static double mean(DoubleStream ratios) {
        return Math.exp(ratios.map(Math::log).average().orElse(Double.NaN));
    }

    private static String headline(Data data, String policy) {
        Markdown table = Markdown.table("load", "throughput, share of work stealing's", "99th percentile of waits, against work stealing's",
                "processor time, against work stealing's", "not obviously worse");
        for (String load : data.parameter(LOAD)) {
            Data point = data.where(LOAD, load);
            table.row(load, point.ratio(STEALING, policy, Trial.NANOS).text(),
                    point.has(policy, TaskLog.WAIT_P99) ? point.ratio(policy, STEALING, TaskLog.WAIT_P99).text() : "",
                    point.ratio(policy, STEALING, Trials.CPU).text(), Found.of(point, policy).verdict());
        }
        Found all = overall(data, policy);
        table.row("all, geometric mean", Quartiles.number(all.throughput()), Quartiles.number(all.waits()), "", all.verdict());
        return table.text();
    }

    @Override
    public Map<String, String> tables(Data data) {
        Map<String, String> tables = new LinkedHashMap<>();
        others.forEach(other -> tables.put("verdict-" + other.name(), headline(data, other.name())));
        Markdown all = Markdown.table("load", "policy", "time per task", "processor time per task", "median wait", "99th percentile",
                "longest wait", "utilisation");
        for (String load : data.parameter(LOAD)) {
            Data point = data.where(LOAD, load);
            for (String policy : point.variants()) {
                all.row(load, policy, point.of(policy, Trial.NANOS).time(), point.of(policy, Trials.CPU).time(),
                        time(point, policy, TaskLog.WAIT_P50), time(point, policy, TaskLog.WAIT_P99), time(point, policy, TaskLog.WAIT_MAX),
                        point.has(policy, TaskLog.UTILISATION) ? point.of(policy, TaskLog.UTILISATION).text() : "");
            }
        }
        tables.put("all", all.text());
        return tables;
    }

    private static String time(Data point, String policy, String column) {
        return point.has(policy, column) ? point.of(policy, column).time() : "";
    }

    @Override
    public Map<String, Chart<?, ?>> plots(Data data) {
        List<Series<String>> throughput = new ArrayList<>();
        List<Series<String>> waits = new ArrayList<>();
        for (Contender other : others) {
            Map<String, Quartiles> shares = new LinkedHashMap<>();
            Map<String, Quartiles> ratios = new LinkedHashMap<>();
            for (String load : data.parameter(LOAD)) {
                Data point = data.where(LOAD, load);
                shares.put(load, point.ratio(STEALING, other.name(), Trial.NANOS));
                if (point.has(other.name(), TaskLog.WAIT_P99)) {
                    ratios.put(load, point.ratio(other.name(), STEALING, TaskLog.WAIT_P99));
                }
            }
            throughput.add(new Series<>(other.name(), shares));
            waits.add(new Series<>(other.name(), ratios));
        }
        Map<String, Chart<?, ?>> plots = new LinkedHashMap<>();
        plots.put("throughput", Plots.bars("Throughput, share of work stealing's", "ratio, higher is better", throughput));
        plots.put("wait", Plots.bars("99th percentile of the waits, against work stealing's", "ratio, lower is better", waits));
        return plots;
    }
}
