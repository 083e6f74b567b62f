package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code penny run} with the real runtime. */
@Timeout(300)
class GraphRunTest {

    private static final Path ROOT = Path.of(System.getProperty("penny.root"));

    @TempDir
    Path directory;

    private TestTerminal terminal;

    @BeforeEach
    void open() {
        terminal = new TestTerminal(directory);
    }

    /** Runs a file with the modules {@code arith}, {@code sha}, {@code words} and {@code java}. */
    private int run(String tasks, String... options) throws IOException {
        Files.writeString(directory.resolve("graph.yaml"), """
                version: 1
                modules:
                  arith: %1$s/dist/arith.wasm
                  sha: %1$s/dist/sha256.wasm
                  words: %1$s/js/wordcount.js
                  java: java:dev.penny.cli.TestTasks
                """.formatted(ROOT.resolve("guest-modules")) + tasks);
        return terminal.run(Stream.concat(Stream.of("run", "graph.yaml"), Stream.of(options)).toArray(String[]::new));
    }

    private String text(String file) throws IOException {
        return Files.readString(directory.resolve(file));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).map(file -> directory.relativize(file).toString()).sorted().toList();
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theExampleAgreesWithJava() throws IOException {
        Path example = directory.resolve("examples/checksums");
        Files.createDirectories(example);
        for (String name : List.of("checksums.yaml", "report.js")) {
            String text = Files.readString(ROOT.resolve("examples/checksums").resolve(name));
            Files.writeString(example.resolve(name), text.replace("../../guest-modules", ROOT.resolve("guest-modules").toString()));
        }
        assertEquals(ExitCode.OK, terminal.run("run", "examples/checksums/checksums.yaml", "--var", "title=Today"), terminal.err());
        StringBuilder expected = new StringBuilder("Today\n=====\n");
        try (Stream<Path> sources = Files.list(ROOT.resolve("guest-modules/c"))) {
            for (Path source : sources.filter(file -> file.toString().endsWith(".c")).sorted().toList()) {
                expected.append(sha256(Files.readAllBytes(source))).append("  ").append(source.getFileName()).append('\n');
            }
        }
        byte[] written = Files.readAllBytes(example.resolve("out/checksums.txt"));
        assertEquals(expected.toString(), new String(written, StandardCharsets.UTF_8));
        assertEquals(sha256(written) + "\n", terminal.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"platform", "virtual", "fork-join", "deterministic"})
    void threeLanguagesOnEveryBackend(String backend) throws IOException {
        Files.writeString(directory.resolve("rhyme.txt"), "one two two");
        assertEquals(ExitCode.OK, run("""
                tasks:
                  square: {foreach: {x: 0..50}, call: arith/square, args: ["${x}"]}
                  total: {reduce: square, call: java/add}
                  count: {call: words/count, args: [{file: rhyme.txt}]}
                  both: {call: java/add, args: ["${total}", "${count}"]}
                """, "--backend", backend, "--workers", "3"), terminal.err());
        int squares = IntStream.range(0, 50).map(x -> x * x).sum();
        assertEquals("%d  both%n".formatted(squares + 3), terminal.out());
        assertTrue(terminal.err().startsWith("penny: graph: 102 of 102 tasks done, "), terminal.err());
    }

