package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.LoadOptions;
import dev.penny.api.Outcome;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import dev.penny.api.TaskResults;
import dev.penny.api.WasiOptions;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What only these guests do, seen through the whole of Penny: exits in the middle of a task, one memory for all workers. */
class WasiAndSharedGuestsTest {

    @Test
    void exitsEndTheirOwnTaskOnlyAndZeroIsNoFailure() {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskModule hello = penny.load(Guests.hostile("wasi-hello.wasm"), LoadOptions.DEFAULT.withWasi(WasiOptions.DEFAULT));
            TaskFailedException failed = assertThrows(TaskFailedException.class, () -> hello.function("_start").call());
            assertTrue(failed.getMessage().contains("code=3"), failed.getMessage());
            assertEquals(7, hello.function("good").call());
            TaskFunction<Object> exit = hello.function("exit", "(i32)->i32");
            int index = 0;
            try (TaskResults<Object> results = exit.map(IntStream.range(0, 300).mapToObj(i -> i % 3).iterator())) {
                while (results.hasNext()) {
                    Outcome<Object> outcome = results.next();
                    if (index++ % 3 == 0) {
                        assertEquals(0, outcome.get());
                    } else {
                        assertInstanceOf(TaskFailedException.class, ((Outcome.Failed<Object>) outcome).cause());
                    }
                }
            }
            assertEquals(300, index);
        }
    }

    @Test
    void allWorkersSeeOneMemory() {
        try (Penny penny = Penny.builder().workers(4).build()) {
            TaskModule shared = penny.load(Guests.hostile("shared.wasm"));
            TaskFunction<Object> bump = shared.function("bump");
            long last = 0;
            for (long value : bump.mapRangeToLongs(0, 20_000)) {
                last = Math.max(last, value);
            }
            assertEquals(20_000L * 19_999 / 2, (int) shared.function("counter").call());
            assertTrue(last <= 20_000L * 19_999 / 2);
        }
    }
}
