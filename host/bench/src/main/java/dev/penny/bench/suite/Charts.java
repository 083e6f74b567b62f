package dev.penny.bench.suite;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler;

/** The pictures of the documentation, as SVG. */
final class Charts {

    private static final int WIDTH = 960;
    private static final int HEIGHT = 420;
    /** Few ratios are above it, and a bar of 100 would make all others invisible. */
    private static final double CUT = 4;
    private static final Color[] COLORS = {new Color(0x2b6cb0), new Color(0xdd8452), new Color(0x55a868), new Color(0x8172b3)};

    private Charts() { }

    /** By file name. */
    static Map<String, byte[]> of(Results.Raw raw) throws IOException {
        int workers = raw.workers();
        Map<String, byte[]> pictures = new LinkedHashMap<>();
        pictures.put("against-fork-join-pool.svg", svg(chart("Time on Penny divided by the time on ForkJoinPool", "ratio, lower is better",
                raw, List.of(new Series("1 worker", 1, Peer.FORK_JOIN_POOL, false),
                        new Series(workers + " workers", workers, Peer.FORK_JOIN_POOL, false)))));
        pictures.put("speed-up.svg", svg(chart("Speed-up of " + workers + " workers over one",
                "T1 / T" + workers + ", higher is better", raw, List.of(new Series("Penny", workers, Peer.PENNY_ONE, true)))));
        pictures.put("fork-cost.svg", svg(chart("Time with forks on one worker divided by the time of the same wasm without",
                "T1 / Ts, lower is better", raw, List.of(new Series("Penny", 1, Peer.WASM_SEQUENTIAL, false)))));
        return pictures;
    }

    /** Bars of one colour: the ratios against {@code peer}, or one divided by them. */
    private record Series(String label, int workers, Peer peer, boolean inverse) {

        Optional<Comparison> find(Run run) {
            return run.comparisons().stream().filter(line -> line.workers() == workers && line.peer() == peer).findFirst();
        }
    }

    private static CategoryChart chart(String title, String axis, Results.Raw raw, List<Series> series) {
        CategoryChart chart = new CategoryChartBuilder().width(WIDTH).height(HEIGHT).title(title + " (cut at " + (int) CUT + ")").yAxisTitle(axis).build();
        List<Run> runs = raw.runs().stream().filter(run -> series.stream().allMatch(one -> one.find(run).isPresent())).toList();
        if (runs.isEmpty()) {
            throw new IllegalArgumentException("nothing to draw: picture=%s, benchmarks=%s"
                    .formatted(title, String.join(" ", raw.runs().stream().map(Run::name).toList())));
        }
        List<String> names = runs.stream().map(Run::name).toList();
        for (Series one : series) {
            List<Double> values = new ArrayList<>();
            List<Double> errors = new ArrayList<>();
            for (Run run : runs) {
                Comparison line = one.find(run).orElseThrow();
                double value = one.inverse() ? 1 / line.ratio() : line.ratio();
                double error = (one.inverse() ? 1 / line.ratioQ1() - 1 / line.ratioQ3() : line.ratioQ3() - line.ratioQ1()) / 2;
                values.add(Math.min(value, CUT));
                errors.add(value > CUT ? 0 : error);
            }
            chart.addSeries(one.label(), names, values, errors);
        }
        CategoryStyler styler = chart.getStyler();
        styler.setXAxisLabelRotation(45);
        styler.setPlotGridVerticalLinesVisible(false);
        styler.setSeriesColors(COLORS);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setLegendVisible(series.size() > 1);
        styler.setLegendPosition(Styler.LegendPosition.OutsideE);
        return chart;
    }

    private static byte[] svg(CategoryChart chart) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        VectorGraphicsEncoder.saveVectorGraphic(chart, bytes, VectorGraphicsFormat.SVG);
        return bytes.toByteArray();
    }
}
