package dev.penny.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Penny;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DagTest {

    @Test
    void theOraclesAreRight() {
        assertEquals(55, Dags.fib(10).oracle());
        assertEquals(1_000 * 999 / 2, Dags.skynet(1_000).oracle());
        assertEquals(177 + 88 + 1, Dags.fib(10).size(), "a task per call, one per addition, and the root");
    }

    @Test
    void theSkewedTreeKeepsTheWork() {
        Dag whole = Dags.skewedTree(100, 1_000);
        assertEquals(2, whole.size(), "nothing to split");
        assertTrue(Dags.skewedTree(10_000, 100).size() > 100);
    }

    /** The same bodies in other blocks: the sums are in the same order, so every bit is the same. */
    @Test
    void blocksDoNotChangeTheBodies() {
        assertEquals(Dags.nBody(32, 1, 5).oracle(), Dags.nBody(32, 8, 5).oracle());
        assertTrue(Dags.nBody(32, 8, 5).oracle() != Dags.nBody(32, 8, 6).oracle());
    }

    @Test
    void aTaskMayComeOnlyAfterTasksThatExist() {
        Dag dag = new Dag();
        int first = dag.add(_ -> 1);
        dag.add(before -> before[0] + 1, first);
        assertArrayEquals(new int[] {0}, dag.predecessors(1));
        assertThrows(IllegalArgumentException.class, () -> dag.add(_ -> 0, 2));
        assertThrows(IllegalArgumentException.class, () -> dag.add(_ -> 0, -1));
    }

    @Test
    void aRunGivesTheOraclesValueAndEveryWait() {
        Dag dag = Dags.fib(8);
        try (Penny penny = Penny.builder().workers(2).build()) {
            Dag.Running running = dag.on(penny, "fib");
            Map<String, Double> columns = running.run(21);
            assertTrue(columns.get(TaskLog.WAIT_MAX) >= columns.get(TaskLog.WAIT_P50));
            assertTrue(columns.get(Point.Trial.NANOS) > 0);
            assertThrows(IllegalStateException.class, () -> running.run(22));
        }
    }
}
