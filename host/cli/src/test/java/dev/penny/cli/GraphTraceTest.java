package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code penny run --trace} writes. */
@Timeout(300)
class GraphTraceTest {

    private static final Path ROOT = Path.of(System.getProperty("penny.root"));

    @TempDir
    Path directory;

    /** A complete event. */
    record Slice(String name, int worker, double from, double to, JsonNode args) { }

    private JsonNode trace(String tasks) throws IOException {
        Files.writeString(directory.resolve("graph.yaml"), "version: 1\nmodules: {arith: %s, java: java:dev.penny.cli.TestTasks}\n"
                .formatted(ROOT.resolve("guest-modules/dist/arith.wasm")) + tasks);
        TestTerminal terminal = new TestTerminal(directory);
        int code = terminal.run("run", "graph.yaml", "--workers", "3", "--trace", "trace.json");
        assertTrue(code == ExitCode.OK || code == ExitCode.FAILED, terminal.err());
        return new ObjectMapper().readTree(directory.resolve("trace.json").toFile());
    }

    static List<Slice> slices(Path file) throws IOException {
        return slices(new ObjectMapper().readTree(file.toFile()));
    }

    private static List<Slice> slices(JsonNode trace) {
        List<Slice> slices = new ArrayList<>();
        for (JsonNode event : trace.get("traceEvents")) {
            if (event.get("ph").asText().equals("X")) {
                double from = event.get("ts").asDouble();
                slices.add(new Slice(event.get("name").asText(), event.get("tid").asInt(), from, from + event.get("dur").asDouble(), event.get("args")));
            }
        }
        return slices;
    }

    private static List<JsonNode> events(JsonNode trace, String phase) {
        List<JsonNode> found = new ArrayList<>();
        trace.get("traceEvents").forEach(event -> {
            if (event.get("ph").asText().equals(phase)) {
                found.add(event);
            }
        });
        return found;
    }

    @Test
    void everyTaskHasOneSliceAndThoseOfAWorkerDoNotOverlap() throws IOException {
        JsonNode trace = trace("""
                tasks:
                  n: {foreach: {x: 0..200}, call: arith/square, args: ["${x}"]}
                  nap: {foreach: {x: 0..10}, call: java/nap, args: ["${x}"]}
                  sum: {reduce: n, call: arith/add}
                """);
        List<Slice> slices = slices(trace);
        Set<String> expected = Stream.of(IntStream.range(0, 200).mapToObj(x -> "n[" + x + "]"), IntStream.range(0, 10).mapToObj(x -> "nap[" + x + "]"),
                IntStream.range(1, 199).mapToObj(x -> "sum." + x), Stream.of("sum")).flatMap(names -> names).collect(Collectors.toSet());
        assertEquals(expected, slices.stream().map(Slice::name).collect(Collectors.toSet()));
        assertEquals(expected.size(), slices.size());
        Map<Integer, List<Slice>> byWorker = slices.stream().collect(Collectors.groupingBy(Slice::worker));
        assertTrue(Set.of(0, 1, 2).containsAll(byWorker.keySet()) && byWorker.size() > 1, byWorker.keySet().toString());
        byWorker.forEach((worker, own) -> {
            own.sort(Comparator.comparingDouble(Slice::from));
            for (int i = 1; i < own.size(); i++) {
                assertTrue(own.get(i).from() >= own.get(i - 1).to(), own.get(i - 1) + " and " + own.get(i));
            }
        });
        Slice square = slices.stream().filter(slice -> slice.name().equals("n[7]")).findFirst().orElseThrow();
        assertEquals("arith/square(i32)->i32", square.args().get("function").asText());
        assertEquals("(7)", square.args().get("arguments").asText());
        assertEquals("49", square.args().get("result").asText());
        assertEquals("done", square.args().get("ending").asText());
    }

    @Test
    void noTaskBeginsBeforeThoseItNeedsHaveEndedAndArrowsJoinThem() throws IOException {
        JsonNode trace = trace("""
                tasks:
                  n: {foreach: {x: 0..32}, call: arith/square, args: ["${x}"]}
                  sum: {reduce: n, call: arith/add}
                  last: {call: arith/square, args: [1], after: sum}
                """);
        Map<String, Slice> byName = new HashMap<>();
        slices(trace).forEach(slice -> byName.put(slice.name(), slice));
        assertTrue(byName.get("last").from() >= byName.get("sum").to());
        IntStream.range(0, 32).forEach(x -> assertTrue(byName.get("sum").from() >= byName.get("n[" + x + "]").to()));
        Map<Integer, JsonNode> starts = events(trace, "s").stream().collect(Collectors.toMap(event -> event.get("id").asInt(), event -> event));
        List<JsonNode> ends = events(trace, "f");
        assertEquals(2 * 31 + 1, ends.size());
        assertEquals(ends.size(), starts.size());
        ends.forEach(end -> assertTrue(starts.get(end.get("id").asInt()).get("ts").asDouble() <= end.get("ts").asDouble(), end.toString()));
    }

    @Test
    void aTaskThatWaitsHasASliceBeforeAndAfterAndABarBetween() throws IOException {
        JsonNode trace = trace("tasks: {n: {call: arith/square, args: [4]}}\noutputs: {n: out.txt}\n");
        List<Slice> writes = slices(trace).stream().filter(slice -> slice.name().equals("write out.txt")).toList();
        assertEquals(List.of("waits", "done"), writes.stream().map(slice -> slice.args().get("ending").asText()).toList());
        assertEquals(List.of(1, 2), writes.stream().map(slice -> slice.args().get("part").asInt()).toList());
        assertEquals(writes.get(0).to(), events(trace, "b").getFirst().get("ts").asDouble(), 0.001);
        assertEquals(writes.get(1).from(), events(trace, "e").getFirst().get("ts").asDouble(), 0.001);
    }

    @Test
    void failedAndSkippedTasksAreToldApart() throws IOException {
        JsonNode trace = trace("""
                tasks:
                  bad: {call: java/even, args: [1]}
                  never: {call: java/even, args: ["${bad}"]}
                """);
        List<Slice> slices = slices(trace);
        assertEquals(List.of("bad"), slices.stream().map(Slice::name).toList());
        assertEquals("failed", slices.getFirst().args().get("ending").asText());
    }

    @Test
    void processAndWorkersAreNamed() throws IOException {
        JsonNode trace = trace("name: squares\ntasks: {n: {call: arith/square, args: [2]}}\n");
        List<JsonNode> names = events(trace, "M");
        assertEquals("penny squares", names.getFirst().get("args").get("name").asText());
        assertTrue(names.get(1).get("args").get("name").asText().matches("worker [012]"), names.toString());
    }
}
