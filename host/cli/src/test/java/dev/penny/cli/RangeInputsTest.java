package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.ValueType;
import dev.penny.cli.RangeInputs.Bounds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RangeInputsTest {

    private static List<Object> arguments(String range, ValueType type) {
        RangeInputs source = new RangeInputs(Bounds.parse(range));
        List<Object> arguments = new ArrayList<>();
        for (Optional<MapInput> next = source.next(type); next.isPresent(); next = source.next(type)) {
            arguments.add(((MapInput.Ready) next.get()).argument());
        }
        assertEquals(arguments.size(), source.total().orElseThrow());
        return arguments;
    }

    @Test
    void excludesTheEnd() {
        assertEquals(List.of(0, 1, 2), arguments("0..3", ValueType.I32));
        assertEquals(List.of(-2L, -1L), arguments("-2..0", ValueType.I64));
        assertEquals(List.of(1.0f), arguments(" 1..2 ", ValueType.F32));
        assertEquals(List.of(1.0), arguments("+1..2", ValueType.F64));
        assertEquals(List.of(Long.MAX_VALUE - 1), arguments("9223372036854775806..9223372036854775807", ValueType.I64));
    }

    @ParameterizedTest
    @CsvSource({"5..2,reversed", "3..3,empty", "1-3,expected A..B", "1...3,expected A..B", "..3,expected A..B", "1..,expected A..B",
        "a..b,expected A..B",
        "1..2..3,expected A..B", "'',expected A..B", "0..9223372036854775808,max=9223372036854775807",
        "-9223372036854775808..9223372036854775807,range too long"})
    void refusesRanges(String text, String expected) {
        UsageException error = assertThrows(UsageException.class, () -> Bounds.parse(text));
        assertTrue(error.getMessage().contains(expected), error.getMessage());
        assertTrue(error.getMessage().contains("'" + text + "'"), error.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"I32,2147483646..2147483648", "I32,-2147483648..0", "F32,0..16777217", "F64,-9007199254740992..0",
        "I64,-9223372036854775808..-9223372036854775807"})
    void acceptsRangesThatFit(ValueType type, String range) {
        new RangeInputs(Bounds.parse(range)).check(FakeFunction.of("(%s)->()".formatted(type.text())));
    }

    @ParameterizedTest
    @CsvSource({"I32,0..2147483649,max=2147483647", "I32,-2147483649..0,min=-2147483648", "F32,0..16777218,max=16777216",
        "F64,-9007199254740993..0,min=-9007199254740992", "BYTES,0..1,function of one number", "STRING,0..1,function of one number"})
    void refusesRangesThatDoNotFit(ValueType type, String range, String expected) {
        UsageException error = assertThrows(UsageException.class,
                () -> new RangeInputs(Bounds.parse(range)).check(FakeFunction.of("(%s)->()".formatted(type.text()))));
        assertTrue(error.getMessage().contains(expected), error.getMessage());
        assertTrue(error.getMessage().contains("function=test/fake"), error.getMessage());
    }
}
