package dev.penny.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Backends;
import dev.penny.Penny;
import dev.penny.api.CapacityException;
import dev.penny.api.ClosedException;
import dev.penny.api.LoadOptions;
import dev.penny.api.RuntimeUnusableException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.engine.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Graphs and their runs when backends, modules and the scheduler itself come and go. */
@Timeout(120)
class GraphLifecycleTest {

    private Penny penny;

    @BeforeEach
    void start() {
        penny = Penny.builder().workers(3).memoryBytes(16 << 20).build();
    }

    @AfterEach
    void stop() {
        LeakCheck.assertNothingHeld(penny);
        penny.close();
    }

    @Test
    void closingAGraphWaitsForItsRun() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        TaskFunction<Object> wait = penny.javaModule("m").blockingFunction("wait", "()->string", call -> {
            go.await();
            call.result("done");
        }).register().function("wait");
        GraphBuilder builder = penny.graph("slow");
        builder.task("t", wait);
        TaskGraph graph = builder.build();
        GraphRun run = graph.run();
        Thread closer = Thread.ofVirtual().start(graph::close);
        Thread.sleep(20);
        assertTrue(closer.isAlive());
        go.countDown();
        closer.join();
        assertTrue(run.isDone());
    }

    @Test
    void runsSurviveASwapOfTheBackend() {
        RandomDag.Log log = new RandomDag.Log(64);
        GraphBuilder builder = penny.graph("swap");
        RandomDag dag = new RandomDag(4);
        List<GraphTask> tasks = dag.write(builder, log.function(penny, "m"));
        long[] expected = dag.inOrder();
        try (TaskGraph graph = builder.build()) {
            for (String backend : List.of("virtual", "fork-join", "platform")) {
                for (int round = 0; round < 50; round++) {
                    GraphRun run = graph.run();
                    if (round == 25) {
                        penny.swapBackend(Backends.installed().stream().filter(known -> known.name().equals(backend)).findFirst().orElseThrow());
                    }
                    run.join();
                    for (int task = 0; task < expected.length; task++) {
                        assertEquals(expected[task], run.result(tasks.get(task)));
                    }
                }
            }
        }
    }

    @Test
    void closeFinishesARunAndCloseNowAbandonsIt() {
        for (boolean now : new boolean[] {false, true}) {
            Penny closing = Penny.builder().workers(1).memoryBytes(8 << 20).build();
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            TaskFunction<Object> hold = closing.javaModule("m").function("hold", "(i32)->i32", call -> {
                begun.countDown();
                go.await();
                call.result(call.i32(0) + 1);
            }).register().function("hold");
            GraphBuilder builder = closing.graph("g");
            GraphTask last = builder.task("b", hold, builder.task("a", hold, 1));
            GraphRun run = builder.build().run();
            Thread closer = Thread.ofVirtual().start(() -> {
                try {
                    begun.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                if (now) {
                    closing.closeNow();
                } else {
                    closing.close();
                }
            });
            awaitClosing(closing, begun);
            go.countDown();
            if (now) {
                assertThrows(ClosedException.class, run::join);
            } else {
                run.join();
            }
            join(closer);
            assertThrows(ClosedException.class, () -> run.result(last));
            run.graph().close();
        }
    }

    /** New submissions are refused from when the close has begun on. */
    private static void awaitClosing(Penny closing, CountDownLatch begun) {
        try {
            begun.await();
            while (true) {
                closing.graph("probe").task("t", closing.modules().getFirst().function("hold"), 1);
                GraphBuilder probe = closing.graph("probe");
                probe.task("t", closing.modules().getFirst().function("hold"), 1);
                probe.build().close();
                Thread.sleep(1);
            }
        } catch (ClosedException e) {
            return;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A backend that has no threads cannot run a worker; whoever waits is told. */
    @Test
    void aSchedulerThatBreaksFailsItsRuns() {
        Executor none = command -> {
            throw new RejectedExecutionException("no threads");
        };
        try (Penny broken = Penny.builder().workers(1).memoryBytes(8 << 20).backend(Backends.over(none)).build()) {
            TaskFunction<Object> nothing = broken.javaModule("n").function("nothing", "()->()", call -> { }).register().function("nothing");
            GraphBuilder builder = broken.graph("g");
            GraphTask task = builder.task("t", nothing);
            try (TaskGraph graph = builder.build()) {
                GraphRun run = graph.run();
                assertThrows(RuntimeUnusableException.class, run::join);
                assertThrows(ClosedException.class, () -> run.outcome(task));
                assertThrows(RuntimeUnusableException.class, graph::run);
            }
        }
    }

    /** Graphs hold argument memory as long as they live: what no longer fits beside them is refused instead of waiting for ever. */
    @Test
    void whatDoesNotFitBesideAGraphIsRefused() {
        TaskFunction<Object> length = penny.javaModule("m").function("length", "(bytes)->i32", call -> call.result(call.view(0).remaining()))
                .register().function("length");
        GraphBuilder builder = penny.graph("large");
        GraphTask task = builder.task("t", length, new byte[5 << 20]);
        try (TaskGraph graph = builder.build()) {
            assertEquals(5 << 20, graph.run().join().result(task));
            String message = assertThrows(CapacityException.class, () -> length.submit(new byte[4 << 20])).getMessage();
            assertTrue(message.startsWith("arguments larger than argument memory: function=m/length(bytes)->i32, bytes=4194304, limit="), message);
            assertEquals(2 << 20, length.call(new byte[2 << 20]));
            assertEquals(List.of(1 << 20, 2 << 20), length.mapAll(List.of(new byte[1 << 20], new byte[2 << 20])));
        }
        assertEquals(4 << 20, length.call(new byte[4 << 20]));
    }

    @Test
    void aReplacedModuleDoesNotChangeAGraph(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("version.mjs");
        String source = "export const version = () => %d;\nexport const signatures = { version: '()->i32' };\n";
        Files.writeString(file, source.formatted(1));
        TaskModule module = penny.load(file);
        GraphBuilder builder = penny.graph("kept");
        GraphTask task = builder.task("t", module.function("version"));
        try (TaskGraph graph = builder.build()) {
            assertEquals(1, graph.run().join().result(task));
            Files.writeString(file, source.formatted(2));
            penny.replace(module, file, LoadOptions.DEFAULT);
            assertEquals(2, module.function("version").call());
            assertEquals(1, graph.run().join().result(task));
        }
    }
}
