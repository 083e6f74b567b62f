package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultTargetTest {

    @TempDir
    Path directory;

    private TestTerminal terminal;

    @BeforeEach
    void open() {
        terminal = new TestTerminal(directory);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private ResultTarget written(String name) throws IOException {
        ResultTarget target = ResultTarget.file(terminal.terminal(), name);
        target.stream().write("new\n".getBytes(StandardCharsets.UTF_8));
        return target;
    }

    @Test
    void replacesTheFileOnceComplete() throws IOException {
        Files.writeString(directory.resolve("out"), "old");
        try (ResultTarget target = written("out")) {
            assertEquals("old", Files.readString(directory.resolve("out")));
            target.complete();
        }
        assertEquals("new\n", Files.readString(directory.resolve("out")));
        assertEquals(List.of("out"), files());
    }

    @Test
    void keepsWhatIsNotCompleteBeside() throws IOException {
        Files.writeString(directory.resolve("out"), "old");
        written("out").close();
        assertEquals("old", Files.readString(directory.resolve("out")));
        assertEquals("new\n", Files.readString(directory.resolve("out.partial")));
        assertEquals("penny: out is not replaced, the results so far are in out.partial\n", terminal.err());
    }

    @Test
    void leavesNothingIfNothingWasWritten() throws IOException {
        ResultTarget.file(terminal.terminal(), "out").close();
        assertEquals(List.of(), files());
        assertEquals("", terminal.err());
    }

    @Test
    void writesThroughALink() throws IOException {
        Files.writeString(directory.resolve("real"), "old");
        Files.createSymbolicLink(directory.resolve("link"), Path.of("real"));
        try (ResultTarget target = written("link")) {
            target.complete();
        }
        assertTrue(Files.isSymbolicLink(directory.resolve("link")));
        assertEquals("new\n", Files.readString(directory.resolve("real")));
    }

    @Test
    void writesADeviceDirectly() throws IOException {
        try (ResultTarget target = written("/dev/null")) {
            target.complete();
        }
        assertTrue(Files.exists(Path.of("/dev/null")) && !Files.isRegularFile(Path.of("/dev/null")));
    }

    @Test
    void refusesWhatItCannotWrite() throws IOException {
        Files.createDirectory(directory.resolve("dir"));
        for (String name : List.of("dir", "missing/out")) {
            UsageException error = assertThrows(UsageException.class, () -> ResultTarget.file(terminal.terminal(), name));
            assertTrue(error.getMessage().contains("file=" + name), error.getMessage());
        }
    }
}
