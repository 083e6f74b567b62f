package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.ValueType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValueParserTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"42,42", "-5,-5", "+7,7", "0x10,16", "-0x80000000,-2147483648", "2147483647,2147483647", "' 3 ',3", "007,7"})
    void readsI32(String text, int value) {
        assertEquals(value, ValueParser.value(ValueType.I32, text));
    }

    @ParameterizedTest
    @CsvSource({"9223372036854775807,9223372036854775807", "-9223372036854775808,-9223372036854775808",
        "0x7fffffffffffffff,9223372036854775807"})
    void readsI64(String text, long value) {
        assertEquals(value, ValueParser.value(ValueType.I64, text));
    }

    @ParameterizedTest
    @CsvSource({"1.5,1.5", "-.5,-0.5", "1e3,1000", "2.,2", "inf,Infinity", "-Inf,-Infinity", "NaN,NaN", "1e-400,0", "-0,-0.0",
        "1.7976931348623157e308,1.7976931348623157e308"})
    void readsF64(String text, double value) {
        assertEquals(value, ValueParser.value(ValueType.F64, text));
    }

    @ParameterizedTest
    @CsvSource({"0.1,0.1", "3.4028235e38,3.4028235e38", "-infinity,-Infinity", "nan,NaN"})
    void readsF32(String text, float value) {
        assertEquals(value, ValueParser.value(ValueType.F32, text));
    }

    @Test
    void showsTheBeginningOfWhatIsLong() {
        String text = "x".repeat(1_000_000);
        UsageException error = assertThrows(UsageException.class, () -> ValueParser.value(ValueType.I32, text));
        assertEquals("not an integer: value='%s... (1000000 characters)', type=i32".formatted("x".repeat(100)), error.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "I32,2147483648,max=2147483647", "I32,-2147483649,min=-2147483648", "I32,0xffffffff,max=2147483647", "I32,1.5,not an integer",
        "I32,'',not an integer", "I32,abc,not an integer", "I32,--5,not an integer", "I32,0x,not an integer", "I32,1e3,not an integer",
        "I64,9223372036854775808,max=9223372036854775807", "I64,99999999999999999999999999,max=9223372036854775807",
        "F32,3.5e38,max=3.4028235E38", "F32,1f,not a number", "F64,1e309,max=1.7976931348623157E308", "F64,0x1p3,not a number",
        "F64,1d,not a number", "F64,.,not a number", "F64,1e,not a number", "F64,,not a number"})
    void refusesWithValueAndLimit(ValueType type, String text, String expected) {
        String given = text == null ? "" : text;
        UsageException error = assertThrows(UsageException.class, () -> ValueParser.value(type, given));
        assertTrue(error.getMessage().contains(expected), error.getMessage());
        assertTrue(error.getMessage().contains(given), error.getMessage());
        assertTrue(error.getMessage().contains("type=" + type.text()), error.getMessage());
    }

    @Test
    void readsBytesAsHexFileAndText() throws IOException {
        Files.write(directory.resolve("data"), new byte[] {0, (byte) 0xff});
        FakeFunction function = FakeFunction.of("(bytes,bytes,bytes,string)->i32");
        Object[] arguments = new ValueParser(directory).arguments(function, List.of("hex:C0ffee", "@data", "é", "hex:00"));
        assertArrayEquals(new byte[] {(byte) 0xc0, (byte) 0xff, (byte) 0xee}, (byte[]) arguments[0]);
        assertArrayEquals(new byte[] {0, (byte) 0xff}, (byte[]) arguments[1]);
        assertArrayEquals("é".getBytes(StandardCharsets.UTF_8), (byte[]) arguments[2]);
        assertEquals("hex:00", arguments[3]);
    }

    @Test
    void readsAStringFromAFile() throws IOException {
        Files.writeString(directory.resolve("text"), "two\nlines");
        assertEquals("two\nlines", new ValueParser(directory).arguments(FakeFunction.of("(string)->i32"), List.of("@text"))[0]);
    }

    @ParameterizedTest
    @CsvSource({"(bytes)->i32,hex:abc,not hexadecimal", "(bytes)->i32,hex:zz,not hexadecimal", "(bytes)->i32,@missing,no such file",
        "(string)->i32,@latin,not UTF-8", "(i32)->i32,x,argument=1"})
    void refusesArgumentsAndNamesTheFunction(String signature, String text, String expected) throws IOException {
        Files.write(directory.resolve("latin"), new byte[] {(byte) 0xe9});
        UsageException error = assertThrows(UsageException.class,
                () -> new ValueParser(directory).arguments(FakeFunction.of(signature), List.of(text)));
        assertTrue(error.getMessage().contains(expected), error.getMessage());
        assertTrue(error.getMessage().contains("function=test/fake" + signature), error.getMessage());
    }

    @Test
    void refusesTheWrongNumberOfArguments() {
        UsageException error = assertThrows(UsageException.class,
                () -> new ValueParser(directory).arguments(FakeFunction.of("(i32,i32)->i32"), List.of("1", "2", "3")));
        assertEquals("wrong number of arguments: function=test/fake(i32,i32)->i32, expected=2, given=3 [1, 2, 3]", error.getMessage());
    }
}
