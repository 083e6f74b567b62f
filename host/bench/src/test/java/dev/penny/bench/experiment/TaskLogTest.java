package dev.penny.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TaskLogTest {

    private static TaskLog ran(int tasks) {
        TaskLog log = new TaskLog(tasks);
        for (int task = 0; task < tasks; task++) {
            log.ready(task);
            log.started(task);
            log.ended(task);
        }
        return log;
    }

    @Test
    void aTaskIsReadyWhenTheLastOfItsPredecessorsHasEnded() {
        TaskLog log = ran(3);
        log.readyAt(2, 0);
        log.readyAfter(2, 0, 1);
        double wait = log.waitOf(2);
        log.readyAt(2, 0);
        log.readyAfter(2, 0);
        assertTrue(log.waitOf(2) >= wait, "task 0 ended before task 1");
    }

    @Test
    void waitsAreOrdered() {
        Map<String, Double> waits = ran(100).waits();
        assertTrue(waits.get(TaskLog.WAIT_P50) >= 1);
        assertTrue(waits.get(TaskLog.WAIT_P50) <= waits.get(TaskLog.WAIT_P99));
        assertTrue(waits.get(TaskLog.WAIT_P99) <= waits.get(TaskLog.WAIT_MAX));
    }

    @Test
    void aTaskThatDidNotRunIsAnError() {
        TaskLog log = new TaskLog(2);
        log.ready(0);
        log.started(0);
        log.ended(0);
        assertThrows(IllegalStateException.class, log::waits);
        TaskLog cleared = ran(1);
        cleared.clear();
        assertThrows(IllegalStateException.class, cleared::waits);
    }

    @Test
    void theLongestGapBeginsWithTheRun() {
        long before = System.nanoTime() - 1_000_000_000;
        TaskLog log = ran(2);
        assertTrue(log.longestGapNanos(before) >= 1_000_000_000);
        assertEquals(Thread.currentThread().threadId(), log.thread(1));
        assertTrue(log.busyNanos() >= 0);
    }
}
