package dev.penny.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultsTest {

    private static final Comparison FIB = Comparison.of("fib", 2, Peer.FORK_JOIN_POOL,
            new double[] {4e8, 5e8, 6e8}, new double[] {1e9, 1e9, 1e9});
    private static final String LINE = """
            {"name":"fib","workers":2,"peer":"fork-join-pool","penny_ns":500000000,"peer_ns":1000000000,"ratio":0.5,"ratio_q1":0.45,\
            "ratio_q3":0.55,"pairs":3}""";

    @Test
    void theFormatIsStable() {
        assertEquals("[\n" + LINE + "\n]\n", Results.toJson(List.of(FIB)));
    }

    @Test
    void anArrayWithTheNineFieldsAndNothingElse() throws Exception {
        JsonNode array = new ObjectMapper().readTree(Results.toJson(List.of(FIB, FIB)));
        assertTrue(array.isArray());
        assertEquals(2, array.size());
        List<String> fields = new ArrayList<>();
        array.get(0).fieldNames().forEachRemaining(fields::add);
        assertEquals(List.of("name", "workers", "peer", "penny_ns", "peer_ns", "ratio", "ratio_q1", "ratio_q3", "pairs"), fields);
    }

    @Test
    void noResultsAreAnEmptyArray() {
        assertEquals(List.of(), Results.comparisons(Results.toJson(List.<Comparison>of())));
    }

    @Test
    void whatIsWrittenIsRead() {
        assertEquals(List.of(FIB), Results.comparisons(Results.toJson(List.of(FIB))));
        Run run = run(new double[] {1, 2}, new double[] {4, 4}, new double[] {2, 2});
        Results.Raw raw = new Results.Raw("2026-01-01T00:00:00Z", "full", 2, Map.of("jdk", "25"), List.of(run), List.of(),
                new Idle.Reading(10, 0.5),
                new Memory.Reading(4, 3, 2, 1), Map.of());
        String text = Results.toJson(raw);
        assertEquals(text, Results.toJson(Results.raw(text)));
        assertEquals(raw.comparisons(), Results.raw(text).comparisons());
    }

    @Test
    void theRatioIsTheMedianOfThePairsAndNotTheRatioOfTheMedians() {
        Comparison comparison = Comparison.of("x", 1, Peer.ENDIVE, new double[] {1, 10, 100}, new double[] {10, 1, 100});
        assertEquals(1, comparison.ratio());
        assertEquals(0.55, comparison.ratioQ1());
        assertEquals(5.5, comparison.ratioQ3());
        Comparison skewed = Comparison.of("x", 1, Peer.ENDIVE, new double[] {1, 2, 30}, new double[] {10, 1, 10});
        assertEquals(2, skewed.ratio());
        assertEquals(2, skewed.pennyNanos());
        assertEquals(10, skewed.peerNanos());
    }

    @Test
    void pennyMeetsPeersWithAsManyWorkersAndItselfWithOne() {
        List<String> lines = run(new double[] {1, 2}, new double[] {4, 4}, new double[] {2, 2}).comparisons().stream()
                .map(line -> "%d %s %s".formatted(line.workers(), line.peer().text(), line.ratio())).toList();
        assertEquals(List.of("2 penny-1 0.375", "2 java-sequential 0.75", "1 fork-join-pool 1.0", "1 java-sequential 2.0"), lines);
    }

    @Test
    void newerResultsReplaceOlderOnesOfTheSameBenchmarks() {
        Run fib = run(new double[] {1}, new double[] {4}, new double[] {2});
        Run newer = run(new double[] {3}, new double[] {4}, new double[] {2});
        Run nqueens = new Run("nqueens", 1, 100, 55, 10, new double[] {7}, 0.5, 0.6, fib.sides(), Map.of());
        Results.Raw old = new Results.Raw("2026-01-01T00:00:00Z", "full", 2, Map.of("commit", "a", "processor", "A"), List.of(nqueens, fib), List.of(),
                new Idle.Reading(10, 0.5), null, Map.of());
        Results.Raw update = new Results.Raw("2026-01-02T00:00:00Z", "full", 2, Map.of("commit", "b", "processor", "B"), List.of(newer), List.of(), null,
                new Memory.Reading(4, 3, 2, 1), Map.of());
        Results.Raw merged = update.over(old, Catalog.names());
        assertEquals(List.of(newer, nqueens), merged.runs());
        assertEquals(old.idle(), merged.idle());
        assertEquals(update.memory(), merged.memory());
        Results.Origin first = new Results.Origin("2026-01-01T00:00:00Z", "a", "A");
        assertEquals(Map.of("nqueens", first, "idle", first), merged.older());
        Results.Raw third = new Results.Raw("2026-01-03T00:00:00Z", "full", 2, Map.of("commit", "c"), List.of(nqueens), List.of(), null, null, Map.of())
                .over(Results.raw(Results.toJson(merged)), Catalog.names());
        Results.Origin second = new Results.Origin("2026-01-02T00:00:00Z", "b", "B");
        assertEquals(Map.of("fib", second, "memory", second, "idle", first), third.older());
        Results.Raw quick = new Results.Raw("2026-01-02T00:00:00Z", "quick", 2, Map.of(), List.of(newer), List.of(), null, null, Map.of());
        assertThrows(IllegalArgumentException.class, () -> quick.over(old, Catalog.names()));
    }

    /** All of such a file was measured on one. */
    @Test
    void olderResultsWithoutAProcessorAreOfTheMachineOfTheFile() {
        String text = Results.toJson(new Results.Raw("2026-01-02T00:00:00Z", "full", 2, Map.of("processor", "A"), List.of(), List.of(), null, null,
                Map.of("fib", new Results.Origin("2026-01-01T00:00:00Z", "a", "B"))));
        assertEquals("B", Results.raw(text).older().get("fib").processor());
        String without = text.replaceAll(",\\s*\"processor\" : \"B\"", "");
        assertTrue(!without.equals(text), "taken out");
        assertEquals("A", Results.raw(without).older().get("fib").processor());
    }

    /** Penny with two workers and with one (as slow as the pool with one), and sequential Java. */
    private static Run run(double[] two, double[] one, double[] sequential) {
        return new Run("fib", 1, 100, 55, 10, new double[] {7, 7}, 0.5, 0.6, List.of(new Run.Times(Peer.PENNY, 2, two),
                new Run.Times(Peer.PENNY, 1, one), new Run.Times(Peer.FORK_JOIN_POOL, 1, one),
                new Run.Times(Peer.JAVA_SEQUENTIAL, 1, sequential)),
                Map.of("stolen", 0.25));
    }

    @Test
    void timesThatAreNoPairsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Comparison.of("x", 1, Peer.ENDIVE, new double[] {1, 2}, new double[] {1}));
        assertThrows(IllegalArgumentException.class, () -> Comparison.of("x", 1, Peer.ENDIVE, new double[0], new double[0]));
        assertThrows(IllegalArgumentException.class, () -> Comparison.of("x", 1, Peer.ENDIVE, new double[] {0}, new double[] {1}));
        assertThrows(IllegalArgumentException.class, () -> Comparison.of("x", 0, Peer.ENDIVE, new double[] {1}, new double[] {1}));
        assertThrows(IllegalArgumentException.class, () -> Comparison.of(" ", 1, Peer.ENDIVE, new double[] {1}, new double[] {1}));
    }

    /** Each differs from the valid line in one thing. */
    @ParameterizedTest
    @ValueSource(strings = {
        "\"pairs\":3 -> \"pairs\":0", "\"pairs\":3 -> \"pairs\":2.5", "\"pairs\":3 -> \"pairs\":null", "\"pairs\":3 -> \"tests\":3",
        ",\"pairs\":3 -> ", "\"fork-join-pool\" -> \"tbb\"", "\"fib\" -> \"\"", "\"workers\":2 -> \"workers\":0",
        "\"ratio\":0.5 -> \"ratio\":-0.5", "\"ratio\":0.5 -> \"ratio\":0.6", "\"ratio\":0.5 -> \"ratio\":\"fast\"",
        "\"penny_ns\":500000000 -> \"penny_ns\":0", "} -> ,\"more\":1}", "} -> ",
    })
    void malformedResultsAreRefused(String change) {
        String[] parts = change.split(" -> ?", 2);
        String wrong = LINE.replace(parts[0], parts[1]);
        assertTrue(!wrong.equals(LINE), "the change applies");
        assertEquals(1, Results.comparisons("[" + LINE + "]").size());
        assertThrows(IllegalArgumentException.class, () -> Results.comparisons("[" + wrong + "]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "null", "[", "[] []", "[null, 1]", "\"text\""})
    void otherTextIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Results.comparisons(text));
        assertThrows(IllegalArgumentException.class, () -> Results.raw(text));
    }
}
