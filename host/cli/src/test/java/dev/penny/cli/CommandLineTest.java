package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Command lines that are refused before a runtime starts, and those that need none. */
class CommandLineTest {

    @TempDir
    Path directory;

    private TestTerminal terminal;

    @BeforeEach
    void open() throws IOException {
        terminal = new TestTerminal(directory);
        Files.writeString(directory.resolve("m.js"), "export const f = 1;");
        Files.writeString(directory.resolve("m.txt"), "text");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "'' | no command given: known: call map",
        "bogus | unknown command: name=bogus, known: call map",
        "call | Missing required parameters: 'MODULE', 'FUNCTION' (see penny call --help)",
        "call m.js | Missing required parameter: 'FUNCTION'",
        "call nope.wasm f | module not found: file=nope.wasm",
        "call m.txt f | unknown kind of module",
        "call m.js f(i32 | not a signature",
        "call m.js f --workers 0 | --workers out of range: value=0, min=1, max=256",
        "call m.js f --workers 257 | value=257",
        "call m.js f --workers many | Invalid value for option '--workers': 'many' is not an int",
        "call m.js f --backend green | unknown backend: name=green, known: deterministic fork-join platform virtual",
        "call m.js f --policy fifo | unknown policy: name=fifo, known: work-stealing round-robin random merry-go-round hybrid",
        "call m.js f --seed x | Invalid value for option '--seed'",
        "call m.js f --memory 1K | --memory out of range: value=1024, min=4194304, max=2147418112",
        "call m.js f --memory 3G | --memory out of range",
        "call m.js f --memory lots | not a size: value='lots'",
        "call m.js f --module-memory 1 | --module-memory out of range",
        "call m.js f --arg x | add --wasi",
        "call m.js f --env X=1 | add --wasi",
        "call m.js f --wasi --env X | --env",
        "call m.js f --class-path . | --class-path is for java: modules",
        "call java:no.Class f | class not found: class=no.Class",
        "call m.js f --wrokers 3 | Unknown option: '--wrokers'",
        "call m.js f -hello | Unknown option: '-hello'; before an argument that starts with a dash write --",
        "call m.js f -Version | Unknown option: '-Version'",
        "call m.js f -inf | Unknown option: '-inf'; before an argument that starts with a dash write --",
        "map m.js f | specify one of these",
        "map m.js f --lines - --range 0..1 | mutually exclusive",
        "map m.js f --files nope* | no file matches: glob='nope*'",
        "map m.js f --lines nope | no such file",
        "map m.js f --range 5..2 | reversed range",
        "map m.js f --range 5 | not a range",
        "map m.js f --range 0..1 --progress loud | --progress",
        "map m.js f --range 0..1 --out . | it is a directory",
        "map m.js f --range 0..1 --out no/where | cannot write: file=no/where",
        "map m.js f --range 0..1 --record . | cannot write: file=., reason=it is a directory",
        "map m.js f --range 0..1 --record no/where | cannot write: file=no/where, reason=no such file",
        "map m.js f --range 0..1 --record a --replay b | --record and --replay exclude each other",
        "run g.yaml --record . | cannot write: file=., reason=it is a directory",
        "run g.yaml --record no/where | cannot write: file=no/where, reason=no such file",
        "run g.yaml --record a --replay b | --record and --replay exclude each other",
        "run g.yaml --dry-run --record a | --dry-run runs nothing to record or replay: leave --record and --replay out",
        "run g.yaml --policy random --record a | graphs are recorded with work stealing only: policy=random",
        "run g.yaml --replay no-such | no such recording: file=",
        "layout --workers 0 | --workers out of range",
        "layout --memory 1 | --memory out of range: value=1, min=4194304, max=2147418112",
        "layout --memory 99999999999999999999 | size out of range: value='99999999999999999999'",
        "inspect | Missing required parameter: 'MODULE'",
        "inspect nope.wasm | module not found"})
    void refusesWithOneLineAndExitCode2(String line, String expected) {
        assertEquals(ExitCode.USAGE, terminal.run(line.isEmpty() ? new String[0] : line.split(" ")), line);
        assertEquals("", terminal.out());
        assertEquals(1, terminal.errLines().size(), terminal.err());
        assertTrue(terminal.err().startsWith("penny: ") && terminal.err().contains(expected), terminal.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"call|m.js|f", "call|m.js|f|1|2", "call|call|call|call", "call|m.js|f||", "call|m.js|f|@file|@@", "call|m.js|f|\"a b\"|'c'",
            "call|m.js|f|a=b|a,b|${x}|help", "call|java:a.B|f(i32)->i32|hex:00"})
    void readsAPlainCallAsPicocliDoes(String line) {
        String[] arguments = line.split("\\|", -1);
        CallCommand plain = CallCommand.plain(terminal.terminal(), arguments).orElseThrow();
        CommandLine.ParseResult parsed = PennyCommand.commandLine(terminal.terminal(), arguments).parseArgs(arguments);
        assertEquals(((CallCommand) parsed.subcommand().commandSpec().userObject()).words(), plain.words());
        assertEquals(List.of(arguments).subList(1, arguments.length), plain.words());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "call", "call|m.js", "call|--help", "call|m.js|f|-1", "call|m.js|f|--", "--debug|call|m.js|f", "map|m.js|f|x"})
    void leavesEveryOtherLineToPicocli(String line) {
        assertTrue(CallCommand.plain(terminal.terminal(), line.split("\\|")).isEmpty(), line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "call --version", "call -V", "map --version", "run -V", "inspect -V", "doctor -V", "layout -V"})
    void everyCommandTellsTheVersion(String line) {
        assertEquals(ExitCode.OK, terminal.run(line.split(" ")), terminal.err());
        assertTrue(terminal.out().startsWith("penny "), terminal.out());
    }

    @Test
    void aGraphFileNestedTooDeepForTheParserIsAMistake() throws IOException {
        Files.writeString(directory.resolve("deep.yaml"), "version: 1\ntasks: " + "[".repeat(100_000));
        assertEquals(ExitCode.USAGE, terminal.run("run", "deep.yaml"));
        assertTrue(terminal.err().startsWith("penny: deep.yaml:1:1: not YAML: nested too deep"), terminal.err());
    }

    @Test
    void helpThatCannotBeWrittenIsAFailure() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        for (String[] line : new String[][] {{"--help"}, {"map", "--help"}, {"--version"}}) {
            TestTerminal other = new TestTerminal(directory);
            Terminal around = other.terminal();
            assertEquals(ExitCode.FAILED, PennyCommand.run(new Terminal(directory, around.in(), full, around.err(), around.display()), line));
            assertEquals("penny: input or output failed: reason=No space left on device\n", other.err());
        }
    }

    @Test
    void showsAStackTraceOnlyWithDebug() {
        terminal.run("--debug", "call", "nope.wasm", "f");
        assertTrue(terminal.err().contains("\tat dev.penny.cli."), terminal.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "call --help", "map --help", "inspect --help", "doctor --help", "layout --help", "completion --help"})
    void hasHelp(String line) {
        assertEquals(ExitCode.OK, terminal.run(line.split(" ")));
        assertTrue(terminal.out().startsWith("Usage: penny"), terminal.out());
        assertTrue(terminal.out().lines().allMatch(text -> text.length() <= 130), terminal.out());
        assertEquals("", terminal.err());
    }

    @Test
    void saysThatRangesExcludeTheirEnd() {
        terminal.run("map", "--help");
        assertTrue(terminal.out().contains("without, B"), terminal.out());
    }

    @Test
    void tellsItsVersion() {
        assertEquals(ExitCode.OK, terminal.run("--version"));
        assertTrue(terminal.out().matches("penny \\S+ \\(JDK \\S+\\)\\R"), terminal.out());
    }

    @Test
    void writesACompletionScript() {
        assertEquals(ExitCode.OK, terminal.run("completion"));
        assertTrue(terminal.out().contains("complete -F _complete_penny"), terminal.out());
        assertTrue(terminal.out().contains("--workers"), "options are completed");
    }

    @Test
    void laysOutTheStructs() throws IOException {
        String text = LayoutCommand.structs(LayoutCommand.abiDocument());
        for (String expected : new String[] {"Globals", "Worker", "Frame", "Block", "Injector", "FRAME_STATE", "WORKER_TOP"}) {
            assertTrue(text.contains(expected), expected);
        }
        assertTrue(!text.contains("|") && !text.contains("PANIC_"), text);
    }
}
