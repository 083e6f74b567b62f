package dev.penny.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Guests;
import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The same seed gives a graph the same schedule; other seeds give others, and all of them the same results. */
class GraphReplayTest {

    @Test
    void equalSeedsGiveEqualTraces() {
        Set<Long> hashes = new HashSet<>();
        for (int run = 0; run < 30; run++) {
            hashes.add(trace(42));
        }
        assertEquals(1, hashes.size(), hashes::toString);
    }

    @Test
    void otherSeedsGiveOtherTraces() {
        Set<Long> hashes = new HashSet<>();
        for (long seed = 0; seed < 30; seed++) {
            hashes.add(trace(seed));
        }
        assertTrue(hashes.size() > 25, "hashes: " + hashes.size());
    }

    private static long trace(long seed) {
        try (Penny penny = Penny.builder().workers(4).seed(seed).memoryBytes(8 << 20).backend("deterministic").build()) {
            RandomDag dag = new RandomDag(99);
            GraphBuilder builder = penny.graph("dag");
            List<GraphTask> tasks = dag.write(builder, new RandomDag.Log(64).function(penny, "m"));
            TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add", "(i32,i32)->i32");
            var semaphore = builder.semaphore("s", 2);
            for (int i = 0; i < 20; i++) {
                builder.task("limited" + i, add, i, i).acquires(semaphore);
            }
            long[] expected = dag.inOrder();
            try (TaskGraph graph = builder.build()) {
                for (int round = 0; round < 3; round++) {
                    GraphRun run = graph.run().join();
                    for (int task = 0; task < expected.length; task++) {
                        assertEquals(expected[task], run.result(tasks.get(task)));
                    }
                }
            }
            return penny.traceHash().orElseThrow();
        }
    }
}
