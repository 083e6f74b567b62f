package dev.penny.bench.experiment;

import dev.penny.api.Policy;
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

/** E-5: tasks that go on with data of their own, by how much the ring prefers a worker's home slot. */
final class Locality implements Experiment {

    private static final String KIB = "data_kib";
    private static final int WORKERS = 2;
    private static final int TASKS = 8;
    private static final String BIAS = "bias-";
    private static final long RUN_WORDS = 6_000_000;
    private static final String STEALING = Contender.STEALING.name();

    @Override
    public String name() {
        return "E-5";
    }

    @Override
    public String title() {
        return "Does a ring without queues per worker lose locality, and does a bias bring it back?";
    }

    private static List<Contender> contenders(Effort effort) {
        List<Contender> all = new ArrayList<>(List.of(Contender.STEALING, Contender.of(Policy.RANDOM)));
        for (double bias : effort.pick(List.of(0.0, 0.25, 0.5, 0.75, 1.0), List.of(0.0, 0.5, 1.0), List.of(0.5))) {
            all.add(Contender.ring(BIAS + bias, RingOptions.DEFAULT.withBias(bias)));
        }
        all.add(Contender.HYBRID);
        return all;
    }

    @Override
    public List<Point> points(Effort effort) {
        List<Contender> contenders = contenders(effort);
        return effort.pick(List.of(4, 32, 128, 512), List.of(4, 128), List.of(1)).stream().map(kib -> {
            int words = kib << 7;
            int steps = effort.pick((int) (RUN_WORDS / TASKS / words), (int) (RUN_WORDS / TASKS / words), 3);
            return new Point(Map.of(KIB, String.valueOf(kib)), resources -> Contender.circulating(contenders, WORKERS,
                    load(words, steps), resources));
        }).toList();
    }

    /** A step adds one to every word of its task's data: the next reads what this one wrote. */
    private static Circulation.Load load(int words, int steps) {
        long[][] data = new long[TASKS][words];
        Circulation.Step step = (task, number) -> {
            long[] mine = data[task];
            if (number == 0) {
                java.util.Arrays.fill(mine, task);
            }
            long wrong = 0;
            for (int i = 0; i < mine.length; i++) {
                wrong += mine[i] - number - task;
                mine[i]++;
            }
            return wrong == 0 ? 1 : 1_000_000;
        };
        return new Circulation.Load(TASKS, steps, Circulation.Load.NEVER, step, (long) TASKS * steps);
    }

    @Override
    public Map<String, String> tables(Data data) {
        Markdown table = Markdown.table("data per task", "policy", "steps on the same worker as before", "time per step",
                "throughput, share of work stealing's", "99th percentile of waits");
        for (String kib : data.parameter(KIB)) {
            Data point = data.where(KIB, kib);
            for (String variant : point.variants()) {
                table.row(kib + " KiB", variant, point.of(variant, Circulation.SAME_WORKER).text(), point.of(variant, Trial.NANOS).time(),
                        variant.equals(STEALING) ? "" : point.ratio(STEALING, variant, Trial.NANOS).text(),
                        point.of(variant, TaskLog.WAIT_P99).time());
            }
        }
        return Map.of("bias", table.text());
    }

    @Override
    public Map<String, Chart<?, ?>> plots(Data data) {
        List<Series<Double>> same = new ArrayList<>();
        List<Series<Double>> throughput = new ArrayList<>();
        for (String kib : data.parameter(KIB)) {
            Data point = data.where(KIB, kib);
            Map<Double, Quartiles> shares = new TreeMap<>();
            Map<Double, Quartiles> ratios = new TreeMap<>();
            for (String variant : point.variants()) {
                if (variant.startsWith(BIAS)) {
                    double bias = Double.parseDouble(variant.substring(BIAS.length()));
                    shares.put(bias, point.of(variant, Circulation.SAME_WORKER));
                    ratios.put(bias, point.ratio(STEALING, variant, Trial.NANOS));
                }
            }
            same.add(new Series<>(kib + " KiB", shares));
            throughput.add(new Series<>(kib + " KiB", ratios));
        }
        Map<String, Chart<?, ?>> plots = new LinkedHashMap<>();
        plots.put("same-worker", Plots.lines("Steps that ran on the same worker as the step before", new Axes("bias", "share", false, false),
                same));
        plots.put("throughput", Plots.lines("Throughput, share of work stealing's", new Axes("bias", "ratio", false, false), throughput));
        return plots;
    }
}
