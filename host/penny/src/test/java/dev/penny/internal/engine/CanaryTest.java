package dev.penny.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Guests;
import dev.penny.Penny;
import dev.penny.api.RuntimeUnusableException;
import dev.penny.api.TaskFunction;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The words between the core's slices of memory: who writes over the end of one is noticed before the next is used. */
@Timeout(60)
class CanaryTest {

    private static int word(CoreMemory memory, int field) {
        return memory.getInt(CoreLayout.GLOBALS_REF + field);
    }

    /** The low end of a worker's stack, which grows down towards the stack of the worker before. */
    private static int canary(CoreMemory memory, int worker) {
        return word(memory, CoreLayout.GLOBALS_STACKS_REF) + worker * word(memory, CoreLayout.GLOBALS_STACK_BYTES);
    }

    @Test
    void everyStackHasACanaryThatNoTaskTouches() {
        try (Penny penny = Penny.builder().workers(3).build()) {
            CoreMemory memory = LeakCheck.scheduler(penny).memory();
            int before = memory.getInt(canary(memory, 0));
            TaskFunction<Object> fib = penny.load(Guests.dist("fib.wasm")).function("fib");
            fib.mapRangeToLongs(0, 22);
            for (int worker = 0; worker < 3; worker++) {
                assertEquals(before, memory.getInt(canary(memory, worker)), "worker " + worker);
            }
        }
    }

    /** One bit, then all. */
    @ParameterizedTest
    @ValueSource(ints = {1, -1})
    void anOverrunStackStopsTheSchedulerWithTheReason(int change) {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
            assertEquals(42, add.call(40, 2));
            CoreMemory memory = LeakCheck.scheduler(penny).memory();
            memory.putInt(canary(memory, 0), memory.getInt(canary(memory, 0)) ^ change);
            // A worker is checked when it comes back into the core, so after it has slept.
            Throwable failure = assertThrows(RuntimeUnusableException.class, () -> {
                for (int i = 0; i < 100; i++) {
                    add.call(40, 2);
                    Thread.sleep(5);
                }
            });
            Optional<String> reason = Stream.iterate(failure, cause -> cause != null, Throwable::getCause).map(Throwable::getMessage)
                    .filter(message -> message.contains("code=" + CoreLayout.PANIC_STACK_OVERFLOW)).findFirst();
            assertTrue(reason.isPresent(), failure.toString());
        }
    }
}
