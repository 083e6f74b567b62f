package dev.penny.bench.startup;

import dev.penny.bench.startup.Launcher.Run;
import dev.penny.bench.startup.Launcher.Start;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The program behind scripts/warmup. */
public final class Measurement {

    private final Launcher launcher;
    private final int pairs;
    private final int jobRuns;
    private final Report report;

    private Measurement(Path top, int pairs, int jobRuns) {
        this.launcher = new Launcher(top);
        this.pairs = pairs;
        this.jobRuns = jobRuns;
        this.report = new Report(top.resolve("docs/results"));
    }

    /** Arguments: folder of the project, pairs of cold calls, runs per job, rough length of a job in seconds. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Measurement measurement = new Measurement(Path.of(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
        measurement.coldCalls();
        Path folder = Files.createTempDirectory("penny-warmup");
        try {
            measurement.jobs(new TreeMap<>(Jobs.prepare(folder, Integer.parseInt(arguments[3]))));
        } finally {
            delete(folder);
        }
        measurement.report.finish();
    }

    private void coldCalls() throws IOException, InterruptedException {
        // Files in the page cache: cold means a fresh JVM, not a fresh machine.
        launcher.run(Start.PLAIN, Jobs.COLD_CALL);
        launcher.run(Start.CACHE, Jobs.COLD_CALL);
        Map<Start, List<Run>> runs = new EnumMap<>(Start.class);
        for (int pair = 0; pair < pairs; pair++) {
            for (Start start : Start.values()) {
                Run run = launcher.run(start, Jobs.COLD_CALL);
                runs.computeIfAbsent(start, _ -> new ArrayList<>()).add(run);
                System.out.printf(Locale.ROOT, "call %s: %.0f ms, processor %.0f ms%n", start, run.wallMillis(), run.cpuMillis());
            }
        }
        report.coldCalls(runs);
    }

    private void jobs(Map<String, List<String>> jobs) throws IOException, InterruptedException {
        for (Map.Entry<String, List<String>> job : jobs.entrySet()) {
            Map<Start, List<Throughput>> curves = new EnumMap<>(Start.class);
            for (int run = 0; run < jobRuns; run++) {
                for (Start start : Start.values()) {
                    Throughput curve = Throughput.of(launcher.run(start, job.getValue()).lineMillis());
                    curves.computeIfAbsent(start, _ -> new ArrayList<>()).add(curve);
                    System.out.printf(Locale.ROOT, "%s %s: 80 %% of %.0f/s after %.0f ms%n", job.getKey(), start, curve.peak(),
                            curve.warmMillis());
                }
            }
            report.job(job.getKey(), curves);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }
}
