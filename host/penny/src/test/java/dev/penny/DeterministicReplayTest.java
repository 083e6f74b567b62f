package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The same seed gives the same schedule, another seed another one, and every schedule the same results. */
class DeterministicReplayTest {

    @Test
    void aHundredRunsOfOneSeedHaveOneTraceHash() {
        Set<Long> hashes = new HashSet<>();
        for (int run = 0; run < 100; run++) {
            hashes.add(trace(42));
        }
        assertEquals(1, hashes.size(), hashes::toString);
    }

    @Test
    void aHundredSeedsHaveManyTraceHashes() {
        Set<Long> hashes = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            hashes.add(trace(seed));
        }
        assertTrue(hashes.size() > 90, "hashes: " + hashes.size());
    }

    private static long trace(long seed) {
        try (Penny penny = Penny.builder().workers(4).seed(seed).memoryBytes(8 << 20).backend("deterministic").build()) {
            TaskFunction<Integer> square = penny.javaModule("m")
                    .function("square", "(i32)->i32", call -> call.result(call.i32(0) * call.i32(0)))
                    .register().function("square", "(i32)->i32", Integer.class);
            List<TaskHandle<Integer>> handles = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                handles.add(square.submit(i));
            }
            long sum = 0;
            for (long number : square.mapRangeToLongs(0, 100)) {
                sum += number;
            }
            assertEquals(328_350, sum);
            for (int i = 0; i < 20; i++) {
                assertEquals(i * i, handles.get(i).join());
            }
            return penny.traceHash().orElseThrow();
        }
    }
}
