package dev.penny.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Guests;
import dev.penny.Penny;
import dev.penny.api.CapacityException;
import dev.penny.api.GraphException;
import dev.penny.api.JavaTask;
import dev.penny.api.Priority;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.NodeOutcome;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.engine.LeakCheck;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Runs, their results, and what happens to them when something else happens. */
@Timeout(120)
class GraphRunTest {

    private Penny penny;
    private TaskFunction<Object> add;

    @BeforeEach
    void start() {
        penny = Penny.builder().workers(3).memoryBytes(16 << 20).build();
        add = penny.load(Guests.dist("arith.wasm")).function("add", "(i32,i32)->i32");
    }

    @AfterEach
    void stop() {
        LeakCheck.assertNothingHeld(penny);
        penny.close();
    }

    private TaskModule java(String name, String function, String signature, JavaTask task) {
        return penny.javaModule(name).function(function, signature, task).register();
    }

    @Test
    void resultsOfEveryTypeFlow() {
        TaskModule m = penny.javaModule("m")
                .function("i64", "(i64)->i64", call -> call.result(call.i64(0) * 3))
                .function("f32", "(f32)->f32", call -> call.result(call.f32(0) / 2))
                .function("f64", "(f64)->f64", call -> call.result(call.f64(0) / 3))
                .function("bytes", "(bytes)->bytes", call -> call.result((new String(call.bytes(0)) + "!").getBytes()))
                .function("string", "(string)->string", call -> call.result(call.string(0) + "ä"))
                .function("nothing", "(string,bytes)->()", call -> { })
                .register();
        GraphBuilder builder = penny.graph("types");
        GraphTask i32 = builder.task("i32b", add, builder.task("i32", add, Integer.MAX_VALUE, 1), -1);
        GraphTask i64 = builder.task("i64b", m.function("i64"), builder.task("i64", m.function("i64"), 1L << 40));
        GraphTask f32 = builder.task("f32b", m.function("f32"), builder.task("f32", m.function("f32"), 5f));
        GraphTask f64 = builder.task("f64b", m.function("f64"), builder.task("f64", m.function("f64"), 10.0));
        GraphTask bytes = builder.task("bytesb", m.function("bytes"), builder.task("bytes", m.function("bytes"), "x".getBytes()));
        GraphTask text = builder.task("textb", m.function("string"), builder.task("text", m.function("string"), ""));
        GraphTask nothing = builder.task("nothing", m.function("nothing"), text, bytes);
        try (TaskGraph graph = builder.build()) {
            GraphRun run = graph.run().join();
            assertEquals(Integer.MAX_VALUE, run.result(i32));
            assertEquals(9L << 40, run.result(i64));
            assertEquals(1.25f, run.result(f32));
            assertEquals(10.0 / 3 / 3, run.result(f64));
            assertArrayEquals("x!!".getBytes(), run.result(bytes, byte[].class));
            assertEquals("ää", run.result(text, String.class));
            assertEquals(null, run.result(nothing));
            assertEquals(new NodeOutcome.Done(), run.outcome(nothing));
            assertThrows(ClassCastException.class, () -> run.result(text, byte[].class));
        }
    }

