package dev.penny.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Penny;
import dev.penny.api.GraphException;
import dev.penny.api.TaskFunction;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.engine.LeakCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tasks that wait for each other are refused, with the circle; loops through conditions are not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DagCycleTest {

    private Penny penny;
    private TaskFunction<Object> nothing;
    private TaskFunction<Object> increment;
    private TaskFunction<Object> choose;

    @BeforeAll
    void start() {
        penny = Penny.builder().workers(1).memoryBytes(8 << 20).build();
        nothing = penny.javaModule("n").function("nothing", "()->()", call -> { }).register().function("nothing");
        increment = penny.javaModule("i").function("increment", "(i32)->i32", call -> call.result(call.i32(0) + 1)).register()
                .function("increment");
        choose = penny.javaModule("c").function("choose", "()->i32", call -> call.result(1)).register().function("choose");
    }

    @AfterAll
    void stop() {
        LeakCheck.assertNothingHeld(penny);
        penny.close();
    }

    @Test
    void aCircleOfTwoIsPrinted() {
        GraphBuilder builder = penny.graph("g");
        GraphTask a = builder.task("a", nothing);
        GraphTask b = builder.task("b", nothing).after(a);
        a.after(b);
        assertEquals("tasks wait for each other: graph=g, cycle=a -> b -> a", assertThrows(GraphException.class, builder::build).getMessage());
    }

    @Test
    void aTaskThatWaitsForItselfIsPrinted() {
        GraphBuilder builder = penny.graph("g");
        builder.task("before", nothing);
        GraphTask a = builder.task("a", nothing);
        a.before(a);
        assertEquals("tasks wait for each other: graph=g, cycle=a -> a", assertThrows(GraphException.class, builder::build).getMessage());
    }

    /** What comes before the circle, what follows it and what lies beside it is not printed; results that flow are arrows too. */
    @Test
    void onlyTheCircleIsPrinted() {
        GraphBuilder builder = penny.graph("g");
        GraphTask start = builder.task("start", increment, 1);
        GraphTask a = builder.task("a", increment, start);
        GraphTask b = builder.task("b", increment, a);
        GraphTask c = builder.task("c", increment, b);
        builder.task("tail", increment, c);
        builder.task("beside", increment, start);
        a.after(c);
        assertEquals("tasks wait for each other: graph=g, cycle=a -> b -> c -> a", assertThrows(GraphException.class, builder::build).getMessage());
    }

    /** A random graph without circles builds; with one arrow turned into its way back it does not, and the circle is one. */
    @Test
    void randomGraphsAreRefusedExactlyWhenThereIsACircle() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int size = 2 + random.nextInt(30);
            GraphBuilder builder = penny.graph("seed " + seed);
            List<GraphTask> tasks = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                GraphTask task = builder.task("t" + i, nothing);
                for (int arrows = i == 0 ? 0 : random.nextInt(3); arrows > 0; arrows--) {
                    task.after(tasks.get(random.nextInt(i)));
                }
                tasks.add(task);
            }
            int from = random.nextInt(size);
            List<GraphTask> backwards = tasks.get(from).predecessors();
            if (backwards.isEmpty()) {
                try (TaskGraph graph = builder.build()) {
                    graph.run().join();
                }
            } else {
                backwards.getFirst().after(tasks.get(from));
                String message = assertThrows(GraphException.class, builder::build, "seed " + seed).getMessage();
                assertCircle(message, builder, seed);
            }
        }
    }

    private static void assertCircle(String message, GraphBuilder builder, long seed) {
        String[] names = message.substring(message.indexOf("cycle=") + "cycle=".length()).split(" -> ");
        assertTrue(names.length >= 2, message);
        assertEquals(names[0], names[names.length - 1], message);
        for (int i = 1; i < names.length; i++) {
            assertTrue(builder.named(names[i]).predecessors().contains(builder.named(names[i - 1])), "seed " + seed + ": " + message);
        }
    }

    @Test
    void aLongCircleIsCutShort() {
        GraphBuilder builder = penny.graph("g");
        GraphTask first = builder.task("t0", nothing);
        GraphTask last = first;
        for (int i = 1; i < 1_000; i++) {
            last = builder.task("t" + i, nothing).after(last);
        }
        first.after(last);
        String message = assertThrows(GraphException.class, builder::build).getMessage();
        assertTrue(message.endsWith(" -> ... (937 more)"), message);
    }

    @Test
    void aLoopThroughAConditionIsNoCircle() {
        GraphBuilder builder = penny.graph("g");
        GraphTask start = builder.task("start", nothing);
        GraphTask body = builder.task("body", nothing).after(start);
        GraphTask again = builder.condition("again", choose).after(body);
        GraphTask end = builder.task("end", nothing);
        again.branch(body, end);
        try (TaskGraph graph = builder.build()) {
            graph.run().join().result(end);
        }
    }
}
