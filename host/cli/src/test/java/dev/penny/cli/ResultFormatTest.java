package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.penny.api.ValueType;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResultFormatTest {

    private static String text(ValueType type, Object value) {
        return new ResultFormat(Optional.of(type)).text(Optional.of(value));
    }

    private static String json(Object value) throws IOException {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            new ResultFormat(Optional.empty()).json(json, Optional.ofNullable(value));
        }
        return out.toString();
    }

    @Test
    void writesTheShortestText() {
        assertEquals("42", text(ValueType.I32, 42));
        assertEquals("-9223372036854775808", text(ValueType.I64, Long.MIN_VALUE));
        assertEquals("0.1", text(ValueType.F32, 0.1f));
        assertEquals("0.30000000000000004", text(ValueType.F64, 0.1 + 0.2));
        assertEquals("NaN", text(ValueType.F64, Double.NaN));
        assertEquals("00ff0a", text(ValueType.BYTES, new byte[] {0, -1, 10}));
        assertEquals("a\nb", text(ValueType.STRING, "a\nb"));
        assertEquals("()", new ResultFormat(Optional.empty()).text(Optional.empty()));
    }

    @Test
    void keepsOneResultOnOneLine() {
        ResultFormat format = new ResultFormat(Optional.of(ValueType.STRING));
        assertEquals("a\\nb\\r\\u001b[31m\tc \\ d", format.line(Optional.of("a\nb\r\u001b[31m\tc \\ d")));
        assertEquals("plain é", format.line(Optional.of("plain é")));
    }

    @Test
    void writesJsonValues() throws IOException {
        assertEquals("42", json(42));
        assertEquals("9223372036854775807", json(Long.MAX_VALUE));
        assertEquals("0.1", json(0.1f));
        assertEquals("\"NaN\"", json(Double.NaN));
        assertEquals("\"-Infinity\"", json(Double.NEGATIVE_INFINITY));
        assertEquals("\"c0ff\"", json(new byte[] {(byte) 0xc0, (byte) 0xff}));
        assertEquals("\"a\\nb\\\"\"", json("a\nb\""));
        assertEquals("null", json(null));
    }

    @Test
    void cutsMessages() {
        assertEquals("a\\nb", Text.message("  a\nb\n"));
        assertEquals(2003, Text.message("x".repeat(10_000)).length());
    }
}
