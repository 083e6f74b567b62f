package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.StringTokenizer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole commands on the committed modules with the real runtime. */
class EndToEndTest {

    private static final Path ROOT = Path.of(System.getProperty("penny.root"));
    private static final String SHA256 = "guest-modules/dist/sha256.wasm";

    private final TestTerminal terminal = new TestTerminal(ROOT);

    @TempDir
    Path directory;

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What sha256sum prints for the same files. */
    private static String sha256sum(String start, String javaGlob) throws IOException {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + javaGlob);
        try (Stream<Path> files = Files.walk(ROOT.resolve(start))) {
            List<Path> found = files.filter(file -> matcher.matches(file) && Files.isRegularFile(file)).toList();
            List<String> lines = new ArrayList<>();
            for (Path file : found) {
                lines.add(ROOT.relativize(file) + "\n" + sha256(Files.readAllBytes(file)));
            }
            Collections.sort(lines);
            return lines.stream()
                    .map(line -> line.split("\n")).map(parts -> parts[1] + "  " + parts[0] + "\n").collect(Collectors.joining());
        }
    }

    @Test
    void aRecordedRunIsReplayed() {
        String file = directory.resolve("run.penny").toString();
        String[] command = {"map", SHA256, "sha256", "--files", "host/cli/src/**/*.java"};
        assertEquals(ExitCode.OK, terminal.run(with(command, "--workers", "2", "--record", file)), terminal.err());
        TestTerminal again = new TestTerminal(ROOT);
        assertEquals(ExitCode.OK, again.run(with(command, "--replay", file)), again.err());
        assertEquals(terminal.out(), again.out());
        TestTerminal other = new TestTerminal(ROOT);
        int code = other.run("map", SHA256, "sha256", "--files", "host/cli/src/main/**/R*.java", "--replay", file);
        assertTrue(code != ExitCode.OK, other.err());
        assertTrue(Stream.of("the replay decided something else", "the run ended before its recording").anyMatch(other.err()::contains),
                other.err());
    }

    @Test
    void aRecordedRunWithAnotherPolicyIsReplayedWithThat() {
        String file = directory.resolve("run.penny").toString();
        String[] command = {"map", SHA256, "sha256", "--files", "host/cli/src/**/*.java"};
        for (String policy : List.of("round-robin", "merry-go-round")) {
            TestTerminal first = new TestTerminal(ROOT);
            assertEquals(ExitCode.OK, first.run(with(command, "--workers", "2", "--policy", policy, "--record", file)), first.err());
            TestTerminal again = new TestTerminal(ROOT);
            assertEquals(ExitCode.OK, again.run(with(command, "--replay", file)), again.err());
            assertEquals(first.out(), again.out());
        }
    }

    @Test
    void aRecordingThatIsNoneIsRefusedInWords() {
        assertEquals(ExitCode.USAGE, terminal.run("map", "guest-modules/js/arith.js", "square", "--range", "0..3", "--replay", "no-such"));
        assertEquals("penny: no such recording: file=" + ROOT.resolve("no-such") + "\n", terminal.err());
    }

    @Test
    void aRecordingThatCannotBeWrittenIsAFailureBehindTheResults() {
        assumeTrue(Files.exists(Path.of("/dev/full")), "a device that is always full");
        assertEquals(ExitCode.FAILED, terminal.run("map", "guest-modules/js/arith.js", "square", "--range", "0..3", "--record", "/dev/full"));
        assertEquals("0  0\n1  1\n4  2\n", terminal.out());
        assertEquals("penny: not recorded: file=/dev/full, reason=No space left on device\n", terminal.err());
    }

    private static String[] with(String[] command, String... more) {
        return Stream.concat(Arrays.stream(command), Arrays.stream(more)).toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(strings = {"platform", "virtual", "fork-join", "deterministic"})
    void hashesFilesAsSha256sumOnEveryBackend(String backend) throws IOException {
        assertEquals(ExitCode.OK, terminal.run("map", SHA256, "sha256", "--files", "host/cli/src/**/*.java", "--workers", "2",
                "--backend", backend),
                terminal.err());
        assertEquals(sha256sum("host/cli/src", "**.java"), terminal.out());
        assertTrue(terminal.outLines().size() > 40, terminal.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"work-stealing", "round-robin", "random", "merry-go-round", "hybrid"})
    void hashesFilesAsSha256sumWithEveryPolicy(String policy) throws IOException {
        assertEquals(ExitCode.OK, terminal.run("map", SHA256, "sha256", "--files", "host/cli/src/**/*.java", "--workers", "2",
                "--policy", policy), terminal.err());
        assertEquals(sha256sum("host/cli/src", "**.java"), terminal.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"guest-modules/dist/arith.wasm", "guest-modules/dist/arith-as.wasm", "guest-modules/dist/arith-wat.wasm",
        "guest-modules/js/arith.js", "java:dev.penny.cli.TestTasks"})
    void addsInEveryLanguage(String module) {
        assertEquals(ExitCode.OK, terminal.run("call", module, "add", "40", "2"), terminal.err());
        assertEquals("42\n", terminal.out());
    }

    @Test
    void callsWithNegativeNumbersBytesAndText() throws IOException {
        assertEquals(ExitCode.OK, terminal.run("call", "guest-modules/dist/arith.wasm", "add", "-40", "-2"));
        assertEquals(ExitCode.OK, terminal.run("call", "guest-modules/dist/arith.wasm", "hypot", "3", "4"));
        assertEquals(ExitCode.OK, terminal.run("call", SHA256, "sha256", "hex:"));
        assertEquals(ExitCode.OK, terminal.run("call", SHA256, "sha256", "@LICENSE"));
        assertEquals(ExitCode.OK, terminal.run("call", SHA256, "sha256_hex(bytes)->string", "abc"));
        assertEquals(List.of("-42", "5.0", sha256(new byte[0]), sha256(Files.readAllBytes(ROOT.resolve("LICENSE"))),
                sha256("abc".getBytes(StandardCharsets.UTF_8))), terminal.outLines());
    }

    @Test
    void countsWordsOfLines() throws IOException {
        assertEquals(ExitCode.OK, terminal.run("map", "guest-modules/js/wordcount.js", "count", "--lines", "LICENSE"), terminal.err());
        List<String> expected = Files.readAllLines(ROOT.resolve("LICENSE")).stream()
                .map(line -> new StringTokenizer(line).countTokens() + "  " + line).toList();
        assertEquals(expected, terminal.outLines());
    }

    @Test
    void readsLinesFromStandardInput() {
        terminal.in("1\n2\nthree\n4\n");
        assertEquals(ExitCode.FAILED, terminal.run("map", "guest-modules/dist/arith.wasm", "square", "--lines", "-"));
        assertEquals(List.of("1  1", "4  2", "16  4"), terminal.outLines());
        assertEquals(List.of("penny: failed: three: not an integer: value='three', type=i32", "penny: 1 of 4 lines failed"),
                terminal.errLines());
    }

    @Test
    void deliversTheOthersWhenTasksTrap() throws IOException {
        assertEquals(ExitCode.FAILED, terminal.run("map", "guest-modules/dist/test/trap.wasm", "seventh", "--range", "0..10000", "--json"));
        int failed = 0;
        List<String> lines = terminal.outLines();
        assertEquals(10_000, lines.size());
        for (int i = 0; i < lines.size(); i++) {
            JsonNode node = new ObjectMapper().readTree(lines.get(i));
            assertEquals(i, node.get("input").asInt());
            failed += node.has("error") ? 1 : 0;
        }
        assertTrue(failed > 1000, "failed=" + failed);
        assertEquals("penny: %d of 10000 tasks failed".formatted(failed), terminal.errLines().getLast());
    }

    @Test
    void writesAFile() throws IOException {
        Path out = directory.resolve("out file");
        assertEquals(ExitCode.OK, terminal.run("map", "guest-modules/dist/arith.wasm", "square", "--range", "-3..3", "--out",
                out.toString()), terminal.err());
        assertEquals("9  -3\n4  -2\n1  -1\n0  0\n1  1\n4  2\n", Files.readString(out));
        assertEquals("", terminal.out());
    }

    @Test
    void makesRoomForLargeFiles() throws IOException {
        Files.write(directory.resolve("large"), new byte[70_000_000]);
        Files.writeString(directory.resolve("small"), "x");
        assertEquals(ExitCode.OK, terminal.run("map", SHA256, "sha256", "--files", directory + "/*"), terminal.err());
        assertTrue(terminal.out().startsWith(sha256(new byte[70_000_000])), terminal.out());
    }

    @Test
    void failsOnlyTheFileThatIsTooLarge() throws IOException {
        Files.write(directory.resolve("large"), new byte[9_000_000]);
        Files.writeString(directory.resolve("small"), "x");
        assertEquals(ExitCode.FAILED, terminal.run("map", SHA256, "sha256", "--files", directory + "/*", "--memory", "16M"));
        assertEquals(List.of(sha256(new byte[] {'x'}) + "  " + directory + "/small"), terminal.outLines());
        assertTrue(terminal.err().contains("bytes=9000000"), terminal.err());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "1 | call guest-modules/dist/test/trap.wasm unreachable | function=trap/unreachable()->i32, reason=unreachable",
        "1 | call guest-modules/dist/test/trap.wasm divide 1 0 | reason=integer divide by zero",
        "1 | call guest-modules/dist/test/recurse.wasm forever 1 | call stack exhausted",
        "2 | call guest-modules/dist/arith.wasm add 1 | wrong number of arguments: function=arith/add(i32,i32)->i32, expected=2, given=1",
        "2 | call guest-modules/dist/arith.wasm add 1 2 3 | expected=2, given=3",
        "2 | call guest-modules/dist/arith.wasm add 1 x | not an integer: value='x'",
        "2 | call guest-modules/dist/arith.wasm add 1 2147483648 | value=2147483648, type=i32, min=-2147483648, max=2147483647",
        "2 | call guest-modules/dist/arith.wasm sqare 1 | did you mean=square",
        "2 | call guest-modules/dist/arith.wasm add(i64,i64)->i64 1 2 | the signature does not fit",
        "2 | call guest-modules/js/wordcount.js nothing x | no such function: module=wordcount, function=nothing",
        "2 | call java:dev.penny.cli.TestTasks subtract 1 2 | no such function",
        "2 | call java:java.lang.String add 1 2 | String",
        "2 | call guest-modules/dist/test/unknown-import.wasm ask 1 | env.mystery",
        "2 | call guest-modules/dist/test/private-memory-import.wasm f | an imported memory must be shared",
        "2 | call guest-modules/dist/test/huge-memory.wasm pages | limit=268435456",
        "2 | call guest-modules/dist/arith.wasm add 1 2 --module-memory 65535 | --module-memory out of range",
        "2 | call guest-modules/dist/test/wasi-hello.wasm good | WASI is not allowed",
        "2 | map guest-modules/dist/arith.wasm add --range 0..3 | map needs a function of one parameter",
        "2 | map guest-modules/dist/arith.wasm square --files LICENSE | --files needs a function of one bytes or string",
        "2 | map guest-modules/dist/arith.wasm square --range 2147483647..2147483649 | max=2147483647",
        "2 | map guest-modules/dist/sha256.wasm sha256 --range 0..3 | --range needs a function of one number",
        "2 | map guest-modules/dist/arith.wasm suqare --range 0..3 | did you mean=square"})
    void failsWithOneLine(int code, String line, String expected) {
        assertEquals(code, terminal.run(line.split(" ")), terminal.err());
        assertEquals("", terminal.out());
        assertEquals(1, terminal.errLines().size(), terminal.err());
        assertTrue(terminal.err().startsWith("penny: ") && terminal.err().contains(expected), terminal.err());
    }

    @ParameterizedTest
    @CsvSource({"text.wasm,not a wasm module", "empty.wasm,bytes=0", "cut.wasm,module=cut", "broken.js,module=broken", "throws.js,at load"})
    void refusesDamagedModules(String name, String expected) throws IOException {
        byte[] arith = Files.readAllBytes(ROOT.resolve("guest-modules/dist/arith.wasm"));
        Files.writeString(directory.resolve("text.wasm"), "this is text");
        Files.write(directory.resolve("empty.wasm"), new byte[0]);
        Files.write(directory.resolve("cut.wasm"), Arrays.copyOf(arith, arith.length / 2));
        Files.writeString(directory.resolve("broken.js"), "export function add(a, b) {");
        Files.writeString(directory.resolve("throws.js"), "throw new Error('at load'); export function add(a, b) { return 1; }");
        assertEquals(ExitCode.USAGE, terminal.run("call", directory.resolve(name).toString(), "add", "1", "2"), terminal.err());
        assertEquals(1, terminal.errLines().size(), terminal.err());
        assertTrue(terminal.err().contains(expected), terminal.err());
    }

    @Test
    void inspectsModules() throws IOException {
        assertEquals(ExitCode.OK, terminal.run("inspect", SHA256, "--json"));
        JsonNode found = new ObjectMapper().readTree(terminal.out());
        assertTrue(found.get("loads").asBoolean());
        assertTrue(found.get("functions").toString().contains("(bytes)->bytes"), terminal.out());
        terminal.out.reset();
        assertEquals(ExitCode.FAILED, terminal.run("inspect", "guest-modules/dist/test/wasi-hello.wasm"));
        assertTrue(terminal.out().contains("REFUSED") && terminal.out().contains("It would not load"), terminal.out());
        terminal.out.reset();
        assertEquals(ExitCode.OK, terminal.run("inspect", "guest-modules/dist/test/wasi-hello.wasm", "--wasi"), terminal.out());
        terminal.out.reset();
        assertEquals(ExitCode.OK, terminal.run("inspect", "guest-modules/js/wordcount.js"));
        assertTrue(terminal.out().contains("(string)->i32"), terminal.out());
        terminal.out.reset();
        assertEquals(ExitCode.OK, terminal.run("inspect", "java:dev.penny.cli.TestTasks"));
        assertTrue(terminal.out().contains("(i32,i32)->i32"), terminal.out());
    }

    @Test
    void laysOutMemory() {
        assertEquals(ExitCode.OK, terminal.run("layout", "--workers", "3"), terminal.err());
        assertTrue(terminal.out().startsWith("Memory, 67,108,864 bytes"), terminal.out());
        String[] workers = terminal.outLines().stream().filter(line -> line.startsWith("workers ")).findFirst().orElseThrow()
                .replace(",", "").split(" +");
        assertEquals("3", workers[3], terminal.out());
        assertEquals(Long.parseLong(workers[2]), 3 * Long.parseLong(workers[4]), terminal.out());
        assertTrue(terminal.out().contains("FRAME_STATE"), terminal.out());
    }

    @Test
    void rendersRows() {
        assertEquals(ExitCode.OK, terminal.run("map", "guest-modules/dist/mandelbrot.wasm", "row", "--range", "398..402"), terminal.err());
        List<int[]> rows = terminal.outLines().stream().map(MandelbrotImage::row).toList();
        assertEquals(4, rows.size());
        assertEquals(1200, MandelbrotImage.image(rows).getWidth());
        // The middle row crosses the set: black inside, not outside.
        assertEquals(0xFF000008, MandelbrotImage.image(rows).getRGB(800, 1));
        assertTrue(IntStream.range(0, 50).allMatch(x -> rows.get(1)[x] != 0));
    }
}
