package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.CapacityException;
import dev.penny.api.ClosedException;
import dev.penny.api.LinkException;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskModule;
import dev.penny.spi.ThreadBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Limits are reached with a message that names them; nothing submitted is lost. */
@Timeout(60)
class CapacityAndCloseTest {

    private static final String BACKENDS = "dev.penny.EveryBackendTest#backends";

    @Test
    void aFullQueueRejectsWithNameValueAndLimitWhenAsked() {
        CountDownLatch gate = new CountDownLatch(1);
        try (Penny penny = Penny.builder().workers(1).queueCapacity(4).rejectWhenFull(true).build()) {
            TaskFunction<Object> gated = penny.javaModule("m").function("gated", "()->()", call -> gate.await())
                    .register().function("gated");
            List<TaskHandle<Object>> accepted = new ArrayList<>();
            CapacityException full = assertThrows(CapacityException.class, () -> {
                for (int i = 0; i < 100; i++) {
                    accepted.add(gated.submit());
                }
            });
            assertTrue(full.getMessage().matches("queue full: function=m/gated\\(\\)->\\(\\), queue=normal, queued=\\d+, limit=4"),
                    full.getMessage());
            gate.countDown();
            accepted.forEach(TaskHandle::join);
        }
    }

    @Test
    void aFullQueueMakesOutsideSubmittersWaitAndLosesNothing() {
        AtomicInteger ran = new AtomicInteger();
        try (Penny penny = Penny.builder().workers(2).queueCapacity(4).build()) {
            TaskFunction<Object> count = penny.javaModule("m").function("count", "()->()", call -> ran.incrementAndGet())
                    .register().function("count");
            for (int i = 0; i < 20_000; i++) {
                count.submit();
            }
        }
        assertEquals(20_000, ran.get());
    }

    @Test
    void tasksThatSubmitToAFullQueueSpillInsteadOfWaitingForEachOther() {
        AtomicInteger ran = new AtomicInteger();
        try (Penny penny = Penny.builder().workers(1).queueCapacity(4).build()) {
            TaskFunction<?>[] leaf = new TaskFunction<?>[1];
            var module = penny.javaModule("m")
                    .function("leaf", "()->()", call -> ran.incrementAndGet())
                    .function("spawn", "(i32)->()", call -> {
                        for (int i = 0; i < call.i32(0); i++) {
                            leaf[0].submit();
                        }
                    }).register();
            leaf[0] = module.function("leaf");
            module.function("spawn").call(10_000);
        }
        assertEquals(10_000, ran.get());
    }

    @Test
    void closeDrainsAndLaterSubmissionsAreRefused() {
        AtomicInteger ran = new AtomicInteger();
        Penny penny = Penny.builder().workers(2).build();
        TaskFunction<Object> count = penny.javaModule("m").function("count", "()->()", call -> ran.incrementAndGet())
                .register().function("count");
        for (int i = 0; i < 5_000; i++) {
            count.submit();
        }
        penny.close();
        penny.close();
        assertEquals(5_000, ran.get());
        ClosedException closed = assertThrows(ClosedException.class, count::submit);
        assertTrue(closed.getMessage().contains("m/count()->()"), closed.getMessage());
    }

