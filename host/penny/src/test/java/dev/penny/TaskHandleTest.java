package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.internal.engine.LeakCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a handle promises as a Future and a CompletionStage. */
class TaskHandleTest {

    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicInteger ran = new AtomicInteger();
    private Penny penny;
    private TaskFunction<Integer> gated;
    private TaskFunction<Integer> counted;

    @BeforeEach
    void oneWorkerThatCanBeHeld() {
        penny = Penny.builder().workers(1).build();
        var module = penny.javaModule("m")
                .function("gated", "()->i32", call -> {
                    gate.await();
                    call.result(1);
                })
                .function("counted", "()->i32", call -> call.result(ran.incrementAndGet()))
                .function("fail", "()->i32", call -> {
                    throw new IllegalStateException("no");
                }).register();
        gated = module.function("gated", "()->i32", Integer.class);
        counted = module.function("counted", "()->i32", Integer.class);
    }

    @AfterEach
    void nothingIsHeld() {
        gate.countDown();
        LeakCheck.assertNothingHeld(penny);
        penny.close();
    }

    @Test
    void aCancelledTaskThatHasNotStartedNeverStarts() throws Exception {
        TaskHandle<Integer> holder = gated.submit();
        List<TaskHandle<Integer>> waiting = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            waiting.add(counted.submit());
        }
        for (int i = 0; i < 1000; i += 2) {
            assertTrue(waiting.get(i).cancel(true));
            assertEquals(Future.State.CANCELLED, waiting.get(i).state());
        }
        gate.countDown();
        assertEquals(1, holder.get());
        for (int i = 1; i < 1000; i += 2) {
            waiting.get(i).get();
        }
        LeakCheck.assertNothingHeld(penny);
        assertEquals(500, ran.get());
        assertThrows(CancellationException.class, () -> waiting.get(0).get());
        assertFalse(waiting.get(1).cancel(true), "complete");
    }

    @Test
    void cancelRacingCompletionHitsNoOtherTaskThatReusesTheFrame() throws Exception {
        try (Penny busy = Penny.builder().workers(2).queueCapacity(4).build()) {
            TaskFunction<Object> square = busy.load(Guests.dist("arith.wasm")).function("square");
            int kept = 0;
            for (int i = 0; i < 50_000; i++) {
                TaskHandle<Object> victim = square.submit(i);
                TaskHandle<Object> bystander = square.submit(3);
                victim.cancel(false);
                assertEquals(9, bystander.get(10, TimeUnit.SECONDS));
                kept += victim.isCancelled() ? 0 : 1;
            }
            assertTrue(kept >= 0);
            LeakCheck.assertNothingHeld(busy);
        }
    }

    @Test
    void callbacksRunExactlyOnceWhetherAddedBeforeOrAfterCompletion() throws Exception {
        AtomicInteger before = new AtomicInteger();
        AtomicInteger after = new AtomicInteger();
        TaskHandle<Integer> handle = gated.submit();
        for (int i = 0; i < 10; i++) {
            handle.whenComplete((value, error) -> before.addAndGet(value));
        }
        gate.countDown();
        assertEquals(1, handle.get());
        for (int i = 0; i < 10; i++) {
            handle.thenAccept(after::addAndGet);
        }
        LeakCheck.assertNothingHeld(penny);
        for (int attempt = 0; attempt < 500 && before.get() < 10; attempt++) {
            Thread.sleep(1);
        }
        assertEquals(10, before.get());
        assertEquals(10, after.get());
    }

    @Test
    void aCallbackThatThrowsHarmsNobody() throws Exception {
        TaskHandle<Integer> handle = gated.submit();
        handle.thenRun(() -> {
            throw new IllegalStateException("callback");
        });
        gate.countDown();
        assertEquals(1, handle.get());
        assertEquals(1, counted.call());
    }

    @Test
    void failuresArriveAsExecutionExceptionAndState() {
        TaskHandle<Object> handle = penny.modules().getFirst().function("fail").submit();
        ExecutionException thrown = assertThrows(ExecutionException.class, handle::get);
        assertTrue(thrown.getCause().getMessage().contains("reason=no"), thrown.getCause().getMessage());
        assertEquals(Future.State.FAILED, handle.state());
        assertEquals(thrown.getCause(), handle.exceptionNow());
    }

    @Test
    void timedGetTimesOutAndTheTaskGoesOn() throws Exception {
        TaskHandle<Integer> handle = gated.submit();
        assertThrows(TimeoutException.class, () -> handle.get(5, TimeUnit.MILLISECONDS));
        assertEquals(Future.State.RUNNING, handle.state());
        gate.countDown();
        assertEquals(1, handle.get());
    }

    @Test
    void completingTheCopyDoesNotCompleteTheTask() throws Exception {
        TaskHandle<Integer> handle = gated.submit();
        handle.toCompletableFuture().complete(99);
        assertFalse(handle.isDone());
        gate.countDown();
        assertEquals(1, handle.get());
    }
}
