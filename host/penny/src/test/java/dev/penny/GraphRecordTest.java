package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.GraphFailedException;
import dev.penny.api.JavaTask;
import dev.penny.api.LoadOptions;
import dev.penny.api.Outcome;
import dev.penny.api.Priority;
import dev.penny.api.Recording;
import dev.penny.api.Recording.Kind;
import dev.penny.api.ReplayException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphSemaphore;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.NodeOutcome;
import dev.penny.api.graph.Pipeline;
import dev.penny.api.graph.Program;
import dev.penny.api.graph.ProgramOptions;
import dev.penny.api.graph.TaskGraph;
import dev.penny.api.graph.Variable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Graphs, live tasks, programs and pipelines on real threads are recorded; replayed, they decide the same, with the same outcomes. */
@Timeout(300)
class GraphRecordTest {

    private static final int ROOM = 1 << 14;
    private static final int SEEDS = Integer.getInteger("penny.replay.seeds", 4);
    private static final int REPLAYS = 3;

    /** What ran, in the order it ran in. */
    private final List<String> ran = new CopyOnWriteArrayList<>();

    private record Run(Object seen, List<String> order, Recording recording) { }

    private Run run(PennyBuilder builder, Function<Penny, Object> program) {
        ran.clear();
        try (Penny penny = builder.build()) {
            Object seen = program.apply(penny);
            return new Run(seen, List.copyOf(ran), penny.recording());
        }
    }

    private Run record(int seed, Function<Penny, Object> program) {
        String backend = seed % 4 == 3 ? "deterministic" : "platform";
        return run(Penny.builder().workers(seed % 2 == 0 ? 2 : 4).backend(backend).seed(seed).record(ROOM), program);
    }

    /** Records with several seeds on two and four workers, replays each several times. The kinds of decisions there were. */
    private Set<Kind> check(Function<Penny, Object> program) {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (int seed = 0; seed < SEEDS; seed++) {
            Run recorded = record(seed, program);
            List<String> order = null;
            for (int replay = 0; replay < REPLAYS; replay++) {
                Run again = run(Penny.builder().replay(Recording.fromBytes(recorded.recording().toBytes())), program);
                assertEquals(recorded.recording(), again.recording(), "seed " + seed);
                assertEquals(recorded.seen(), again.seen(), "seed " + seed);
                // Two threads may note what they run in another order than they run it in; replays do not.
                assertEquals(order == null ? again.order() : order, again.order(), "seed " + seed);
                order = again.order();
            }
            recorded.recording().decisions().forEach(decision -> kinds.add(decision.kind()));
        }
        return kinds;
    }

    private TaskFunction<Object> java(Penny penny, String name, String signature, JavaTask task) {
        return penny.javaModule("m-" + name).function(name, signature, call -> {
            ran.add(name);
            task.run(call);
        }).register().function(name);
    }

    private TaskFunction<Object> sum(Penny penny) {
        return java(penny, "sum", "(i32,i32)->i32", call -> call.result(call.i32(0) + call.i32(1) & 0xFFFF));
    }

    /** Runs a graph and says all that can be seen of it. */
    private static List<String> outcomes(TaskGraph graph) {
        GraphRun run = graph.run();
        List<String> seen = new ArrayList<>();
        try {
            run.join();
        } catch (GraphFailedException e) {
            seen.add(e.getMessage());
        }
        for (GraphTask task : graph.tasks()) {
            seen.add(task.name() + " " + switch (run.outcome(task)) {
                case NodeOutcome.Done() -> run.result(task);
                case NodeOutcome.Failed(var cause) -> cause.getMessage();
                case NodeOutcome.Skipped(var chain) -> chain.stream().map(GraphTask::name).collect(Collectors.joining("<"));
                case NodeOutcome.Cancelled() -> "cancelled";
                case NodeOutcome.NotReached() -> "not reached";
            });
        }
        return seen;
    }

    // ---- static graphs

