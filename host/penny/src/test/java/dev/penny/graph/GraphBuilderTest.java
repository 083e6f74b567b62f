package dev.penny.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Guests;
import dev.penny.Penny;
import dev.penny.api.CapacityException;
import dev.penny.api.ClosedException;
import dev.penny.api.GraphException;
import dev.penny.api.Priority;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskOptions;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphEdge;
import dev.penny.api.graph.GraphPart;
import dev.penny.api.graph.GraphSemaphore;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.engine.LeakCheck;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What a builder refuses, and when, and what it makes of what it takes. */
class GraphBuilderTest {

    private Penny penny;
    private TaskFunction<Object> add;
    private TaskFunction<Object> addLongs;
    private TaskFunction<Object> length;
    private TaskFunction<Object> greet;
    private TaskFunction<Object> same;
    private GraphBuilder builder;

    @BeforeEach
    void start() {
        penny = Penny.builder().workers(2).memoryBytes(8 << 20).build();
        add = penny.load(Guests.dist("arith.wasm")).function("add", "(i32,i32)->i32");
        var module = penny.javaModule("m")
                .function("addLongs", "(i64,i64)->i64", call -> call.result(call.i64(0) + call.i64(1)))
                .function("length", "(bytes)->i32", call -> call.result(call.view(0).remaining()))
                .function("greet", "(string)->string", call -> call.result("hello " + call.string(0)))
                .function("same", "(bytes)->bytes", call -> call.result(call.bytes(0)))
                .register();
        addLongs = module.function("addLongs");
        length = module.function("length");
        greet = module.function("greet");
        same = module.function("same");
        builder = penny.graph("g");
    }

    @AfterEach
    void stop() {
        LeakCheck.assertNothingHeld(penny);
        penny.close();
    }

    private static void refused(String message, Executable call) {
        assertEquals(message, assertThrows(GraphException.class, call).getMessage());
    }

    @Test
    void namesAreUniqueAndNotBlank() {
        builder.task("a", add, 1, 2);
        builder.part("p", part -> part.task("x", add, 1, 2));
        refused("a task of this name is there: graph=g, name=a", () -> builder.task("a", add, 1, 2));
        refused("a task of this name is there: graph=g, name=p/x", () -> builder.task("p/x", add, 1, 2));
        refused("a part of this name is there: graph=g, name=p", () -> builder.task("p", add, 1, 2));
        refused("a task of this name is there: graph=g, name=a", () -> builder.part("a", part -> { }));
        refused("a task needs a name: graph='g', name=' '", () -> builder.task(" ", add, 1, 2));
        refused("a graph needs a name: graph='', name=''", () -> penny.graph(""));
        builder.semaphore("s", 1);
        refused("a semaphore of this name is there: graph=g, semaphore=s", () -> builder.semaphore("s", 1));
    }

    @Test
    void anUnknownNameIsToldWithNearOnes() {
        builder.task("decode", add, 1, 2);
        refused("no such task: graph=g, task=decoed, tasks=1, did you mean=decode", () -> builder.named("decoed"));
        try (TaskGraph graph = builder.build()) {
            refused("no such task: graph=g, task=zzz, tasks=1", () -> graph.task("zzz"));
            assertEquals("decode", graph.task("decode").name());
        }
    }

    @Test
    void argumentsAreCountedAndTheirTypesChecked() {
        GraphTask sum = builder.task("sum", add, 1, 2);
        GraphTask text = builder.task("text", greet, "you");
        refused("wrong number of arguments: graph=g, task=t, function=arith/add(i32,i32)->i32, arguments=1, expected=2",
                () -> builder.task("t", add, 1));
        refused("an argument does not fit: graph=g, task=t, argument=1, wrong type: function=arith/add(i32,i32)->i32, parameter=1, expected=i32,"
                + " value=two, class=java.lang.String", () -> builder.task("t", add, 1, "two"));
        refused("an argument does not fit: graph=g, task=t, argument=0, number out of range: function=arith/add(i32,i32)->i32, parameter=0,"
                + " type=i32, value=4294967296, min=-2147483648, max=2147483647", () -> builder.task("t", add, 1L << 32, 2));
        refused("a result does not fit the argument: graph=g, task=t, argument=0, expected=i64, from=sum, result=i32",
                () -> builder.task("t", addLongs, sum, 2));
        GraphTask bytes = builder.task("bytes", same, new byte[3]);
        refused("a result does not fit the argument: graph=g, task=t, argument=0, expected=string, from=bytes, result=bytes",
                () -> builder.task("t", greet, bytes));
        GraphTask size = builder.task("size", length, text);
        // What was refused is not in the graph.
        try (TaskGraph graph = builder.build()) {
            assertEquals("hello you".length(), graph.run().join().result(size));
            assertEquals(List.of("sum", "text", "bytes", "size"), graph.tasks().stream().map(GraphTask::name).toList());
        }
    }

