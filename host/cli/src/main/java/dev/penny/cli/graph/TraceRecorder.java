package dev.penny.cli.graph;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.penny.api.graph.GraphEvent;
import dev.penny.api.graph.GraphEvent.Ending;
import dev.penny.api.graph.GraphListener;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Records a run and writes it in the Trace Event Format, which Perfetto and Chrome's tracing page show: a track per worker with a slice for
 * every time it ran a task, an arrow for every result or order, and a bar for the time a task waited without a worker.
 *
 * <p><b>Threads:</b> any for {@link #happened}; {@link #write} after the run.
 */
public final class TraceRecorder implements GraphListener {

    private static final int PROCESS = 1;

    private final Plan plan;
    private final ConcurrentLinkedQueue<GraphEvent> events = new ConcurrentLinkedQueue<>();

    /**
     * A worker ran a task from {@code began} to {@code ended}.
     *
     * @param part 1, or how often the task had begun by then
     */
    private record Slice(GraphEvent.TaskBegan began, GraphEvent.TaskEnded ended, int part) {
        String task() {
            return began.task().name();
        }
    }

    /** Records runs of this plan. */
    public TraceRecorder(Plan plan) {
        this.plan = plan;
    }

    @Override
    public void happened(GraphEvent event) {
        events.add(event);
    }

    /**
     * Writes what was recorded, as JSON in UTF-8.
     *
     * @throws IOException the stream refuses it
     */
    public void write(OutputStream out) throws IOException {
        List<GraphEvent> all = new ArrayList<>(events);
        long start = all.stream().mapToLong(GraphEvent::nanos).min().orElse(0);
        List<Slice> slices = slices(all);
        try (JsonGenerator json = new JsonFactory().createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
            json.writeStartObject();
            json.writeStringField("displayTimeUnit", "ms");
            json.writeArrayFieldStart("traceEvents");
            metadata(json, "process_name", 0, "penny " + plan.name());
            for (int worker : slices.stream().map(slice -> slice.began().worker()).distinct().sorted().toList()) {
                metadata(json, "thread_name", worker, "worker " + worker);
            }
            Map<String, List<Slice>> byTask = new HashMap<>();
            for (Slice slice : slices) {
                slice(json, slice, start);
                byTask.computeIfAbsent(slice.task(), _ -> new ArrayList<>()).add(slice);
            }
            int id = 0;
            for (PlannedTask task : plan.tasks()) {
                List<Slice> parts = byTask.getOrDefault(task.name(), List.of());
                for (int i = 1; i < parts.size(); i++) {
                    wait(json, parts.get(i - 1), parts.get(i), ++id, start);
                }
                for (PlannedTask predecessor : task.predecessors()) {
                    if (!parts.isEmpty() && byTask.containsKey(predecessor.name())) {
                        arrow(json, byTask.get(predecessor.name()).getLast(), parts.getFirst(), ++id, start);
                    }
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    /** In the order in which they began. What one worker runs is nested, so the last that began is the first that ends. */
    private static List<Slice> slices(List<GraphEvent> all) {
        List<Slice> slices = new ArrayList<>();
        Map<Integer, ArrayDeque<GraphEvent.TaskBegan>> open = new HashMap<>();
        Map<String, Integer> parts = new HashMap<>();
        for (GraphEvent event : all) {
            switch (event) {
                case GraphEvent.TaskBegan began -> open.computeIfAbsent(began.worker(), _ -> new ArrayDeque<>()).push(began);
                case GraphEvent.TaskEnded ended -> {
                    GraphEvent.TaskBegan began = open.get(ended.worker()).pop();
                    slices.add(new Slice(began, ended, parts.merge(began.task().name(), 1, Integer::sum)));
                }
                case GraphEvent.RunStarted _, GraphEvent.RunEnded _ -> { }
            }
        }
        slices.sort(Comparator.comparingLong(slice -> slice.began().nanos()));
        return slices;
    }

    private static void slice(JsonGenerator json, Slice slice, long start) throws IOException {
        event(json, "X", slice.task(), "task", slice.began().worker(), slice.began().nanos() - start);
        json.writeNumberField("dur", (slice.ended().nanos() - slice.began().nanos()) / 1e3);
        json.writeObjectFieldStart("args");
        json.writeStringField("function", slice.began().task().function().mangledName());
        json.writeStringField("arguments", slice.began().arguments());
        json.writeStringField("ending", slice.ended().ending().name().toLowerCase(Locale.ROOT));
        if (slice.ended().ending() == Ending.DONE) {
            json.writeStringField("result", slice.ended().result());
        }
        json.writeNumberField("slot", slice.began().slot());
        json.writeNumberField("part", slice.part());
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void wait(JsonGenerator json, Slice before, Slice next, int id, long start) throws IOException {
        event(json, "b", before.task() + " waits", "wait", before.began().worker(), before.ended().nanos() - start);
        json.writeNumberField("id", id);
        json.writeEndObject();
        event(json, "e", before.task() + " waits", "wait", before.began().worker(), next.began().nanos() - start);
        json.writeNumberField("id", id);
        json.writeEndObject();
    }

    private static void arrow(JsonGenerator json, Slice from, Slice to, int id, long start) throws IOException {
        event(json, "s", "needs", "edge", from.ended().worker(), from.began().nanos() - start);
        json.writeNumberField("id", id);
        json.writeEndObject();
        event(json, "f", "needs", "edge", to.began().worker(), to.began().nanos() - start);
        json.writeStringField("bp", "e");
        json.writeNumberField("id", id);
        json.writeEndObject();
    }

    private static void metadata(JsonGenerator json, String what, int thread, String name) throws IOException {
        event(json, "M", what, "__metadata", thread, 0);
        json.writeObjectFieldStart("args");
        json.writeStringField("name", name);
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void event(JsonGenerator json, String phase, String name, String category, int thread, long nanos) throws IOException {
        json.writeStartObject();
        json.writeStringField("ph", phase);
        json.writeStringField("name", name);
        json.writeStringField("cat", category);
        json.writeNumberField("pid", PROCESS);
        json.writeNumberField("tid", thread);
        json.writeNumberField("ts", nanos / 1e3);
    }
}
