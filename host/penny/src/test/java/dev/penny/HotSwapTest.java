package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.internal.engine.LeakCheck;
import dev.penny.spi.ThreadBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** The backend of a running scheduler is replaced: nothing is lost, nothing runs twice. */
class HotSwapTest {

    private static final int TASKS = 100_000;

    @Test
    void threeSwapsUnderAHundredThousandTasksRunEachExactlyOnce() throws Exception {
        AtomicIntegerArray runs = new AtomicIntegerArray(TASKS);
        try (Penny penny = Penny.builder().workers(3).backend("platform").build()) {
            TaskFunction<Integer> count = penny.javaModule("count").function("once", "(i32)->i32", call -> {
                runs.incrementAndGet(call.i32(0));
                call.result(call.i32(0) + 1);
            }).register().function("once", "(i32)->i32", Integer.class);
            List<TaskHandle<Integer>> handles = new ArrayList<>();
            Thread submitter = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < TASKS; i++) {
                    handles.add(count.submit(i));
                }
            });
            for (String backend : List.of("virtual", "fork-join", "platform")) {
                Thread.sleep(20);
                penny.swapBackend(named(backend));
                assertEquals(backend, penny.backend().name());
            }
            submitter.join();
            for (int i = 0; i < TASKS; i++) {
                assertEquals(i + 1, handles.get(i).join());
                assertEquals(1, runs.get(i), "task " + i);
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void swapsInTheMiddleOfABulkLoseNoItem() throws Exception {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskFunction<Object> square = penny.load(Guests.dist("arith.wasm")).function("square");
            Thread swapper = Thread.ofPlatform().start(() -> {
                for (int swap = 0; swap < 12; swap++) {
                    penny.swapBackend(named(swap % 2 == 0 ? "virtual" : "platform"));
                }
            });
            for (int round = 0; round < 40 || swapper.isAlive(); round++) {
                long[] squares = square.mapRangeToLongs(0, 40_000);
                for (int i = 0; i < squares.length; i += 997) {
                    assertEquals(i * i, squares[i]);
                }
                assertTrue(round < 10_000, "the swaps do not end");
            }
            swapper.join();
            LeakCheck.assertNothingHeld(penny);
        }
    }

    private static ThreadBackend named(String name) {
        return Backends.installed().stream().filter(backend -> backend.name().equals(name)).findFirst().orElseThrow();
    }
}
