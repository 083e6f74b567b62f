package dev.penny.bench.startup;

import dev.penny.bench.startup.Launcher.Run;
import dev.penny.bench.startup.Launcher.Start;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.knowm.xchart.BoxChart;
import org.knowm.xchart.BoxChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Writes the measurements as CSV, JSON and charts. */
final class Report {

    private final Path folder;
    private final List<String> warmup = new ArrayList<>(List.of("job,start,run,millis,results_per_second"));
    private final List<String> summary = new ArrayList<>();

    Report(Path folder) {
        this.folder = folder;
    }

    void coldCalls(Map<Start, List<Run>> runs) throws IOException {
        List<String> lines = new ArrayList<>(List.of("start,run,wall_ms,cpu_ms"));
        BoxChart chart = new BoxChartBuilder().width(640).height(400).title("penny call arith.wasm add 40 2, fresh JVM")
                .yAxisTitle("ms").build();
        runs.forEach((start, all) -> {
            for (int i = 0; i < all.size(); i++) {
                lines.add(String.format(Locale.ROOT, "%s,%d,%.0f,%.0f", name(start), i, all.get(i).wallMillis(), all.get(i).cpuMillis()));
            }
            summary.add(entry("cold-call-wall", start, "ms", values(all, Run::wallMillis)));
            summary.add(entry("cold-call-cpu", start, "ms", values(all, Run::cpuMillis)));
            chart.addSeries(name(start) + ", wall", values(all, Run::wallMillis));
            chart.addSeries(name(start) + ", processor", values(all, Run::cpuMillis));
        });
        chart.getStyler().setYAxisMin(0.0);
        Files.write(folder.resolve("startup.csv"), lines);
        save(chart, "startup.svg");
    }

    void job(String job, Map<Start, List<Throughput>> curves) throws IOException {
        XYChart chart = new XYChartBuilder().width(640).height(400).title("penny map, " + job + ", fresh JVM")
                .xAxisTitle("seconds since the command").yAxisTitle("results per second").build();
        curves.forEach((start, runs) -> {
            for (int run = 0; run < runs.size(); run++) {
                double[] rates = runs.get(run).perSecond();
                double[] seconds = IntStream.range(0, rates.length).mapToDouble(i -> (i + 1) * Throughput.STEP_MILLIS / 1000.0).toArray();
                for (int i = 0; i < rates.length; i++) {
                    warmup.add(String.format(Locale.ROOT, "%s,%s,%d,%d,%.1f", job, name(start), run, (i + 1) * Throughput.STEP_MILLIS,
                            rates[i]));
                }
                chart.addSeries(name(start) + " " + (run + 1), seconds, rates).setMarker(SeriesMarkers.NONE)
                        .setLineColor(start == Start.PLAIN ? Color.GRAY : Color.BLUE);
            }
            summary.add(entry(job + "-to-80-percent", start, "ms", values(runs, Throughput::warmMillis)));
            summary.add(entry(job + "-peak", start, "per second", values(runs, Throughput::peak)));
        });
        save(chart, "warmup-" + job + ".svg");
    }

    void finish() throws IOException {
        Files.write(folder.resolve("warmup.csv"), warmup);
        Files.writeString(folder.resolve("warmup.json"), "[\n  " + String.join(",\n  ", summary) + "\n]\n");
        summary.forEach(System.out::println);
    }

    private static String entry(String name, Start start, String unit, List<Double> values) {
        return String.format(Locale.ROOT,
                "{\"name\":\"%s\",\"start\":\"%s\",\"unit\":\"%s\",\"median\":%.0f,\"q1\":%.0f,\"q3\":%.0f,\"runs\":%d}",
                name, name(start), unit, Quantiles.median(values), Quantiles.of(values, 0.25), Quantiles.of(values, 0.75), values.size());
    }

    private static <T> List<Double> values(List<T> all, ToDoubleFunction<T> value) {
        return all.stream().map(item -> value.applyAsDouble(item)).toList();
    }

    private static String name(Start start) {
        return start.name().toLowerCase(Locale.ROOT);
    }

    private void save(org.knowm.xchart.internal.chartpart.Chart<?, ?> chart, String file) throws IOException {
        VectorGraphicsEncoder.saveVectorGraphic(chart, folder.resolve(file).toString(), VectorGraphicsFormat.SVG);
    }
}
