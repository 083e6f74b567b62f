package dev.penny.cli;

import dev.penny.api.TaskFunction;
import dev.penny.api.ValueType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The lines of a file or of standard input, read as they are needed. A line ends with {@code \n} or {@code \r\n}, which are not part
 * of it; the last may lack its end. A line that is not text, not a number or too long is an unusable input.
 */
final class LineInputs implements InputSource {

    /** A longer line is refused without keeping it in memory. */
    static final int LINE_BYTES_MAX = 64 << 20;

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int NAME_CHARS_IF_BROKEN = 80;

    private final InputStream in;
    private final Optional<Path> file;
    private final int lineBytesMax;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    private int position;
    private int limit;

    private LineInputs(InputStream in, Optional<Path> file, int lineBytesMax) {
        this.in = in;
        this.file = file;
        this.lineBytesMax = lineBytesMax;
    }

    /** The lines of a stream. */
    static LineInputs of(InputStream in, int lineBytesMax) {
        return new LineInputs(in, Optional.empty(), lineBytesMax);
    }

    /**
     * The lines of a file, or of standard input for {@code -}.
     *
     * @throws UsageException if the file cannot be opened
     */
    static LineInputs open(Terminal terminal, String name) {
        if (name.equals("-")) {
            return of(terminal.in(), LINE_BYTES_MAX);
        }
        Path path = terminal.resolve(name);
        if (Files.isDirectory(path)) {
            throw new UsageException("cannot read lines: file=%s, reason=it is a directory".formatted(name));
        }
        try {
            return new LineInputs(Files.newInputStream(path), Optional.of(path), LINE_BYTES_MAX);
        } catch (IOException e) {
            throw new UsageException("cannot read lines: file=%s, reason=%s".formatted(name, Errors.reason(e)), e);
        }
    }

    @Override
    public String unit() {
        return "lines";
    }

    /** Counts the lines of a regular file, which takes about a second per gigabyte. */
    @Override
    public OptionalLong total() {
        if (file.isEmpty() || !Files.isRegularFile(file.get())) {
            return OptionalLong.empty();
        }
        try (InputStream counted = Files.newInputStream(file.get())) {
            long lines = 0;
            byte last = '\n';
            byte[] block = new byte[BUFFER_BYTES];
            for (int n = counted.read(block); n > 0; n = counted.read(block)) {
                for (int i = 0; i < n; i++) {
                    lines += block[i] == '\n' ? 1 : 0;
                }
                last = block[n - 1];
            }
            return OptionalLong.of(last == '\n' ? lines : lines + 1);
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public long largestBytes() {
        return 0;
    }

    @Override
    public void check(TaskFunction<?> function) { }

    @Override
    public boolean ready() {
        if (file.isPresent()) {
            return true;
        }
        for (int i = position; i < limit; i++) {
            if (buffer[i] == '\n') {
                return true;
            }
        }
        try {
            return in.available() > 0;
        } catch (IOException e) {
            // Reading will not wait either, it will fail.
            return true;
        }
    }

    @Override
    public Optional<MapInput> next(ValueType type) throws IOException {
        line.reset();
        long bytes = 0;
        boolean ended = false;
        while (!ended && fill()) {
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            ended = end < limit;
            line.write(buffer, position, (int) Math.min(end - position, Math.max(0, lineBytesMax + 1L - bytes)));
            bytes += end - position;
            position = ended ? end + 1 : end;
        }
        return bytes == 0 && !ended ? Optional.empty() : Optional.of(input(bytes, type));
    }

    @Override
    public void close() {
        if (file.isPresent()) {
            try {
                in.close();
            } catch (IOException e) {
                // Nothing was written to it; everything that was wanted has been read.
                return;
            }
        }
    }

    private boolean fill() throws IOException {
        if (position < limit) {
            return true;
        }
        position = 0;
        limit = Math.max(0, in.read(buffer));
        return limit > 0;
    }

    private MapInput input(long bytes, ValueType type) {
        if (bytes > lineBytesMax) {
            String start = new String(line.toByteArray(), 0, Math.min(line.size(), NAME_CHARS_IF_BROKEN), StandardCharsets.UTF_8);
            return new MapInput.Unusable(start + "...", "line too long: bytes=%d, max=%d".formatted(bytes, lineBytesMax));
        }
        byte[] content = withoutReturn(line.toByteArray());
        Optional<String> text = Text.utf8(content);
        String name = text.orElseGet(() -> new String(content, StandardCharsets.UTF_8));
        if (type == ValueType.BYTES) {
            return new MapInput.Ready(name, content);
        }
        if (text.isEmpty()) {
            return new MapInput.Unusable(name, "the line is not UTF-8 text, which a parameter of type %s needs".formatted(type.text()));
        }
        try {
            return new MapInput.Ready(name, ValueParser.value(type, name));
        } catch (UsageException e) {
            return new MapInput.Unusable(name, e.getMessage());
        }
    }

    private static byte[] withoutReturn(byte[] content) {
        boolean returned = content.length > 0 && content[content.length - 1] == '\r';
        return returned ? Arrays.copyOf(content, content.length - 1) : content;
    }
}
