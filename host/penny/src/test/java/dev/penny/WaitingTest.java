package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.TaskGraph;
import dev.penny.spi.ThreadBackend;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever waits is woken, by the result, by the end of his time or by an interrupt, whatever runs the workers. */
@Timeout(120)
class WaitingTest {

    private static final int YIELDING = 20_000;

    private static ThreadBackend named(String name) {
        return Backends.installed().stream().filter(backend -> backend.name().equals(name)).findFirst().orElseThrow();
    }

    /** Holds tasks back, not longer than until the Penny is to be closed. */
    private record Gate(CountDownLatch latch) implements AutoCloseable {
        Gate() {
            this(new CountDownLatch(1));
        }

        void open() {
            latch.countDown();
        }

        @Override
        public void close() {
            open();
        }
    }

    /** A function that ends when the gate is open, without a worker. */
    private static TaskFunction<Object> gated(Penny penny, Gate gate) {
        return penny.javaModule("gate").blockingFunction("gated", "()->()", call -> gate.latch().await()).register().function("gated");
    }

    @ParameterizedTest
    @ValueSource(strings = {"platform", "deterministic"})
    void aTimedWaitEndsWithItsTime(String backend) throws Exception {
        try (Penny penny = Penny.builder().workers(1).backend(backend).build(); Gate gate = new Gate()) {
            TaskHandle<Object> never = gated(penny, gate).submit();
            assertThrows(TimeoutException.class, () -> never.get(20, TimeUnit.MILLISECONDS));
            assertThrows(TimeoutException.class, () -> penny.after(never).submit(never.function()).get(20, TimeUnit.MILLISECONDS));
            assertThrows(TimeoutException.class, () -> never.get(0, TimeUnit.MILLISECONDS));
            assertThrows(TimeoutException.class, () -> never.get(-1, TimeUnit.DAYS));
            gate.open();
            never.get(Long.MAX_VALUE, TimeUnit.DAYS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"platform", "virtual", "fork-join"})
    void anExecutorsTimedWaitEndsWithItsTime(String backend) throws Exception {
        try (Penny penny = Penny.builder().workers(2).backend(backend).build(); ExecutorService executor = penny.asExecutorService();
                Gate gate = new Gate()) {
            Future<Object> future = executor.submit(waitingFor(gated(penny, gate).submit(), new CountDownLatch(1)));
            timesOut(executor, future);
            gate.open();
            assertTrue(executor.awaitTermination(1, TimeUnit.MINUTES));
        }
    }

    /** Whoever runs the workers may be inside of a task that waits; others keep their time. */
    @Test
    void aTimedWaitBesideTheThreadThatRunsTheWorkersEndsWithItsTime() throws Exception {
        try (Penny penny = Penny.builder().workers(2).backend("deterministic").build(); ExecutorService executor = penny.asExecutorService();
                Gate gate = new Gate()) {
            CountDownLatch waits = new CountDownLatch(1);
            Future<Object> future = executor.submit(waitingFor(gated(penny, gate).submit(), waits));
            Thread driver = Thread.ofPlatform().start(() -> {
                try {
                    future.get();
                } catch (InterruptedException | ExecutionException e) {
                    throw new IllegalStateException(e);
                }
            });
            waits.await();
            timesOut(executor, future);
            gate.open();
            driver.join();
            assertTrue(executor.awaitTermination(1, TimeUnit.MINUTES));
        }
    }

    private static Callable<Object> waitingFor(TaskHandle<Object> task, CountDownLatch waits) {
        return () -> {
            waits.countDown();
            return task.get();
        };
    }

    private static void timesOut(ExecutorService executor, Future<Object> future) throws InterruptedException {
        assertThrows(TimeoutException.class, () -> future.get(20, TimeUnit.MILLISECONDS));
        executor.shutdown();
        assertFalse(executor.awaitTermination(20, TimeUnit.MILLISECONDS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"platform", "deterministic"})
    void anInterruptEndsGetAndIsKeptByJoin(String backend) throws Exception {
        try (Penny penny = Penny.builder().workers(1).backend(backend).build(); Gate gate = new Gate()) {
            TaskHandle<Object> late = gated(penny, gate).submit();
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, late::get);
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, () -> late.get(1, TimeUnit.MINUTES));
            Thread.currentThread().interrupt();
            Thread.ofPlatform().start(() -> {
                pause(30);
                gate.open();
            });
            late.join();
            assertTrue(Thread.interrupted());
        }
    }

    /** The only worker must go on running others, interrupted or not: one of them is what the task waits for. */
    @ParameterizedTest
    @ValueSource(strings = {"platform", "virtual", "fork-join", "deterministic"})
    void anInterruptedTaskThatJoinsGoesOnHelping(String backend) {
        try (Penny penny = Penny.builder().workers(1).backend(backend).build()) {
            TaskFunction<Object> one = penny.javaModule("m").function("one", "()->i32", call -> call.result(1)).register().function("one");
            GraphBuilder builder = penny.graph("g");
            builder.task("a", one).before(builder.task("b", one));
            AtomicReference<Boolean> kept = new AtomicReference<>();
            try (TaskGraph graph = builder.build()) {
                TaskFunction<Object> outer = penny.javaModule("outer").function("outer", "()->i32", call -> {
                    Thread.currentThread().interrupt();
                    graph.run().join();
                    int sum = (int) penny.after(one.submit()).submit(one).join();
                    kept.set(Thread.interrupted());
                    call.result(sum);
                }).register().function("outer");
                assertEquals(1, outer.call());
                assertEquals(true, kept.get());
            }
        }
    }

