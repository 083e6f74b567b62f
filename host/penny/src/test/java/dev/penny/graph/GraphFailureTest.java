package dev.penny.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Guests;
import dev.penny.Penny;
import dev.penny.api.DeadlineException;
import dev.penny.api.GraphFailedException;
import dev.penny.api.LoadOptions;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphRunOptions;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.NodeOutcome;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.engine.LeakCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A task that fails, and only what needs it, does not happen; the rest does, and the run says which was which. */
@Timeout(120)
class GraphFailureTest {

    private Penny penny;
    private TaskFunction<Object> add;
    /** Fails if its first argument is 0. */
    private TaskFunction<Object> divide;

    @BeforeEach
    void start() {
        penny = Penny.builder().workers(3).memoryBytes(8 << 20).build();
        add = penny.load(Guests.dist("arith.wasm")).function("add", "(i32,i32)->i32");
        divide = penny.javaModule("m").function("divide", "(i32)->i32", call -> call.result(100 / call.i32(0))).register().function("divide");
    }

    @AfterEach
    void stop() {
        LeakCheck.assertNothingHeld(penny);
        penny.close();
    }

    @Test
    void dependentsAreSkippedAndTheChainIsReported() {
        GraphBuilder builder = penny.graph("g");
        GraphTask a = builder.task("a", divide, 0);
        GraphTask b = builder.task("b", add, a, 1);
        GraphTask c = builder.task("c", add, b, 1);
        GraphTask d = builder.task("d", add, 1, 1).after(b);
        GraphTask beside = builder.task("beside", add, 20, 22);
        try (TaskGraph graph = builder.build()) {
            GraphRun run = graph.run();
            GraphFailedException failure = assertThrows(GraphFailedException.class, run::join);
            assertEquals("graph failed: graph=g, task=a, reason=task failed: function=m/divide(i32)->i32, reason=/ by zero,"
                    + " skipped=a -> b -> c | a -> b -> d", failure.getMessage());
            assertEquals(List.of("a -> b -> c", "a -> b -> d"), failure.failures().getFirst().skipped());
            assertInstanceOf(ArithmeticException.class, failure.getCause().getCause());
            assertEquals(new NodeOutcome.Skipped(List.of(a, b, c)), run.outcome(c));
            assertSame(a, assertInstanceOf(NodeOutcome.Skipped.class, run.outcome(d)).by());
            assertInstanceOf(TaskFailedException.class, assertInstanceOf(NodeOutcome.Failed.class, run.outcome(a)).cause());
            assertEquals(42, run.result(beside));
            assertThrows(TaskFailedException.class, () -> run.result(a));
            assertEquals("the task did not run: graph=g, task=c, reason=skipped because of a",
                    assertThrows(IllegalStateException.class, () -> run.result(c)).getMessage());
            assertSame(failure, assertThrows(ExecutionException.class, () -> run.toFuture().get()).getCause());
        }
    }

    @Test
    void aFailedRunCanBeRepairedAndRunAgain() {
        GraphBuilder builder = penny.graph("g");
        GraphTask a = builder.task("a", divide, 0);
        GraphTask b = builder.task("b", add, a, builder.task("one", add, 0, 1));
        try (TaskGraph graph = builder.build()) {
            for (int round = 0; round < 100; round++) {
                graph.set(a, 0, round % 3);
                GraphRun run = graph.run();
                if (round % 3 == 0) {
                    assertThrows(GraphFailedException.class, run::join);
                    assertInstanceOf(NodeOutcome.Skipped.class, run.outcome(b));
                } else {
                    assertEquals(100 / (round % 3) + 1, run.join().result(b));
                }
            }
        }
    }

