package dev.penny.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.bench.suite.Report;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.knowm.xchart.internal.chartpart.Chart;

/** The committed pages, data and pictures belong together. */
class PagesTest {

    private static final Pages PAGES = Pages.of(Path.of(System.getProperty("penny.root", ".")));

    static List<Experiment> experiments() {
        return Experiments.ALL;
    }

    @Test
    void thereAreNineExperiments() {
        assertEquals(List.of("E-1", "E-2", "E-3", "E-4", "E-5", "E-6", "E-7", "E-8", "E-9"), Experiments.names());
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void aPageHasEveryPart(Experiment experiment) throws Exception {
        String page = Files.readString(PAGES.page(experiment));
        for (String part : List.of("# %s: %s\n".formatted(experiment.name(), experiment.title()), "**Hypothesis.**", "\n## Method\n",
                "**Parameters.**", "\n## Results\n", "\n## Verdict\n", "\n## Again\n", "    scripts/experiment " + experiment.name() + "\n",
                "(../results/experiments/" + experiment.name() + ".csv)")) {
            assertTrue(page.contains(part), experiment.name() + " lacks: " + part);
        }
        String verdict = page.substring(page.indexOf("\n## Verdict\n") + 12, page.indexOf("\n## Again\n")).strip();
        assertTrue(verdict.length() > 80, experiment.name() + " has no verdict");
    }

    /** A page may say that there is no verdict yet only while its data are of a quick run. */
    @ParameterizedTest
    @MethodSource("experiments")
    void dataForPublishingHaveAVerdict(Experiment experiment) throws Exception {
        boolean open = Files.readString(PAGES.page(experiment)).contains("\n## Verdict\n\nNone yet");
        assertTrue(!open || !"full".equals(PAGES.read(experiment).facts().get("mode")), experiment.name() + " has data and no verdict");
    }

    /** Whoever changes the data makes the tables again. */
    @ParameterizedTest
    @MethodSource("experiments")
    void theTablesOfAPageAreThoseOfTheData(Experiment experiment) throws Exception {
        String page = Files.readString(PAGES.page(experiment));
        assertEquals(Report.replaced(page, Pages.tables(experiment, PAGES.read(experiment))), page,
                "scripts/experiment " + experiment.name() + " --plot");
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void noFormatIsLeftUnfilled(Experiment experiment) throws Exception {
        String page = Files.readString(PAGES.page(experiment));
        assertTrue(!page.contains("%s") && !page.contains("%n"), experiment.name());
    }

    @Test
    void theTablesOfTheIndexAreThoseOfTheData() throws Exception {
        String index = Files.readString(PAGES.pages().resolve("README.md"));
        assertEquals(Report.replaced(index, PAGES.index()), index, "scripts/experiment --all --plot");
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void everyPictureIsDrawnShownAndWellFormed(Experiment experiment, @TempDir Path folder) throws Exception {
        String page = Files.readString(PAGES.page(experiment));
        Data data = PAGES.read(experiment);
        Map<String, Chart<?, ?>> plots = experiment.plots(data);
        assertTrue(!plots.isEmpty(), "at least one picture");
        List<Path> drawn = new Pages(folder, folder).draw(experiment, data);
        assertEquals(plots.size(), drawn.size());
        for (Path file : drawn) {
            byte[] bytes = Files.readAllBytes(file);
            var document = DocumentBuilderFactory.newDefaultNSInstance().newDocumentBuilder();
            document.setEntityResolver((_, _) -> new org.xml.sax.InputSource(new java.io.StringReader("")));
            assertEquals("svg", document.parse(new ByteArrayInputStream(bytes)).getDocumentElement().getLocalName());
            String name = file.getFileName().toString();
            assertTrue(page.contains("(../results/experiments/" + name + ")"), name + " is not shown");
            assertTrue(Files.isRegularFile(PAGES.data().resolve(name)), name + " is not committed");
        }
    }

    @Test
    void withoutDataItSaysHowToGetThem(@TempDir Path folder) {
        Pages empty = new Pages(folder, folder);
        String message = assertThrows(IllegalArgumentException.class, () -> empty.read(Experiments.ALL.getFirst())).getMessage();
        assertTrue(message.contains("scripts/experiment E-1"), message);
    }
}
