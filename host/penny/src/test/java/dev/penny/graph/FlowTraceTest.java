package dev.penny.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Guests;
import dev.penny.Penny;
import dev.penny.api.GraphFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphEvent;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphRunOptions;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.engine.LeakCheck;
import dev.penny.spi.ThreadBackend;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The way of a task, as events: it is made and its end subscribed to; a worker is found; function and arguments go through the function
 * table; the body runs; the result comes back; the callback is called.
 */
@Timeout(120)
class FlowTraceTest {

    private static final List<String> DIAGRAM = List.of("new task", "worker, function, arguments", "body", "result", "callback");

    private final List<String> stages = Collections.synchronizedList(new ArrayList<>());

    private void note(GraphEvent event) {
        stages.add(switch (event) {
            case GraphEvent.RunStarted started -> "new task";
            case GraphEvent.TaskBegan began -> "worker, function, arguments";
            case GraphEvent.TaskEnded ended -> "result";
            case GraphEvent.RunEnded ended -> "run ended";
        });
    }

    @Test
    void theOrderOfEventsIsThatOfTheDiagram() {
        try (Penny penny = Penny.builder().workers(2).memoryBytes(8 << 20).build()) {
            TaskFunction<Object> body = penny.javaModule("m").function("body", "(i32,string)->i32", call -> {
                stages.add("body");
                call.result(call.i32(0) + 1);
            }).register().function("body");
            GraphBuilder builder = penny.graph("one");
            builder.task("t", body, 41, "text");
            try (TaskGraph graph = builder.build()) {
                for (int round = 0; round < 100; round++) {
                    stages.clear();
                    CompletableFuture<Void> called = graph.run(GraphRunOptions.defaults().listener(this::note)).toFuture()
                            .thenAccept(run -> stages.add("callback"));
                    called.join();
                    // The callback was added after the run had begun: it may come before the listener hears of the end.
                    stages.remove("run ended");
                    assertEquals(DIAGRAM, List.copyOf(stages));
                }
            }
        }
    }

    /** What the test above compares is not the same in any order. */
    @Test
    void anotherOrderIsNotTheDiagram() {
        List<String> swapped = new ArrayList<>(DIAGRAM);
        Collections.swap(swapped, 1, 2);
        assertNotEquals(DIAGRAM, swapped);
    }

