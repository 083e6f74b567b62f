package dev.penny;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.penny.api.SignatureException;
import dev.penny.api.TaskFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Whole numbers for floating point parameters: what would be rounded is refused, everything else arrives as it is. */
@Timeout(20)
class RoundedNumbersTest extends OnePenny {

    private static final long EXACT_F32 = 1L << 24;
    private static final long EXACT_F64 = 1L << 53;

    private TaskFunction<Object> f32;
    private TaskFunction<Object> f64;

    @BeforeEach
    void functionsThatReturnTheirArgument() {
        start();
        f32 = java("f32", "(f32)->f32", call -> call.result(call.f32(0)));
        f64 = java("f64", "(f64)->f64", call -> call.result(call.f64(0)));
    }

    private static void refused(String message, Executable call) {
        assertEquals(message, assertThrows(SignatureException.class, call).getMessage());
    }

    @Test
    void numbersThatWouldBeRoundedAreRefusedWithNameValueAndLimit() {
        refused("number would be rounded: function=m-f32/f32(f32)->f32, parameter=0, type=f32, value=16777217, bits=25, limit=24",
                () -> f32.call(16_777_217));
        refused("number would be rounded: function=m-f64/f64(f64)->f64, parameter=0, type=f64, value=9223372036854775807,"
                + " bits=63, limit=53",
                () -> f64.call(Long.MAX_VALUE));
        for (long number : new long[] {EXACT_F32 + 1, -EXACT_F32 - 1, (1L << 40) + 1, Integer.MAX_VALUE, Long.MAX_VALUE}) {
            assertThrows(SignatureException.class, () -> f32.call(number), () -> "f32 " + number);
        }
        for (long number : new long[] {EXACT_F64 + 1, -EXACT_F64 - 1, Long.MAX_VALUE - 1, Long.MIN_VALUE + 1}) {
            assertThrows(SignatureException.class, () -> f64.call(number), () -> "f64 " + number);
        }
    }

    @Test
    void exactNumbersOfAnySizeAreAccepted() {
        for (long number : new long[] {0, -1, EXACT_F32, -EXACT_F32, EXACT_F32 + 2, 1L << 62, Long.MIN_VALUE}) {
            assertEquals((float) number, f32.call(number));
            assertEquals((double) number, f64.call(number));
        }
        assertEquals((float) Integer.MIN_VALUE, f32.call(Integer.MIN_VALUE));
        assertEquals((double) Integer.MAX_VALUE, f64.call(Integer.MAX_VALUE));
        assertEquals((double) (EXACT_F64 + 2), f64.call(EXACT_F64 + 2));
    }

    @Test
    void rangesWithANumberThatWouldBeRoundedAreRefusedThoughTheirEndsAreExact() {
        refused("numbers of the range would be rounded: function=m-f64/f64(f64)->f64, type=f64, first=%d, last=%d, min=%d, max=%d"
                .formatted(EXACT_F64, EXACT_F64 + 2, -EXACT_F64, EXACT_F64), () -> f64.mapRangeToDoubles(EXACT_F64, EXACT_F64 + 3));
        refused("numbers of the range would be rounded: function=m-f32/f32(f32)->f32, type=f32, first=%d, last=%d, min=%d, max=%d"
                .formatted(-EXACT_F32 - 2, 0, -EXACT_F32, EXACT_F32), () -> f32.mapRangeToDoubles(-EXACT_F32 - 2, 1));
        assertThrows(SignatureException.class, () -> f64.mapRange(EXACT_F64, EXACT_F64 + 3));
        assertThrows(SignatureException.class, () -> f64.mapRange(Long.MIN_VALUE, 1));
    }

    @Test
    void rangesUpToTheLastExactNumberArriveAsTheyAre() {
        for (long from : new long[] {EXACT_F32 - 2, -EXACT_F32}) {
            assertArrayEquals(LongStream.range(from, from + 3).asDoubleStream().toArray(), f32.mapRangeToDoubles(from, from + 3));
        }
        for (long from : new long[] {EXACT_F64 - 2, -EXACT_F64}) {
            assertArrayEquals(LongStream.range(from, from + 3).asDoubleStream().toArray(), f64.mapRangeToDoubles(from, from + 3));
        }
        assertArrayEquals(new double[] {0x1p62}, f64.mapRangeToDoubles(1L << 62, (1L << 62) + 1));
        assertArrayEquals(new double[0], f64.mapRangeToDoubles(Long.MAX_VALUE, Long.MAX_VALUE));
    }
}
