package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.ClosedException;
import dev.penny.api.LinkException;
import dev.penny.api.LoadOptions;
import dev.penny.api.Outcome;
import dev.penny.api.PennyException;
import dev.penny.api.RuntimeUnusableException;
import dev.penny.api.ScopeOptions;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskModule;
import dev.penny.api.TaskResults;
import dev.penny.internal.engine.LeakCheck;
import dev.penny.spi.ThreadBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers do that they should not, or at a moment when nobody expects it: no result is lost and nobody waits for ever. */
@Timeout(60)
class AbuseTest {

    private static final Duration HUGE = Duration.ofSeconds(Long.MAX_VALUE);

    /** The numbers from 0 on; the call that would give {@code length} throws. */
    private record Broken(AtomicInteger given, int length, RuntimeException failure) implements Iterator<Object> {
        @Override
        public boolean hasNext() {
            return true;
        }

        @Override
        public Object next() {
            if (given.get() >= length) {
                throw failure;
            }
            return given.getAndIncrement();
        }
    }

    private static TaskFunction<Object> same(Penny penny, boolean blocking) {
        JavaModuleBuilder builder = penny.javaModule("m");
        return (blocking ? builder.blockingFunction("same", "(i32)->i32", call -> call.result(call.i32(0)))
                : builder.function("same", "(i32)->i32", call -> call.result(call.i32(0)))).register().function("same");
    }