    /** Whoever waits for a run may start the next one at once: it must not take the results from a listener that reads them. */
    @ParameterizedTest
    @MethodSource("dev.penny.EveryBackendTest#backends")
    void aListenerThatHearsOfTheEndMayReadAndJoinTheRunUndisturbed(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(2).backend(backend.get()).memoryBytes(8 << 20).build()) {
            TaskFunction<Object> half = penny.javaModule("m").function("half", "(i32)->i32", call -> {
                if (call.i32(0) % 2 != 0) {
                    throw new IllegalArgumentException("odd");
                }
                call.result(call.i32(0) / 2);
            }).register().function("half");
            GraphBuilder builder = penny.graph("ends");
            GraphTask task = builder.task("t", half, 0);
            List<Object> heard = Collections.synchronizedList(new ArrayList<>());
            try (TaskGraph graph = builder.build()) {
                for (int round = 0; round < 20; round++) {
                    graph.set(task, 0, round);
                    GraphRun run = graph.run(GraphRunOptions.defaults().listener(event -> {
                        if (event instanceof GraphEvent.RunEnded ended) {
                            heard.add(ended.run().isDone());
                            heard.add(ended.run().toFuture().isDone());
                            try {
                                heard.add(ended.run().join().result(task));
                            } catch (GraphFailedException e) {
                                heard.add("failed");
                            }
                            pause();
                            heard.add(ended.run().outcome(task).getClass().getSimpleName());
                        }
                    }));
                    boolean fails = round % 2 != 0;
                    if (fails) {
                        assertThrows(GraphFailedException.class, run::join);
                    } else {
                        run.join();
                    }
                    assertEquals(List.of(true, true, fails ? "failed" : round / 2, fails ? "Failed" : "Done"), List.copyOf(heard));
                    heard.clear();
                }
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(2);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void eventsCarryWhoWhatAndWhere() {
        try (Penny penny = Penny.builder().workers(2).memoryBytes(8 << 20).build()) {
            TaskModule m = penny.javaModule("m")
                    .function("all", "(i32,i64,f32,f64,bytes,string)->string", call -> call.result(call.string(5) + "!"))
                    .function("nothing", "()->()", call -> { })
                    .register();
            TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add", "(i32,i32)->i32");
            GraphBuilder builder = penny.graph("events");
            GraphTask sum = builder.task("sum", add, 2, 3).pinnedTo(1);
            GraphTask all = builder.task("all", m.function("all"), sum, -1L, 0.5f, 0.25, new byte[9], "ab").pinnedTo(0);
            GraphTask last = builder.task("last", m.function("nothing")).after(all);
            List<GraphEvent> events = Collections.synchronizedList(new ArrayList<>());
            try (TaskGraph graph = builder.build()) {
                GraphRun run = graph.run(GraphRunOptions.defaults().listener(events::add)).join();
                assertEquals("ab!", run.result(all));
                assertEquals(8, events.size(), events::toString);
                assertTrue(events.get(0) instanceof GraphEvent.RunStarted(long nanos, GraphRun of) && of == run);
                assertTrue(events.get(1) instanceof GraphEvent.TaskBegan(long nanos, GraphTask task, int worker, int slot, String arguments)
                        && task == sum && worker == 1 && slot >= 0 && arguments.equals("(2, 3)"), events::toString);
                assertTrue(events.get(2) instanceof GraphEvent.TaskEnded(long nanos, GraphTask task, int worker, var ending, String result)
                        && task == sum && worker == 1 && ending == GraphEvent.Ending.DONE && result.equals("5"), events::toString);
                assertTrue(events.get(3) instanceof GraphEvent.TaskBegan(long nanos, GraphTask task, int worker, int slot, String arguments)
                        && task == all && worker == 0 && arguments.equals("(5, -1, 0.5, 0.25, bytes[9], string[2])"), events::toString);
                assertTrue(events.get(4) instanceof GraphEvent.TaskEnded ended && ended.result().equals("string[3]"), events::toString);
                assertTrue(events.get(6) instanceof GraphEvent.TaskEnded ended && ended.task() == last && ended.result().equals("()"));
                assertTrue(events.get(7) instanceof GraphEvent.RunEnded);
                for (int i = 1; i < events.size(); i++) {
                    assertTrue(events.get(i).nanos() >= events.get(i - 1).nanos());
                }
            }
        }
    }

    @Test
    void failuresTrapsAndWaitsAreEvents() {
        try (Penny penny = Penny.builder().workers(2).memoryBytes(8 << 20).build()) {
            TaskModule m = penny.javaModule("m")
                    .function("fail", "()->()", call -> {
                        throw new IllegalStateException("no");
                    })
                    .blockingFunction("wait", "()->i32", call -> call.result(1))
                    .register();
            GraphBuilder builder = penny.graph("endings");
            GraphTask wait = builder.task("wait", m.function("wait"));
            GraphTask fail = builder.task("fail", m.function("fail")).after(wait);
            GraphTask trap = builder.task("trap", penny.load(Guests.hostile("trap.wasm")).function("divide"), 1, 0).after(wait);
            builder.task("skipped", m.function("fail")).after(fail);
            List<GraphEvent> events = Collections.synchronizedList(new ArrayList<>());
            try (TaskGraph graph = builder.build()) {
                GraphRun run = graph.run(GraphRunOptions.defaults().listener(events::add));
                assertThrows(GraphFailedException.class, run::join);
            }
            assertEquals(List.of(GraphEvent.Ending.WAITS, GraphEvent.Ending.DONE), endings(events, wait));
            assertEquals(List.of(GraphEvent.Ending.FAILED), endings(events, fail));
            assertEquals(List.of(GraphEvent.Ending.FAILED), endings(events, trap));
            assertEquals(4, events.stream().filter(event -> event instanceof GraphEvent.TaskBegan).count());
            LeakCheck.assertNothingHeld(penny);
        }
    }

    private static List<GraphEvent.Ending> endings(List<GraphEvent> events, GraphTask task) {
        return events.stream().filter(event -> event instanceof GraphEvent.TaskEnded ended && ended.task() == task)
                .map(event -> ((GraphEvent.TaskEnded) event).ending()).toList();
    }

    @Test
    void aListenerThatThrowsChangesNothing() {
        try (Penny penny = Penny.builder().workers(2).memoryBytes(8 << 20).build()) {
            TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add", "(i32,i32)->i32");
            GraphBuilder builder = penny.graph("loud");
            GraphTask task = builder.task("t", add, 1, 2);
            try (TaskGraph graph = builder.build()) {
                GraphRun run = graph.run(GraphRunOptions.defaults().listener(event -> {
                    throw new IllegalStateException("listener");
                }));
                assertEquals(3, run.join().result(task));
                assertEquals(3, graph.run().join().result(task));
            }
        }
    }
}
