package dev.penny.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Writes one line per input. */
sealed interface ResultWriter {

    /** An input with its result; empty for a function without one. */
    void done(String name, Optional<?> result) throws IOException;

    /** An input without a result. */
    void failed(String name, String reason) throws IOException;

    /** {@code RESULT  INPUT}; failed inputs have no line. */
    record Plain(ResultOutput out, ResultFormat format) implements ResultWriter {
        @Override
        public void done(String name, Optional<?> result) throws IOException {
            byte[] line = (format.line(result) + "  " + Text.oneLine(name) + "\n").getBytes(StandardCharsets.UTF_8);
            out.write(line, line.length);
        }

        @Override
        public void failed(String name, String reason) { }
    }

    /** {@code {"input":...,"result":...}} or {@code {"input":...,"error":...}}. */
    final class Json implements ResultWriter {

        private final ResultOutput out;
        private final ResultFormat format;
        private final boolean numericNames;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
        private final JsonGenerator json;

        Json(ResultOutput out, ResultFormat format, boolean numericNames) throws IOException {
            this.out = out;
            this.format = format;
            this.numericNames = numericNames;
            this.json = new JsonFactory().createGenerator(line).setRootValueSeparator(null);
        }

        @Override
        public void done(String name, Optional<?> result) throws IOException {
            start(name);
            json.writeFieldName("result");
            format.json(json, result);
            end();
        }

        @Override
        public void failed(String name, String reason) throws IOException {
            start(name);
            json.writeStringField("error", reason);
            end();
        }

        private void start(String name) throws IOException {
            json.writeStartObject();
            json.writeFieldName("input");
            if (numericNames) {
                json.writeNumber(name);
            } else {
                json.writeString(name);
            }
        }

        private void end() throws IOException {
            json.writeEndObject();
            json.writeRaw('\n');
            json.flush();
            out.write(line.toByteArray(), line.size());
            line.reset();
        }
    }
}
