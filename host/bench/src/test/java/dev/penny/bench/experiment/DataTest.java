package dev.penny.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataTest {

    private static Data.Line line(String size, String variant, int round, double nanos) {
        return new Data.Line(Map.of("size", size), variant, round, Map.of("ns", nanos));
    }

    private static final Data DATA = new Data(Map.of("date", "2026-01-01"), List.of(
            line("1", "a", 1, 10), line("1", "b", 1, 20), line("1", "b", 2, 60), line("1", "a", 2, 20),
            line("2", "a", 1, 5), line("2", "b", 1, 50)));

    @Test
    void ratiosAreOfPairs() {
        Quartiles ratio = DATA.where("size", "1").ratio("b", "a", "ns");
        assertEquals(new Quartiles(2.5, 2.25, 2.75, 2), ratio);
        assertEquals(3, DATA.ratio("b", "a", "ns").count());
        assertEquals(10, DATA.where("size", "2").ratio("b", "a", "ns").median());
        assertThrows(IllegalArgumentException.class, () -> DATA.ratio("b", "c", "ns"));
        assertThrows(IllegalArgumentException.class, () -> DATA.ratio("a", "b", "cpu"));
    }

    @Test
    void aRoundWithoutItsPairDoesNotCount() {
        Data odd = new Data(Map.of(), List.of(line("1", "a", 1, 10), line("1", "b", 1, 20), line("1", "b", 2, 1000)));
        assertEquals(new Quartiles(2, 2, 2, 1), odd.ratio("b", "a", "ns"));
    }

    @Test
    void aRatioToNothingIsAnError() {
        Data zero = new Data(Map.of(), List.of(line("1", "a", 1, 0), line("1", "b", 1, 20)));
        assertThrows(IllegalArgumentException.class, () -> zero.ratio("b", "a", "ns"));
    }

    @Test
    void parametersAndVariantsKeepTheirOrder() {
        assertEquals(List.of("1", "2"), DATA.parameter("size"));
        assertEquals(List.of("a", "b"), DATA.variants());
        assertTrue(DATA.has("a", "ns"));
        assertFalse(DATA.has("a", "wait"));
    }

    @Test
    void whatIsWrittenIsRead() {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("ns", 12_345_678.0);
        values.put("wait", 0.001);
        Data.Line full = new Data.Line(Map.of("size", "1"), "a", 1, values);
        Data data = new Data(Map.of("date", "2026-01-01", "processor", "X: 2"), List.of(full, line("2", "b", 7, 3)));
        Data read = Data.parse(data.toCsv());
        assertEquals(data.facts(), read.facts());
        assertEquals(line("2", "b", 7, 3), read.lines().get(1));
        assertEquals(12_346_000, read.lines().get(0).values().get("ns"), "five digits");
        assertEquals(read, Data.parse(read.toCsv()));
    }

    @Test
    void textThatWouldNeedQuotesIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Data(Map.of(), List.of(line("1,2", "a", 1, 1))).toCsv());
        assertThrows(IllegalArgumentException.class, () -> new Data(Map.of(), List.of(line("1", "a\nb", 1, 1))).toCsv());
    }

    @ParameterizedTest
    @ValueSource(strings = {"size,ns\n1,2\n", "size,variant,ns\n", "size,variant,round,ns\n1,a,1\n", "size,variant,round,ns\n1,a,one,2\n",
        "size,variant,round,ns\n1,a,1,fast\n"})
    void otherTextIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Data.parse(text));
    }
}
