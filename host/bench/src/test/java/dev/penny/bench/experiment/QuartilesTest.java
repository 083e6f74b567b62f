package dev.penny.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class QuartilesTest {

    @Test
    void quartilesHaveTheUnitOfTheMedian() {
        assertEquals("2.00 us (0.50 to 3000)", new Quartiles(2_000, 500, 3_000_000, 3).time());
        assertEquals("1.50 s", Quartiles.time(1.5e9));
        assertEquals("999 ns", Quartiles.time(999));
    }

    @Test
    void numbersHaveThreeDigits() {
        assertEquals("0", Quartiles.number(0));
        assertEquals("0.012", Quartiles.number(0.0123));
        assertEquals("0.95", Quartiles.number(0.954));
        assertEquals("12.3", Quartiles.number(12.34));
        assertEquals("123", Quartiles.number(123.4));
        assertEquals("12,345", Quartiles.number(12_345));
        assertEquals("-5.00", Quartiles.number(-5));
    }

    @Test
    void nothingHasNoQuartiles() {
        assertThrows(IllegalArgumentException.class, Quartiles::of);
        assertThrows(IllegalArgumentException.class, () -> Quartiles.of(1, Double.NaN));
    }
}
