package dev.penny.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.engine.LeakCheck;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random graphs: no arrow is violated, every task runs once, results are those of a run in order. {@code -Ddag.seed=N} runs one again. */
@Timeout(120)
class DagOrderPropertyTest {

    private static final int SIZE_MAX = 64;
    private static final int GRAPHS = 150;

    @ParameterizedTest
    @CsvSource({"platform,1", "platform,2", "platform,4", "virtual,3", "fork-join,3", "deterministic,3"})
    void noArrowIsViolatedAndEveryTaskRunsOnce(String backend, int workers) {
        try (Penny penny = Penny.builder().workers(workers).backend(backend).memoryBytes(8 << 20).build()) {
            RandomDag.Log log = new RandomDag.Log(SIZE_MAX);
            TaskFunction<Object> mix = log.function(penny, "m");
            for (long seed : seeds()) {
                RandomDag dag = new RandomDag(seed);
                GraphBuilder builder = penny.graph("seed " + seed);
                List<GraphTask> tasks = dag.write(builder, mix);
                try (TaskGraph graph = builder.build()) {
                    for (int round = 0; round < 3; round++) {
                        log.clear();
                        check(seed, dag, log, tasks, graph.run().join());
                    }
                }
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    private static long[] seeds() {
        Long one = Long.getLong("dag.seed");
        return one != null ? new long[] {one} : LongStream.range(0, GRAPHS).map(i -> i * 7_919 + 1).toArray();
    }

    private static void check(long seed, RandomDag dag, RandomDag.Log log, List<GraphTask> tasks, GraphRun run) {
        String again = ", run again with -Ddag.seed=" + seed;
        assertEquals(List.of(), log.violated(dag.arrows()), "violated arrows" + again);
        assertEquals(List.of(), log.notOnce(dag.size()), "tasks that did not run once" + again);
        long[] expected = dag.inOrder();
        for (int task = 0; task < expected.length; task++) {
            assertEquals(expected[task], run.result(tasks.get(task)), "result of t" + task + again);
        }
    }

    /** The arrow is left out of the graph and its end waits for nothing, so it begins while the first task still runs. */
    @Test
    void theOrderCheckerFindsAMissingArrow() throws Exception {
        try (Penny penny = Penny.builder().workers(2).memoryBytes(8 << 20).build()) {
            RandomDag.Log log = new RandomDag.Log(2);
            CountDownLatch secondBegan = new CountDownLatch(1);
            TaskFunction<Object> first = penny.javaModule("first").function("first", "()->()", call -> {
                log.begin(0);
                assertTrue(secondBegan.await(60, TimeUnit.SECONDS));
                log.end(0);
            }).register().function("first");
            TaskFunction<Object> second = penny.javaModule("second").function("second", "()->()", call -> {
                log.begin(1);
                secondBegan.countDown();
                log.end(1);
            }).register().function("second");
            GraphBuilder builder = penny.graph("one arrow less");
            builder.task("first", first);
            builder.task("second", second);
            try (TaskGraph graph = builder.build()) {
                graph.run().join();
            }
            assertEquals(List.of(new RandomDag.Arrow(0, 1)), log.violated(List.of(new RandomDag.Arrow(0, 1))));
        }
    }

    @Test
    void theOnceCheckerFindsTasksThatRanTwiceOrNever() {
        RandomDag.Log log = new RandomDag.Log(3);
        log.begin(0);
        log.end(0);
        log.begin(1);
        log.end(1);
        log.begin(1);
        log.end(1);
        assertEquals(List.of(1, 2), log.notOnce(3));
    }

    /** A result that does not flow changes what comes of it. */
    @Test
    void theOracleDependsOnEveryResult() {
        long whole = RandomDag.mix(5, 1, 2, 3);
        assertNotEquals(whole, RandomDag.mix(5, 0, 2, 3));
        assertNotEquals(whole, RandomDag.mix(5, 1, 0, 3));
        assertNotEquals(whole, RandomDag.mix(5, 1, 2, 0));
        assertTrue(LongStream.range(0, GRAPHS).map(seed -> new RandomDag(seed).arrows().size()).sum() > 10 * GRAPHS, "too few arrows to test");
    }
}
