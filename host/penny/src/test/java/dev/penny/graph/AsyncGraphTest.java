package dev.penny.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Guests;
import dev.penny.Penny;
import dev.penny.api.GraphFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.engine.LeakCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Graphs of tasks that wait for something outside, and nobody waits for: futures are edges, and a run is a future itself. */
@Timeout(120)
class AsyncGraphTest {

    /** Every task waits for its own signal; they come in an order that is not that of the graph, and one worker carries them all. */
    @Test
    void tasksThatWaitHoldNoWorkerAndKeepTheirOrder() {
        try (Penny penny = Penny.builder().workers(1).memoryBytes(8 << 20).build()) {
            List<CompletableFuture<Integer>> outside = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                outside.add(new CompletableFuture<>());
            }
            TaskFunction<Object> fetch = penny.javaModule("m").blockingFunction("fetch", "(i32,i32)->i32",
                    call -> call.result(outside.get(call.i32(0)).get() + call.i32(1))).register().function("fetch");
            GraphBuilder builder = penny.graph("async");
            List<GraphTask> tasks = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                tasks.add(i < 10 ? builder.task("t" + i, fetch, i, 0) : builder.task("t" + i, fetch, i, tasks.get(i - 10)));
            }
            try (TaskGraph graph = builder.build()) {
                GraphRun run = graph.run();
                for (int i = 49; i >= 0; i--) {
                    assertFalse(run.isDone());
                    outside.get(i).complete(1);
                }
                run.join();
                for (int i = 0; i < 50; i++) {
                    assertEquals(i / 10 + 1, run.result(tasks.get(i)));
                }
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void aRunIsAFuture() {
        try (Penny penny = Penny.builder().workers(2).memoryBytes(8 << 20).build()) {
            TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add", "(i32,i32)->i32");
            TaskFunction<Object> fail = penny.javaModule("m").function("fail", "()->()", call -> {
                throw new IllegalStateException("no");
            }).register().function("fail");
            GraphBuilder good = penny.graph("good");
            GraphTask sum = good.task("sum", add, 1, 2);
            GraphBuilder bad = penny.graph("bad");
            bad.task("fail", fail);
            try (TaskGraph first = good.build(); TaskGraph second = bad.build()) {
                GraphRun run = first.run();
                assertEquals(3, run.toFuture().thenApply(done -> done.result(sum)).join());
                assertSame(run, run.toFuture().join());
                assertInstanceOf(GraphFailedException.class, assertThrows(CompletionException.class, () -> second.run().toFuture().join()).getCause());
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void cancellingTheFutureDoesNotCancelTheRun() {
        try (Penny penny = Penny.builder().workers(2).memoryBytes(8 << 20).build()) {
            CountDownLatch go = new CountDownLatch(1);
            TaskFunction<Object> wait = penny.javaModule("m").blockingFunction("wait", "()->i32", call -> {
                go.await();
                call.result(5);
            }).register().function("wait");
            GraphBuilder builder = penny.graph("g");
            GraphTask task = builder.task("t", wait);
            try (TaskGraph graph = builder.build()) {
                GraphRun run = graph.run();
                assertTrue(run.toFuture().cancel(true));
                go.countDown();
                assertEquals(5, run.join().result(task));
            }
        }
    }

    /** The end of each run starts the next, on the workers; nobody waits until the last. */
    @Test
    void aRunMayStartTheNext() throws Exception {
        try (Penny penny = Penny.builder().workers(2).memoryBytes(8 << 20).build()) {
            TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add", "(i32,i32)->i32");
            GraphBuilder builder = penny.graph("relay");
            GraphTask sum = builder.task("sum", add, 0, 1);
            Semaphore ended = new Semaphore(0);
            List<Object> results = new ArrayList<>();
            try (TaskGraph graph = builder.build()) {
                next(graph, sum, 200, results, ended);
                assertTrue(ended.tryAcquire(60, TimeUnit.SECONDS));
            }
            assertEquals(200, results.size());
            assertEquals(200, results.getLast());
            LeakCheck.assertNothingHeld(penny);
        }
    }

    private static void next(TaskGraph graph, GraphTask sum, int left, List<Object> results, Semaphore ended) {
        graph.run().toFuture().thenAccept(run -> {
            results.add(run.result(sum));
            if (left == 1) {
                ended.release();
            } else {
                graph.set(sum, 0, run.result(sum));
                next(graph, sum, left - 1, results, ended);
            }
        });
    }
}
