package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code penny run --record} and {@code --replay} with the real runtime. */
@Timeout(300)
class GraphRecordingTest {

    private static final Path ROOT = Path.of(System.getProperty("penny.root"));
    private static final String ARITH = ROOT.resolve("guest-modules/dist/arith.wasm").toString();

    /** Files, a limit, a reduction, a task that is left out and one that fails. */
    private static final String TASKS = """
            limits: {two: 2}
            tasks:
              hash: {foreach: &files {f: {files: "in/*.txt"}}, call: sha/sha256, args: [{file: "${f}"}], limit: two}
              all: {call: sha/sha256, args: [{gather: hash}]}
              n: {foreach: {x: 0..60}, call: arith/square, args: ["${x}"]}
              total: {reduce: n, call: java/add}
              zero: {call: arith/add, args: [2, -2]}
              never: {call: arith/square, args: [3], when: zero}
              odd: {call: java/even, args: [1]}
              lost: {call: arith/square, args: ["${odd}"]}
            outputs: {all: "-", total: out/total.txt, never: "-", lost: "-"}
            """;
    private static final String TOTAL = IntStream.range(0, 60).map(x -> x * x).sum() + "\n";

    @TempDir
    Path directory;

    /** Runs a file with the modules {@code arith}, {@code sha} and {@code java}. */
    private TestTerminal run(int expected, String tasks, String... options) throws IOException {
        Files.writeString(directory.resolve("graph.yaml"), """
                version: 1
                modules: {arith: %1$s/arith.wasm, sha: %1$s/sha256.wasm, java: "java:dev.penny.cli.TestTasks"}
                """.formatted(ROOT.resolve("guest-modules/dist")) + tasks);
        TestTerminal terminal = new TestTerminal(directory);
        int code = terminal.run(Stream.concat(Stream.of("run", "graph.yaml"), Stream.of(options)).toArray(String[]::new));
        assertEquals(expected, code, terminal.err());
        return terminal;
    }

    private void inputs() throws IOException {
        Files.createDirectories(directory.resolve("in"));
        for (int i = 0; i < 12; i++) {
            Files.writeString(directory.resolve("in/%d.txt".formatted(i)), "file " + i);
        }
    }

    /** What each worker ran, in its order. */
    private Map<Integer, List<String>> byWorker(String trace) throws IOException {
        return GraphTraceTest.slices(directory.resolve(trace)).stream()
                .collect(Collectors.groupingBy(slice -> slice.worker(), Collectors.mapping(slice -> slice.name(), Collectors.toList())));
    }

    private static List<String> withoutSum(TestTerminal terminal) {
        return terminal.errLines().subList(0, terminal.errLines().size() - 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"platform", "virtual", "fork-join"})
    void aRecordedGraphIsReplayedTaskByTaskOnTheSameWorkers(String backend) throws IOException {
        inputs();
        TestTerminal first = run(ExitCode.FAILED, TASKS, "--backend", backend, "--workers", "3", "--record", "run.penny", "--trace", "first.json");
        assertEquals(TOTAL, Files.readString(directory.resolve("out/total.txt")));
        Files.delete(directory.resolve("out/total.txt"));
        TestTerminal again = run(ExitCode.FAILED, TASKS, "--replay", "run.penny", "--trace", "again.json");
        assertEquals(first.out(), again.out());
        assertEquals(withoutSum(first), withoutSum(again));
        assertTrue(again.errLines().getLast().endsWith(" on 3 workers"), again.err());
        assertEquals(TOTAL, Files.readString(directory.resolve("out/total.txt")));
        assertEquals(byWorker("first.json"), byWorker("again.json"));
    }

