package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.engine.LeakCheck;
import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;

/** A hundred million tasks; the count and the sum are exact. */
class SoakTest {

    private static final int ROUNDS = 50;
    private static final int BULK = 2_000_000;
    private static final int SINGLES = 2_000_000;

    @Test
    void aHundredMillionBulkTasksLoseNothing() {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskFunction<Object> square = penny.load(Guests.dist("arith.wasm")).function("square");
            for (int round = 0; round < ROUNDS; round++) {
                int from = round * BULK;
                long[] squares = square.mapRangeToLongs(from, from + BULK);
                for (int i = 0; i < BULK; i++) {
                    int number = from + i;
                    if (squares[i] != number * number) {
                        assertEquals(number * number, squares[i], "task " + number);
                    }
                }
            }
            assertEquals((long) ROUNDS * BULK, LeakCheck.sum(penny, CoreLayout.WORKER_EXECUTED));
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void twoMillionSingleTasksLoseNothing() {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskFunction<Integer> add = penny.load(Guests.dist("arith.wasm")).function("add", "(i32,i32)->i32", Integer.class);
            ArrayDeque<TaskHandle<Integer>> window = new ArrayDeque<>();
            long sum = 0;
            for (int i = 0; i < SINGLES; i++) {
                window.add(add.submit(i, 1));
                if (window.size() > 4_000) {
                    sum += window.remove().join();
                }
            }
            for (TaskHandle<Integer> handle : window) {
                sum += handle.join();
            }
            assertEquals((long) SINGLES * (SINGLES + 1) / 2, sum);
            LeakCheck.assertNothingHeld(penny);
        }
    }
}
