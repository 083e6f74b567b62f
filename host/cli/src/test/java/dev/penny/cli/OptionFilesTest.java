package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file that an option names takes the place of nothing else that the command needs or makes. */
@Timeout(300)
class OptionFilesTest {

    private static final Path ROOT = Path.of(System.getProperty("penny.root"));
    private static final String GRAPH = """
            version: 1
            modules: {m: m.wasm}
            tasks: {hash: {call: m/sha256, args: [{file: in.txt}]}}
            outputs: {hash: out.txt}
            """;

    @TempDir
    Path directory;

    private TestTerminal terminal;

    @BeforeEach
    void write() throws IOException {
        Files.copy(ROOT.resolve("guest-modules/dist/sha256.wasm"), directory.resolve("m.wasm"));
        Files.writeString(directory.resolve("in.txt"), "in\n");
        Files.writeString(directory.resolve("graph.yaml"), GRAPH);
        terminal = new TestTerminal(directory);
    }

    private void refused(String message, String... command) throws IOException {
        byte[] module = Files.readAllBytes(directory.resolve("m.wasm"));
        assertEquals(ExitCode.USAGE, terminal.run(command), terminal.err());
        assertTrue(terminal.errLines().getFirst().endsWith(message), terminal.err());
        assertEquals("in\n", Files.readString(directory.resolve("in.txt")));
        assertEquals(GRAPH, Files.readString(directory.resolve("graph.yaml")));
        assertArrayEquals(module, Files.readAllBytes(directory.resolve("m.wasm")));
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(3, files.count(), "nothing was run");
        }
    }

    @ParameterizedTest
    @CsvSource({"--trace, graph.yaml", "--record, graph.yaml", "--trace, ./m.wasm", "--record, m.wasm", "--record, in.txt", "--trace, in.txt"})
    void runRefusesToReplaceWhatTheGraphIsMadeOf(String option, String file) throws IOException {
        refused("%s names this file: file=%s".formatted(option, Path.of(file).normalize()), "run", "graph.yaml", option, file);
    }

    @ParameterizedTest
    @CsvSource({"--trace", "--record"})
    void runRefusesAResultWhereAnOptionWrites(String option) throws IOException {
        refused("%s names this file: file=out.txt".formatted(option), "run", "graph.yaml", option, "out.txt");
    }

    @Test
    void aDrawingReplacesNoInput() throws IOException {
        Files.delete(directory.resolve("in.txt"));
        Files.writeString(directory.resolve("in.svg"), "<svg/>");
        Files.writeString(directory.resolve("graph.yaml"), GRAPH.replace("in.txt", "in.svg"));
        assertEquals(ExitCode.USAGE, terminal.run("run", "graph.yaml", "--dry-run", "--graph", "in.svg"), terminal.err());
        assertTrue(terminal.errLines().getFirst().endsWith("--graph names this file: file=in.svg"), terminal.err());
        assertEquals("<svg/>", Files.readString(directory.resolve("in.svg")));
    }

    @Test
    void aLinkIsTheFileItLeadsTo() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("graph.yaml"));
        assertEquals(ExitCode.USAGE, terminal.run("run", "graph.yaml", "--trace", "link"), terminal.err());
        assertTrue(terminal.errLines().getFirst().endsWith("--trace names this file: file=graph.yaml"), terminal.err());
        assertTrue(Files.isSymbolicLink(link));
        assertEquals(GRAPH, Files.readString(directory.resolve("graph.yaml")));
    }

    @Test
    void twoOptionsOfRunDoNotShareAFile() throws IOException {
        refused("two options for one file: file=./run.json, options=--trace and --record",
                "run", "graph.yaml", "--trace", "run.json", "--record", "./run.json");
    }

    @Test
    void aDeviceMayBeNamedTwice() throws IOException {
        assertEquals(ExitCode.OK, terminal.run("run", "graph.yaml", "--trace", "/dev/null", "--record", "/dev/null"), terminal.err());
        assertTrue(Files.exists(directory.resolve("out.txt")));
    }

    @ParameterizedTest
    @CsvSource({"--out", "--record"})
    void mapRefusesToReplaceItsModule(String option) throws IOException {
        refused("%s names the file of the module: file=m.wasm".formatted(option), "map", "m.wasm", "sha256", "--files", "in.txt", option, "./m.wasm");
    }

    @Test
    void mapRefusesToReplaceItsLinesByARecording() throws IOException {
        refused("--record names the file of --lines: file=in.txt", "map", "m.wasm", "sha256", "--lines", "in.txt", "--record", "in.txt");
    }

    @Test
    void twoOptionsOfMapDoNotShareAFile() throws IOException {
        refused("two options for one file: file=all, options=--record and --out",
                "map", "m.wasm", "sha256", "--lines", "in.txt", "--record", "all", "--out", "all");
    }

    @Test
    void mapReplacesItsLinesByTheResults() throws IOException {
        assertEquals(ExitCode.OK, terminal.run("map", "m.wasm", "sha256", "--lines", "in.txt", "--out", "in.txt"), terminal.err());
        // printf in | sha256sum
        String sum = "582967534d0f909d196b97f9e6921342777aea87b46fa52df165389db1fb8ccf";
        assertEquals(sum + "  in\n", Files.readString(directory.resolve("in.txt")));
    }
}
