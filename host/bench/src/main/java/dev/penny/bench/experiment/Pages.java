package dev.penny.bench.experiment;

import dev.penny.bench.suite.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.internal.chartpart.Chart;

/**
 * The files of the experiments: data and pictures in one folder, and the pages that show them. Tables stand in the pages between marks and
 * are made from the data; everything else there is written by hand.
 *
 * @param data folder of {@code E-n.csv} and {@code E-n-*.svg}
 * @param pages folder of {@code E-n.md} and {@code README.md}
 */
record Pages(Path data, Path pages) {

    /** The table that every page has: when and where its data were measured. */
    static final String MACHINE = "machine";
    private static final String INDEX = "README.md";

    /** Where a clone of the project has them. */
    static Pages of(Path root) {
        return new Pages(root.resolve("docs/results/experiments"), root.resolve("docs/experiments"));
    }

    /** The file of the data. */
    Path csv(Experiment experiment) {
        return data.resolve(experiment.name() + ".csv");
    }

    /** The page. */
    Path page(Experiment experiment) {
        return pages.resolve(experiment.name() + ".md");
    }

    /** What was measured. @throws IllegalArgumentException there is no such file, or it is something else */
    Data read(Experiment experiment) throws IOException {
        Path file = csv(experiment);
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException("nothing measured yet: file=%s, command=scripts/experiment %s"
                    .formatted(file, experiment.name()));
        }
        return Data.parse(Files.readString(file));
    }

    /** Writes the data. */
    void write(Experiment experiment, Data measured) throws IOException {
        Files.createDirectories(data);
        Files.writeString(csv(experiment), measured.toCsv());
    }

    /** Draws the pictures of the data; returns their files. */
    List<Path> draw(Experiment experiment, Data measured) throws IOException {
        Files.createDirectories(data);
        List<Path> drawn = new ArrayList<>();
        for (Map.Entry<String, Chart<?, ?>> plot : experiment.plots(measured).entrySet()) {
            Path file = data.resolve("%s-%s.svg".formatted(experiment.name(), plot.getKey()));
            Files.write(file, Plots.svg(plot.getValue()));
            drawn.add(file);
        }
        return drawn;
    }

    /** Puts the tables of the data into the page, and those of all data there are into the index. */
    List<Path> refresh(Experiment experiment, Data measured) throws IOException {
        Path page = page(experiment);
        Files.writeString(page, Report.replaced(Files.readString(page), tables(experiment, measured)));
        Path index = pages.resolve(INDEX);
        Files.writeString(index, Report.replaced(Files.readString(index), index()));
        return List.of(page, index);
    }

    /** The tables of a page. */
    static Map<String, String> tables(Experiment experiment, Data measured) {
        Map<String, String> tables = new LinkedHashMap<>(experiment.tables(measured));
        tables.put(MACHINE, machine(measured.facts()));
        return tables;
    }

    /** The tables of the index. */
    Map<String, String> index() throws IOException {
        Markdown list = Markdown.table("experiment", "question", "measured", "mode");
        for (Experiment experiment : Experiments.ALL) {
            Map<String, String> facts = Files.isReadable(csv(experiment)) ? read(experiment).facts() : Map.of();
            list.row("[%s](%s.md)".formatted(experiment.name(), experiment.name()), experiment.title(),
                    facts.getOrDefault("date", "not yet"), facts.getOrDefault("mode", ""));
        }
        return Map.of("experiments", list.text(), "headline", headline());
    }

    /** The answer in three figures per policy, from the geometric means of E-3 and E-6. */
    private String headline() throws IOException {
        Markdown table = Markdown.table("policy", "experiment", "throughput, share of work stealing's",
                "99th percentile of waits, against work stealing's", "not obviously worse");
        for (Experiment experiment : Experiments.ALL) {
            if (experiment instanceof AgainstStealing comparison && Files.isReadable(csv(experiment))) {
                Data measured = read(experiment);
                for (Contender other : comparison.others()) {
                    AgainstStealing.Found all = AgainstStealing.overall(measured, other.name());
                    table.row(other.name(), "[%s](%s.md)".formatted(experiment.name(), experiment.name()), 
                            Quartiles.number(all.throughput()), Quartiles.number(all.waits()), all.verdict());
                }
            }
        }
        return table.text();
    }

    private static String machine(Map<String, String> facts) {
        return ("Measured %s, mode %s, commit %s: %s processors (%s), %s, %s, GraalVM %s. Load average before: %s; spread of a serial "
                + "loop: %s; %s s.%n").formatted(
                facts.get("date"), facts.get("mode"), facts.get("commit"), facts.get("processors"), facts.get("processor"), facts.get("os"),
                facts.get("jdk"), facts.get("graalvm"), facts.get("load"), facts.get("serial repeat spread"), facts.get("seconds"));
    }
}
