package dev.penny.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Guests;
import dev.penny.Penny;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WarmUpTest {

    private static final long SECOND = 1_000_000_000;

    @Test
    void isSettledAfterHalfOfTheTimeWithoutProgress() {
        WarmUp.Settling settling = new WarmUp.Settling();
        settling.add(SECOND, 100);
        assertFalse(settling.settled());
        settling.add(3 * SECOND, 10);
        settling.add(5 * SECOND, 10);
        assertFalse(settling.settled(), "2 of 5 seconds");
        settling.add(6 * SECOND, 9.9);
        assertTrue(settling.settled(), "3 of 6 seconds, and 1 % is noise");
        assertEquals(9.9, settling.best());
    }

    @Test
    void aSlowerBatchIsNoProgressAndALaterTierIs() {
        WarmUp.Settling settling = new WarmUp.Settling();
        settling.add(SECOND, 10);
        settling.add(19 * SECOND / 10, 30);
        assertFalse(settling.settled());
        settling.add(2 * SECOND, 5);
        settling.add(3 * SECOND, 5);
        assertFalse(settling.settled());
        settling.add(4 * SECOND, 5);
        assertTrue(settling.settled());
    }

    @Test
    void aShortQuietTimeAtTheStartIsNotSettled() {
        WarmUp.Settling settling = new WarmUp.Settling();
        settling.add(SECOND / 100, 10);
        settling.add(SECOND / 4, 10);
        assertFalse(settling.settled());
    }

    @Test
    void runsOnAllWorkersAndCountsItsCalls() {
        Set<String> threads = ConcurrentHashMap.newKeySet();
        AtomicLong ran = new AtomicLong();
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskFunction<Object> function = penny.javaModule("m").function("f", "(i32)->i32", call -> {
                threads.add(Thread.currentThread().getName());
                call.result((int) ran.incrementAndGet());
            }).register().function("f");
            WarmUp done = function.warmUp(Duration.ofMinutes(1), 7);
            assertTrue(done.settled(), done::toString);
            assertEquals(ran.get(), done.calls());
            assertEquals(2, threads.size(), threads::toString);
            assertTrue(done.nanosPerCall() > 0);
        }
    }

    @Test
    void theLimitEndsItAndOneBatchAlwaysRuns() {
        try (Penny penny = Penny.create()) {
            WarmUp done = penny.load(Guests.dist("arith.wasm")).function("add").warmUp(Duration.ZERO, 40, 2);
            assertEquals(1, done.calls());
            assertFalse(done.settled());
        }
    }

    @Test
    void wrongArgumentsAndFailuresAreThrown() {
        try (Penny penny = Penny.create()) {
            TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
            assertThrows(SignatureException.class, () -> add.warmUp(Duration.ofSeconds(1), 40));
            assertThrows(IllegalArgumentException.class, () -> add.warmUp(Duration.ofSeconds(-1), 40, 2));
            TaskFunction<Object> fails = penny.javaModule("m").function("f", "()->()", call -> {
                throw new IllegalStateException("no");
            }).register().function("f");
            assertThrows(TaskFailedException.class, () -> fails.warmUp(Duration.ofMinutes(1)));
        }
    }
}
