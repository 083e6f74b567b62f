package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.ValueType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineInputsTest {

    @TempDir
    Path directory;

    private static List<MapInput> read(byte[] content, ValueType type, int lineBytesMax) throws IOException {
        List<MapInput> inputs = new ArrayList<>();
        try (InputSource source = LineInputs.of(new ByteArrayInputStream(content), lineBytesMax)) {
            for (Optional<MapInput> next = source.next(type); next.isPresent(); next = source.next(type)) {
                inputs.add(next.get());
            }
        }
        return inputs;
    }

    private static List<String> lines(String content) throws IOException {
        return read(content.getBytes(StandardCharsets.UTF_8), ValueType.STRING, 1 << 20).stream().map(MapInput::name).toList();
    }

    @Test
    void splitsLines() throws IOException {
        assertEquals(List.of(), lines(""));
        assertEquals(List.of(""), lines("\n"));
        assertEquals(List.of("a", "", "b"), lines("a\n\nb"));
        assertEquals(List.of("a", "b", "c\rd", "é"), lines("a\r\nb\r\nc\rd\né\n"));
    }

    @Test
    void joinsLinesAcrossBuffers() throws IOException {
        String line = "x".repeat(100_000);
        assertEquals(List.of(line, "y", line), lines(line + "\ny\n" + line));
    }

    @Test
    void parsesNumbersAndKeepsOthersAsUnusable() throws IOException {
        List<MapInput> inputs = read("1\nx\n\n99999999999\n-2\n".getBytes(StandardCharsets.UTF_8), ValueType.I32, 100);
        assertEquals(new MapInput.Ready("1", 1), inputs.get(0));
        assertEquals("not an integer: value='x', type=i32", assertInstanceOf(MapInput.Unusable.class, inputs.get(1)).reason());
        assertInstanceOf(MapInput.Unusable.class, inputs.get(2));
        assertTrue(assertInstanceOf(MapInput.Unusable.class, inputs.get(3)).reason().contains("max=2147483647"));
        assertEquals(new MapInput.Ready("-2", -2), inputs.get(4));
    }

    @Test
    void givesBytesAsTheyAreAndRefusesTextThatIsNotUtf8() throws IOException {
        byte[] latin = {(byte) 0xe9, '\n'};
        assertArrayEquals(new byte[] {(byte) 0xe9},
                (byte[]) assertInstanceOf(MapInput.Ready.class, read(latin, ValueType.BYTES, 10).getFirst()).argument());
        assertTrue(assertInstanceOf(MapInput.Unusable.class, read(latin, ValueType.STRING, 10).getFirst()).reason().contains("UTF-8"));
        // A real U+FFFD in the text is not an error.
        assertEquals(List.of("\uFFFD"), lines("\uFFFD\n"));
    }

    @Test
    void refusesOneLongLineAndGoesOn() throws IOException {
        List<MapInput> inputs = read(("ok\n" + "x".repeat(300_000) + "\nok").getBytes(StandardCharsets.UTF_8), ValueType.STRING, 1000);
        assertEquals(3, inputs.size());
        assertEquals("line too long: bytes=300000, max=1000", assertInstanceOf(MapInput.Unusable.class, inputs.get(1)).reason());
        assertEquals(new MapInput.Ready("ok", "ok"), inputs.get(2));
    }

    @Test
    void acceptsALineOfExactlyTheLimit() throws IOException {
        assertInstanceOf(MapInput.Ready.class, read("12345\n".getBytes(StandardCharsets.UTF_8), ValueType.STRING, 5).getFirst());
        assertInstanceOf(MapInput.Unusable.class, read("123456\n".getBytes(StandardCharsets.UTF_8), ValueType.STRING, 5).getFirst());
    }

    @Test
    void countsTheLinesOfAFile() throws IOException {
        Files.writeString(directory.resolve("three"), "1\n2\n3");
        Files.writeString(directory.resolve("none"), "");
        Terminal terminal = new TestTerminal(directory).in("a\n").terminal();
        assertEquals(OptionalLong.of(3), LineInputs.open(terminal, "three").total());
        assertEquals(OptionalLong.of(0), LineInputs.open(terminal, "none").total());
        assertEquals(OptionalLong.empty(), LineInputs.open(terminal, "-").total());
    }

    @Test
    void isNotReadyWhileNobodyWrites() throws IOException {
        try (PipedOutputStream writer = new PipedOutputStream(); PipedInputStream in = new PipedInputStream(writer)) {
            LineInputs source = LineInputs.of(in, 100);
            assertFalse(source.ready());
            writer.write("a\nb".getBytes(StandardCharsets.UTF_8));
            assertTrue(source.ready());
            assertEquals("a", source.next(ValueType.STRING).orElseThrow().name());
            assertFalse(source.ready());
            writer.write("\n".getBytes(StandardCharsets.UTF_8));
            assertTrue(source.ready());
        }
    }

    @Test
    void refusesFilesItCannotOpen() {
        Terminal terminal = new TestTerminal(directory).terminal();
        assertTrue(assertThrows(UsageException.class, () -> LineInputs.open(terminal, "nope")).getMessage().contains("no such file"));
        assertTrue(assertThrows(UsageException.class, () -> LineInputs.open(terminal, ".")).getMessage().contains("directory"));
    }
}
