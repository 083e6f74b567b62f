package dev.penny.bench.experiment;

import dev.penny.bench.suite.CompilerThreads;
import dev.penny.bench.suite.SerialProbe;
import dev.penny.bench.suite.Statistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Measures the points of an experiment in this JVM. First all points are gone through to warm up what they run on; then each is measured:
 * its variants run in rounds, one run of each per round, forwards and backwards in turn, as in the benchmark suite (decision 0071).
 */
final class Measuring {

    /** Each variant may have an engine of its own, and each of these compiles the core and the tasks. */
    private static final Duration COMPILED_AT_FIRST = Duration.ofSeconds(60);
    private static final Duration COMPILED_IN_A_ROUND = Duration.ofSeconds(5);
    /** Rounds per run of the serial loop. */
    private static final int SERIAL_EVERY = 4;

    private final Experiment experiment;
    private final Effort effort;
    private final Consumer<String> progress;
    private final List<Data.Line> lines = new ArrayList<>();
    private final List<Double> serialNanos = new ArrayList<>();
    private long awaitedNanos;

    /** {@code progress} takes a short text now and then. */
    Measuring(Experiment experiment, Effort effort, Consumer<String> progress) {
        this.experiment = experiment;
        this.effort = effort;
        this.progress = progress;
    }

    /** Measures all points. {@code facts} are kept with the data. */
    Data run(Map<String, String> facts) {
        long start = System.nanoTime();
        List<Point> points = experiment.points(effort);
        Resources resources = Resources.ofExperiment();
        try {
            if (effort.warmShare() > 0) {
                each(points, start, effort.warmShare(), "warm-up", (point, slice) -> warmUp(point, resources, slice));
            }
            System.gc();
            each(points, start, 1, "measuring", (point, slice) -> measure(point, resources, slice));
            resources.closeAll();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("cannot close: experiment=%s, reason=%s".formatted(experiment.name(), e), e);
        }
        Map<String, String> all = new LinkedHashMap<>(facts);
        all.put("points", String.valueOf(points.size()));
        all.put("seconds", String.valueOf((System.nanoTime() - start) / 1_000_000_000));
        all.put("serial repeat spread", String.format(Locale.ROOT, "%.1f %%", 100 * serialSpread()));
        return new Data(all, List.copyOf(lines));
    }

    /** How unsteady the machine was: the spread of a fixed serial loop that ran with every point. */
    double serialSpread() {
        return Statistics.spread(serialNanos.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private interface Visit {
        void point(Point point, long sliceNanos) throws Exception;
    }

    /** Visits all points within a share of the budget; what one leaves over is for the rest. Waiting for compilers is on top of it. */
    private void each(List<Point> points, long start, double share, String phase, Visit visit) throws Exception {
        long budget = (long) (effort.budget().toNanos() * share);
        for (int i = 0; i < points.size(); i++) {
            progress.accept("%s %s %d of %d: %s".formatted(experiment.name(), phase, i + 1, points.size(), points.get(i).parameters()));
            long left = start + budget + awaitedNanos - System.nanoTime();
            visit.point(points.get(i), Math.max(0, left / (points.size() - i)));
        }
    }

    /** The point's runs before it is measured. What has been run is often still being compiled when it has ended. */
    private void settle(List<Point.Variant> variants) {
        forCompilers(() -> CompilerThreads.settle(COMPILED_AT_FIRST, () -> variants.forEach(variant -> variant.trial().run())));
    }

    private void awaitCompilers() {
        forCompilers(() -> CompilerThreads.awaitQuiet(COMPILED_IN_A_ROUND));
    }

    /** Time that is not the point's; none where nothing is warmed up. */
    private void forCompilers(Runnable wait) {
        if (effort.warmShare() > 0) {
            long start = System.nanoTime();
            wait.run();
            awaitedNanos += System.nanoTime() - start;
        }
    }

    private void warmUp(Point point, Resources shared, long sliceNanos) throws Exception {
        long start = System.nanoTime();
        try (Resources resources = shared.ofPoint()) {
            List<Point.Variant> variants = point.variants().apply(resources);
            do {
                variants.forEach(variant -> variant.trial().run());
            } while (System.nanoTime() - start < sliceNanos);
        }
    }

    private void measure(Point point, Resources shared, long sliceNanos) throws Exception {
        long start = System.nanoTime() - awaitedNanos;
        try (Resources resources = shared.ofPoint()) {
            List<Point.Variant> variants = point.variants().apply(resources);
            settle(variants);
            for (int round = 1; round <= effort.roundsMax()
                    && (round <= effort.roundsMin() || System.nanoTime() - awaitedNanos - start < sliceNanos); round++) {
                if (round % SERIAL_EVERY == 1) {
                    awaitCompilers();
                    serialNanos.add(SerialProbe.nanos());
                }
                for (int i = 0; i < variants.size(); i++) {
                    Point.Variant variant = variants.get(round % 2 == 1 ? i : variants.size() - 1 - i);
                    lines.add(new Data.Line(point.parameters(), variant.name(), round, variant.trial().run()));
                }
            }
        }
    }
}
