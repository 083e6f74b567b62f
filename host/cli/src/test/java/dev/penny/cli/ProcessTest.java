package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What only a process of its own can show: memory, signals, pipes that break, and a JVM without the compiler. */
class ProcessTest {

    private static final Path ROOT = Path.of(System.getProperty("penny.root"));
    private static final long PATIENCE_SECONDS = 180;
    private static final Map<String, Long> SIGNAL_BITS = Map.of("HUP", 1L << 1 - 1, "INT", 1L << 2 - 1, "TERM", 1L << 15 - 1);

    @TempDir
    Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void nothingGoesOn() {
        started.forEach(Process::destroyForcibly);
    }

    /** A JVM with the compiler and a small heap. */
    private static List<String> compilingJvm() {
        List<String> options = new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        options.removeIf(option -> option.startsWith("-Xmx") || option.startsWith("-javaagent") || option.startsWith("-agentlib"));
        options.addAll(List.of("-XX:+UseSerialGC", "-Xmx96m", "-XX:MaxDirectMemorySize=1g"));
        return options;
    }

    private Process start(List<String> jvmOptions, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.penny.cli.PennyCommand"));
        command.addAll(List.of(arguments));
        started.add(new ProcessBuilder(command).directory(ROOT.toFile()).redirectError(directory.resolve("err").toFile()).start());
        return started.getLast();
    }

    private String err() throws IOException {
        return Files.readString(directory.resolve("err"));
    }

