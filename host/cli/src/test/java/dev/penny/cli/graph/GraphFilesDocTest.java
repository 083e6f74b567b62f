package dev.penny.cli.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code docs/graph-files.md} shows the example as it is, and every key there is. */
class GraphFilesDocTest {

    private static final Path ROOT = Path.of(System.getProperty("penny.root"));
    private static String doc;

    @BeforeAll
    static void read() throws IOException {
        doc = Files.readString(ROOT.resolve("docs/graph-files.md"));
    }

    private static String section(String title) {
        int start = doc.indexOf("## " + title + "\n");
        assertTrue(start >= 0, title);
        int end = doc.indexOf("\n## ", start);
        return doc.substring(start, end < 0 ? doc.length() : end);
    }

    private static void inTable(String section, List<String> keys) {
        keys.forEach(key -> assertTrue(section(section).lines().anyMatch(line -> line.startsWith("|") && line.substring(0, line.indexOf('|', 1))
                .matches(".*[`{\"]" + key + "[`:}\"].*")), section + ": " + key));
    }

    @Test
    void theExampleIsTheCommittedFile() throws IOException {
        String fence = "```yaml\n";
        int start = doc.indexOf(fence) + fence.length();
        assertEquals(Files.readString(ROOT.resolve("examples/checksums/checksums.yaml")), doc.substring(start, doc.indexOf("```", start)));
    }

    @Test
    void everyKeyIsInItsTable() {
        inTable("Top level", GraphFileParser.KEYS);
        inTable("A task", TaskParser.KEYS);
        inTable("Arguments", TaskParser.ARGUMENT_KINDS);
        GraphFileParser.MODULE_KEYS.forEach(key -> assertTrue(section("Top level").contains(key + ":"), key));
    }

    @Test
    void theMistakeItShowsIsShownLikeThat() {
        String text = "version: 1\n\n\n\n\n\n\n  a: {call: arith/squar, args: [3]}\n";
        Mistakes mistakes = new Mistakes("graph.yaml", text);
        mistakes.add(new Span(8, 19, 5), "no such function: module=arith, function=squar, did you mean=square");
        String shown = "penny: " + assertThrows(GraphFileException.class, mistakes::check).getMessage();
        assertTrue(doc.contains(shown), shown);
    }

    @Test
    void limitsAreTheReal() {
        assertTrue(section("Limits").contains(String.format(Locale.ROOT, "%,d", Expansion.TASKS_MAX)));
        assertTrue(section("Running").contains(String.format(Locale.ROOT, "%,d tasks", SvgWriter.TASKS_MAX)));
    }
}
