package dev.penny.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.penny.api.ValueType;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * How results of one type are written: bytes as lower-case hexadecimal, floats with the fewest digits that read back the same,
 * text as it is.
 *
 * @param type empty for a function without a result
 */
record ResultFormat(Optional<ValueType> type) {

    /** What stands for the result of a function that has none. */
    static final String NO_RESULT = "()";

    private static final HexFormat HEX = HexFormat.of();

    /** The result as text; it may have several lines. */
    String text(Optional<?> value) {
        return value.map(ResultFormat::text).orElse(NO_RESULT);
    }

    /** The result as text on one line. */
    String line(Optional<?> value) {
        String text = text(value);
        return type.filter(known -> known == ValueType.STRING).isPresent() ? Text.oneLine(text) : text;
    }

    /** The result as a JSON value: numbers (NaN and infinities as strings), strings, bytes as hexadecimal, or null. */
    void json(JsonGenerator json, Optional<?> value) throws IOException {
        if (value.isEmpty()) {
            json.writeNull();
            return;
        }
        switch (value.get()) {
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Float number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            case Object other -> json.writeString(text(other));
        }
    }

    private static String text(Object value) {
        return value instanceof byte[] bytes ? HEX.formatHex(bytes) : String.valueOf(value);
    }
}
