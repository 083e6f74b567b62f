package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.ClosedException;
import dev.penny.api.DeadlineException;
import dev.penny.api.Outcome;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskModule;
import dev.penny.api.TaskOptions;
import dev.penny.api.TaskResults;
import dev.penny.internal.engine.LeakCheck;
import dev.penny.spi.ThreadBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Deadlines and cancellation: what has not started never starts, what runs is told. */
@Timeout(120)
class DeadlineTest {

    private static final String BACKENDS = "dev.penny.EveryBackendTest#backends";
    private static final TaskOptions SOON = TaskOptions.defaults().deadline(Duration.ofMillis(30));
    private static final TaskOptions LATE = TaskOptions.defaults().deadline(Duration.ofHours(1));

    private final AtomicInteger ran = new AtomicInteger();
    private final AtomicInteger told = new AtomicInteger();
    private final CountDownLatch gate = new CountDownLatch(1);

    private TaskModule module(Penny penny) {
        return penny.javaModule("m")
                .function("count", "(i32)->i32", call -> {
                    ran.incrementAndGet();
                    call.result(call.i32(0));
                })
                .function("untilCancelled", "(i32)->i32", call -> {
                    ran.incrementAndGet();
                    while (!call.cancelled()) {
                        Thread.onSpinWait();
                    }
                    told.incrementAndGet();
                    call.result(call.i32(0));
                })
                .blockingFunction("blockUntilCancelled", "(i32)->i32", call -> {
                    ran.incrementAndGet();
                    while (!call.cancelled()) {
                        Thread.sleep(1);
                    }
                    told.incrementAndGet();
                    call.result(call.i32(0));
                })
                .function("hold", "()->()", call -> gate.await()).register();
    }

    /** The only worker; the deterministic ones wait until somebody waits. */
    private static void hold(Penny penny, TaskModule module) {
        if (!penny.backend().name().equals("deterministic")) {
            module.function("hold").submit();
        }
    }

    private static void awaitDone(TaskHandle<?> handle) throws InterruptedException {
        while (!handle.isDone()) {
            Thread.sleep(1);
        }
    }