    private Object randomGraphs(Penny penny) {
        TaskFunction<Object> wasm = penny.load(Guests.dist("arith.wasm")).function("add");
        TaskFunction<Object> java = sum(penny);
        List<Object> seen = new ArrayList<>();
        for (int number = 0; number < 6; number++) {
            Random random = new Random(number);
            GraphBuilder builder = penny.graph("g" + number);
            List<GraphTask> tasks = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                Object first = i == 0 || random.nextInt(4) == 0 ? i : tasks.get(random.nextInt(i));
                Object second = i == 0 || random.nextInt(4) == 0 ? 1 : tasks.get(random.nextInt(i));
                GraphTask task = builder.task("t" + i, random.nextInt(3) == 0 ? java : wasm, first, second);
                for (int more = random.nextInt(3); i > 0 && more > 0; more--) {
                    task.after(tasks.get(random.nextInt(i)));
                }
                tasks.add(task);
            }
            try (TaskGraph graph = builder.build()) {
                seen.add(outcomes(graph));
                seen.add(outcomes(graph));
            }
        }
        return seen;
    }

    @Test
    void randomGraphsAreReplayed() {
        Set<Kind> kinds = check(this::randomGraphs);
        assertTrue(kinds.containsAll(Set.of(Kind.RELEASE, Kind.COMPLETE, Kind.POP)), kinds::toString);
    }

    private Object wavefront(Penny penny) {
        TaskFunction<Object> sum = sum(penny);
        int side = 14;
        GraphBuilder builder = penny.graph("wavefront");
        GraphTask[][] cells = new GraphTask[side][side];
        for (int row = 0; row < side; row++) {
            for (int column = 0; column < side; column++) {
                cells[row][column] = builder.task(row + "/" + column, sum, row == 0 ? 1 : cells[row - 1][column],
                        column == 0 ? 1 : cells[row][column - 1]);
            }
        }
        try (TaskGraph graph = builder.build()) {
            return List.of(outcomes(graph), outcomes(graph));
        }
    }

    @Test
    void wavefrontsAreReplayed() {
        check(this::wavefront);
    }

    /** A loop whose body is wide, and one that leaves a task behind. */
    private Object loops(Penny penny) {
        int[] left = {15, 15};
        TaskFunction<Object> sum = sum(penny);
        List<Object> seen = new ArrayList<>();
        for (int kind = 0; kind < 2; kind++) {
            int loop = kind;
            TaskFunction<Object> again = java(penny, "again" + kind, "()->i32", call -> call.result(left[loop]-- > 0 ? 0 : 1));
            GraphBuilder builder = penny.graph("loop" + kind);
            GraphTask start = builder.task("start", sum, 1, 2);
            GraphTask body = builder.task("body", sum, 3, 4).after(start);
            List<GraphTask> wide = IntStream.range(0, 6).mapToObj(i -> builder.task("wide" + i, sum, i, 0).after(body)).toList();
            GraphTask condition = builder.condition("condition", again);
            condition.after(loop == 0 ? wide.toArray(GraphTask[]::new) : new GraphTask[] {wide.getFirst()});
            condition.branch(body, builder.task("end", sum, 5, 6));
            try (TaskGraph graph = builder.build()) {
                List<String> outcomes = outcomes(graph);
                seen.add(outcomes);
            }
        }
        return seen;
    }

    @Test
    void loopsAreReplayed() {
        Set<Kind> kinds = check(this::loops);
        assertTrue(kinds.contains(Kind.START), kinds::toString);
    }

    private Object limits(Penny penny) {
        TaskFunction<Object> sum = sum(penny);
        GraphBuilder builder = penny.graph("limits");
        GraphSemaphore one = builder.semaphore("one", 1);
        GraphSemaphore two = builder.semaphore("two", 2);
        GraphTask first = builder.task("first", sum, 0, 0);
        for (int i = 0; i < 80; i++) {
            GraphTask task = builder.task("t" + i, sum, first, i);
            if (i % 2 == 0) {
                task.acquires(one);
            }
            if (i % 3 == 0) {
                task.acquires(two);
            }
            if (i % 5 == 0) {
                task.priority(i % 10 == 0 ? Priority.HIGH : Priority.LOW);
            } else if (i % 7 == 0) {
                task.pinnedTo(i % penny.workers());
            }
        }
        try (TaskGraph graph = builder.build()) {
            return List.of(outcomes(graph), outcomes(graph));
        }
    }

    @Test
    void semaphoresPrioritiesAndPinsAreReplayed() {
        Set<Kind> kinds = check(this::limits);
        assertTrue(kinds.containsAll(Set.of(Kind.PERMIT, Kind.RETURN, Kind.MAIL, Kind.INJECTOR)), kinds::toString);
    }

    /** Each task after several that fail: which of them is the cause depends on timing. */
    private Object failing(Penny penny) {
        TaskFunction<Object> sum = sum(penny);
        TaskFunction<Object> traps = penny.load(Guests.hostile("trap.wasm")).function("divide");
        TaskFunction<Object> fails = java(penny, "fails", "(i32)->i32", call -> {
            throw new IllegalStateException("number " + call.i32(0));
        });
        GraphBuilder builder = penny.graph("failing");
        List<GraphTask> tasks = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < 60; i++) {
            GraphTask task = i % 9 == 4 ? builder.task("fails" + i, fails, i) : i % 17 == 6 ? builder.task("traps" + i, traps, 1, 0)
                    : builder.task("sums" + i, sum, i, i);
            for (int more = i == 0 ? 0 : random.nextInt(4); more > 0; more--) {
                task.after(tasks.get(random.nextInt(i)));
            }
            tasks.add(task);
        }
        GraphTask last = builder.task("last", sum, 1, 1);
        tasks.forEach(last::after);
        try (TaskGraph graph = builder.build()) {
            return List.of(outcomes(graph), outcomes(graph));
        }
    }

    @Test
    void failuresAndTheirCausesAreReplayed() {
        Set<Kind> kinds = check(this::failing);
        assertTrue(kinds.contains(Kind.CAUSE), kinds::toString);
    }

    /** Graphs built and run in tasks, several at once, with tasks that block or fork. */
    private Object inTasks(Penny penny) {
        TaskFunction<Object> sum = sum(penny);
        TaskFunction<Object> blocks = penny.javaModule("b").blockingFunction("blocks", "(i32)->i32", call -> {
            Thread.sleep(1);
            call.result(2 * call.i32(0));
        }).register().function("blocks");
        TaskFunction<Object> fib = penny.load(Guests.dist("fib.wasm")).function("fib");
        TaskFunction<Object> outer = java(penny, "outer", "(i32)->i32", call -> {
            GraphBuilder builder = penny.graph("inner" + call.i32(0));
            GraphTask first = builder.task("first", sum, call.i32(0), 1);
            GraphTask middle = builder.task("middle", blocks, first);
            GraphTask other = builder.task("other", fib, 12);
            GraphTask last = builder.task("last", sum, middle, first).after(other);
            try (TaskGraph graph = builder.build()) {
                GraphRun run = graph.run();
                call.result((int) run.join().result(last));
            }
        });
        List<TaskHandle<Object>> handles = IntStream.range(0, 12).mapToObj(i -> outer.submit(i)).toList();
        return handles.stream().map(TaskHandle::join).toList();
    }

    @Test
    void graphsInTasksAreReplayed() {
        Set<Kind> kinds = check(this::inTasks);
        assertTrue(kinds.contains(Kind.CHOICE), kinds::toString);
    }

    @Test
    void graphsThatGuestsDescribeAreReplayed() {
        check(penny -> {
            penny.load(Guests.dist("arith.wasm"));
            TaskModule wasm = penny.load(Guests.dist("graphs.wasm"));
            List<TaskHandle<Object>> several = IntStream.range(1, 8).mapToObj(i -> wasm.function("squares").submit(10 * i)).toList();
            List<Object> seen = new ArrayList<>(several.stream().map(TaskHandle::join).toList());
            seen.add(wasm.function("chain").call(1));
            seen.add(wasm.function("nested").call(4));
            return seen;
        });
        check(penny -> {
            penny.load(Guests.dist("arith.wasm"));
            TaskModule js = penny.load(Guests.js("graphs.js"));
            List<TaskHandle<Object>> several = IntStream.range(1, 6).mapToObj(i -> js.function("squares").submit(5 * i)).toList();
            List<Object> seen = new ArrayList<>(several.stream().map(TaskHandle::join).toList());
            seen.add(js.function("sentence").call("Zoë"));
            seen.add(js.function("promised").call(5));
            seen.add(js.function("nested").call(3));
            return seen;
        });
    }

    // ---- tasks that are added while others run

    private Object after(Penny penny) {
        TaskFunction<Object> sum = sum(penny);
        TaskFunction<Object> fails = java(penny, "fails", "(i32)->i32", call -> {
            throw new IllegalStateException("number " + call.i32(0));
        });
        List<TaskHandle<Object>> handles = new ArrayList<>();
        Random random = new Random(5);
        for (int i = 0; i < 100; i++) {
            TaskHandle<?>[] before = IntStream.range(0, i == 0 ? 0 : random.nextInt(4))
                    .mapToObj(unused -> handles.get(random.nextInt(handles.size()))).toArray(TaskHandle<?>[]::new);
            boolean flows = i > 0 && random.nextInt(3) == 0;
            handles.add(i % 20 == 7 ? penny.after(before).submit(fails, i) : i % 5 == 0 ? sum.submit(i, 1)
                    : penny.after(before).submit(sum, flows ? handles.get(random.nextInt(i)) : i, 1));
        }
        return seen(handles);
    }

    private static List<Object> seen(List<TaskHandle<Object>> handles) {
        return handles.stream().map(handle -> {
            try {
                return handle.join();
            } catch (CompletionException e) {
                return e.getCause().getMessage();
            }
        }).toList();
    }

    @Test
    void tasksAfterOthersAreReplayed() {
        check(this::after);
        check(penny -> {
            TaskFunction<Object> sum = sum(penny);
            TaskFunction<Object> outer = java(penny, "outer", "(i32)->i32", call -> {
                TaskHandle<Object> first = sum.submit(call.i32(0), 1);
                TaskHandle<Object> second = penny.after(first).submit(sum, first, 2);
                TaskHandle<Object> third = penny.after(first).submit(sum, 3, second);
                call.result((int) penny.after(second, third).submit(sum, third, second).join());
            });
            return seen(IntStream.range(0, 20).mapToObj(i -> outer.submit(i)).toList());
        });
    }

    private static Object program(Penny penny, ProgramOptions options, TaskFunction<Object> sum, TaskFunction<Object> fails, int seed) {
        Random random = new Random(seed);
        List<Object> seen = new ArrayList<>();
        try (Program program = penny.program(options)) {
            List<Variable<Integer>> variables = IntStream.range(0, 5).mapToObj(i -> program.variable("v" + i, i)).toList();
            for (int i = 0; i < 80; i++) {
                Variable<Integer> from = variables.get(random.nextInt(5));
                Variable<Integer> other = variables.get(random.nextInt(5));
                Variable<Integer> into = variables.get(random.nextInt(5));
                if (i % 31 == 17) {
                    program.call(fails, from).into(into).issue();
                } else {
                    program.call(sum, i % 4 == 0 ? i : from, other).into(into).issue();
                }
            }
            try {
                program.sync();
            } catch (GraphFailedException e) {
                seen.add(e.getMessage());
            }
            for (Variable<Integer> variable : variables) {
                program.call(sum, 1, 2).into(variable).issue();
                seen.add(variable.get());
            }
            seen.add(program.counters());
        }
        return seen;
    }

    @Test
    void programsAreReplayed() {
        Function<Penny, Object> several = penny -> {
            TaskFunction<Object> sum = sum(penny);
            TaskFunction<Object> fails = java(penny, "fails", "(i32)->i32", call -> {
                throw new IllegalStateException("failed");
            });
            ProgramOptions options = ProgramOptions.defaults().window(16);
            return List.of(program(penny, options, sum, fails, 1), program(penny, options.renaming(false), sum, fails, 2));
        };
        check(several);
    }

    /** The issuer is a task: it waits for its window by running others. */
    @Test
    void programsInTasksAreReplayed() {
        check(penny -> {
            TaskFunction<Object> sum = sum(penny);
            TaskFunction<Object> outer = java(penny, "outer", "(i32)->i32", call -> {
                try (Program program = penny.program(ProgramOptions.defaults().window(4))) {
                    Variable<Integer> x = program.variable("x", call.i32(0));
                    Variable<Integer> y = program.variable("y", 1);
                    for (int i = 0; i < 20; i++) {
                        program.call(sum, x, i).into(i % 2 == 0 ? x : y).issue();
                        program.call(sum, y, 1).into(y).issue();
                    }
                    call.result(x.get() + y.get());
                }
            });
            return seen(IntStream.range(0, 8).mapToObj(i -> outer.submit(i)).toList());
        });
    }

    private Object pipeline(Penny penny) {
        TaskFunction<Object> sum = sum(penny);
        TaskFunction<Object> wasm = penny.load(Guests.dist("arith.wasm")).function("add");
        TaskFunction<Object> text = java(penny, "text", "(i32,string)->string", call -> {
            if (call.i32(0) % 13 == 5) {
                throw new IllegalStateException("five");
            }
            call.result(call.i32(0) + call.string(1));
        });
        TaskFunction<Object> count = penny.loadJs("""
                export const signatures = { count: '(string)->i32' };
                export function count(s) { return s.length; }
                """, LoadOptions.DEFAULT.named("j")).function("count");
        Pipeline pipeline = penny.pipeline("p").serial("first", sum).parallel("second", 2, wasm, 1000).serialAnyOrder("third", text, "é")
                .parallel("fourth", 3, count).tokens(8).queue(3).build();
        List<Object> seen = new ArrayList<>();
        pipeline.run(IntStream.range(0, 60).mapToObj(i -> new Object[] {i, 1}).iterator())
                .forEachRemaining(outcome -> seen.add(outcome instanceof Outcome.Done<Object> done ? done.value() : "failed"));
        return seen;
    }

    @Test
    void pipelinesAreReplayed() {
        Set<Kind> kinds = check(this::pipeline);
        assertTrue(kinds.containsAll(Set.of(Kind.PERMIT, Kind.RETURN)), kinds::toString);
    }

    // ---- what cannot be replayed

    private Object diamond(Penny penny, boolean other) {
        TaskFunction<Object> sum = sum(penny);
        GraphBuilder builder = penny.graph("diamond");
        GraphTask first = builder.task("first", sum, 1, 1);
        GraphTask left = builder.task("left", sum, first, 1);
        GraphTask right = builder.task("right", sum, other ? left : first, 2);
        builder.task("last", sum, left, right);
        try (TaskGraph graph = builder.build()) {
            return outcomes(graph);
        }
    }

    private String refused(Run recorded) {
        return assertThrows(ReplayException.class, () -> run(Penny.builder().replay(recorded.recording()), penny -> diamond(penny, true)))
                .getMessage();
    }

    @Test
    void anotherGraphIsFoundAndBothDecisionsAreNamed() {
        String message = refused(run(Penny.builder().workers(1).record(ROOM), penny -> diamond(penny, false)));
        assertTrue(message.matches("the replay decided something else: .*recorded=worker .*node . of graph 1.*found=worker .*"
                + "node . of graph 1.*"), message);
    }

    /** Where the recording steals a task that the other graph does not have there, nothing is found. */
    @Test
    void anotherGraphIsFoundOnSeveralWorkers() {
        for (int seed = 0; seed < SEEDS; seed++) {
            String message = refused(record(seed, penny -> diamond(penny, false)));
            assertTrue(message.matches("the replay decided something else: .*recorded=worker .*node . of graph 1.*found=(worker .*"
                    + "node . of graph 1.*|nothing of the kind)"), message);
        }
    }
}