    @Test
    void whatIsOfAnotherGraphOrPennyIsRefused() {
        GraphTask mine = builder.task("mine", add, 1, 2);
        GraphBuilder others = penny.graph("others");
        GraphTask foreign = others.task("foreign", add, 1, 2);
        GraphSemaphore semaphore = others.semaphore("s", 1);
        refused("a task of another graph: graph=g, task=t, other=foreign, its graph=others", () -> builder.task("t", add, foreign, 2));
        refused("a task of another graph: graph=g, task=mine, other=foreign, its graph=others", () -> mine.after(foreign));
        refused("a task of another graph: graph=g, task=mine, other=foreign, its graph=others", () -> mine.before(foreign));
        refused("a semaphore of another graph: graph=g, task=mine, semaphore=s", () -> mine.acquires(semaphore));
        try (Penny other = Penny.builder().workers(1).memoryBytes(4 << 20).build()) {
            TaskFunction<Object> theirs = other.load(Guests.dist("arith.wasm")).function("add", "(i32,i32)->i32");
            refused("the function is not this Penny's: graph=g, task=t, function=arith/add(i32,i32)->i32",
                    () -> builder.task("t", theirs, 1, 2));
        }
        try (TaskGraph graph = builder.build(); TaskGraph second = others.build()) {
            refused("a task of another graph: graph=g, task=foreign", () -> graph.run().join().result(foreign));
            refused("a task of another graph: graph=others, task=mine", () -> second.set(mine, 0, 1));
        }
    }

    @Test
    void conditionsNeedANumberBranchesAndNothingElse() {
        GraphTask sum = builder.task("sum", add, 1, 2);
        refused("a condition needs a function with an i32 result: graph=g, task=c, function=m/addLongs(i64,i64)->i64",
                () -> builder.condition("c", addLongs, 1, 2));
        refused("only a condition has branches: graph=g, task=sum", () -> sum.branch(sum));
        GraphTask condition = builder.condition("c", add, 1, 2).after(sum);
        refused("only a branch leads on from a condition: graph=g, condition=c, task=sum", () -> sum.after(condition));
        refused("only a branch leads on from a condition: graph=g, condition=c, task=sum", () -> condition.before(sum));
        refused("only a branch leads on from a condition: graph=g, condition=c, task=t", () -> builder.task("t", add, condition, 1));
        refused("a condition without branches: graph=g, condition=c", builder::build);
        condition.branch(sum);
        refused("no task can start, each waits for another or for a condition: graph=g, tasks=sum c", builder::build);
    }

    @Test
    void tasksThatNothingLeadsToAreRefused() {
        refused("no tasks: graph=g", builder::build);
        builder.task("start", add, 1, 2);
        GraphTask alone = builder.task("alone", add, 1, 2);
        builder.condition("circle", add, alone, 2).branch(alone);
        refused("tasks that only they themselves lead to never start: graph=g, tasks=alone circle", builder::build);
    }

    @Test
    void limitsAreNamed() {
        refused("permits out of range: graph=g, semaphore=s, value=0, min=1, max=65535", () -> builder.semaphore("s", 0));
        GraphTask task = builder.task("t", add, 1, 2);
        GraphSemaphore[] most = IntStream.range(0, CoreLayout.NODE_SEMAPHORES_MAX).mapToObj(i -> builder.semaphore("s" + i, 1))
                .toArray(GraphSemaphore[]::new);
        task.acquires(most);
        refused("a task takes one permit of a semaphore: graph=g, task=t, semaphore=s0", () -> task.acquires(most[0]));
        refused("too many semaphores: graph=g, task=t, semaphores=16, limit=15", () -> task.acquires(builder.semaphore("more", 1)));
        refused("no such worker: graph=g, task=t, worker out of range: value=2, min=0, max=1", () -> task.pinnedTo(2));
        refused("a task of a graph has no deadline of its own, give it to the run: graph=g, task=d, function=arith/add(i32,i32)->i32",
                () -> builder.task("d", add.with(TaskOptions.defaults().deadline(Duration.ofSeconds(1))), 1, 2));
    }

