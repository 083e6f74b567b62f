package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MapRunTest {

    private final TestTerminal terminal = new TestTerminal(Path.of("").toAbsolutePath());

    private static final FakeFunction SQUARES = new FakeFunction("(i32)->i32", 5, input -> {
        int number = (Integer) input;
        if (number == 13) {
            throw new IllegalArgumentException("unlucky\nnumber");
        }
        return number * number;
    });

    private int map(FakeFunction function, InputSource source, boolean json) throws IOException {
        Terminal here = terminal.terminal();
        try (ResultTarget target = ResultTarget.standardOutput(here); Interrupts interrupts = Interrupts.listen(code -> { })) {
            return new MapSession(here, function, source, target, new MapSession.Style(json, Progress.Mode.NEVER)).run(interrupts);
        }
    }

    private static InputSource lines(String... lines) {
        return lines(new ByteArrayInputStream(String.join("\n", lines).getBytes(StandardCharsets.UTF_8)));
    }

    private static InputSource lines(InputStream in) {
        return LineInputs.of(in, 1 << 20);
    }

    private static InputSource range(String text) {
        return new RangeInputs(RangeInputs.Bounds.parse(text));
    }

    @Test
    void writesResultsInInputOrder() throws IOException {
        assertEquals(ExitCode.OK, map(SQUARES, range("0..4"), false));
        assertEquals(List.of("0  0", "1  1", "4  2", "9  3"), terminal.outLines());
        assertEquals("", terminal.err());
    }

    @Test
    void deliversTheOthersWhenSomeFail() throws IOException {
        assertEquals(ExitCode.FAILED, map(SQUARES, lines("x", "2", "13", "", "3", "y"), false));
        assertEquals(List.of("4  2", "9  3"), terminal.outLines());
        assertEquals(List.of(
                "penny: failed: x: not an integer: value='x', type=i32",
                "penny: failed: 13: task failed: function=test/fake(i32)->i32, reason=unlucky\\nnumber",
                "penny: failed: : not an integer: value='', type=i32",
                "penny: failed: y: not an integer: value='y', type=i32",
                "penny: 4 of 6 lines failed"), terminal.errLines());
    }

    @Test
    void writesJsonLinesWithFailuresInPlace() throws IOException {
        assertEquals(ExitCode.FAILED, map(SQUARES, range("12..15"), true));
        List<JsonNode> nodes = new ArrayList<>();
        for (String line : terminal.outLines()) {
            nodes.add(new ObjectMapper().readTree(line));
        }
        assertEquals("{\"input\":12,\"result\":144}", nodes.get(0).toString());
        assertEquals(13, nodes.get(1).get("input").asInt());
        assertTrue(nodes.get(1).get("error").asText().contains("unlucky\nnumber"));
        assertEquals("{\"input\":14,\"result\":196}", nodes.get(2).toString());
    }

    @Test
    void keepsUnusableInputsInPlaceInJson() throws IOException {
        map(SQUARES, lines("1", "x", "2", "y"), true);
        assertEquals("1 x 2 y", terminal.outLines().stream().map(line -> line.substring(10, 11)).collect(Collectors.joining(" ")));
    }

    @Test
    void writesWhatHasNoResult() throws IOException {
        FakeFunction silent = new FakeFunction("(string)->()", 2, _ -> null);
        map(silent, lines("a"), false);
        map(silent, lines("a"), true);
        assertEquals(List.of("()  a", "{\"input\":\"a\",\"result\":null}"), terminal.outLines());
    }

    @Test
    void boundsUnusableInputsThatPileUp() throws IOException {
        String[] lines = IntStream.range(0, 50_000).mapToObj(i -> i == 0 || i == 49_999 ? "5" : "bad" + i).toArray(String[]::new);
        FakeFunction function = new FakeFunction("(i32)->i32", 3, input -> input);
        assertEquals(ExitCode.FAILED, map(function, lines(lines), true));
        List<String> out = terminal.outLines();
        assertEquals(50_000, out.size());
        assertEquals("{\"input\":\"5\",\"result\":5}", out.getFirst());
        assertTrue(out.get(31_000).contains("bad31000"));
        assertEquals("{\"input\":\"5\",\"result\":5}", out.getLast());
        assertTrue(function.maps > 5, "maps=" + function.maps);
        assertEquals("penny: ... and 48998 more, not listed (--json has them all)", terminal.errLines().get(1000));
        assertEquals("penny: 49998 of 50000 lines failed", terminal.errLines().getLast());
    }

    @Test
    void deliversBeforeTheNextLineIsTyped() throws Exception {
        CompletableFuture<Integer> code;
        try (PipedOutputStream writer = new PipedOutputStream()) {
            PipedInputStream in = new PipedInputStream(writer);
            FakeFunction function = new FakeFunction("(string)->string", 100, input -> input + "!");
            code = CompletableFuture.supplyAsync(() -> {
                try {
                    return map(function, lines(in), false);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            for (String line : List.of("one", "two")) {
                writer.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                writer.flush();
                waitUntilOut(line + "!  " + line);
            }
        }
        assertEquals(ExitCode.OK, code.get(10, TimeUnit.SECONDS));
    }

    private void waitUntilOut(String line) throws InterruptedException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!terminal.outLines().contains(line)) {
            assertTrue(System.nanoTime() < deadline, "no line '" + line + "' in: " + terminal.out());
            Thread.sleep(10);
        }
    }

    @Test
    void stopsAndDeliversWhatWasPulled() throws IOException {
        Terminal here = terminal.terminal();
        MapRun[] run = new MapRun[1];
        FakeFunction function = new FakeFunction("(i64)->i64", 4, input -> {
            if ((Long) input == 10) {
                run[0].stop();
            }
            return input;
        });
        try (ResultOutput output = new ResultOutput(here.out(), new Progress.Silent())) {
            run[0] = new MapRun(function, range("0..1000000"),
                    new ResultWriter.Plain(output, new ResultFormat(function.signature().result())),
                    new Progress.Silent());
            MapRun.Summary summary = run[0].run();
            assertTrue(summary.interrupted());
            // 10 was running, 11, 12 and 13 had been pulled.
            assertEquals(14, summary.delivered());
        }
        assertEquals("13  13", terminal.outLines().getLast());
        assertEquals(4, function.pulledAheadMax);
    }

    @Test
    void reportsInputThatBreaks() throws IOException {
        InputStream broken = new InputStream() {
            private int left = 4;

            @Override
            public int read() throws IOException {
                if (left-- > 0) {
                    return left % 2 == 1 ? '7' : '\n';
                }
                throw new IOException("disk on fire");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                bytes[offset] = (byte) read();
                return 1;
            }
        };
        assertEquals(ExitCode.FAILED, map(SQUARES, lines(broken), false));
        assertEquals(List.of("49  7", "49  7"), terminal.outLines());
        assertEquals(List.of("penny: the rest of the input cannot be read: reason=disk on fire"), terminal.errLines());
    }

    @Test
    void stopsWhenNobodyReads() {
        Terminal here = terminal.terminal();
        OutputStream gone = new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        Terminal pipe = new Terminal(here.directory(), here.in(), gone, here.err(), here.display());
        IOException error = assertThrows(IOException.class, () -> {
            try (ResultTarget target = ResultTarget.standardOutput(pipe); Interrupts interrupts = Interrupts.listen(code -> { })) {
                new MapSession(pipe, SQUARES, range("100..1000000"), target,
                        new MapSession.Style(false, Progress.Mode.NEVER)).run(interrupts);
            }
        });
        assertEquals(ExitCode.BROKEN_PIPE, Errors.report(error, here.err(), false));
        assertEquals("", terminal.err());
    }

    @Test
    void keepsMemoryBounded() throws IOException {
        OutputStream counting = new OutputStream() {
            @Override
            public void write(int one) { }

            @Override
            public void write(byte[] bytes, int offset, int length) { }
        };
        Terminal here = terminal.terminal();
        Terminal quiet = new Terminal(here.directory(), here.in(), counting, here.err(), here.display());
        try (ResultTarget target = ResultTarget.standardOutput(quiet); Interrupts interrupts = Interrupts.listen(code -> { })) {
            FakeFunction function = new FakeFunction("(i64)->i64", 1000, input -> input);
            assertEquals(ExitCode.OK, new MapSession(quiet, function, range("0..2000000"), target,
                    new MapSession.Style(false, Progress.Mode.NEVER)).run(interrupts));
            assertEquals(1000, function.pulledAheadMax);
        }
        assertFalse(terminal.err().contains("failed"));
    }
}