    @Test
    void failuresOfEveryLanguageAreTold() {
        TaskFunction<Object> trap = penny.load(Guests.hostile("trap.wasm")).function("divide");
        TaskFunction<Object> js = penny.loadJs("""
                export async function later() { throw new Error('not today'); }
                export const signatures = { later: '()->i32' };
                """, LoadOptions.DEFAULT.named("js")).function("later");
        TaskFunction<Object> blocking = penny.javaModule("b").blockingFunction("read", "()->bytes", call -> {
            throw new java.io.IOException("disk full");
        }).register().function("read");
        GraphBuilder builder = penny.graph("g");
        builder.task("wasm", trap, 1, 0);
        builder.task("js", js);
        builder.task("blocking", blocking);
        GraphTask fine = builder.task("fine", trap, 6, 3);
        try (TaskGraph graph = builder.build()) {
            for (int round = 0; round < 10; round++) {
                GraphRun run = graph.run();
                GraphFailedException failure = assertThrows(GraphFailedException.class, run::join);
                assertEquals(List.of("wasm", "js", "blocking"), failure.failures().stream().map(GraphFailedException.Failure::task).toList());
                assertTrue(failure.failures().get(0).cause().getMessage().contains("trap/divide"), failure::getMessage);
                assertTrue(failure.failures().get(1).cause().getMessage().contains("not today"), failure::getMessage);
                assertTrue(failure.failures().get(2).cause().getMessage().contains("disk full"), failure::getMessage);
                assertEquals(2, failure.getSuppressed().length);
                assertEquals(2, run.result(fine));
            }
        }
    }

    /** Workers that record the first failures of a run at the same moment must not lose one. */
    @Test
    void noCauseIsLostWhenTasksFailTogether() {
        AtomicInteger begun = new AtomicInteger();
        TaskFunction<Object> fail = penny.javaModule("together").function("fail", "(i32)->i32", call -> {
            begun.incrementAndGet();
            for (long end = System.nanoTime() + 1_000_000; begun.get() < 2 && System.nanoTime() < end;) {
                Thread.onSpinWait(); // For the other one, if there is a worker for it.
            }
            throw new IllegalStateException("t" + call.i32(0));
        }).register().function("fail");
        GraphBuilder builder = penny.graph("together");
        List<GraphTask> tasks = List.of(builder.task("t0", fail, 0), builder.task("t1", fail, 1));
        try (TaskGraph graph = builder.build()) {
            for (int round = 0; round < 3000; round++) {
                begun.set(0);
                GraphRun run = graph.run();
                assertThrows(GraphFailedException.class, run::join);
                for (int i = 0; i < 2; i++) {
                    NodeOutcome.Failed failed = assertInstanceOf(NodeOutcome.Failed.class, run.outcome(tasks.get(i)));
                    assertTrue(failed.cause().getMessage().endsWith("reason=t" + i), failed.cause()::getMessage);
                }
            }
        }
    }

    /** Random graphs with random failures: exactly what a failed task leads to is skipped, and each chain is a way of arrows to it. */
    @Test
    void exactlyTheDependentsAreSkipped() {
        Set<Integer> failing = new HashSet<>();
        TaskFunction<Object> mix = penny.javaModule("mix").function("mix", "(i64,i64,i64,i64)->i64", call -> {
            if (failing.contains((int) call.i64(0))) {
                throw new IllegalStateException("t" + call.i64(0));
            }
            call.result(RandomDag.mix(call.i64(0), call.i64(1), call.i64(2), call.i64(3)));
        }).register().function("mix");
        for (long seed = 0; seed < 150; seed++) {
            RandomDag dag = new RandomDag(seed);
            Random random = new Random(seed);
            GraphBuilder builder = penny.graph("seed " + seed);
            List<GraphTask> tasks = dag.write(builder, mix);
            try (TaskGraph graph = builder.build()) {
                for (int round = 0; round < 3; round++) {
                    failing.clear();
                    for (int count = random.nextInt(4); count > 0; count--) {
                        failing.add(random.nextInt(dag.size()));
                    }
                    GraphRun run = graph.run();
                    run.toFuture().handle((done, failure) -> done).join();
                    assertOutcomes(seed, dag, failing, tasks, run);
                }
            }
        }
    }

