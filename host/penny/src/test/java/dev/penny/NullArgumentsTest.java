package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.penny.api.GraphException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRunOptions;
import dev.penny.api.graph.GraphSemaphore;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.Pipeline;
import dev.penny.api.graph.PipelineBuilder;
import dev.penny.api.graph.Place;
import dev.penny.api.graph.Program;
import dev.penny.api.graph.ProgramOptions;
import dev.penny.api.graph.Region;
import dev.penny.api.graph.TaskGraph;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;

/** A {@code null} that is given to graphs, pipelines, programs or tasks after others is refused at once and by its name. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NullArgumentsTest {

    private Penny penny;
    private TaskFunction<Object> add;

    @BeforeAll
    void start() {
        penny = Penny.builder().workers(1).build();
        add = penny.load(Guests.dist("arith.wasm")).function("add");
    }

    @AfterAll
    void stop() {
        penny.close();
    }

    private static void assertNamed(String name, Executable call) {
        assertEquals(name, assertThrows(NullPointerException.class, call).getMessage());
    }

    @Test
    void ofGraphs() {
        assertNamed("name", () -> penny.graph(null));
        GraphBuilder builder = penny.graph("g");
        GraphTask one = builder.task("one", add, 1, 2);
        assertNamed("name", () -> builder.task(null, add, 1, 2));
        assertNamed("arguments", () -> builder.task("two", add, (Object[]) null));
        assertNamed("name", () -> builder.condition(null, add, 1, 2));
        assertNamed("name", () -> builder.part(null, part -> { }));
        assertNamed("body", () -> builder.part("part", null));
        assertNamed("name", () -> builder.semaphore(null, 1));
        assertNamed("name", () -> builder.named(null));
        assertNamed("predecessors", () -> one.after((GraphTask[]) null));
        assertNamed("successors", () -> one.before((GraphTask[]) null));
        assertNamed("semaphores", () -> one.acquires((GraphSemaphore[]) null));
        assertNamed("priority", () -> one.priority(null));
        builder.part("inner", part -> {
            assertNamed("name", () -> part.task(null, add, 1, 2));
            assertNamed("name", () -> part.named(null));
        });
        GraphTask choice = builder.condition("choice", add, 0, 0);
        assertNamed("successors", () -> choice.branch((GraphTask[]) null));
        choice.branch(builder.task("chosen", add, 1, 2));
        try (TaskGraph graph = builder.build()) {
            assertNamed("options", () -> graph.run(null));
            assertNamed("name", () -> graph.task(null));
            graph.run().join();
        }
        assertNamed("deadline", () -> GraphRunOptions.defaults().deadline(null));
        assertNamed("listener", () -> GraphRunOptions.defaults().listener(null));
        assertNamed("deadline", () -> new GraphRunOptions(null, Optional.empty()));
    }

    @Test
    void ofPipelines() {
        assertNamed("name", () -> penny.pipeline(null));
        PipelineBuilder builder = penny.pipeline("p");
        assertNamed("name", () -> builder.serial(null, add));
        assertNamed("function", () -> builder.serial("stage", null));
        assertNamed("more", () -> builder.parallel("stage", 1, add, (Object[]) null));
        Pipeline pipeline = builder.serial("stage", add).build();
        assertNamed("inputs", () -> pipeline.run(null));
        assertNamed("results", () -> pipeline.run(List.of().iterator(), null));
    }

    @Test
    void ofPrograms() {
        assertNamed("options", () -> penny.program(null));
        assertNamed("name", () -> ProgramOptions.defaults().name(null));
        assertNamed("order", () -> ProgramOptions.defaults().order(null));
        try (Program program = penny.program(ProgramOptions.defaults())) {
            assertNamed("name", () -> program.variable(null, 1));
            assertNamed("initial", () -> program.variable("x", null));
            assertNamed("name", () -> program.region(null, 1));
            assertNamed("name", () -> program.storage(null, 0, 1, 1));
            assertNamed("name", () -> program.storage("s", 0, 1, 1).place(null));
            assertNamed("function", () -> program.call(null));
            assertNamed("operands", () -> program.call(add, (Object[]) null));
            assertNamed("variable", () -> program.call(add, 1, 2).into(null));
            assertNamed("ranges", () -> program.call(add, 1, 2).reads((Region.Range[]) null));
            assertNamed("range", () -> program.call(add, 1, 2).writes((Region.Range) null));
        }
        assertNamed("region", () -> new Region.Range(null, 0, 1));
        assertNamed("place", () -> new Place.Access(null, Place.Mode.READ));
    }

    @Test
    void ofTasksAfterOthers() {
        assertNamed("tasks", () -> penny.after((TaskHandle<?>[]) null));
        assertNamed("task", () -> penny.after((TaskHandle<?>) null));
        assertNamed("task", () -> penny.after().and((TaskHandle<?>) null));
        assertNamed("function", () -> penny.after().submit(null));
        assertNamed("arguments", () -> penny.after().submit(add, (Object[]) null));
    }

    /** Whoever implements the interface for tests of his own is told so, too. */
    @Test
    @SuppressWarnings("unchecked")
    void functionsThatAreNotPennysAreRefused() {
        TaskFunction<Object> own = (TaskFunction<Object>) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {TaskFunction.class},
                (_, method, _) -> method.getName().equals("mangledName") ? "mine" : null);
        assertThrows(GraphException.class, () -> penny.graph("g").task("t", own));
        assertThrows(GraphException.class, () -> penny.pipeline("p").serial("stage", own));
        assertThrows(GraphException.class, () -> penny.after().submit(own));
        try (Program program = penny.program(ProgramOptions.defaults())) {
            assertThrows(GraphException.class, () -> program.call(own));
        }
    }
}