    @Test
    void aRunIsReplayedWithoutTheTraceItWasRecordedWith() throws IOException {
        inputs();
        TestTerminal first = run(ExitCode.FAILED, TASKS, "--workers", "2", "--record", "run.penny", "--trace", "first.json");
        TestTerminal again = run(ExitCode.FAILED, TASKS, "--workers", "1", "--seed", "7", "--policy", "random", "--replay", "run.penny");
        assertEquals(first.out(), again.out());
        assertEquals(withoutSum(first), withoutSum(again));
        assertTrue(again.errLines().getLast().endsWith(" on 2 workers"), again.err());
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 60})
    void aReplayOfAnotherGraphFailsInWords(int count) throws IOException {
        String tasks = "tasks: {n: {foreach: {x: 0..%d}, call: arith/square, args: [\"${x}\"]}}\n";
        run(ExitCode.OK, tasks.formatted(20), "--workers", "2", "--record", "run.penny");
        TestTerminal other = run(ExitCode.USAGE, tasks.formatted(count), "--replay", "run.penny");
        assertTrue(Stream.of("penny: the replay decided something else: ", "penny: the run ended before its recording: ")
                .anyMatch(other.errLines().getLast()::startsWith), other.err());
    }

    @Test
    void mistakesInTheFileAreShownAndNothingIsRecorded() throws IOException {
        run(ExitCode.OK, "tasks: {a: {call: arith/square, args: [3]}}\n", "--record", "good.penny");
        String wrong = "tasks: {a: {call: arith/squar, args: [3]}}\n";
        for (String option : List.of("--record", "--replay")) {
            TestTerminal terminal = run(ExitCode.USAGE, wrong, option, option.equals("--record") ? "new.penny" : "good.penny");
            assertTrue(terminal.errLines().getFirst().contains("no such function: module=arith, function=squar"), terminal.err());
            assertEquals("penny: 1 mistake in graph.yaml: nothing was run", terminal.errLines().getLast());
        }
        assertTrue(Files.notExists(directory.resolve("new.penny")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"round-robin", "random", "merry-go-round", "hybrid"})
    void anotherPolicyIsRefusedBeforeAnythingRuns(String policy) throws IOException {
        String tasks = "tasks: {a: {call: arith/square, args: [3]}}\noutputs: {a: a.txt}\n";
        TestTerminal record = run(ExitCode.USAGE, tasks, "--policy", policy, "--record", "run.penny");
        assertEquals("penny: graphs are recorded with work stealing only: policy=%s%n".formatted(policy), record.err());
        TestTerminal map = new TestTerminal(directory);
        assertEquals(ExitCode.OK, map.run("map", ARITH, "square", "--range", "0..3", "--policy", policy, "--record", "map.penny"), map.err());
        TestTerminal replay = run(ExitCode.USAGE, tasks, "--replay", "map.penny");
        assertEquals("penny: graphs are recorded with work stealing only: policy=%s, recording=map.penny%n".formatted(policy), replay.err());
        assertTrue(Files.notExists(directory.resolve("a.txt")) && Files.notExists(directory.resolve("run.penny")));
    }

    @Test
    void aRecordingThatIsNoneIsRefusedBeforeAnythingRuns() throws IOException {
        String tasks = "tasks: {a: {call: arith/square, args: [3]}}\noutputs: {a: a.txt}\n";
        TestTerminal missing = run(ExitCode.USAGE, tasks, "--replay", "lost.penny");
        assertEquals("penny: no such recording: file=%s%n".formatted(directory.resolve("lost.penny")), missing.err());
        TestTerminal none = run(ExitCode.USAGE, tasks, "--replay", "graph.yaml");
        assertTrue(none.err().startsWith("penny: not a recording"), none.err());
        assertTrue(Files.notExists(directory.resolve("a.txt")));
    }

    @Test
    void aRecordingThatCannotBeWrittenIsAFailureBehindTheResults() throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/full")), "a device that is always full");
        TestTerminal terminal = run(ExitCode.FAILED, "tasks: {a: {call: arith/square, args: [3]}}\n", "--record", "/dev/full");
        assertEquals("9  a\n", terminal.out());
        assertEquals("penny: not recorded: file=/dev/full, reason=No space left on device", terminal.errLines().getLast());
    }
}
