package dev.penny.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CompilerThreadsTest {

    @Test
    void aVirtualMachineThatDoesNothingComesToRest() {
        assertTrue(CompilerThreads.awaitQuiet(Duration.ofMinutes(1)));
    }

    @Test
    void roundsRunUntilNothingIsCompiledInThreeOfThem() {
        AtomicInteger rounds = new AtomicInteger();
        assertTrue(CompilerThreads.settle(Duration.ofMinutes(1), rounds::incrementAndGet));
        assertTrue(rounds.get() >= 3, () -> "rounds=" + rounds.get());
    }

    /** Each round defines a class whose loop gets hot, as far as HotSpot knows for the first time. */
    @Test
    void roundsThatAlwaysHaveSomethingCompiledNeverSettle() {
        AtomicInteger rounds = new AtomicInteger();
        assertFalse(CompilerThreads.settle(Duration.ofSeconds(4), () -> {
            rounds.incrementAndGet();
            NewCode.run();
        }));
        assertTrue(rounds.get() >= 2, () -> "rounds=" + rounds.get());
    }

    @Test
    void withoutTimeNobodyWaits() {
        assertFalse(CompilerThreads.awaitQuiet(Duration.ZERO));
    }

    @Test
    void withoutTimeNoRoundRuns() {
        AtomicInteger rounds = new AtomicInteger();
        assertFalse(CompilerThreads.settle(Duration.ZERO, rounds::incrementAndGet));
        assertEquals(0, rounds.get());
    }
}