    @Test
    void closeNowFailsWhatHasNotStartedAndWaitsForWhatRuns() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        AtomicInteger ran = new AtomicInteger();
        Penny penny = Penny.builder().workers(1).build();
        TaskFunction<Object> slow = penny.javaModule("m").function("slow", "()->()", call -> {
            started.countDown();
            Thread.sleep(100);
            ran.incrementAndGet();
        }).register().function("slow");
        TaskHandle<Object> running = slow.submit();
        List<TaskHandle<Object>> waiting = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waiting.add(slow.submit());
        }
        started.await();
        penny.closeNow();
        running.join();
        int done = ran.get();
        assertTrue(done >= 1 && done < 100, "ran " + done);
        for (TaskHandle<Object> handle : waiting.subList(done, 100)) {
            assertInstanceOf(ClosedException.class, handle.exceptionNow());
        }
    }

    @ParameterizedTest
    @MethodSource(BACKENDS)
    void closeNowTellsBlockingFunctionsThatRunAndWaitsForThem(Supplier<ThreadBackend> backend) throws Exception {
        CountDownLatch started = new CountDownLatch(3);
        AtomicInteger told = new AtomicInteger();
        Penny penny = Penny.builder().workers(1).backend(backend.get()).build();
        TaskFunction<Object> untilTold = penny.javaModule("m").blockingFunction("untilTold", "()->i32", call -> {
            started.countDown();
            while (!call.cancelled()) {
                Thread.sleep(1);
            }
            Thread.sleep(50);
            told.incrementAndGet();
            call.result(7);
        }).register().function("untilTold");
        TaskFunction<Object> waits = penny.javaModule("waits").blockingFunction("waits", "()->i32", call -> {
            started.countDown();
            assertThrows(CompletionException.class, untilTold.submit()::join);
            told.incrementAndGet();
        }).register().function("waits");
        List<TaskHandle<Object>> running = List.of(untilTold.submit(), waits.submit());
        // Nobody else runs deterministic workers.
        assertThrows(TimeoutException.class, () -> running.getFirst().get(200, TimeUnit.MILLISECONDS));
        started.await();
        penny.closeNow();
        assertEquals(3, told.get());
        for (TaskHandle<Object> handle : running) {
            assertInstanceOf(ClosedException.class, handle.exceptionNow());
        }
    }

    @Test
    void closingFromInsideATaskIsRefusedInsteadOfWaitingForItself() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskFunction<Object> close = penny.javaModule("m").function("close", "()->()", call -> penny.close())
                    .register().function("close");
            assertTrue(assertThrows(dev.penny.api.TaskFailedException.class, close::call).getMessage().contains("close would wait"));
        }
    }

    @ParameterizedTest
    @MethodSource(BACKENDS)
    void aBlockingTaskThatWouldWaitForItselfIsRefusedToo(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(1).backend(backend.get()).record(1_000).build();
                Penny other = Penny.builder().workers(1).build()) {
            TaskModule module = penny.javaModule("m")
                    .blockingFunction("close", "()->()", call -> penny.close())
                    .blockingFunction("closeNow", "()->()", call -> penny.closeNow())
                    .blockingFunction("recording", "()->()", call -> penny.recording())
                    .blockingFunction("swapBackend", "()->()", call -> penny.swapBackend(penny.backend()))
                    .blockingFunction("closeOther", "()->()", call -> other.close()).register();
            for (String name : List.of("close", "closeNow", "recording", "swapBackend")) {
                TaskFunction<Object> refused = module.function(name);
                String message = assertThrows(TaskFailedException.class, refused::call).getMessage();
                assertTrue(message.contains(" would wait for the blocking task that calls it"), message);
            }
            module.function("closeOther").call();
        }
    }

    @Test
    void anArgumentLargerThanArgumentMemoryIsNamedWithTheLimit() {
        try (Penny penny = Penny.builder().workers(1).memoryBytes(8 << 20).build()) {
            TaskFunction<Object> sha256 = penny.load(Guests.dist("sha256.wasm")).function("sha256");
            CapacityException tooLarge = assertThrows(CapacityException.class, () -> sha256.submit((Object) new byte[8 << 20]));
            assertTrue(tooLarge.getMessage().contains("bytes=8388608") && tooLarge.getMessage().contains("limit="), tooLarge.getMessage());
            assertEquals(32, ((byte[]) sha256.call((Object) new byte[3 << 20])).length);
        }
    }

    @Test
    void wrongArityTypeAndRangeAreRefusedBeforeAnythingRuns() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
            assertTrue(assertThrows(SignatureException.class, () -> add.submit(1)).getMessage().contains("arguments=1, expected=2"));
            assertTrue(assertThrows(SignatureException.class, () -> add.submit(1, "2")).getMessage().contains("expected=i32, value=2"));
            assertTrue(assertThrows(SignatureException.class, () -> add.submit(1, 1L << 31)).getMessage().contains("value=2147483648"));
            assertThrows(SignatureException.class, () -> add.submit(1, null));
            LinkException missing = assertThrows(LinkException.class, () -> add.module().function("ad"));
            assertTrue(missing.getMessage().contains("add"), missing.getMessage());
        }
    }

    @Test
    void badSettingsAreRefusedByName() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Penny.builder().workers(257)).getMessage().contains("workers"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Penny.builder().memoryBytes(1)).getMessage().contains("memoryBytes"));
        assertTrue(assertThrows(LinkException.class, () -> Penny.builder().backend("fibres").build()).getMessage().contains("platform"));
        assertThrows(CapacityException.class, () -> Penny.builder().workers(256).memoryBytes(4 << 20).build());
    }
}
