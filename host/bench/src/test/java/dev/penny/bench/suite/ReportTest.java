package dev.penny.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {

    private static final Results.Raw RAW = new Results.Raw("2026-01-01T00:00:00Z", "full", 2, Map.of("processors", "2"), List.of(
            new Run("fib", 1, 1_000, 55, 10, new double[] {7, 7}, 0.5, 0.6, List.of(
                    new Run.Times(Peer.PENNY, 2, new double[] {10, 10}), new Run.Times(Peer.PENNY, 1, new double[] {20, 20}),
                    new Run.Times(Peer.FORK_JOIN_POOL, 2, new double[] {40, 40}),
                    new Run.Times(Peer.FORK_JOIN_POOL, 1, new double[] {50, 50}),
                    new Run.Times(Peer.WASM_SEQUENTIAL, 1, new double[] {10, 10})), Map.of("stolen", 0.5)),
            new Run("dispatch-js", 1, 1_000, 55, 10, new double[] {7, 7}, 0.5, 0.6, List.of(
                    new Run.Times(Peer.PENNY, 1, new double[] {900, 900}),
                    new Run.Times(Peer.FORK_JOIN_POOL, 1, new double[] {10, 10})), Map.of())),
            List.of(new Figure(GraphFigures.RERUN, 320, "bytes", List.of())), new Idle.Reading(10, 1.5),
            new Memory.Reading(4_096, 2_048, 8_192, 1_024), Map.of());

    @Test
    void tablesHaveTheFiguresOfTheData() {
        Map<String, String> tables = ReportTables.of(RAW);
        assertTrue(tables.get("targets").contains(
                "| fib(35), one worker, against `ForkJoinPool(1)` | 0.40 | 0.40 to 0.40 | 0.25 | **missed** |"));
        assertTrue(tables.get("targets").contains(
                "| fib(35), two workers, against `ForkJoinPool(2)` | 0.25 | 0.25 to 0.25 | 0.50 | met |"));
        assertTrue(tables.get("targets").contains("| idle pool, per cent of a processor over 10 s | 1.50 | | 1.00 | **missed** |"));
        assertTrue(tables.get("targets").contains("peak memory against `ForkJoinPool` | 0.50 | | 1.00 | met |"));
        assertTrue(tables.get("targets").contains("| bytes of heap per run of a static graph of 10,000 tasks | 320 | | 1000 | met |"));
        assertTrue(tables.get("own").contains("| fib | 2.00 | 2.00 |"), tables.get("own"));
        assertTrue(tables.get("counters").contains("| fib | 1,000 | 500 |"), tables.get("counters"));
        assertTrue(tables.get("peers").contains("| fib | run | 2 | 10.0 ns | 0.25 (0.25 to 0.25) |"), tables.get("peers"));
    }

    @Test
    void onlyWhatIsBetweenTheMarksIsReplaced() {
        String document = "before\n<!-- results a -->\nold\n<!-- end -->\nbetween\n<!-- results b -->\n<!-- end -->\nafter\n";
        String expected = "before\n<!-- results a -->\nA\n<!-- end -->\nbetween\n<!-- results b -->\nB\n<!-- end -->\nafter\n";
        Map<String, String> tables = Map.of("a", "A\n", "b", "B\n");
        assertEquals(expected, Report.replaced(document, tables));
        assertEquals(expected, Report.replaced(expected, tables));
    }

    @Test
    void marksThatDoNotFitAreRefused() {
        Map<String, String> tables = Map.of("a", "A\n");
        assertThrows(IllegalArgumentException.class, () -> Report.replaced("no mark\n", tables));
        assertThrows(IllegalArgumentException.class, () -> Report.replaced("<!-- results a -->\nopen\n", tables));
        assertThrows(IllegalArgumentException.class, () -> Report.replaced("<!-- results b -->\n<!-- end -->\n", tables));
        String mark = "<!-- results a -->\n<!-- end -->\n";
        assertThrows(IllegalArgumentException.class, () -> Report.replaced(mark + mark, tables));
    }

    @Test
    void whatAnUpdateHasKeptSaysWhereItComesFrom() {
        Results.Raw update = new Results.Raw("2026-01-02T00:00:00Z", "full", 2, Map.of("commit", "b"), List.of(), List.of(), null, null, Map.of());
        String machine = ReportTables.of(update.over(RAW, Catalog.names())).get("machine");
        assertTrue(machine.startsWith("Measured 2026-01-02, mode full, commit b: "), machine);
        assertTrue(machine.endsWith("%nOlder, of 2026-01-01, commit unknown, on unknown: `fib`, `dispatch-js`, `graph-rerun`, `idle`, `memory`.%n".formatted()), machine);
    }

    @Test
    void whatWasKeptOfTheSameDayAndCommitIsNotOlder() {
        Results.Raw first = new Results.Raw("2026-01-02T00:00:00Z", "full", 2, Map.of("commit", "b"), List.of(), RAW.figures(), null, null, Map.of());
        Results.Raw second = new Results.Raw("2026-01-02T01:00:00Z", "full", 2, Map.of("commit", "b"), List.of(), List.of(), RAW.idle(), null, Map.of());
        String machine = ReportTables.of(second.over(first.over(RAW, Catalog.names()), Catalog.names())).get("machine");
        assertTrue(machine.endsWith("%nOlder, of 2026-01-01, commit unknown, on unknown: `fib`, `dispatch-js`, `memory`.%n".formatted()), machine);
    }

    @Test
    void whatWasMeasuredOnAnotherProcessorSaysSo() {
        Results.Raw first = new Results.Raw("2026-01-02T00:00:00Z", "full", 2, Map.of("commit", "b", "processor", "A"), List.of(), RAW.figures(),
                null, null, Map.of());
        Results.Raw second = new Results.Raw("2026-01-02T01:00:00Z", "full", 2, Map.of("commit", "b", "processor", "B"), List.of(), List.of(),
                RAW.idle(), null, Map.of());
        String machine = ReportTables.of(second.over(first, Catalog.names())).get("machine");
        assertTrue(machine.endsWith("%nOlder, of 2026-01-02, commit b, on A: `graph-rerun`.%n".formatted()), machine);
    }

    /** The marks of the document are those that the tables are made for. */
    @Test
    void theDocumentTakesAllTables() throws Exception {
        Path document = Path.of(System.getProperty("penny.root", "."), "docs/benchmarks.md");
        assertTrue(Report.replaced(Files.readString(document), ReportTables.of(RAW)).contains("| fib | 2.00 | 2.00 |"));
    }

    @Test
    void everyPictureOfTheDocumentIsDrawn() throws Exception {
        Map<String, byte[]> pictures = Charts.of(RAW);
        String document = Files.readString(Path.of(System.getProperty("penny.root", "."), "docs/benchmarks.md"));
        pictures.forEach((name, bytes) -> {
            String text = new String(bytes, StandardCharsets.UTF_8);
            assertTrue(text.contains("<svg") && text.contains("43,108,176"), name);
            assertTrue(document.contains("(results/" + name + ")"), name);
        });
        assertEquals(3, pictures.size());
    }

    @Test
    void nothingToDrawIsAnError() {
        Results.Raw empty = new Results.Raw("2026-01-01T00:00:00Z", "full", 2, Map.of(), List.of(), List.of(), null, null, Map.of());
        assertThrows(IllegalArgumentException.class, () -> Charts.of(empty));
    }
}