    private static void assertAllBeforeTheFailure(TaskResults<?> results, int count, RuntimeException failure) {
        for (int i = 0; i < count; i++) {
            assertEquals(i, results.next().get());
        }
        assertSame(failure, assertThrows(IllegalStateException.class, results::hasNext));
        assertSame(failure, assertThrows(IllegalStateException.class, results::next));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10, 5_000})
    void anIteratorThatThrowsLosesNoResultOfTheInputsBefore(int count) {
        IllegalStateException failure = new IllegalStateException("the input ends badly");
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskFunction<Object> cheap = same(penny, false);
            for (int round = 0; round < 3; round++) {
                try (TaskResults<Object> results = cheap.map(new Broken(new AtomicInteger(), count, failure))) {
                    assertAllBeforeTheFailure(results, count, failure);
                }
            }
            var pipeline = penny.pipeline("p").parallel("one", 2, cheap).serial("two", cheap).build();
            try (TaskResults<Object> results = pipeline.run(new Broken(new AtomicInteger(), count, failure))) {
                assertAllBeforeTheFailure(results, count, failure);
            }
            LeakCheck.assertNothingHeld(penny);
        }
        try (Penny penny = Penny.builder().workers(2).build();
                TaskResults<Object> results = same(penny, true).map(new Broken(new AtomicInteger(), count, failure))) {
            assertAllBeforeTheFailure(results, count, failure);
        }
    }

    @Test
    void closingTheResultsOfABlockingMapWaitsForWhatRuns() throws Exception {
        try (Penny penny = Penny.builder().workers(2).build()) {
            AtomicInteger running = new AtomicInteger();
            CountDownLatch begun = new CountDownLatch(2);
            TaskFunction<Object> slow = penny.javaModule("m").blockingFunction("slow", "(i32)->()", call -> {
                running.incrementAndGet();
                begun.countDown();
                Thread.sleep(200);
                running.decrementAndGet();
            }).register().function("slow");
            TaskResults<Object> results = slow.mapRange(0, 1_000_000);
            Thread taker = Thread.ofPlatform().start(results::next);
            begun.await();
            results.cancel();
            taker.join();
            results.close();
            assertEquals(0, running.get());
        }
    }

    @Test
    void closeNowEndsACloseThatWaitsForTheRest() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        Penny penny = Penny.builder().workers(1).build();
        TaskFunction<Object> gated = penny.javaModule("m").function("gated", "()->()", call -> {
            started.countDown();
            gate.await();
        }).register().function("gated");
        TaskHandle<Object> running = gated.submit();
        started.await();
        TaskHandle<Object> waiting = gated.submit();
        Thread closer = Thread.ofPlatform().start(penny::close);
        awaitState(closer, Thread.State.TIMED_WAITING); // It looks now and then whether all is done.
        Thread hurrier = Thread.ofPlatform().start(penny::closeNow);
        awaitState(closer, Thread.State.WAITING); // It waits for the worker to come out.
        gate.countDown();
        closer.join();
        hurrier.join();
        running.join();
        assertInstanceOf(ClosedException.class, waiting.exceptionNow());
    }

    /** One look decides: a thread that polls leaves the state again. */
    private static void awaitState(Thread thread, Thread.State state) throws InterruptedException {
        while (thread.getState() != state) {
            assertTrue(thread.isAlive(), "it ended before it was " + state);
            Thread.sleep(1);
        }
    }

    @Test
    void futuresOfAnExecutorEndWhenThePennyIsClosed() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        Penny penny = Penny.builder().workers(1).build();
        ExecutorService executor = penny.asExecutorService();
        Future<Integer> running = executor.submit(() -> {
            started.countDown();
            gate.await();
            return 1;
        });
        started.await();
        Future<Integer> waiting = executor.submit(() -> 2);
        executor.execute(() -> { });
        Thread closer = Thread.ofPlatform().start(penny::closeNow);
        awaitState(closer, Thread.State.WAITING); // Nothing more starts; it waits for the worker to come out.
        gate.countDown();
        closer.join();
        assertEquals(1, running.get());
        ExecutionException lost = assertThrows(ExecutionException.class, () -> waiting.get(10, TimeUnit.SECONDS));
        assertInstanceOf(ClosedException.class, lost.getCause());
        executor.shutdown();
        assertTrue(executor.awaitTermination(10, TimeUnit.SECONDS));
    }

    /** A backend that does not start. */
    private record Unstartable() implements ThreadBackend {
        @Override
        public String name() {
            return "unstartable";
        }

        @Override
        public Crew start(List<? extends WorkerBody> bodies) {
            throw new IllegalStateException("no threads today");
        }
    }

    @Test
    void aSwapToABackendThatDoesNotStartLeavesTheOldOne() {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskFunction<Object> same = same(penny, false);
            assertEquals(1, same.call(1));
            assertEquals("no threads today", assertThrows(IllegalStateException.class, () -> penny.swapBackend(new Unstartable())).getMessage());
            assertEquals("platform", penny.backend().name());
            assertEquals(2, same.call(2));
        }
    }

    /** A backend whose crew fails when all its workers have returned. */
    private record Unreliable(ThreadBackend real) implements ThreadBackend {
        @Override
        public String name() {
            return "unreliable";
        }

        @Override
        public Crew start(List<? extends WorkerBody> bodies) {
            Crew crew = real.start(bodies);
            return new Crew() {
                @Override
                public void unpark(int worker) {
                    crew.unpark(worker);
                }

                @Override
                public boolean drive(BooleanSupplier done) {
                    return crew.drive(done);
                }

                @Override
                public void awaitAllReturned() {
                    crew.awaitAllReturned();
                    throw new IllegalStateException("lost count");
                }
            };
        }
    }

    private static List<TaskHandle<Object>> slowOnes(Penny penny) {
        TaskFunction<Object> slow = penny.javaModule("slow").function("slow", "()->()", call -> Thread.sleep(100)).register()
                .function("slow");
        return List.of(slow.submit(), slow.submit(), slow.submit());
    }

    private static void assertNobodyWaits(List<TaskHandle<Object>> handles, TaskFunction<Object> another, Class<? extends PennyException> cause) {
        ExecutionException lost = assertThrows(ExecutionException.class, () -> handles.getLast().get(10, TimeUnit.SECONDS));
        assertInstanceOf(cause, lost.getCause());
        assertTrue(handles.stream().allMatch(Future::isDone));
        assertThrows(cause, () -> another.submit(1));
    }

    @ParameterizedTest
    @MethodSource("dev.penny.EveryBackendTest#backends")
    void aBackendThatFailsWhileItIsClosedLeavesNobodyWaiting(Supplier<ThreadBackend> backend) throws Exception {
        Penny penny = Penny.builder().workers(1).backend(new Unreliable(backend.get())).build();
        TaskFunction<Object> same = same(penny, false);
        List<TaskHandle<Object>> slow = slowOnes(penny);
        assertEquals("lost count", assertThrows(IllegalStateException.class, penny::closeNow).getMessage());
        assertNobodyWaits(slow, same, ClosedException.class);
        penny.closeNow();
    }

    @ParameterizedTest
    @MethodSource("dev.penny.EveryBackendTest#backends")
    void aBackendThatFailsWhileItIsSwappedLeavesNobodyWaiting(Supplier<ThreadBackend> backend) throws Exception {
        Penny penny = Penny.builder().workers(1).backend(new Unreliable(backend.get())).build();
        TaskFunction<Object> same = same(penny, false);
        List<TaskHandle<Object>> slow = slowOnes(penny);
        ThreadBackend next = Backends.installed().getFirst();
        assertEquals("lost count", assertThrows(IllegalStateException.class, () -> penny.swapBackend(next)).getMessage());
        assertNobodyWaits(slow, same, RuntimeUnusableException.class);
        assertThrows(IllegalStateException.class, penny::closeNow);
    }

    @Test
    void noTaskIsLostThatIsSubmittedWhileTheSchedulerBreaks() throws Exception {
        for (int round = 0; round < 8; round++) {
            try (Penny penny = Penny.builder().workers(1).memoryBytes(8 << 20).build()) {
                TaskFunction<Object> same = same(penny, false);
                CountDownLatch begun = new CountDownLatch(3);
                ConcurrentLinkedQueue<TaskHandle<Object>> handles = new ConcurrentLinkedQueue<>();
                List<Thread> submitters = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    submitters.add(Thread.ofPlatform().start(() -> {
                        try {
                            for (int n = 0;; n++) {
                                TaskHandle<Object> handle = n % 8 == 7 ? penny.after().submit(same, n) : same.submit(n);
                                handles.add(handle);
                                begun.countDown();
                                handle.join();
                            }
                        } catch (RuntimeException ended) {
                            begun.countDown();
                        }
                    }));
                }
                begun.await();
                LeakCheck.breakIt(penny, new RuntimeUnusableException("broken for a test"));
                for (Thread submitter : submitters) {
                    assertTrue(submitter.join(Duration.ofSeconds(10)), "round " + round + ": it waits for a task that nobody will run");
                }
                handles.forEach(handle -> assertTrue(handle.isDone()));
            }
        }
    }

    /** Whoever asks this exception for anything gets another one. */
    private static final class Hostile extends RuntimeException {

        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new UnsupportedOperationException("no message for you");
        }

        @Override
        public String toString() {
            throw new UnsupportedOperationException("no text either");
        }
    }

    @Test
    void anExceptionWithoutAReadableMessageFailsOnlyItsTask() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskFunction<Object> hostile = penny.javaModule("h").function("hostile", "(i32)->i32", call -> {
                throw new Hostile();
            }).register().function("hostile");
            TaskFailedException failure = assertThrows(TaskFailedException.class, () -> hostile.call(1));
            assertEquals("task failed: function=h/hostile(i32)->i32, reason=" + Hostile.class.getName()
                    + ", whose message cannot be read", failure.getMessage());
            assertThrows(TaskFailedException.class, () -> hostile.mapAll(List.of(1, 2, 3)));
            assertThrows(TaskFailedException.class, () -> penny.join(() -> 1, () -> {
                throw new Hostile();
            }));
            assertEquals(1, same(penny, false).call(1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"platform", "virtual", "fork-join", "deterministic"})
    void anInterruptThatATaskLeavesBehindReachesNoOtherTask(String backend) {
        try (Penny penny = Penny.builder().workers(1).backend(backend).build()) {
            var module = penny.javaModule("i")
                    .function("interrupt", "(i32)->i32", call -> {
                        Thread.currentThread().interrupt();
                        call.result(call.i32(0));
                    })
                    .function("look", "(i32)->i32", call -> call.result(Thread.currentThread().isInterrupted() ? 1 : 0)).register();
            TaskFunction<Object> interrupt = module.function("interrupt");
            TaskFunction<Object> look = module.function("look");
            for (int round = 0; round < 20; round++) {
                TaskHandle<Object> first = interrupt.submit(1);
                TaskHandle<Object> second = look.submit(1);
                assertEquals(1, first.join());
                assertEquals(0, second.join());
            }
            interrupt.mapAll(List.of(1, 2, 3));
            assertEquals(List.of(0, 0, 0), look.mapAll(List.of(1, 2, 3)));
            assertFalse(Thread.interrupted());
        }
    }

    /** The interrupt is meant for whoever waits, not for the tasks that he runs meanwhile. */
    @Test
    void anInterruptedCloserRunsTheRestUndisturbed() {
        Penny penny = Penny.builder().workers(1).backend("deterministic").build();
        TaskHandle<Object> look = penny.javaModule("i")
                .function("look", "()->i32", call -> call.result(Thread.currentThread().isInterrupted() ? 1 : 0)).register()
                .function("look").submit();
        Thread.currentThread().interrupt();
        penny.close();
        assertTrue(Thread.interrupted());
        assertEquals(0, look.resultNow());
    }

    @Test
    void aModuleOfAnotherPennyIsNotReplaced() {
        LoadOptions options = LoadOptions.DEFAULT.named("m");
        String twice = "export const signatures = {f: '(i32)->i32'}; export function f(x) { return 2 * x; }";
        try (Penny one = Penny.builder().workers(1).build(); Penny other = Penny.builder().workers(1).build()) {
            TaskModule mine = one.loadJs(twice, options);
            LinkException refused = assertThrows(LinkException.class, () -> other.replace(mine, Guests.dist("arith.wasm"), options));
            assertEquals("a module of another Penny: module=m", refused.getMessage());
            assertEquals(6, mine.function("f").call(3));
        }
    }

    @Test
    void aDeadlineMayBeHuge() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            assertEquals(3, penny.<Integer>scope(ScopeOptions.DEFAULT.deadline(HUGE), scope -> {
                var child = scope.fork(() -> 3);
                scope.join();
                assertFalse(scope.isCancelled());
                return child.get();
            }));
            assertTrue(same(penny, false).warmUp(HUGE, 1).settled());
        }
    }

    @Test
    void outcomesAfterCloseAreReadableAndMoreIsRefused() {
        Penny penny = Penny.builder().workers(1).build();
        TaskFunction<Object> same = same(penny, false);
        TaskHandle<Object> handle = same.submit(7);
        TaskResults<Object> results = same.mapRange(0, 10);
        penny.close();
        assertEquals(7, handle.join());
        assertThrows(ClosedException.class, results::hasNext);
        results.close();
        for (Runnable use : List.<Runnable>of(() -> same.call(1), () -> same.mapAll(List.of(1)), () -> same.mapRangeToLongs(0, 1),
                () -> penny.after(handle).submit(same, 1), () -> penny.join(() -> 1, () -> 2), () -> penny.parallelFor(0, 1, i -> { }),
                () -> penny.scope(scope -> 1), () -> penny.swapBackend(penny.backend()), () -> penny.load(Guests.dist("arith.wasm")).function("add"),
                () -> penny.loadJs("export function f() { }", LoadOptions.DEFAULT.named("js")), () -> penny.replace(same.module(),
                        Guests.dist("arith.wasm"), LoadOptions.DEFAULT), () -> penny.graph("g").build(),
                () -> penny.javaModule("x").function("f", "()->()", call -> { }).register().function("f"))) {
            assertThrows(PennyException.class, use::run);
        }
        assertEquals(1, penny.counters().size());
        assertEquals(1, penny.modules().size());
        assertTrue(penny.memoryMap().bytes() > 0);
        Outcome<Object> outcome = new Outcome.Done<>(handle.resultNow());
        assertEquals(7, outcome.get());
    }
}
