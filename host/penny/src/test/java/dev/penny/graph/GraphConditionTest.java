package dev.penny.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Penny;
import dev.penny.api.GraphFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.NodeOutcome;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.engine.LeakCheck;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditions choose one branch; branches may lead backwards. */
@Timeout(120)
class GraphConditionTest {

    private static final List<String> NAMES = List.of("zero", "one", "two");

    private static Penny penny(String backend) {
        return Penny.builder().workers(3).backend(backend).memoryBytes(8 << 20).build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"platform", "deterministic"})
    void exactlyTheChosenBranchRuns(String backend) {
        try (Penny penny = penny(backend)) {
            TaskModule m = penny.javaModule("m")
                    .function("same", "(i32)->i32", call -> call.result(call.i32(0)))
                    .function("text", "(string)->string", call -> call.result(call.string(0).toUpperCase(java.util.Locale.ROOT)))
                    .register();
            GraphBuilder builder = penny.graph("choice");
            GraphTask choice = builder.condition("choice", m.function("same"), 0);
            List<GraphTask> branches = NAMES.stream().map(name -> builder.task(name, m.function("text"), name)).toList();
            List<GraphTask> afterwards = branches.stream().map(task -> builder.task("after " + task.name(), m.function("text"), task)).toList();
            choice.branch(branches.toArray(GraphTask[]::new));
            try (TaskGraph graph = builder.build()) {
                for (int chosen : new int[] {0, 1, 2, 3, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1, 0}) {
                    graph.set(choice, 0, chosen);
                    GraphRun run = graph.run().join();
                    assertEquals(chosen, run.result(choice));
                    for (int i = 0; i < branches.size(); i++) {
                        NodeOutcome expected = i == chosen ? new NodeOutcome.Done() : new NodeOutcome.NotReached();
                        assertEquals(expected, run.outcome(branches.get(i)), "branch " + i + " of " + chosen);
                        assertEquals(expected, run.outcome(afterwards.get(i)), "behind branch " + i + " of " + chosen);
                    }
                    if (chosen >= 0 && chosen < 3) {
                        assertEquals(NAMES.get(chosen).toUpperCase(java.util.Locale.ROOT), run.result(afterwards.get(chosen)));
                    } else {
                        assertEquals("the task did not run: graph=choice, task=zero, reason=no condition led to it",
                                assertThrows(IllegalStateException.class, () -> run.result(branches.getFirst())).getMessage());
                    }
                }
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** init -> body -> again? -> body | done. The body gives bytes, so that results which a loop overwrites are given back, too. */
    @ParameterizedTest
    @ValueSource(strings = {"platform", "virtual", "deterministic"})
    void aLoopCounts(String backend) {
        try (Penny penny = penny(backend)) {
            AtomicInteger count = new AtomicInteger();
            TaskModule m = penny.javaModule("m")
                    .function("init", "()->()", call -> count.set(0))
                    .function("body", "()->string", call -> call.result("round " + count.incrementAndGet()))
                    .function("again", "(string,i32)->i32", call -> call.result(call.string(0).equals("round " + call.i32(1)) ? 1 : 0))
                    .function("end", "(string)->string", call -> call.result(call.string(0) + " was the last"))
                    .register();
            GraphBuilder builder = penny.graph("loop");
            GraphTask init = builder.task("init", m.function("init"));
            GraphTask body = builder.task("body", m.function("body")).after(init);
            GraphTask again = builder.condition("again", m.function("again"), body, 1);
            GraphTask end = builder.task("end", m.function("end"), "");
            again.branch(body, end);
            try (TaskGraph graph = builder.build()) {
                for (int rounds : new int[] {1, 2, 10, 1_000, 3}) {
                    graph.set(again, 1, rounds);
                    GraphRun run = graph.run().join();
                    assertEquals(rounds, count.get());
                    assertEquals("round " + rounds, run.result(body));
                    assertEquals(1, run.result(again));
                    assertEquals(" was the last", run.result(end));
                }
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** Two loops, one in the other, with several tasks that join in the inner body. */
    @ParameterizedTest
    @ValueSource(strings = {"platform", "deterministic"})
    void loopsNest(String backend) {
        try (Penny penny = penny(backend)) {
            AtomicInteger outer = new AtomicInteger();
            AtomicInteger inner = new AtomicInteger();
            AtomicInteger joined = new AtomicInteger();
            TaskFunction<Object> begin = function(penny, "begin", call -> {
                outer.set(0);
                joined.set(0);
            });
            TaskFunction<Object> head = function(penny, "head", call -> inner.set(0));
            TaskFunction<Object> nothing = function(penny, "nothing", call -> { });
            TaskFunction<Object> join = function(penny, "join", call -> joined.incrementAndGet());
            TaskFunction<Object> innerAgain = choice(penny, "inner", () -> inner.incrementAndGet() < 5 ? 0 : 1);
            TaskFunction<Object> outerAgain = choice(penny, "outer", () -> outer.incrementAndGet() < 7 ? 0 : 1);
            GraphBuilder builder = penny.graph("nest");
            GraphTask head1 = builder.task("head", head).after(builder.task("begin", begin));
            GraphTask fork = builder.task("fork", nothing).after(head1);
            GraphTask both = builder.task("join", join).after(builder.task("left", nothing).after(fork), builder.task("right", nothing).after(fork));
            GraphTask c1 = builder.condition("inner again", innerAgain).after(both);
            GraphTask tail = builder.task("tail", nothing);
            GraphTask c2 = builder.condition("outer again", outerAgain).after(tail);
            GraphTask end = builder.task("end", nothing);
            c1.branch(fork, tail);
            c2.branch(head1, end);
            try (TaskGraph graph = builder.build()) {
                for (int round = 0; round < 50; round++) {
                    GraphRun run = graph.run().join();
                    assertEquals(35, joined.get());
                    assertEquals(new NodeOutcome.Done(), run.outcome(end));
                }
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    private static TaskFunction<Object> function(Penny penny, String name, dev.penny.api.JavaTask task) {
        return penny.javaModule(name).function(name, "()->()", task).register().function(name);
    }

    private static TaskFunction<Object> choice(Penny penny, String name, java.util.function.IntSupplier choice) {
        return penny.javaModule(name).function(name, "()->i32", call -> call.result(choice.getAsInt())).register().function(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"platform", "deterministic"})
    void aConditionThatFailsLeadsNowhere(String backend) {
        try (Penny penny = penny(backend)) {
            TaskFunction<Object> fails = choice(penny, "fails", () -> {
                throw new IllegalStateException("cannot decide");
            });
            TaskFunction<Object> nothing = function(penny, "nothing", call -> { });
            GraphBuilder builder = penny.graph("g");
            GraphTask end = builder.task("end", nothing);
            GraphTask choice = builder.condition("choice", fails).branch(end);
            try (TaskGraph graph = builder.build()) {
                GraphRun run = graph.run();
                GraphFailedException failure = assertThrows(GraphFailedException.class, run::join);
                assertEquals("graph failed: graph=g, task=choice, reason=task failed: function=fails/fails()->i32, reason=cannot decide",
                        failure.getMessage());
                assertInstanceOf(NodeOutcome.Failed.class, run.outcome(choice));
                assertEquals(new NodeOutcome.NotReached(), run.outcome(end));
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** It still runs when the loop comes round; being asked to run twice at once ends the run, and nothing else. */
    @ParameterizedTest
    @ValueSource(strings = {"platform", "virtual"})
    void aLoopThatLeavesATaskBehindFails(String backend) {
        try (Penny penny = penny(backend)) {
            TaskFunction<Object> nothing = function(penny, "nothing", call -> { });
            TaskFunction<Object> always = choice(penny, "always", () -> 0);
            GraphBuilder builder = penny.graph("left behind");
            GraphTask body = builder.task("body", nothing).after(builder.task("start", nothing));
            GraphTask side = builder.task("side", untilCancelled(penny)).after(body);
            builder.condition("again", always).after(body).branch(body);
            try (TaskGraph graph = builder.build()) {
                assertConflict(graph, side);
                assertConflict(graph, side);
            }
            assertEquals("still alive", penny.javaModule("m").function("alive", "()->string", call -> call.result("still alive")).register()
                    .function("alive").call());
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"platform", "virtual"})
    void twoConditionsThatStartOneTaskAtOnceFail(String backend) {
        try (Penny penny = penny(backend)) {
            TaskFunction<Object> always = choice(penny, "always", () -> 0);
            GraphBuilder builder = penny.graph("both");
            GraphTask task = builder.task("task", untilCancelled(penny));
            builder.condition("first", always).branch(task);
            builder.condition("second", always).branch(task);
            try (TaskGraph graph = builder.build()) {
                assertConflict(graph, task);
                assertConflict(graph, task);
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    private static TaskFunction<Object> untilCancelled(Penny penny) {
        return penny.javaModule("slow").blockingFunction("slow", "()->()", call -> {
            while (!call.cancelled()) {
                Thread.sleep(1);
            }
        }).register().function("slow");
    }

    private static void assertConflict(TaskGraph graph, GraphTask task) {
        GraphRun run = graph.run();
        GraphFailedException failure = assertThrows(GraphFailedException.class, run::join);
        assertEquals(List.of(task.name()), failure.failures().stream().map(GraphFailedException.Failure::task).toList());
        assertEquals("started again before it had ended, by a loop that leaves it behind or by two conditions: graph=%s, task=%s"
                .formatted(graph.name(), task.name()), failure.getCause().getMessage());
        // It had started when the run was ended, or was still queued.
        assertTrue(Set.of(new NodeOutcome.Done(), new NodeOutcome.Cancelled()).contains(run.outcome(task)), () -> run.outcome(task).toString());
    }
}