    @ParameterizedTest
    @MethodSource(BACKENDS)
    void aTaskThatHasNotStartedByItsDeadlineNeverStarts(Supplier<ThreadBackend> backend) throws Exception {
        try (Penny penny = Penny.builder().workers(1).backend(backend.get()).build()) {
            TaskModule module = module(penny);
            hold(penny, module);
            List<TaskHandle<Object>> handles = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                handles.add(module.function("count").with(SOON).submit(i));
            }
            for (TaskHandle<Object> handle : handles) {
                awaitDone(handle);
            }
            gate.countDown();
            LeakCheck.assertNothingHeld(penny);
            assertEquals(0, ran.get());
            ExecutionException thrown = assertThrows(ExecutionException.class, handles.getFirst()::get);
            DeadlineException cause = assertInstanceOf(DeadlineException.class, thrown.getCause());
            assertEquals("deadline passed: function=m/count(i32)->i32, deadline=0.03s", cause.getMessage());
            assertEquals("m/count(i32)->i32", cause.function());
            assertEquals(Duration.ofMillis(30), cause.deadline());
        }
    }

    /** A callback that lets the only worker go on, and waits until it has come past the task that was cancelled. */
    private Runnable lettingTheWorkerPass(Penny penny) {
        TaskFunction<Object> other = penny.javaModule("other").function("pass", "()->()", call -> { }).register().function("pass");
        return () -> {
            gate.countDown();
            other.call();
        };
    }

    @ParameterizedTest
    @MethodSource(BACKENDS)
    void aTaskThatHasNotStartedDoesNotStartWhileItsCallbacksHearThatItIsCancelled(Supplier<ThreadBackend> backend) throws Exception {
        try (Penny penny = Penny.builder().workers(1).backend(backend.get()).build()) {
            TaskModule module = module(penny);
            Runnable pass = lettingTheWorkerPass(penny);
            hold(penny, module);
            TaskHandle<Object> called = module.function("count").submit(1);
            CompletionStage<Object> told = called.whenComplete((_, _) -> pass.run());
            assertTrue(called.cancel(false));
            assertTrue(called.isCancelled());
            assertThrows(CompletionException.class, told.toCompletableFuture()::join);
            assertEquals(0, ran.get());
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @ParameterizedTest
    @MethodSource(BACKENDS)
    void aTaskThatHasNotStartedDoesNotStartWhileItsCallbacksHearThatItIsLate(Supplier<ThreadBackend> backend) throws Exception {
        try (Penny penny = Penny.builder().workers(1).backend(backend.get()).build()) {
            TaskModule module = module(penny);
            Runnable pass = lettingTheWorkerPass(penny);
            hold(penny, module);
            TaskHandle<Object> late = module.function("count").with(SOON).submit(1);
            CountDownLatch passed = new CountDownLatch(1);
            late.whenComplete((_, _) -> pass.run()).whenComplete((_, _) -> passed.countDown());
            passed.await();
            assertInstanceOf(DeadlineException.class, assertThrows(ExecutionException.class, late::get).getCause());
            assertEquals(0, ran.get());
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** It returns as soon as it is told, which may be before the handle is complete. */
    @Test
    void whatATaskReturnsThatWasToldIsDropped() throws Exception {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskFunction<Object> function = module(penny).function("untilCancelled");
            for (int round = 1; round <= 300; round++) {
                TaskHandle<Object> handle = round % 2 == 0 ? function.submit(1) : penny.after().submit(function, 1);
                while (ran.get() < round) {
                    Thread.onSpinWait();
                }
                assertTrue(handle.cancel(false), "round " + round);
                assertTrue(handle.isCancelled());
                while (told.get() < round) {
                    Thread.onSpinWait();
                }
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @ParameterizedTest
    @MethodSource(BACKENDS)
    void aRunningTaskIsToldAndItsResultDropped(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(2).backend(backend.get()).build()) {
            TaskModule module = module(penny);
            for (String name : List.of("untilCancelled", "blockUntilCancelled")) {
                TaskFunction<Object> function = module.function(name);
                assertThrows(DeadlineException.class, () -> function.with(SOON).call(1), name);
            }
            LeakCheck.assertNothingHeld(penny);
            assertEquals(2, ran.get());
            assertEquals(2, told.get());
        }
    }

    @ParameterizedTest
    @MethodSource(BACKENDS)
    void aTaskInTimeIsNotTouched(Supplier<ThreadBackend> backend) throws Exception {
        try (Penny penny = Penny.builder().workers(2).backend(backend.get()).build()) {
            TaskFunction<Object> count = module(penny).function("count").with(LATE);
            for (int i = 0; i < 500; i++) {
                assertEquals(i, count.call(i));
            }
            assertEquals(IntStream.range(0, 5_000).boxed().toList(), count.mapAll(IntStream.range(0, 5_000).boxed().toList()));
            assertEquals(5_000, count.mapRangeToLongs(0, 5_000).length);
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @ParameterizedTest
    @MethodSource(BACKENDS)
    void everyInputOfALateMapHasAnOutcome(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(2).backend(backend.get()).build()) {
            TaskModule module = module(penny);
            for (String name : List.of("untilCancelled", "blockUntilCancelled")) {
                ran.set(0);
                told.set(0);
                int done = 0;
                int late = 0;
                try (TaskResults<Object> results = module.function(name).with(SOON).map(IntStream.range(0, 3_000).iterator())) {
                    while (results.hasNext()) {
                        switch (results.next()) {
                            case Outcome.Done<Object> _ -> done++;
                            case Outcome.Failed<Object> failed -> {
                                assertInstanceOf(DeadlineException.class, failed.cause());
                                late++;
                            }
                        }
                    }
                }
                LeakCheck.assertNothingHeld(penny);
                assertEquals(3_000, done + late, name);
                assertEquals(ran.get(), told.get(), name);
                assertTrue(late >= 3_000 - ran.get(), "what did not run failed: %d, ran: %d".formatted(late, ran.get()));
            }
        }
    }

    @Test
    void aLateArrayThrowsAndNothingStartsAfterwards() {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskFunction<Object> function = module(penny).function("untilCancelled").with(SOON);
            assertThrows(DeadlineException.class, () -> function.mapRangeToLongs(0, 1_000_000));
            assertThrows(DeadlineException.class, () -> function.mapAll(List.of(1, 2, 3)));
            LeakCheck.assertNothingHeld(penny);
            assertEquals(ran.get(), told.get());
        }
    }

    @ParameterizedTest
    @MethodSource(BACKENDS)
    void aCancelledMapEndsAndItsRestNeverRuns(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(2).backend(backend.get()).build()) {
            AtomicInteger pulled = new AtomicInteger();
            Iterator<Integer> endless = IntStream.generate(pulled::getAndIncrement).iterator();
            int done = 0;
            int cancelled = 0;
            try (TaskResults<Object> results = module(penny).function("count").map(endless)) {
                while (results.hasNext()) {
                    switch (results.next()) {
                        case Outcome.Done<Object> _ -> done++;
                        case Outcome.Failed<Object> failed -> {
                            assertInstanceOf(ClosedException.class, failed.cause());
                            cancelled++;
                        }
                    }
                    if (done == 100) {
                        results.cancel();
                    }
                }
            }
            LeakCheck.assertNothingHeld(penny);
            assertEquals(ran.get(), done, "exactly what ran has a result");
            assertEquals(pulled.get(), done + cancelled);
        }
    }

    @Test
    void anotherThreadCancelsAMapThatWaits() throws Exception {
        for (String name : List.of("untilCancelled", "blockUntilCancelled")) {
            ran.set(0);
            told.set(0);
            try (Penny penny = Penny.builder().workers(2).build();
                    TaskResults<Object> results = module(penny).function(name).map(IntStream.range(0, 10_000).iterator())) {
                Thread canceller = Thread.ofPlatform().start(() -> {
                    while (ran.get() == 0) {
                        Thread.onSpinWait();
                    }
                    results.cancel();
                });
                int outcomes = 0;
                while (results.hasNext()) {
                    results.next();
                    outcomes++;
                }
                canceller.join();
                LeakCheck.assertNothingHeld(penny);
                assertEquals(ran.get(), told.get());
                assertTrue(outcomes >= ran.get() && outcomes < 10_000, name + ": " + outcomes);
            }
        }
    }

    @ParameterizedTest
    @MethodSource(BACKENDS)
    void aTaskCancelledWhileItIsSpilledNeverStarts(Supplier<ThreadBackend> backend) throws Exception {
        try (Penny penny = Penny.builder().workers(1).queueCapacity(4).backend(backend.get()).build()) {
            TaskModule module = module(penny);
            List<TaskHandle<Object>> kept = new ArrayList<>();
            TaskModule spawner = penny.javaModule("spawner").function("spawn", "()->()", call -> {
                List<TaskHandle<Object>> all = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    all.add(module.function("count").submit(i));
                }
                for (int i = 0; i < 200; i++) {
                    if (i % 2 == 0) {
                        all.get(i).cancel(false);
                    } else {
                        kept.add(all.get(i));
                    }
                }
            }).register();
            spawner.function("spawn").call();
            for (TaskHandle<Object> handle : kept) {
                handle.get();
            }
            LeakCheck.assertNothingHeld(penny);
            assertEquals(100, ran.get());
        }
    }

    /** Whoever sees a cancelled task that has not run sees it for ever: with both sides racing for every task. */
    @Test
    void cancellingRacesWithStartingAndOneWins() throws Exception {
        int tasks = 20_000;
        AtomicBoolean[] started = new AtomicBoolean[tasks];
        try (Penny penny = Penny.builder().workers(2).queueCapacity(16).build()) {
            TaskModule module = penny.javaModule("race")
                    .function("start", "(i32)->()", call -> started[call.i32(0)].set(true))
                    .function("spawn", "(i32,i32)->()", call -> {
                        List<TaskHandle<Object>> all = new ArrayList<>();
                        for (int i = call.i32(0); i < call.i32(1); i++) {
                            started[i] = new AtomicBoolean();
                            all.add(penny.modules().getFirst().function("start").submit(i));
                            all.get(all.size() / 2).cancel(false);
                        }
                        for (TaskHandle<Object> handle : all) {
                            handle.cancel(false);
                        }
                    }).register();
            for (int first = 0; first < tasks; first += 500) {
                module.function("spawn").call(first, first + 500);
            }
            LeakCheck.assertNothingHeld(penny);
            long executed = penny.counters().stream().mapToLong(counters -> counters.executed()).sum() - tasks / 500;
            long ranInJava = java.util.Arrays.stream(started).filter(AtomicBoolean::get).count();
            assertEquals(executed, ranInJava, "every dispatch ran its task, every cancelled frame none");
        }
    }

    @Test
    void theTimersThreadLivesOnlyWhileDeadlinesArePending() throws Exception {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskFunction<Object> count = module(penny).function("count");
            count.call(1);
            assertFalse(timerRuns());
            module(penny, "second").function("hold").submit();
            TaskHandle<Object> waiting = count.with(LATE).submit(2);
            assertTrue(timerRuns());
            gate.countDown();
            waiting.get();
            for (int attempt = 0; attempt < 2_000 && timerRuns(); attempt++) {
                Thread.sleep(5);
            }
            assertFalse(timerRuns(), "ten seconds after the last deadline was settled");
        }
    }

    private TaskModule module(Penny penny, String name) {
        return penny.javaModule(name).function("hold", "()->()", call -> gate.await()).register();
    }

    private static boolean timerRuns() {
        return Thread.getAllStackTraces().keySet().stream().anyMatch(thread -> thread.getName().equals("penny-deadlines"));
    }
}