    /** Blocks pass from wasm to wasm in linear memory; several readers share one. */
    @Test
    void aResultOfBytesHasManyReaders() throws Exception {
        TaskFunction<Object> sha256 = penny.load(Guests.dist("sha256.wasm")).function("sha256", "(bytes)->bytes");
        GraphBuilder builder = penny.graph("hashes");
        GraphTask first = builder.task("first", sha256, new byte[1000]);
        List<GraphTask> seconds = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            seconds.add(builder.task("second" + i, sha256, first));
        }
        MessageDigest oracle = MessageDigest.getInstance("SHA-256");
        byte[] expected = oracle.digest(oracle.digest(new byte[1000]));
        try (TaskGraph graph = builder.build()) {
            for (int round = 0; round < 20; round++) {
                GraphRun run = graph.run().join();
                seconds.forEach(task -> assertArrayEquals(expected, run.result(task, byte[].class)));
                assertArrayEquals(run.result(first, byte[].class), oracle.digest(new byte[1000]));
            }
        }
    }

    @Test
    void aThousandRunsAreEqual() {
        RandomDag dag = new RandomDag(99);
        RandomDag.Log log = new RandomDag.Log(64);
        GraphBuilder builder = penny.graph("again");
        List<GraphTask> tasks = dag.write(builder, log.function(penny, "m"));
        long[] expected = dag.inOrder();
        try (TaskGraph graph = builder.build()) {
            for (int round = 0; round < 1_000; round++) {
                log.clear();
                GraphRun run = graph.run().join();
                for (int task = 0; task < expected.length; task++) {
                    assertEquals(expected[task], run.result(tasks.get(task)), "round " + round + ", task " + task);
                }
                assertEquals(List.of(), log.notOnce(dag.size()));
                assertEquals(List.of(), log.violated(dag.arrows()));
            }
        }
    }

    @Test
    void argumentsChangeBetweenRuns() {
        TaskFunction<Object> shout = java("m", "shout", "(string)->string", call -> call.result(call.string(0) + "!")).function("shout");
        GraphBuilder builder = penny.graph("set");
        GraphTask a = builder.task("a", add, 1, 2);
        GraphTask b = builder.task("b", add, a, 10);
        GraphTask text = builder.task("text", shout, "abc");
        try (TaskGraph graph = builder.build()) {
            assertEquals(13, graph.run().join().result(b));
            graph.set(a, 1, 40);
            graph.set(b, 1, 100);
            for (String value : List.of("", "abcdefgh", "a longer one than before".repeat(100), "short again")) {
                graph.set(text, 0, value);
                GraphRun run = graph.run().join();
                assertEquals(141, run.result(b));
                assertEquals(value + "!", run.result(text));
            }
            assertMessage("the argument is a result: graph=set, task=b, argument=0, from=a", () -> graph.set(b, 0, 1));
            assertMessage("no such argument: graph=set, task=a, argument=2, arguments=2", () -> graph.set(a, 2, 1));
            assertMessage("an argument does not fit: graph=set, task=a, argument=0, wrong type: function=arith/add(i32,i32)->i32, parameter=0,"
                    + " expected=i32, value=x, class=java.lang.String", () -> graph.set(a, 0, "x"));
            String full = assertThrows(CapacityException.class, () -> graph.set(text, 0, "x".repeat(9 << 20))).getMessage();
            assertTrue(full.startsWith("no room for an argument in argument memory: graph=set, task=text, argument=0, bytes=9437184, used="), full);
            assertEquals("short again!", graph.run().join().result(text));
        }
    }

    private static void assertMessage(String message, Executable call) {
        assertEquals(message, assertThrows(GraphException.class, call).getMessage());
    }

    @Test
    void oneRunAtATime() {
        CountDownLatch go = new CountDownLatch(1);
        TaskFunction<Object> wait = penny.javaModule("m").blockingFunction("wait", "(i32)->i32", call -> {
            go.await();
            call.result(call.i32(0));
        }).register().function("wait");
        GraphBuilder builder = penny.graph("slow");
        GraphTask task = builder.task("t", wait, 5);
        TaskGraph graph = builder.build();
        GraphRun run = graph.run();
        assertFalse(run.isDone());
        assertEquals("the graph runs: graph=slow", assertThrows(IllegalStateException.class, graph::run).getMessage());
        assertEquals("the graph runs: graph=slow", assertThrows(IllegalStateException.class, () -> graph.set(task, 0, 1)).getMessage());
        assertEquals("the run has not ended: graph=slow, task=t", assertThrows(IllegalStateException.class, () -> run.result(task)).getMessage());
        go.countDown();
        assertEquals(5, run.join().result(task));
        GraphRun second = graph.run().join();
        assertEquals("the graph has run again: graph=slow, task=t", assertThrows(IllegalStateException.class, () -> run.result(task)).getMessage());
        assertEquals(5, second.result(task));
        graph.close();
        graph.close();
        assertEquals("the graph is closed: graph=slow, task=t", assertThrows(IllegalStateException.class, () -> second.result(task)).getMessage());
        assertEquals("the graph is closed: graph=slow", assertThrows(IllegalStateException.class, graph::run).getMessage());
    }

    @Test
    void manyGraphsRunAtOnce() {
        RandomDag.Log log = new RandomDag.Log(64);
        TaskFunction<Object> mix = log.function(penny, "m");
        List<TaskGraph> graphs = new ArrayList<>();
        List<List<GraphTask>> tasks = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            GraphBuilder builder = penny.graph("g" + i);
            tasks.add(new RandomDag(i).write(builder, mix));
            graphs.add(builder.build());
        }
        for (int round = 0; round < 5; round++) {
            List<GraphRun> runs = graphs.stream().map(TaskGraph::run).toList();
            for (int i = 0; i < 40; i++) {
                long[] expected = new RandomDag(i).inOrder();
                GraphRun run = runs.get(i).join();
                for (int task = 0; task < expected.length; task++) {
                    assertEquals(expected[task], run.result(tasks.get(i).get(task)));
                }
            }
        }
        graphs.forEach(TaskGraph::close);
    }

    /** Whoever waits for a graph in a task runs it; so one worker is enough however deep graphs lie in each other. */
    @Test
    void graphsRunInsideOfTasks() {
        try (Penny one = Penny.builder().workers(1).memoryBytes(8 << 20).build()) {
            TaskFunction<Object> sum = one.load(Guests.dist("arith.wasm")).function("add", "(i32,i32)->i32");
            TaskFunction<Object> fib = fibonacci(one, sum);
            assertEquals(21, fib.call(8));
            GraphBuilder builder = one.graph("outer");
            GraphTask both = builder.task("sum", sum, builder.task("a", fib, 6), builder.task("b", fib, 7));
            try (TaskGraph graph = builder.build()) {
                assertEquals(8 + 13, graph.run().join().result(both));
            }
            LeakCheck.assertNothingHeld(one);
        }
    }

    /** Each call builds a graph of two calls of itself and their sum, and runs it. */
    private static TaskFunction<Object> fibonacci(Penny one, TaskFunction<Object> sum) {
        List<TaskFunction<Object>> self = new ArrayList<>();
        self.add(one.javaModule("fib").function("fib", "(i32)->i32", call -> {
            int n = call.i32(0);
            if (n < 2) {
                call.result(n);
                return;
            }
            GraphBuilder builder = one.graph("fib" + n);
            GraphTask both = builder.task("sum", sum, builder.task("a", self.getFirst(), n - 1), builder.task("b", self.getFirst(), n - 2));
            try (TaskGraph graph = builder.build()) {
                call.result((int) graph.run().join().result(both));
            }
        }).register().function("fib"));
        return self.getFirst();
    }

    @Test
    void pinnedTasksRunOnTheirWorker() {
        List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        TaskFunction<Object> where = java("m", "where", "(i32)->()", call -> {
            String thread = Thread.currentThread().getName();
            if (!thread.equals("penny-worker-" + call.i32(0))) {
                wrong.add(thread + " ran a task of worker " + call.i32(0));
            }
        }).function("where");
        GraphBuilder builder = penny.graph("pinned");
        GraphTask last = null;
        for (int i = 0; i < 600; i++) {
            GraphTask task = builder.task("t" + i, where, i % 3).pinnedTo(i % 3);
            if (i % 3 == 0 && last != null) {
                task.after(last);
            }
            last = task;
        }
        try (TaskGraph graph = builder.build()) {
            for (int round = 0; round < 20; round++) {
                graph.run().join();
            }
        }
        assertEquals(List.of(), wrong);
    }

    /** The first task holds the only worker while all others become ready; then the urgent ones go first. */
    @Test
    void urgentTasksGoFirst() {
        try (Penny one = Penny.builder().workers(1).memoryBytes(8 << 20).build()) {
            List<String> order = Collections.synchronizedList(new ArrayList<>());
            TaskFunction<Object> note = one.javaModule("m").function("note", "(string)->()", call -> order.add(call.string(0)))
                    .register().function("note");
            GraphBuilder builder = one.graph("urgent");
            GraphTask first = builder.task("first", note, "first");
            for (int i = 0; i < 30; i++) {
                builder.task("low" + i, note, "low").priority(Priority.LOW).after(first);
                builder.task("high" + i, note, "high").priority(Priority.HIGH).after(first);
            }
            try (TaskGraph graph = builder.build()) {
                graph.run().join();
            }
            assertEquals(61, order.size());
            assertEquals(Collections.nCopies(30, "high"), order.subList(1, 31), order::toString);
        }
    }

    @Test
    void aWideGraphAndALongOne() {
        GraphBuilder wide = penny.graph("wide");
        GraphTask source = wide.task("source", add, 0, 0);
        List<GraphTask> middle = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            middle.add(wide.task("m" + i, add, source, i));
        }
        GraphTask sink = wide.task("sink", add, middle.getLast(), 1).after(middle.toArray(GraphTask[]::new));
        try (TaskGraph graph = wide.build()) {
            for (int round = 0; round < 5; round++) {
                GraphRun run = graph.run().join();
                assertEquals(5_000, run.result(sink));
                assertEquals(1_234, run.result(middle.get(1_234)));
            }
        }
        GraphBuilder chain = penny.graph("chain");
        GraphTask last = chain.task("0", add, 0, 1);
        for (int i = 1; i < 20_000; i++) {
            last = chain.task("" + i, add, last, 1);
        }
        try (TaskGraph graph = chain.build()) {
            assertEquals(20_000, graph.run().join().result(last));
        }
        GraphBuilder roots = penny.graph("roots");
        for (int i = 0; i < 5_000; i++) {
            roots.task("" + i, add, i, 1);
        }
        try (TaskGraph graph = roots.build()) {
            GraphRun run = graph.run().join();
            for (int i = 0; i < 5_000; i++) {
                assertEquals(i + 1, run.result(graph.task("" + i)));
            }
        }
    }

    @Test
    void aRunCountsEveryTaskOnceInTheWorkersCounters() {
        GraphBuilder builder = penny.graph("counted");
        for (int i = 0; i < 100; i++) {
            builder.task("t" + i, add, i, 1);
        }
        try (TaskGraph graph = builder.build()) {
            graph.run().join();
            long before = LeakCheck.sum(penny, CoreLayout.WORKER_EXECUTED);
            graph.run().join();
            assertEquals(100, LeakCheck.sum(penny, CoreLayout.WORKER_EXECUTED) - before);
        }
    }
}
