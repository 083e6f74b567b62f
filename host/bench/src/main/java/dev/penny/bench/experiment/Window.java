package dev.penny.bench.experiment;

import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import dev.penny.api.graph.ProgramOptions;
import dev.penny.api.graph.ProgramOptions.Order;
import dev.penny.bench.experiment.Plots.Axes;
import dev.penny.bench.experiment.Plots.Series;
import dev.penny.bench.experiment.Point.Trial;
import dev.penny.bench.experiment.Point.Variant;
import dev.penny.bench.suite.jobs.ConflictingCalls;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.knowm.xchart.internal.chartpart.Chart;

/** E-9: running calls out of order, by the window, with renaming and without, and by how many calls conflict. */
final class Window implements Experiment {

    private static final String CONFLICTS = "conflicts";
    private static final String IN_ORDER = "in-order";
    private static final String BY_HAND = "graph-by-hand";
    private static final String RENAMING = "renaming-";
    private static final String PLAIN = "no-renaming-";
    private static final int WORKERS = 2;
    private static final int CALLS = 600;
    private static final double GRAIN_NANOS = 20_000;

    @Override
    public String name() {
        return "E-9";
    }

    @Override
    public String title() {
        return "What do a window and renaming gain when calls run out of order?";
    }

    @Override
    public List<Point> points(Effort effort) {
        List<Double> rates = effort.pick(List.of(0.0, 0.1, 0.3, 0.5, 0.7, 0.9), List.of(0.0, 0.5, 0.9), List.of(0.5));
        List<Integer> windows = effort.pick(List.of(1, 2, 4, 16, 64, 256), List.of(1, 16, 256), List.of(4));
        return rates.stream().map(rate -> {
            String text = String.format(Locale.ROOT, "%.1f", rate);
            return new Point(Map.of(CONFLICTS, text), resources -> {
                long steps = Work.stepsFor(GRAIN_NANOS);
                ConflictingCalls calls = new ConflictingCalls(effort.pick(CALLS, CALLS, 20), rate,
                        (value, number) -> Work.steps(value + number, steps));
                return variants(calls, windows, text, resources);
            });
        }).toList();
    }

    private static List<Variant> variants(ConflictingCalls calls, List<Integer> windows, String rate, Resources resources) {
        Penny penny = resources.shared("penny", () -> Penny.builder().workers(WORKERS).build());
        TaskFunction<Object> task = resources.shared("task " + rate, () -> calls.register(penny, "calls-" + rate));
        ConflictingCalls.ByHand byHand = resources.shared("graph " + rate, () -> calls.byHand(penny, task, "by-hand-" + rate));
        long expected = calls.inJava();
        List<Variant> variants = new ArrayList<>();
        variants.add(program(IN_ORDER, calls, penny, task, ProgramOptions.defaults().order(Order.IN_ORDER), expected));
        for (int window : windows) {
            variants.add(program(RENAMING + window, calls, penny, task, ProgramOptions.defaults().window(window), expected));
            variants.add(program(PLAIN + window, calls, penny, task, ProgramOptions.defaults().window(window).renaming(false), expected));
        }
        variants.add(new Variant(BY_HAND, () -> checked(BY_HAND, expected, calls.count(), () -> { }, byHand::run)));
        variants.add(new Variant("one-thread", () -> checked("one-thread", expected, calls.count(), () -> { }, calls::inJava)));
        return variants;
    }

    private static Variant program(String name, ConflictingCalls calls, Penny penny, TaskFunction<Object> task, ProgramOptions options,
                                   long expected) {
        return new Variant(name, () -> {
            try (ConflictingCalls.Issue issue = calls.program(penny, task, options.name(name))) {
                return checked(name, expected, calls.count(), issue::run, issue::sum);
            }
        });
    }

    /** Times {@code run} and what gives the answer; per call. */
    private static Map<String, Double> checked(String name, long expected, int calls, Runnable run, LongSupplier answer) {
        long[] sum = new long[1];
        Map<String, Double> columns = Trials.timed(calls, () -> {
            run.run();
            sum[0] = answer.getAsLong();
        });
        if (sum[0] != expected) {
            throw new IllegalStateException("wrong sum of variables: variant=%s, sum=%d, expected=%d".formatted(name, sum[0], expected));
        }
        return columns;
    }

    @Override
    public Map<String, String> tables(Data data) {
        Map<String, String> tables = new LinkedHashMap<>();
        tables.put("in-order", table(data, IN_ORDER));
        tables.put("by-hand", table(data, BY_HAND));
        return tables;
    }

    /** How many times as fast as {@code base}. */
    private static String table(Data data, String base) {
        List<String> rates = data.parameter(CONFLICTS);
        List<String> headings = new ArrayList<>(List.of("variant"));
        rates.forEach(rate -> headings.add(percent(rate)));
        Markdown table = new Markdown(headings);
        for (String variant : data.variants()) {
            if (!variant.equals(base)) {
                List<String> cells = new ArrayList<>(List.of(variant));
                rates.forEach(rate -> cells.add(data.where(CONFLICTS, rate).ratio(base, variant, Trial.NANOS).text()));
                table.row(cells);
            }
        }
        return table.text();
    }

    private static String percent(String rate) {
        return "%.0f %% conflicts".formatted(100 * Double.parseDouble(rate));
    }

    @Override
    public Map<String, Chart<?, ?>> plots(Data data) {
        Map<String, Chart<?, ?>> plots = new LinkedHashMap<>();
        Axes axes = new Axes("window", "speed-up", true, false);
        plots.put("renaming", Plots.lines("Speed-up against in-order, with renaming", axes, series(data, RENAMING)));
        plots.put("no-renaming", Plots.lines("Speed-up against in-order, without renaming", axes, series(data, PLAIN)));
        return plots;
    }

    private static List<Series<Double>> series(Data data, String prefix) {
        List<Series<Double>> all = new ArrayList<>();
        for (String rate : data.parameter(CONFLICTS)) {
            Data point = data.where(CONFLICTS, rate);
            Map<Double, Quartiles> points = new TreeMap<>();
            for (String variant : point.variants()) {
                if (variant.startsWith(prefix)) {
                    points.put(Double.valueOf(variant.substring(prefix.length())), point.ratio(IN_ORDER, variant, Trial.NANOS));
                }
            }
            all.add(new Series<>(percent(rate), points));
        }
        return all;
    }
}
