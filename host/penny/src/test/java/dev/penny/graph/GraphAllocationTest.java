package dev.penny.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.penny.Guests;
import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A run makes no Java object per task. */
class GraphAllocationTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int TASKS = 10_000;
    private static final int COLUMNS = 100;
    private static final int RUNS = 100;
    private static final long BYTES_PER_RUN_MAX = 1_024;

    /**
     * Interpreted wasm allocates, and so do calls that the compiler leaves out of line, once per frame that a worker takes from a queue (decision
     * 0114). What a task needs must not: so it is enough that one group of runs does without.
     */
    @Test
    void aRunOfTenThousandTasksAllocatesLessThanAKilobyte() {
        try (Penny penny = Penny.builder().workers(2).memoryBytes(16 << 20).build()) {
            TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add", "(i32,i32)->i32");
            try (TaskGraph graph = rows(penny, add, TASKS)) {
                long bytes = Long.MAX_VALUE;
                for (int round = 0; round < 1_000 && bytes >= BYTES_PER_RUN_MAX; round++) {
                    bytes = bytesPerRun(graph);
                }
                GraphRun run = graph.run().join();
                assertEquals(expected(), run.result(graph.task("t" + (TASKS - 1))));
                assertTrue(bytes < BYTES_PER_RUN_MAX, "a run of %d tasks allocated %d bytes".formatted(TASKS, bytes));
            }
        }
    }

    /** Each task adds two results of the row above it. */
    private static TaskGraph rows(Penny penny, TaskFunction<Object> add, int tasks) {
        GraphBuilder builder = penny.graph("rows of " + tasks);
        GraphTask[] row = new GraphTask[COLUMNS];
        for (int i = 0; i < tasks; i++) {
            int column = i % COLUMNS;
            row[column] = i < COLUMNS ? builder.task("t" + i, add, i, 0) : builder.task("t" + i, add, row[column], row[(column + 1) % COLUMNS]);
        }
        return builder.build();
    }

    /** What the caller and the workers allocate together. */
    private static long bytesPerRun(TaskGraph graph) {
        graph.run().join();
        long[] workers = Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("penny-worker-"))
                .mapToLong(Thread::threadId).toArray();
        long before = Arrays.stream(THREADS.getThreadAllocatedBytes(workers)).sum();
        long mine = THREADS.getCurrentThreadAllocatedBytes();
        for (int run = 0; run < RUNS; run++) {
            graph.run().join();
        }
        long caller = THREADS.getCurrentThreadAllocatedBytes() - mine;
        return (Arrays.stream(THREADS.getThreadAllocatedBytes(workers)).sum() - before + caller) / RUNS;
    }

    private static int expected() {
        int[] row = new int[COLUMNS];
        for (int i = 0; i < TASKS; i++) {
            int column = i % COLUMNS;
            row[column] = i < COLUMNS ? i : row[column] + row[(column + 1) % COLUMNS];
        }
        return row[COLUMNS - 1];
    }
}
