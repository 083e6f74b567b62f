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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run makes no Java object per task. */
class GraphAllocationTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int TASKS = 10_000;
    private static final int RUNS = 100;
    private static final long BYTES_PER_RUN_MAX = 1_024;

    /**
     * Interpreted wasm allocates, and so do calls that the compiler leaves out of line, as it did for each frame that a worker takes from a queue
     * (decisions 0114 and 0124). Compilation takes its time: so it is enough that one group of runs does without.
     */
    @ParameterizedTest
    @ValueSource(ints = {100, 1_000})
    void aRunOfTenThousandTasksAllocatesLessThanAKilobyte(int columns) {
        try (Penny penny = Penny.builder().workers(2).memoryBytes(16 << 20).build()) {
            TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add", "(i32,i32)->i32");
            try (TaskGraph graph = rows(penny, add, TASKS, columns)) {
                long bytes = Long.MAX_VALUE;
                for (int round = 0; round < 1_000 && bytes >= BYTES_PER_RUN_MAX; round++) {
                    bytes = bytesPerRun(graph);
                }
                GraphRun run = graph.run().join();
                assertEquals(expected(columns), run.result(graph.task("t" + (TASKS - 1))));
                assertTrue(bytes < BYTES_PER_RUN_MAX, "a run of %d tasks, %d in a row, allocated %d bytes".formatted(TASKS, columns, bytes));
            }
        }
    }

    /** Each task adds two results of the row above it. */
    private static TaskGraph rows(Penny penny, TaskFunction<Object> add, int tasks, int columns) {
        GraphBuilder builder = penny.graph("rows of " + tasks);
        GraphTask[] row = new GraphTask[columns];
        for (int i = 0; i < tasks; i++) {
            int column = i % columns;
            row[column] = i < columns ? builder.task("t" + i, add, i, 0) : builder.task("t" + i, add, row[column], row[(column + 1) % columns]);
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

    private static int expected(int columns) {
        int[] row = new int[columns];
        for (int i = 0; i < TASKS; i++) {
            int column = i % columns;
            row[column] = i < columns ? i : row[column] + row[(column + 1) % columns];
        }
        return row[columns - 1];
    }
}
