package dev.penny.bench.experiment;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Pictures of the pages: lines over a parameter, or bars by name, with error bars from quartile to quartile. */
final class Plots {

    private static final int WIDTH = 800;
    private static final int HEIGHT = 420;
    private static final Color[] COLORS = {new Color(0x2b6cb0), new Color(0xdd8452), new Color(0x55a868), new Color(0x8172b3),
        new Color(0xc44e52), new Color(0x937860), new Color(0x4c9a9a), new Color(0x6b6b6b)};

    private Plots() { }

    /**
     * The axes of a picture with lines.
     *
     * @param logX the horizontal axis counts in powers of ten
     * @param logY the vertical one does
     */
    record Axes(String x, String y, boolean logX, boolean logY) { }

    /** One line or one colour of bars: a middle by horizontal position, or by name. */
    record Series<K>(String label, Map<K, Quartiles> points) { }

    /** Lines; a series without points is left out. */
    static Chart<?, ?> lines(String title, Axes axes, List<Series<Double>> all) {
        XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title).xAxisTitle(axes.x()).yAxisTitle(axes.y()).build();
        for (Series<Double> series : all) {
            if (!series.points().isEmpty()) {
                List<Double> x = new ArrayList<>(series.points().keySet());
                chart.addSeries(series.label(), x, each(series, Quartiles::median), each(series, Plots::halfWidth))
                        .setMarker(SeriesMarkers.CIRCLE);
            }
        }
        chart.getStyler().setXAxisLogarithmic(axes.logX()).setYAxisLogarithmic(axes.logY());
        if (!axes.logY()) {
            chart.getStyler().setYAxisMin(0.0);
        }
        return styled(chart, all.size());
    }

    /** Bars; every series has the same names. */
    static Chart<?, ?> bars(String title, String y, List<Series<String>> all) {
        CategoryChart chart = new CategoryChartBuilder().width(WIDTH).height(HEIGHT).title(title).yAxisTitle(y).build();
        for (Series<String> series : all) {
            chart.addSeries(series.label(), new ArrayList<>(series.points().keySet()), each(series, Quartiles::median),
                    each(series, Plots::halfWidth));
        }
        chart.getStyler().setPlotGridVerticalLinesVisible(false);
        chart.getStyler().setXAxisLabelRotation(30);
        return styled(chart, all.size());
    }

    private static Chart<?, ?> styled(Chart<?, ?> chart, int series) {
        Styler styler = chart.getStyler();
        styler.setSeriesColors(COLORS);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setLegendVisible(series > 1);
        styler.setLegendPosition(Styler.LegendPosition.OutsideE);
        return chart;
    }

    private static <K> List<Double> each(Series<K> series, Function<Quartiles, Double> value) {
        return series.points().values().stream().map(value).toList();
    }

    /** A bar of an error reaches as far up as down. */
    private static double halfWidth(Quartiles quartiles) {
        // On a logarithmic axis a bar must end above 0.
        return Math.min((quartiles.q3() - quartiles.q1()) / 2, 0.9 * Math.abs(quartiles.median()));
    }

    /** As an SVG document. */
    static byte[] svg(Chart<?, ?> chart) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        VectorGraphicsEncoder.saveVectorGraphic(chart, bytes, VectorGraphicsFormat.SVG);
        return bytes.toByteArray();
    }
}