    @Test
    void aGraphThatIsTooLargeSaysHowLarge() {
        builder.task("t", length, new byte[6 << 20]);
        String message = assertThrows(CapacityException.class, builder::build).getMessage();
        assertTrue(message.matches("no room for a graph in argument memory: graph=g, bytes=6291[0-9]+, tasks=1, constantBytes=6291456, used=0,"
                + " limit=4[0-9]+"), message);
    }

    @Test
    void aBuiltGraphIsNotChanged() {
        GraphTask task = builder.task("t", add, 1, 2);
        GraphPart part = builder.part("p", inner -> inner.task("x", add, 1, 2));
        try (TaskGraph graph = builder.build()) {
            for (Executable change : List.<Executable>of(() -> builder.task("u", add, 1, 2), () -> builder.semaphore("s", 1),
                    () -> task.after(task), () -> task.before(task), () -> task.priority(Priority.HIGH), () -> task.pinnedTo(0),
                    () -> part.after(task), () -> part.before(task), task::acquires, builder::build)) {
                assertEquals("the graph is built: graph=g", assertThrows(IllegalStateException.class, change).getMessage());
            }
            assertEquals("g", graph.name());
        }
    }

    @Test
    void aClosedPennyBuildsNothing() {
        builder.task("t", add, 1, 2);
        penny.close();
        assertThrows(ClosedException.class, builder::build);
        penny = Penny.builder().workers(1).memoryBytes(4 << 20).build();
    }

    @Test
    void arrowsCanBeRead() {
        GraphTask a = builder.task("a", add, 1, 2);
        GraphTask b = builder.task("b", add, a, a).after(a);
        GraphTask c = builder.condition("c", add, b, 0).after(a);
        GraphTask d = builder.task("d", add, 1, 2);
        c.branch(d, b);
        assertEquals(List.of(a), b.predecessors());
        assertEquals(List.of(b, a), c.predecessors());
        assertEquals(List.of(d, b), c.branches());
        assertTrue(c.isCondition());
        try (TaskGraph graph = builder.build()) {
            assertEquals(List.of(new GraphEdge.Result(a, b, 0), new GraphEdge.Result(a, b, 1), new GraphEdge.Order(a, c),
                    new GraphEdge.Result(b, c, 0), new GraphEdge.Branch(c, d, 0), new GraphEdge.Branch(c, b, 1)), graph.edges());
        }
    }

    @Test
    void partsAreTasksLikeOthers() {
        GraphTask first = builder.task("first", add, 1, 2);
        GraphPart part = builder.part("p", inner -> {
            GraphTask x = inner.task("x", add, first, 1);
            inner.part("q", deep -> deep.task("y", add, x, 10));
            inner.task("z", add, inner.named("x"), 100);
        });
        GraphTask last = builder.task("last", add, builder.named("p/q/y"), builder.named("p/z"));
        part.after(first).before(last);
        assertEquals(List.of("p/x", "p/q/y", "p/z"), part.tasks().stream().map(GraphTask::name).toList());
        assertEquals(List.of(first), builder.named("p/x").predecessors());
        try (TaskGraph graph = builder.build()) {
            assertEquals((3 + 1 + 10) + (3 + 1 + 100), graph.run().join().result(last));
        }
        GraphBuilder other = penny.graph("h");
        GraphTask end = other.task("end", add, 1, 2);
        GraphPart withCondition = other.part("p", inner -> inner.condition("c", add, 0, 0).branch(inner.task("x", add, 1, 2)));
        refused("not all of a part with a condition need run, connect its tasks: graph=h, part=p, condition=p/c", () -> withCondition.before(end));
        assertThrows(IllegalStateException.class, () -> other.part("r", GraphBuilder::build));
    }
}