    private static void assertOutcomes(long seed, RandomDag dag, Set<Integer> failing, List<GraphTask> tasks, GraphRun run) {
        Set<Integer> skipped = skipped(dag, failing);
        for (int task = 0; task < dag.size(); task++) {
            String what = "seed " + seed + ", t" + task;
            switch (run.outcome(tasks.get(task))) {
                case NodeOutcome.Done() -> {
                    assertTrue(!skipped.contains(task) && !failing.contains(task), what);
                    assertEquals(dag.inOrder()[task], run.result(tasks.get(task)), what);
                }
                case NodeOutcome.Failed(var cause) -> {
                    assertTrue(failing.contains(task) && !skipped.contains(task), what);
                    assertTrue(cause.getMessage().endsWith("reason=t" + task), cause::getMessage);
                }
                case NodeOutcome.Skipped(List<GraphTask> chain) -> {
                    assertTrue(skipped.contains(task), what);
                    assertInstanceOf(NodeOutcome.Failed.class, run.outcome(chain.getFirst()), what);
                    assertSame(tasks.get(task), chain.getLast(), what);
                    for (int i = 1; i < chain.size(); i++) {
                        assertTrue(chain.get(i).predecessors().contains(chain.get(i - 1)), what);
                    }
                }
                case NodeOutcome.Cancelled() -> throw new AssertionError(what + " was cancelled");
                case NodeOutcome.NotReached() -> throw new AssertionError(what + " was not reached");
            }
        }
    }

    private static Set<Integer> skipped(RandomDag dag, Set<Integer> failing) {
        Set<Integer> skipped = new HashSet<>();
        for (int task = 0; task < dag.size(); task++) { // Arrows lead upwards only.
            for (RandomDag.Arrow arrow : dag.arrows()) {
                if (arrow.to() == task && (failing.contains(arrow.from()) || skipped.contains(arrow.from()))) {
                    skipped.add(task);
                }
            }
        }
        return skipped;
    }

    @Test
    void aLongMessageIsCutShortAndTheExceptionIsNot() {
        GraphBuilder builder = penny.graph("g");
        for (int i = 0; i < 20; i++) {
            GraphTask bad = builder.task("bad" + i, divide, 0);
            for (int j = 0; j < 20; j++) {
                builder.task("after" + i + "-" + j, add, bad, 1);
            }
        }
        try (TaskGraph graph = builder.build()) {
            GraphFailedException failure = assertThrows(GraphFailedException.class, () -> graph.run().join());
            assertTrue(failure.getMessage().endsWith("; and 12 more"), failure::getMessage);
            assertTrue(failure.getMessage().contains(" | and 12 more; task=bad1,"), failure::getMessage);
            assertEquals(20, failure.failures().size());
            assertEquals(20, failure.failures().getLast().skipped().size());
        }
    }

    // ---- cancellation and deadlines

