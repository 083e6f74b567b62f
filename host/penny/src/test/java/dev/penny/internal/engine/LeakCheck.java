package dev.penny.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Penny;
import dev.penny.api.PennyException;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import java.lang.reflect.Field;

/** Looks inside a quiet scheduler: nothing may be held that no task holds. */
public final class LeakCheck {

    private LeakCheck() { }

    /** No host frame, worker frame, argument block or result block is in use. */
    public static void assertNothingHeld(Penny penny) {
        Scheduler scheduler = scheduler(penny);
        // Workers without threads of their own run here.
        int[] steps = {1_000_000};
        scheduler.drive(() -> scheduler.submitter().allDone() && scheduler.graphs().live().allDone() || --steps[0] < 0);
        await(() -> scheduler.submitter().allDone(), "host frames in use");
        await(() -> scheduler.graphs().live().allDone(), "live nodes in use");
        assertEquals(scheduler.graphs().live().keptBytes(), scheduler.argumentRegion().usedBytes(), "argument bytes in use");
        await(() -> sum(scheduler, CoreLayout.WORKER_FRAMES_ALLOCATED) == sum(scheduler, CoreLayout.WORKER_FRAMES_FREED), "worker frames in use");
        await(() -> sum(scheduler, CoreLayout.WORKER_RESULTS_ALLOCATED) == sum(scheduler, CoreLayout.WORKER_RESULTS_FREED)
                + scheduler.memory().getLong(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_HOST_RESULTS_FREED), "result blocks in use");
    }

    /** A counter summed over the workers. */
    public static long sum(Penny penny, int counterOffset) {
        return sum(scheduler(penny), counterOffset);
    }

    private static long sum(Scheduler scheduler, int counterOffset) {
        CoreMemory memory = scheduler.memory();
        int workers = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_WORKERS_REF);
        int stride = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_WORKER_STRIDE);
        long sum = 0;
        for (int worker = 0; worker < scheduler.workerCount(); worker++) {
            sum += memory.getLong(workers + worker * stride + counterOffset);
        }
        return sum;
    }

    /** The core frees results after it has told the host, so the last few counts may lag the last future. */
    private static void await(java.util.function.BooleanSupplier condition, String otherwise) {
        for (int attempt = 0; attempt < 1000 && !condition.getAsBoolean(); attempt++) {
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        assertTrue(condition.getAsBoolean(), otherwise);
    }

    /** Breaks a scheduler, as a panic of the core does. */
    public static void breakIt(Penny penny, PennyException cause) {
        scheduler(penny).broke(cause);
    }

    static Scheduler scheduler(Penny penny) {
        try {
            Field field = Penny.class.getDeclaredField("scheduler");
            field.setAccessible(true);
            return (Scheduler) field.get(penny);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
