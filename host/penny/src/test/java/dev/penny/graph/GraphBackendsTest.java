package dev.penny.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.penny.Backends;
import dev.penny.Guests;
import dev.penny.Penny;
import dev.penny.api.GraphFailedException;
import dev.penny.api.LoadOptions;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphSemaphore;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.NodeOutcome;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.engine.LeakCheck;
import dev.penny.spi.ThreadBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One graph of all languages and everything a graph has, on every backend. */
@Timeout(120)
class GraphBackendsTest {

    private static final String JS = """
            export function words(text) { return text.split(' ').filter(word => word !== '').length; }
            export async function slowly(n) { await null; return n + 1; }
            export const signatures = { words: '(string)->i32', slowly: '(i32)->i32' };
            """;

    static Stream<Named<Supplier<ThreadBackend>>> backends() {
        Stream<Named<Supplier<ThreadBackend>>> installed = Backends.installed().stream().map(backend -> Named.of(backend.name(), () -> backend));
        return Stream.concat(installed, Stream.of(
                Named.of("one-thread executor", () -> Backends.over((Executor) Executors.newSingleThreadExecutor(GraphBackendsTest::daemon))),
                Named.of("own fork-join pool", () -> Backends.over(new ForkJoinPool(2)))));
    }

    private static Thread daemon(Runnable runnable) {
        Thread thread = new Thread(runnable, "one");
        thread.setDaemon(true);
        return thread;
    }

    @ParameterizedTest
    @MethodSource("backends")
    void threeLanguagesInOneGraph(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(3).memoryBytes(8 << 20).backend(backend.get()).build()) {
            TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add", "(i32,i32)->i32");
            TaskModule js = penny.loadJs(JS, LoadOptions.DEFAULT.named("js"));
            TaskModule java = penny.javaModule("java")
                    .function("repeat", "(i32)->string", call -> call.result("word ".repeat(call.i32(0))))
                    .blockingFunction("sleep", "(i32)->i32", call -> {
                        Thread.sleep(1);
                        call.result(call.i32(0) * 2);
                    }).register();
            GraphBuilder builder = penny.graph("all");
            GraphSemaphore semaphore = builder.semaphore("s", 2);
            List<GraphTask> ends = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                GraphTask text = builder.task("text" + i, java.function("repeat"), i);
                GraphTask words = builder.task("words" + i, js.function("words"), text);
                GraphTask slept = builder.task("slept" + i, java.function("sleep"), words).acquires(semaphore);
                GraphTask more = builder.task("more" + i, js.function("slowly"), slept).pinnedTo(i % 3);
                ends.add(builder.task("end" + i, add, more, slept));
            }
            try (TaskGraph graph = builder.build()) {
                for (int round = 0; round < 5; round++) {
                    GraphRun run = graph.run().join();
                    for (int i = 0; i < 20; i++) {
                        assertEquals(4 * i + 1, run.result(ends.get(i)));
                    }
                }
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void failuresLoopsAndGraphsInsideOfTasks(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(3).memoryBytes(8 << 20).backend(backend.get()).build()) {
            TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add", "(i32,i32)->i32");
            TaskFunction<Object> divide = penny.load(Guests.hostile("trap.wasm")).function("divide");
            TaskFunction<Object> nested = penny.javaModule("nested").function("nested", "(i32)->i32", call -> {
                GraphBuilder inner = penny.graph("inner");
                GraphTask sum = inner.task("sum", add, inner.task("a", add, call.i32(0), 1), inner.task("b", add, call.i32(0), 2));
                try (TaskGraph graph = inner.build()) {
                    call.result((int) graph.run().join().result(sum));
                }
            }).register().function("nested");
            TaskFunction<Object> below = penny.javaModule("below").function("below", "(i32)->i32", call -> call.result(call.i32(0) < 23 ? 0 : 1))
                    .register().function("below");
            GraphBuilder builder = penny.graph("outer");
            GraphTask inside = builder.task("inside", nested, 10);
            GraphTask check = builder.condition("check", below, inside);
            GraphTask bad = builder.task("bad", divide, inside, 0);
            GraphTask skipped = builder.task("skipped", add, bad, 1);
            GraphTask end = builder.task("end", add, 1, 1);
            check.branch(inside, end);
            GraphTask start = builder.task("start", add, 0, 0);
            inside.after(start);
            try (TaskGraph graph = builder.build()) {
                for (int round = 0; round < 5; round++) {
                    GraphRun run = graph.run();
                    GraphFailedException failure = assertThrows(GraphFailedException.class, run::join);
                    assertEquals(List.of("bad -> skipped"), failure.failures().getFirst().skipped());
                    assertEquals(23, run.result(inside));
                    assertEquals(2, run.result(end));
                    assertInstanceOf(NodeOutcome.Skipped.class, run.outcome(skipped));
                }
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }
}
