package dev.penny.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Penny;
import dev.penny.api.GraphFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphSemaphore;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.engine.LeakCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Never more than so many at once, and whoever waits for a permit takes no worker. */
@Timeout(120)
class GraphSemaphoreTest {

    /** How many are inside at once, at most. */
    private static final class Meter {

        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        void enter() {
            int now = inside.incrementAndGet();
            most.accumulateAndGet(now, Math::max);
        }

        void leave() {
            inside.decrementAndGet();
        }
    }

    @ParameterizedTest
    @CsvSource({"platform,1", "platform,2", "virtual,3", "deterministic,2"})
    void neverMoreThanTheyHavePermits(String backend, int permits) {
        try (Penny penny = Penny.builder().workers(4).backend(backend).memoryBytes(8 << 20).build()) {
            Meter meter = new Meter();
            TaskFunction<Object> work = penny.javaModule("m").function("work", "(i32)->i32", call -> {
                meter.enter();
                for (int i = 0; i < 2_000; i++) {
                    Thread.onSpinWait();
                }
                meter.leave();
                call.result(call.i32(0));
            }).register().function("work");
            TaskFunction<Object> blocking = penny.javaModule("b").blockingFunction("work", "(i32)->i32", call -> {
                meter.enter();
                Thread.sleep(0, 100_000);
                meter.leave();
                call.result(call.i32(0));
            }).register().function("work");
            GraphBuilder builder = penny.graph("limited");
            GraphSemaphore semaphore = builder.semaphore("s", permits);
            List<GraphTask> tasks = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                tasks.add(builder.task("t" + i, i % 10 == 0 ? blocking : work, i).acquires(semaphore));
            }
            try (TaskGraph graph = builder.build()) {
                for (int round = 0; round < 5; round++) {
                    GraphRun run = graph.run().join();
                    for (int i = 0; i < 200; i++) {
                        assertEquals(i, run.result(tasks.get(i)));
                    }
                    assertTrue(meter.most.get() <= permits, "at once: " + meter.most);
                    assertEquals(0, meter.inside.get());
                }
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** Two tasks that meet inside show that the meter sees two, where no semaphore keeps them apart. */
    @Test
    void theMeterSeesTwoAtOnce() {
        try (Penny penny = Penny.builder().workers(2).memoryBytes(8 << 20).build()) {
            Meter meter = new Meter();
            CountDownLatch both = new CountDownLatch(2);
            TaskFunction<Object> work = penny.javaModule("m").function("work", "()->()", call -> {
                meter.enter();
                both.countDown();
                assertTrue(both.await(60, TimeUnit.SECONDS));
                meter.leave();
            }).register().function("work");
            GraphBuilder builder = penny.graph("free");
            GraphSemaphore two = builder.semaphore("s", 2);
            builder.task("a", work).acquires(two);
            builder.task("b", work).acquires(two);
            try (TaskGraph graph = builder.build()) {
                graph.run().join();
            }
            assertEquals(2, meter.most.get());
        }
    }

    /** Taken in opposite orders by hand, two semaphores would stop everything. */
    @Test
    void severalSemaphoresNeverBlockEachOther() {
        try (Penny penny = Penny.builder().workers(4).memoryBytes(8 << 20).build()) {
            Meter first = new Meter();
            Meter second = new Meter();
            TaskFunction<Object> work = penny.javaModule("m").function("work", "()->()", call -> {
                first.enter();
                second.enter();
                second.leave();
                first.leave();
            }).register().function("work");
            GraphBuilder builder = penny.graph("two");
            GraphSemaphore a = builder.semaphore("a", 1);
            GraphSemaphore b = builder.semaphore("b", 2);
            GraphSemaphore c = builder.semaphore("c", 1);
            for (int i = 0; i < 300; i++) {
                GraphTask task = builder.task("t" + i, work);
                switch (i % 3) {
                    case 0 -> task.acquires(a, b);
                    case 1 -> task.acquires(c, b, a);
                    default -> task.acquires(b).acquires(a);
                }
            }
            try (TaskGraph graph = builder.build()) {
                for (int round = 0; round < 20; round++) {
                    graph.run().join();
                }
            }
            assertEquals(1, first.most.get());
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** With one worker a task that waited on it for a permit would wait for ever. */
    @Test
    void waitingForAPermitTakesNoWorker() throws Exception {
        try (Penny penny = Penny.builder().workers(1).memoryBytes(8 << 20).build()) {
            CountDownLatch free = new CountDownLatch(1);
            TaskFunction<Object> hold = penny.javaModule("hold").blockingFunction("hold", "()->()", call -> free.await()).register()
                    .function("hold");
            TaskFunction<Object> open = penny.javaModule("open").function("open", "()->()", call -> free.countDown()).register()
                    .function("open");
            GraphBuilder builder = penny.graph("one worker");
            GraphSemaphore semaphore = builder.semaphore("s", 1);
            GraphTask first = builder.task("first", hold).acquires(semaphore);
            builder.task("second", hold).acquires(semaphore);
            builder.task("third", hold).acquires(semaphore);
            builder.task("open", open);
            try (TaskGraph graph = builder.build()) {
                graph.run().join().result(first);
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** Permits come back from tasks that fail, are skipped or are cancelled. */
    @Test
    void failuresAndCancellationGivePermitsBack() {
        try (Penny penny = Penny.builder().workers(3).memoryBytes(8 << 20).build()) {
            TaskFunction<Object> odd = penny.javaModule("m").function("odd", "(i32)->i32", call -> {
                if (call.i32(0) % 2 == 0) {
                    throw new IllegalArgumentException("even");
                }
                call.result(call.i32(0));
            }).register().function("odd");
            GraphBuilder builder = penny.graph("odd");
            GraphSemaphore semaphore = builder.semaphore("s", 2);
            for (int i = 0; i < 100; i++) {
                GraphTask task = builder.task("t" + i, odd, i).acquires(semaphore);
                builder.task("after" + i, odd, task).acquires(semaphore);
            }
            try (TaskGraph graph = builder.build()) {
                for (int round = 0; round < 50; round++) {
                    GraphRun run = graph.run();
                    if (round % 2 == 0) {
                        assertEquals(50, assertThrows(GraphFailedException.class, run::join).failures().size());
                    } else {
                        run.cancel();
                        assertTrue(assertThrows(RuntimeException.class, run::join) instanceof RuntimeException ended
                                && (ended instanceof GraphFailedException || ended instanceof CancellationException));
                    }
                }
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }
}
