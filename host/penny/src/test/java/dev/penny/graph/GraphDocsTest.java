package dev.penny.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Guests;
import dev.penny.Penny;
import dev.penny.api.GraphException;
import dev.penny.api.GraphFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The code of docs/graphs.md is code of this file, and the messages there are messages that come. */
class GraphDocsTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream before = System.out;
    private Penny penny;

    @BeforeEach
    void start() {
        penny = Penny.builder().workers(2).memoryBytes(8 << 20).build();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stop() {
        System.setOut(before);
        penny.close();
    }

    private List<String> lines() {
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void theFirstGraph() {
        TaskModule m = penny.javaModule("m")
                .function("make", "(i32)->bytes", call -> {
                    ByteBuffer values = ByteBuffer.allocate(4 * call.i32(0)).order(ByteOrder.LITTLE_ENDIAN);
                    for (int i = 1; i <= call.i32(0); i++) {
                        values.putInt(i);
                    }
                    call.result(values.array());
                })
                .function("total", "(bytes)->i64", call -> {
                    long sum = 0;
                    for (ByteBuffer values = call.view(0); values.hasRemaining();) {
                        sum += values.getInt();
                    }
                    call.result(sum);
                })
                .function("largest", "(bytes)->i32", call -> call.result(call.view(0).getInt(call.view(0).remaining() - 4)))
                .function("describe", "(i64,i32)->string", call -> call.result("sum " + call.i64(0) + ", largest " + call.i32(1)))
                .register();
        TaskFunction<?> make = m.function("make");
        TaskFunction<?> total = m.function("total");
        TaskFunction<?> largest = m.function("largest");
        TaskFunction<?> describe = m.function("describe");
        GraphBuilder builder = penny.graph("statistics");
        GraphTask numbers = builder.task("numbers", make, 1_000);
        GraphTask sum = builder.task("sum", total, numbers);
        GraphTask most = builder.task("most", largest, numbers);
        GraphTask text = builder.task("text", describe, sum, most);
        try (TaskGraph graph = builder.build()) {
            System.out.println(graph.run().join().result(text));
            graph.set(numbers, 0, 10);
            System.out.println(graph.run().join().result(text));
        }
        assertEquals(List.of("sum 500500, largest 1000", "sum 55, largest 10"), lines());
    }

    @Test
    void theReadmesGraph() {
        TaskFunction<?> sha256 = penny.load(Guests.dist("sha256.wasm")).function("sha256", "(bytes)->bytes");
        TaskFunction<?> count = penny.load(Guests.js("wordcount.js")).function("count");
        TaskFunction<?> format = penny.javaModule("m").function("format", "(bytes,i32)->string",
                call -> call.result(call.i32(1) + " words, " + HexFormat.of().formatHex(call.bytes(0), 0, 4))).register().function("format");
        String document = "to be or not to be";
        GraphBuilder builder = penny.graph("report");
        GraphTask digest = builder.task("digest", sha256, document.getBytes(StandardCharsets.UTF_8));
        GraphTask words = builder.task("words", count, document);
        GraphTask line = builder.task("line", format, digest, words);
        try (TaskGraph graph = builder.build()) {
            System.out.println(graph.run().join().result(line));
        }
        assertEquals(List.of("6 words, 2e9d72a7"), lines());
    }

    @Test
    void theLoop() {
        AtomicInteger value = new AtomicInteger();
        AtomicInteger count = new AtomicInteger();
        TaskModule m = penny.javaModule("m")
                .function("reset", "(i32)->()", call -> {
                    value.set(call.i32(0));
                    count.set(0);
                })
                .function("halve", "()->()", call -> {
                    value.set(value.get() / 2);
                    count.incrementAndGet();
                })
                .function("isAboveOne", "()->i32", call -> call.result(value.get() > 1 ? 1 : 0))
                .function("rounds", "()->i32", call -> call.result(count.get()))
                .register();
        TaskFunction<?> reset = m.function("reset");
        TaskFunction<?> halve = m.function("halve");
        TaskFunction<?> isAboveOne = m.function("isAboveOne");
        TaskFunction<?> rounds = m.function("rounds");
        GraphBuilder builder = penny.graph("halve");
        GraphTask start = builder.task("start", reset, 1_000);
        GraphTask body = builder.task("body", halve).after(start);
        GraphTask again = builder.condition("again", isAboveOne).after(body);
        GraphTask end = builder.task("end", rounds);
        again.branch(end, body);
        try (TaskGraph graph = builder.build()) {
            System.out.println(graph.run().join().result(end));
        }
        assertEquals(List.of("9"), lines());
    }

    @Test
    void theMessages() {
        TaskModule m = penny.javaModule("m")
                .function("step", "()->()", call -> { })
                .function("read", "(string)->string", call -> {
                    throw new IllegalStateException("no such file");
                })
                .function("parse", "(string)->string", call -> call.result(call.string(0)))
                .register();
        GraphBuilder frame = penny.graph("frame");
        GraphTask physics = frame.task("physics", m.function("step"));
        physics.after(frame.task("render", m.function("step")).after(physics));
        assertInDocs(assertThrows(GraphException.class, frame::build).getMessage());
        GraphBuilder report = penny.graph("report");
        report.task("sum", m.function("parse"), report.task("parse", m.function("parse"), report.task("read", m.function("read"), "x")));
        try (TaskGraph graph = report.build()) {
            assertInDocs(assertThrows(GraphFailedException.class, () -> graph.run().join()).getMessage());
        }
    }

    private static void assertInDocs(String message) {
        assertTrue(read("docs/graphs.md").contains("```text\n" + message + "\n```"), message);
    }

    @Test
    void thePagesCodeIsThisFilesCode() {
        assertEquals(2, blocks("docs/graphs.md").size());
        blocks("docs/graphs.md").forEach(GraphDocsTest::assertHere);
        List<String> ofGraphs = blocks("README.md").stream().filter(block -> block.contains("GraphBuilder")).toList();
        assertEquals(1, ofGraphs.size());
        ofGraphs.forEach(GraphDocsTest::assertHere);
    }

    private static List<String> blocks(String page) {
        return Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(read(page)).results().map(block -> block.group(1)).toList();
    }

    private static void assertHere(String code) {
        String source = withoutSpace(read("host/penny/src/test/java/dev/penny/graph/GraphDocsTest.java"));
        assertTrue(source.contains(withoutSpace(code)), code);
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("\\s+", " ");
    }

    private static String read(String file) {
        try {
            return Files.readString(Guests.root().resolve(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