    @Test
    void whatHasNotStartedWhenARunIsCancelledNeverStarts() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean told = new AtomicBoolean();
        TaskFunction<Object> hold = penny.javaModule("hold").function("hold", "()->i32", call -> {
            begun.countDown();
            while (!call.cancelled()) {
                Thread.onSpinWait();
            }
            told.set(true);
            call.result(7);
        }).register().function("hold");
        GraphBuilder builder = penny.graph("g");
        GraphTask first = builder.task("first", hold);
        GraphTask second = builder.task("second", add, first, 1);
        GraphTask third = builder.task("third", add, second, 1);
        try (TaskGraph graph = builder.build()) {
            for (int round = 0; round < 3; round++) {
                GraphRun run = graph.run();
                begun.await();
                run.cancel();
                assertThrows(CancellationException.class, run::join);
                assertTrue(told.get());
                assertTrue(run.outcome(first).equals(new NodeOutcome.Done()) || round > 0, "the first run had started it");
                assertEquals(new NodeOutcome.Cancelled(), run.outcome(second));
                assertEquals(new NodeOutcome.Cancelled(), run.outcome(third));
                assertEquals("the task did not run: graph=g, task=third, reason=cancelled",
                        assertThrows(IllegalStateException.class, () -> run.result(third)).getMessage());
            }
        }
    }

    @Test
    void aCancelThatComesLateChangesNothing() {
        GraphBuilder builder = penny.graph("g");
        GraphTask task = builder.task("t", add, 1, 2);
        try (TaskGraph graph = builder.build()) {
            GraphRun first = graph.run().join();
            first.cancel();
            assertEquals(3, first.result(task));
            GraphRun second = graph.run();
            first.cancel();
            assertEquals(3, second.join().result(task));
        }
    }

    @Test
    void cancellationAndADeadlineEndARunThatWouldNotEnd() throws Exception {
        CountDownLatch rounds = new CountDownLatch(100);
        TaskFunction<Object> again = penny.javaModule("again").function("again", "()->i32", call -> {
            rounds.countDown();
            call.result(0);
        }).register().function("again");
        GraphBuilder builder = penny.graph("endless");
        GraphTask start = builder.task("start", add, 1, 2);
        GraphTask loop = builder.condition("loop", again).after(start);
        GraphTask never = builder.task("never", add, 1, 2);
        loop.branch(loop, never);
        try (TaskGraph graph = builder.build()) {
            GraphRun cancelled = graph.run();
            rounds.await();
            cancelled.cancel();
            assertThrows(CancellationException.class, cancelled::join);
            assertEquals(3, cancelled.result(start));
            assertEquals(new NodeOutcome.Cancelled(), cancelled.outcome(never));
            GraphRun late = graph.run(GraphRunOptions.defaults().deadline(Duration.ofMillis(50)));
            assertEquals("deadline passed: function=graph endless, deadline=0.05s", assertThrows(DeadlineException.class, late::join).getMessage());
            assertEquals(new NodeOutcome.Cancelled(), late.outcome(never));
        }
    }

    @Test
    void aDeadlineThatIsKeptChangesNothing() {
        GraphBuilder builder = penny.graph("g");
        GraphTask task = builder.task("t", add, 1, 2);
        try (TaskGraph graph = builder.build()) {
            for (int round = 0; round < 200; round++) {
                assertEquals(3, graph.run(GraphRunOptions.defaults().deadline(Duration.ofHours(1))).join().result(task));
            }
        }
        assertThrows(IllegalArgumentException.class, () -> GraphRunOptions.defaults().deadline(Duration.ZERO));
    }

    /** Cancelled at any moment: what has run has its result, and whatever comes after something that has not run has not run. */
    @Test
    void aCancelAtAnyMomentLeavesAConsistentRun() {
        RandomDag dag = new RandomDag(99);
        RandomDag.Log log = new RandomDag.Log(64);
        GraphBuilder builder = penny.graph("g");
        List<GraphTask> tasks = dag.write(builder, log.function(penny, "log"));
        long[] expected = dag.inOrder();
        List<Integer> done = new ArrayList<>();
        try (TaskGraph graph = builder.build()) {
            // Longer where it takes longer until a worker has begun.
            for (int round = 0; round < 500 || (round < 20_000 && Set.copyOf(done).size() < 2); round++) {
                GraphRun run = graph.run();
                for (int spin = 0; spin < round * 20; spin++) {
                    Thread.onSpinWait();
                }
                run.cancel();
                run.toFuture().handle((ended, failure) -> ended).join();
                int count = 0;
                for (int task = 0; task < dag.size(); task++) {
                    if (run.outcome(tasks.get(task)) instanceof NodeOutcome.Done) {
                        assertEquals(expected[task], run.result(tasks.get(task)));
                        tasks.get(task).predecessors().forEach(before -> assertEquals(new NodeOutcome.Done(), run.outcome(before)));
                        count++;
                    } else {
                        assertEquals(new NodeOutcome.Cancelled(), run.outcome(tasks.get(task)));
                    }
                }
                done.add(count);
            }
        }
        assertTrue(Set.copyOf(done).size() > 1, "every run was cancelled at the same point: " + done.getFirst());
    }
}
