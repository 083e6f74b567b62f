package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.Outcome;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskResults;
import dev.penny.internal.engine.LeakCheck;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Failures hit only the tasks that fail, however many there are. */
class TrapStormTest {

    private static final int GOOD = 1_000_000;
    private static final int BAD = 100_000;
    private static final int STRIDE = GOOD / BAD;

    @Test
    void aHundredThousandTrapsAmongAMillionGoodTasksLoseNothing() {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskFunction<Object> divide = penny.load(Guests.hostile("trap.wasm")).function("divide");
            int threads = Thread.activeCount();
            Iterator<Object[]> inputs = IntStream.range(0, GOOD + BAD)
                    .mapToObj(i -> new Object[] {i, i % (STRIDE + 1) == 0 ? 0 : 1}).iterator();
            long sum = 0;
            long expected = 0;
            int failed = 0;
            int index = 0;
            try (TaskResults<Object> results = divide.map(inputs)) {
                while (results.hasNext()) {
                    boolean bad = index % (STRIDE + 1) == 0;
                    switch (results.next()) {
                        case Outcome.Done<Object>(Object value) -> sum += (int) value;
                        case Outcome.Failed<Object>(var cause) -> {
                            assertTrue(bad && cause instanceof TaskFailedException, () -> "unexpected failure: " + cause);
                            failed++;
                        }
                    }
                    expected += bad ? 0 : index;
                    index++;
                }
            }
            assertEquals(GOOD + BAD, index);
            assertEquals(BAD, failed);
            assertEquals(expected, sum);
            assertTrue(Thread.activeCount() <= threads + 2, "threads leaked");
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void singleTasksThatTrapFailTheirOwnFutureWithTheGuestsMessageAndStack() {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskFunction<Object> divide = penny.load(Guests.hostile("trap.wasm")).function("divide");
            for (int round = 0; round < 2_000; round++) {
                var bad = divide.submit(1, 0);
                var good = divide.submit(84, 2);
                assertEquals(42, good.join());
                TaskFailedException failure = (TaskFailedException) bad.handle((value, error) -> error).toCompletableFuture().join();
                assertTrue(failure.getMessage().contains("divide") && failure.getMessage().contains("trap/"), failure.getMessage());
                assertTrue(failure.guestStack().toString().contains("divide"), () -> "stack: " + failure.guestStack());
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }
}