    /** What a task waits for runs on its thread, and so may what else waits meanwhile. */
    @ParameterizedTest
    @ValueSource(strings = {"platform", "virtual", "fork-join", "deterministic"})
    void anInterruptedTaskThatWaitsShowsItsInterruptToNoOther(String backend) {
        try (Penny penny = Penny.builder().workers(1).queueCapacity(4).backend(backend).build()) {
            AtomicInteger seen = new AtomicInteger();
            AtomicInteger ran = new AtomicInteger();
            TaskFunction<Object> stranger = penny.javaModule("m").function("stranger", "(i32)->()", call -> {
                ran.incrementAndGet();
                seen.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0);
            }).register().function("stranger");
            AtomicReference<String> kept = new AtomicReference<>();
            penny.javaModule("outer").function("outer", "()->()", call -> {
                Thread.currentThread().interrupt();
                stranger.submit(1).join();
                String found = "join " + Thread.interrupted();
                TaskHandle<Object> waiting = stranger.submit(2);
                Thread.currentThread().interrupt();
                assertThrows(InterruptedException.class, waiting::get);
                found += ", get " + Thread.interrupted();
                Thread.currentThread().interrupt();
                assertThrows(InterruptedException.class, () -> waiting.get(1, TimeUnit.MINUTES));
                waiting.join();
                Thread.currentThread().interrupt();
                stranger.mapAll(IntStream.range(0, 10_000).boxed().toList());
                kept.set(found + ", map " + Thread.interrupted());
            }).register().function("outer").call();
            assertEquals("join true, get false, map true", kept.get());
            assertEquals(10_002, ran.get());
            assertEquals(0, seen.get());
        }
    }

    /** A task that waits runs what it waits for itself if nobody has begun that; what has begun and yielded goes on instead. */
    @Test
    void aTaskThatHasYieldedIsNotBegunAgainByTheOneThatWaitsForIt() {
        AtomicIntegerArray begun = new AtomicIntegerArray(YIELDING);
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskFunction<Object> yields = penny.javaModule("y").function("yields", "(i32,i32)->i32", call -> {
                if (call.i32(0) == 0) {
                    begun.incrementAndGet(call.i32(1));
                }
                if (call.i32(0) < 5) {
                    call.again(call.i32(0) + 1, call.i32(1));
                } else {
                    call.result(1);
                }
            }).register().function("yields");
            TaskFunction<Integer> waits = penny.javaModule("w").function("waits", "(i32)->i32", call -> {
                List<TaskHandle<Object>> inner = IntStream.range(call.i32(0), call.i32(0) + 50).mapToObj(i -> yields.submit(0, i)).toList();
                call.result(inner.stream().mapToInt(handle -> (int) handle.join()).sum());
            }).register().function("waits", "(i32)->i32", Integer.class);
            List<TaskHandle<Integer>> outer = IntStream.range(0, YIELDING / 50).mapToObj(i -> waits.submit(50 * i)).toList();
            assertEquals(YIELDING, outer.stream().mapToInt(TaskHandle::join).sum());
        }
        assertEquals(List.of(), IntStream.range(0, YIELDING).filter(i -> begun.get(i) != 1).boxed().toList());
    }

    /**
     * Three threads, no workers, that wait in three ways while worker threads exist; then there are none, and those who wait run the workers.
     * A task that waited for the gate on a worker would keep the swap waiting, which ends when every worker has come back.
     */
    @Test
    void whoeverWaitsDuringASwapRunsTheWorkersIfTheNewBackendHasNoThreads() throws Exception {
        try (Penny penny = Penny.builder().workers(1).build(); Gate gate = new Gate()) {
            TaskHandle<Object> late = gated(penny, gate).submit();
            TaskFunction<Object> one = penny.javaModule("m").function("one", "()->i32", call -> call.result(1)).register().function("one");
            TaskHandle<Object> after = penny.after(late).submit(one);
            GraphBuilder builder = penny.graph("g");
            builder.task("a", late.function()).before(builder.task("b", one));
            try (TaskGraph graph = builder.build()) {
                var run = graph.run();
                List<Thread> waiters = List.of(Thread.ofPlatform().start(after::join), Thread.ofPlatform().start(run::join),
                        Thread.ofPlatform().start(late::join));
                pause(50);
                penny.swapBackend(named("deterministic"));
                gate.open();
                for (Thread waiter : waiters) {
                    waiter.join();
                }
                penny.swapBackend(named("platform"));
                assertEquals(1, one.call());
            }
        }
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
