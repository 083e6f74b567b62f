package dev.penny.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatisticsTest {

    @Test
    void medianOfAnOddAndAnEvenNumberOfValues() {
        assertEquals(3, Statistics.median(9, 1, 3));
        assertEquals(2.5, Statistics.median(4, 1, 3, 2));
        assertEquals(7, Statistics.median(7));
    }

    /** Values of R's quantile(c(1, 2, 4, 8, 16)), its definition 7. */
    @Test
    void quartilesLieBetweenNeighbours() {
        assertEquals(2, Statistics.quantile(0.25, 16, 8, 4, 2, 1));
        assertEquals(8, Statistics.quantile(0.75, 16, 8, 4, 2, 1));
        assertEquals(1.75, Statistics.quantile(0.25, 1, 2, 3, 4));
        assertEquals(3.25, Statistics.quantile(0.75, 1, 2, 3, 4));
        assertEquals(1, Statistics.quantile(0, 3, 1, 2));
        assertEquals(3, Statistics.quantile(1, 3, 1, 2));
    }

    /** Against the definition by counting, for random sizes and values. */
    @Test
    void aQuantileHasTheShareBelowAndTheRestAbove() {
        Random random = new Random(7);
        for (int trial = 0; trial < 1_000; trial++) {
            double[] values = random.doubles(1 + random.nextInt(40)).toArray();
            double p = random.nextDouble();
            double quantile = Statistics.quantile(p, values);
            long below = java.util.Arrays.stream(values).filter(value -> value < quantile).count();
            long atMost = java.util.Arrays.stream(values).filter(value -> value <= quantile).count();
            double position = p * (values.length - 1);
            assertTrue(below <= position + 1 && atMost >= position, "p=%s, n=%d".formatted(p, values.length));
        }
    }

    @Test
    void theArgumentsStayInTheirOrder() {
        double[] values = {3, 1, 2};
        Statistics.median(values);
        assertEquals(3, values[0]);
    }

    @Test
    void spreadIsWhatThreeQuartersOfTheRepeatsStayWithin() {
        assertEquals(0, Statistics.spread(5, 5, 5));
        assertEquals(0.1, Statistics.spread(10, 10, 11, 11, 100), 1e-12);
        assertEquals(1, Statistics.spread(1, 2, 2, 2), 1e-12);
    }

    @Test
    void nothingHasNoQuantile() {
        assertThrows(IllegalArgumentException.class, Statistics::median);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.01, 1.01, Double.NaN})
    void aShareIsBetweenZeroAndOne(double p) {
        assertThrows(IllegalArgumentException.class, () -> Statistics.quantile(p, 1, 2));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void valuesAreFinite(double value) {
        assertThrows(IllegalArgumentException.class, () -> Statistics.median(1, value, 2));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1})
    void timesAreAboveZero(double fastest) {
        assertThrows(IllegalArgumentException.class, () -> Statistics.spread(fastest, 1));
    }
}