    /** Random graphs of sums against the same sums in order. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomGraphsGiveWhatOneByOneGives(long seed) throws IOException {
        Random random = new Random(seed);
        List<Integer> values = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String[] arguments = new String[2];
            int sum = 0;
            for (int a = 0; a < 2; a++) {
                int from = random.nextInt(-20, i + 1);
                arguments[a] = from >= 0 && from < i ? "\"${t%d}\"".formatted(from) : "" + from;
                sum += from >= 0 && from < i ? values.get(from) : from;
            }
            values.add(sum);
            lines.add("  t%d: {call: %s/add, args: [%s]}".formatted(i, random.nextBoolean() ? "arith" : "java", String.join(", ", arguments)));
        }
        String outputs = IntStream.range(0, 200).mapToObj(i -> "  t%d: \"-\"".formatted(i)).collect(Collectors.joining("\n"));
        assertEquals(ExitCode.OK, run("tasks:\n" + String.join("\n", lines) + "\noutputs:\n" + outputs + "\n", "--workers", "4"), terminal.err());
        assertEquals(values.stream().map(String::valueOf).toList(), terminal.outLines());
    }

    @Test
    void gatherGivesTextBytesAndJson() throws IOException {
        assertEquals(ExitCode.OK, run("""
                tasks:
                  n: {foreach: {x: 0..20}, call: arith/square, args: ["${x}"]}
                  hash: {foreach: {t: [a, b]}, call: sha/sha256, args: ["${t}"]}
                  count: {foreach: {t: ["a \\"b\\"", "é"]}, call: words/frequencies, args: ["${t}"]}
                  lines: {call: words/count, args: [{gather: n}]}
                  list: {call: words/frequencies, args: [{gather: n, separator: " and "}]}
                  json: {call: words/frequencies, args: [{gather: n, as: json}]}
                  all: {call: sha/sha256, args: [{gather: hash}]}
                  hexes: {call: sha/sha256, args: [{gather: hash, as: json}]}
                  texts: {call: sha/sha256, args: [{gather: count, as: json}]}
                outputs: {lines: "-", list: "-", json: "-", all: "-", hexes: "-", texts: "-"}
                """), terminal.err());
        List<String> out = terminal.outLines();
        assertEquals("20", out.get(0));
        assertTrue(out.get(1).startsWith("{\"and\":19,\"0\":1,"), out.get(1));
        assertTrue(out.get(2).startsWith("{\"0\":1,\"1\":1,\"100\":1,"), out.get(2));
        String a = sha256("a".getBytes());
        String b = sha256("b".getBytes());
        assertEquals(sha256(HexFormat.of().parseHex(a + b)), out.get(3));
        assertEquals(sha256("[\"%s\",\"%s\"]".formatted(a, b).getBytes()), out.get(4));
        assertEquals(sha256("[\"{\\\"a\\\":1,\\\"b\\\":1}\",\"{\\\"é\\\":1}\"]".getBytes(StandardCharsets.UTF_8)), out.get(5));
    }

    @Test
    void aFailureIsReportedWithItsChainAndNothingElseIsLost() throws IOException {
        Files.writeString(directory.resolve("sum.txt"), "as it was");
        assertEquals(ExitCode.FAILED, run("""
                tasks:
                  part: {foreach: {x: 1..3}, call: java/even, args: ["${x * x}"]}
                  twice: {foreach: {x: 1..3}, call: java/add, args: ["${part[x]}", "${part[x]}"]}
                  sum: {reduce: twice, call: java/add}
                  free: {call: arith/square, args: [5]}
                outputs: {part: "deep/er/${x}.txt", sum: sum.txt, free: "-"}
                """, "--workers", "2"), terminal.err());
        assertEquals("25\n", terminal.out());
        assertEquals("4\n", text("deep/er/2.txt"));
        assertEquals("as it was", text("sum.txt"));
        assertEquals(List.of("deep/er/2.txt", "graph.yaml", "sum.txt"), files());
        List<String> err = terminal.errLines();
        assertEquals("penny: failed: part[1]: task failed: function=TestTasks/even(i32)->i32, reason=1 is odd", err.get(0));
        assertEquals(List.of("penny: skipped: part[1] -> twice[1] -> sum -> write sum.txt", "penny: skipped: part[1] -> write deep/er/1.txt"),
                err.subList(1, 3).stream().sorted().toList());
        assertTrue(err.get(3).startsWith("penny: graph: 4 of 9 tasks done, 1 failed, 4 skipped, 1 file written, "), err.get(3));
        assertEquals(4, err.size());
    }

    @Test
    void whatAConditionLeavesOutIsNoFailure() throws IOException {
        assertEquals(ExitCode.OK, run("""
                tasks:
                  check: {call: arith/add, args: [2, -2]}
                  yes: {call: arith/square, args: [3], when: check}
                  after: {call: arith/square, args: ["${yes}"]}
                  no: {call: arith/square, args: [4], unless: check}
                """), terminal.err());
        assertEquals("16  no\n", terminal.out());
        assertEquals("penny: left out: when check -> yes -> after", terminal.errLines().getFirst());
        assertTrue(terminal.errLines().getLast().startsWith("penny: graph: 4 of 6 tasks done, 2 left out, "), terminal.err());
    }

    @Test
    void aLimitIsKept() throws IOException {
        assertEquals(ExitCode.OK, run("""
                limits: {two: 2}
                tasks:
                  t: {foreach: {x: 0..30}, call: java/crowd, args: ["${3 + x - x}"], limit: two}
                """, "--workers", "4"), terminal.err());
        List<Integer> seen = terminal.outLines().stream().map(line -> Integer.parseInt(line.substring(0, line.indexOf(' ')))).toList();
        assertEquals(30, seen.size());
        assertTrue(seen.stream().allMatch(here -> here <= 2), seen.toString());
    }

    @Test
    void aDryRunPrintsThePlanAndRunsNothing() throws IOException {
        assertEquals(ExitCode.OK, run("""
                tasks:
                  a: {call: arith/square, args: [3], priority: low}
                  b: {call: arith/add, args: ["${a}", 1], pin: 0}
                outputs: {b: out.txt}
                """, "--dry-run", "--graph", "plan.svg", "--graph", "plan.dot"), terminal.err());
        assertEquals("""
                graph: 3 tasks (1 of them Penny's own), 2 edges, 3 levels

                LEVEL  TASK           CALLS                             AFTER
                    1  a              arith/square(i32)->i32 low
                    2  b              arith/add(i32,i32)->i32 worker 0  a
                    3  write out.txt  penny/write(string,i32)->()       b

                Outputs
                b -> out.txt
                """, terminal.out());
        assertEquals("", terminal.err());
        assertEquals(List.of("graph.yaml", "plan.dot", "plan.svg"), files());
        assertTrue(text("plan.dot").contains("\"a\" -> \"b\";"), text("plan.dot"));
        assertTrue(text("plan.svg").startsWith("<?xml"), text("plan.svg"));
    }

    @Test
    void mistakesAreShownWithTheRealModules() throws IOException {
        assertEquals(ExitCode.USAGE, run("""
                tasks:
                  a: {call: arith/squar, args: [3]}
                  b: {call: sha/sha256, args: [{file: lost.txt}]}
                  c: {call: arith/square, args: [3000000000]}
                  d: {foreach: {f: {files: "*.[z-a]"}}, call: java/add, args: [1, 2]}
                """));
        List<String> err = terminal.errLines();
        assertEquals("penny: graph.yaml:8:19: no such function: module=arith, function=squar, did you mean=square", err.get(0));
        assertEquals("    8 |   a: {call: arith/squar, args: [3]}", err.get(1));
        assertEquals("      |                   ^~~~~", err.get(2));
        assertEquals("penny: graph.yaml:9:39: cannot read: file=lost.txt, reason=no such file", err.get(3));
        assertEquals("penny: graph.yaml:10:34: number out of range: value=3000000000, type=i32, min=-2147483648, max=2147483647, "
                + "function=arith/square(i32)->i32, argument=1", err.get(6));
        assertEquals("penny: graph.yaml:11:28: not a glob: name='*.[z-a]', reason=illegal character range", err.get(9));
        assertEquals("penny: 4 mistakes in graph.yaml: nothing was run", err.getLast());
    }

    @Test
    void theCommandLineIsChecked() throws IOException {
        assertEquals(ExitCode.USAGE, terminal.run("run", "lost.yaml"));
        assertEquals("penny: graph file not found: file=lost.yaml, directory=%s%n".formatted(directory), terminal.err());
        terminal.err.reset();
        assertEquals(ExitCode.USAGE, run("tasks: {a: {call: arith/square, args: [3]}}\n", "--graph", "x.png"));
        assertEquals("penny: unknown kind of drawing: file=x.png, known: .svg .dot\n", terminal.err());
        terminal.err.reset();
        assertEquals(ExitCode.USAGE, run("tasks: {a: {call: arith/square, args: [3]}}\n", "--var", "n=1"));
        assertEquals("penny: no such variable: name=n, known=none\n", terminal.err());
    }

    @Test
    void aFileThatIsNoTextOrHasNoEndIsRefused() throws IOException {
        Files.write(directory.resolve("latin.yaml"), "version: 1\nname: caf\u00e9 1\n".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(ExitCode.USAGE, terminal.run("run", "latin.yaml"));
        assertTrue(terminal.err().contains("graph file is not UTF-8 text: file=latin.yaml, line=2, column=10, byte=0xe9"), terminal.err());
        assumeTrue(Files.exists(Path.of("/dev/zero")));
        assertEquals(ExitCode.USAGE, terminal.run("run", "/dev/zero"));
        assertTrue(terminal.err().contains("graph file too large: file=/dev/zero, bytes=3145729, max=3145728"), terminal.err());
    }

    @Test
    void theDeadlineStopsWhatHasNotStartedAndDeliversTheRest() throws IOException {
        assertEquals(ExitCode.FAILED, run("""
                tasks:
                  first: {call: arith/square, args: [3]}
                  slow: {call: java/pause, args: [1500], after: first}
                  never: {call: arith/square, args: ["${slow}"]}
                outputs: {first: first.txt, slow: slow.txt, never: never.txt}
                """, "--workers", "1", "--deadline", "500ms"), terminal.err());
        assertEquals("9\n", text("first.txt"));
        assertEquals("1500\n", text("slow.txt"), "it ran when the deadline passed, and its result is not lost");
        assertFalse(Files.exists(directory.resolve("never.txt")));
        assertTrue(terminal.err().endsWith("penny: deadline passed: graph=graph, deadline=500ms\n"), terminal.err());
    }

    @Test
    void progressIsShownIfWanted() throws IOException {
        assertEquals(ExitCode.OK, run("tasks: {a: {foreach: {x: 0..10}, call: arith/square, args: [\"${x}\"]}}\n", "--progress", "always"));
        assertTrue(terminal.err().contains("10/10"), terminal.err());
    }

    @Test
    void equalSeedsRunTheTasksInTheSameOrder() throws IOException {
        TreeMap<String, String> orders = new TreeMap<>();
        for (String seed : List.of("1", "2", "3", "1", "2", "3")) {
            assertEquals(ExitCode.OK, run("tasks: {a: {foreach: {x: 0..40}, call: arith/square, args: [\"${x}\"]}}\n",
                    "--backend", "deterministic", "--workers", "3", "--seed", seed, "--trace", "trace.json"), terminal.err());
            String order = GraphTraceTest.slices(directory.resolve("trace.json")).stream()
                    .map(slice -> slice.name() + "@" + slice.worker()).collect(Collectors.joining(" "));
            assertEquals(order, orders.getOrDefault(seed, order));
            orders.put(seed, order);
        }
        assertTrue(orders.values().stream().distinct().count() > 1, orders.toString());
    }
}