    private static int end(Process process) throws InterruptedException {
        assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "still running");
        return process.exitValue();
    }

    private static void interrupt(Process process) throws IOException, InterruptedException {
        signal(process, "INT");
    }

    private static void signal(Process process, String signal) throws IOException, InterruptedException {
        assertFalse(ignores(process, signal), "whoever started the tests ignores SIG" + signal + ", as a shell does for SIGINT of what it runs with &");
        assertEquals(0, new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor());
    }

    /** A process inherits what is ignored. Where there is no /proc, nobody can tell. */
    private static boolean ignores(Process process, String signal) {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return false;
        }
        try (var lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("SigIgn:"))
                    .anyMatch(line -> (Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16) & SIGNAL_BITS.get(signal)) != 0);
        } catch (IOException | UncheckedIOException e) {
            return false; // it has ended meanwhile
        }
    }

    @Test
    void streamsAMillionLinesInBoundedMemory() throws Exception {
        int lines = 1_000_000;
        Process process = start(compilingJvm(), "map", "guest-modules/js/wordcount.js", "count", "--lines", "-");
        Thread writer = Thread.ofPlatform().start(() -> {
            try (BufferedWriter out = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8),
                    1 << 16)) {
                for (int i = 0; i < lines; i++) {
                    out.write("line " + i + " of many\n");
                }
            } catch (IOException e) {
                process.destroy();
            }
        });
        long peakBytes = 0;
        long got = 0;
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                assertEquals("4  line " + got + " of many", line);
                got++;
                if (got % 100_000 == 1) {
                    peakBytes = Math.max(peakBytes, peakMemory(process));
                }
            }
        }
        writer.join();
        assertEquals(ExitCode.OK, end(process), err());
        assertEquals(lines, got);
        assertTrue(peakBytes < 512L << 20, "peakBytes=" + peakBytes);
    }

    /** Highest resident size so far, 0 where the system does not tell. */
    private static long peakMemory(Process process) throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream().filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024).findFirst().orElse(0);
    }

    @Test
    void endsCleanlyOnCtrlC() throws Exception {
        Path out = directory.resolve("out");
        Process process = start(compilingJvm(), "map", "guest-modules/dist/arith.wasm", "mul64(i64)->i64", "--range", "0..1");
        assertEquals(ExitCode.USAGE, end(process), err());
        process = start(compilingJvm(), "map", "guest-modules/dist/test/spin.wasm", "spin", "--range", "0..1000000000", "--out",
                out.toString());
        waitUntilGrown(process);
        interrupt(process);
        assertEquals(ExitCode.INTERRUPTED, end(process), err());
        String report = "(?s)penny: interrupted: \\d+ of 1000000000 tasks delivered, \\d+ not run\\Rpenny: out is not replaced.*";
        assertTrue(err().matches(report), err());
        assertFalse(err().contains("\tat "), err());
        List<String> lines = Files.readAllLines(directory.resolve("out.partial"));
        assertTrue(err().contains("interrupted: " + lines.size() + " of"), err());
        assertEquals((lines.size() - 1) + "", lines.getLast().split("  ")[1]);
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "HUP, 129"})
    void endsCleanlyWhenItIsTerminated(String signal, int code) throws Exception {
        Path out = directory.resolve("out");
        Process process = start(compilingJvm(), "map", "guest-modules/dist/test/spin.wasm", "spin", "--range", "0..1000000000", "--out",
                out.toString());
        waitUntilGrown(process);
        signal(process, signal);
        assertEquals(code, end(process), err());
        List<String> lines = Files.readAllLines(directory.resolve("out.partial"));
        assertTrue(err().contains("penny: interrupted: " + lines.size() + " of"), err());
        try (var files = Files.list(directory)) {
            assertEquals(List.of("err", "out.partial"), files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    private void waitUntilGrown(Process process) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            assertTrue(process.isAlive() && System.nanoTime() < deadline, err());
            try (var files = Files.list(directory)) {
                if (files.anyMatch(file -> file.getFileName().toString().endsWith(".tmp") && file.toFile().length() > 10_000)) {
                    return;
                }
            }
            Thread.sleep(50);
        }
    }

    @Test
    void deliversAndEndsWhenInterruptedWhileWaitingForInput() throws Exception {
        Process process = start(compilingJvm(), "map", "guest-modules/dist/arith.wasm", "square", "--lines", "-");
        BufferedWriter out = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        out.write("12\n");
        out.flush();
        assertEquals("144  12", process.inputReader().readLine());
        interrupt(process);
        assertEquals(ExitCode.INTERRUPTED, end(process), err());
        assertEquals("penny: interrupted: 1 lines delivered, the rest was not read\n", err());
        out.close();
    }

    @Test
    void endsQuietlyWhenTheReaderLeaves() throws Exception {
        Process process = start(compilingJvm(), "map", "guest-modules/dist/arith.wasm", "square", "--range", "0..2000000000");
        assertEquals("0  0", process.inputReader().readLine());
        process.getInputStream().close();
        assertEquals(ExitCode.BROKEN_PIPE, end(process), err());
        assertEquals("", err());
    }

    @Test
    void saysOnceThatTasksAreInterpretedAndHowToFixIt() throws Exception {
        assumeTrue(Files.exists(ROOT.resolve("guest-modules/dist/arith.wasm")));
        List<String> quiet = List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
        Process doctor = start(quiet, "doctor", "--json");
        String json = new String(doctor.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(ExitCode.FAILED, end(doctor), json);
        assertTrue(json.contains("\"jit\" : false") && json.contains("flags-missing") && json.contains("-XX:+EnableJVMCI"), json);
        Process call = start(quiet, "call", "guest-modules/dist/arith.wasm", "add", "40", "2");
        assertEquals("42", call.inputReader().readLine());
        assertEquals(ExitCode.OK, end(call), err());
        assertEquals(1, err().lines().count(), err());
        assertTrue(err().contains("-XX:+EnableJVMCI") && err().contains("interpreted"), err());
    }

    private Process startGraph(String tasks) throws IOException {
        Path file = directory.resolve("graph.yaml");
        Files.writeString(file, "version: 1\nmodules: {arith: %s, java: java:dev.penny.cli.TestTasks}\n"
                .formatted(ROOT.resolve("guest-modules/dist/arith.wasm")) + tasks);
        return start(compilingJvm(), "run", file.toString(), "--workers", "2", "--trace", directory.resolve("trace.json").toString());
    }

    private void waitFor(Process process, Path file) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.exists(file)) {
            assertTrue(process.isAlive() && System.nanoTime() < deadline, err());
            Thread.sleep(20);
        }
    }

    @Test
    void aGraphEndsCleanlyOnCtrlC() throws Exception {
        Process process = startGraph("""
                tasks:
                  first: {call: arith/square, args: [3], priority: high}
                  slow: {foreach: {x: 0..1000}, call: java/nap, args: ["${x}"], after: first}
                  last: {reduce: slow, call: arith/add}
                outputs: {first: out/first.txt, slow: "out/${x}.txt", last: out/last.txt}
                """);
        waitFor(process, directory.resolve("out/first.txt"));
        interrupt(process);
        assertEquals(ExitCode.INTERRUPTED, end(process), err());
        String report = "(?s)penny: graph: \\d+ of 3002 tasks done, \\d+ not started, (\\d+) files written, .*\\Rpenny: interrupted\\R";
        assertTrue(err().matches(report), err());
        assertEquals("9\n", Files.readString(directory.resolve("out/first.txt")));
        assertFalse(Files.exists(directory.resolve("out/last.txt")));
        List<String> written;
        try (var files = Files.list(directory.resolve("out"))) {
            written = files.map(file -> file.getFileName().toString()).toList();
        }
        assertTrue(written.stream().allMatch(name -> name.matches("(first|\\d+)\\.txt")), written.toString());
        assertEquals(err().replaceAll(report, "$1"), "" + written.size());
        for (String name : written) {
            assertTrue(Files.readString(directory.resolve("out").resolve(name)).matches("\\d+\n"), name);
        }
    }

    @Test
    void aSecondCtrlCDoesNotWaitForTheTasksOfAGraph() throws Exception {
        Process process = startGraph("""
                tasks:
                  first: {call: arith/square, args: [3], priority: high}
                  slow: {call: java/pause, args: [100000000]}
                outputs: {first: out/first.txt}
                """);
        waitFor(process, directory.resolve("out/first.txt"));
        interrupt(process);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (process.isAlive() && System.nanoTime() < deadline) {
            interrupt(process);
            process.waitFor(200, TimeUnit.MILLISECONDS);
        }
        assertEquals(ExitCode.INTERRUPTED, end(process), err());
        assertTrue(err().contains("penny: interrupted: tasks that ran are not finished, files written: 1"), err());
        try (var files = Files.list(directory)) {
            assertEquals(List.of("err", "graph.yaml", "out"), files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }
}
