package dev.penny.bench.experiment;

import dev.penny.bench.experiment.Plots.Axes;
import dev.penny.bench.experiment.Plots.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.knowm.xchart.internal.chartpart.Chart;

/** E-8: what handing a message to another thread costs, by its size and by the way it is handed over. */
final class MessagePassing implements Experiment {

    private static final String BYTES = "bytes";
    /** The floor: one thread writes and reads every message, nothing is handed over. */
    static final String ONE_THREAD = "one-thread";
    private static final String NODE = "node-";
    /** Below this many messages a run is too short to be timed. */
    private static final int MESSAGES_MIN = 48;
    private static final int MESSAGES_MAX = 20_000;
    private static final long RUN_BYTES = 48L << 20;

    @Override
    public String name() {
        return "E-8";
    }

    @Override
    public String title() {
        return "Is passing messages the bottleneck?";
    }

    @Override
    public List<Point> points(Effort effort) {
        List<Integer> sizes = effort.pick(List.of(0, 64, 1 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20),
                List.of(0, 1 << 10, 64 << 10, 1 << 20), List.of(0, 1 << 10));
        return sizes.stream().map(bytes -> new Point(Map.of(BYTES, String.valueOf(bytes)), resources -> {
            int messages = effort.pick(messages(bytes), messages(bytes), 10);
            long expected = MessageChannels.expected(bytes, messages);
            List<Point.Variant> variants = new ArrayList<>();
            MessageChannels.all(bytes, messages, resources).forEach((name, channel) -> variants.add(new Point.Variant(name, () -> {
                long start = System.nanoTime();
                long answer = channel.getAsLong();
                return checked(name, System.nanoTime() - start, answer, expected, messages);
            })));
            NodeMessages node = resources.shared("node", NodeMessages::start);
            NodeMessages.WAYS.forEach(way -> variants.add(new Point.Variant(NODE + way, () -> {
                NodeMessages.Answer answer = node.run(way, bytes, messages);
                return checked(NODE + way, answer.nanos(), answer.sum(), expected, messages);
            })));
            return variants;
        })).toList();
    }

    private static Map<String, Double> checked(String name, long nanos, long answer, long expected, int messages) {
        if (answer != expected) {
            throw new IllegalStateException("wrong sum: channel=%s, messages=%d, sum=%d, expected=%d"
                    .formatted(name, messages, answer, expected));
        }
        return Map.of(Point.Trial.NANOS, (double) nanos / messages);
    }

    private static int messages(int bytes) {
        return (int) Math.clamp(RUN_BYTES / Math.max(bytes, 1), MESSAGES_MIN, MESSAGES_MAX);
    }

    @Override
    public Map<String, String> tables(Data data) {
        List<String> headings = new ArrayList<>(List.of("bytes"));
        headings.addAll(data.variants());
        Markdown times = new Markdown(headings);
        List<String> ratioHeadings = new ArrayList<>(headings);
        ratioHeadings.remove(ONE_THREAD);
        Markdown ratios = new Markdown(ratioHeadings);
        for (String bytes : data.parameter(BYTES)) {
            Data point = data.where(BYTES, bytes);
            List<String> time = new ArrayList<>(List.of(size(bytes)));
            List<String> ratio = new ArrayList<>(List.of(size(bytes)));
            for (String variant : data.variants()) {
                time.add(point.of(variant, Point.Trial.NANOS).time());
                if (!variant.equals(ONE_THREAD)) {
                    ratio.add(point.ratio(variant, ONE_THREAD, Point.Trial.NANOS).text());
                }
            }
            times.row(time);
            ratios.row(ratio);
        }
        Map<String, String> tables = new LinkedHashMap<>();
        tables.put("times", times.text());
        tables.put("ratios", ratios.text());
        return tables;
    }

    private static String size(String bytes) {
        int count = Integer.parseInt(bytes);
        return count >= 1 << 20 ? (count >> 20) + " MiB" : count >= 1 << 10 ? (count >> 10) + " KiB" : count + " B";
    }

    @Override
    public Map<String, Chart<?, ?>> plots(Data data) {
        List<Series<Double>> series = new ArrayList<>();
        for (String variant : data.variants()) {
            Map<Double, Quartiles> points = new TreeMap<>();
            for (String bytes : data.parameter(BYTES)) {
                // There is no 0 on a logarithmic axis.
                points.put(Math.max(1, Double.parseDouble(bytes)), data.where(BYTES, bytes).of(variant, Point.Trial.NANOS));
            }
            series.add(new Series<>(variant, points));
        }
        return Map.of("time", Plots.lines("Time per message", new Axes("bytes per message (0 drawn at 1)", "ns", true, true), series));
    }
}
