package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.penny.api.TaskFunction;
import dev.penny.api.WorkerCounters;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** An idle pool uses no processor; a numeric task makes no Java object; threads come once and only when used. */
class IdleAndAllocationTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void anIdlePoolSleeps() throws Exception {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskFunction<Object> square = penny.load(Guests.dist("arith.wasm")).function("square");
            square.mapRangeToLongs(0, 100_000);
            Thread.sleep(200);
            long[] ids = workerThreads();
            assertTrue(ids.length > 0, "no worker thread was started");
            long before = cpuNanos(ids);
            Thread.sleep(2_000);
            long used = cpuNanos(ids) - before;
            assertTrue(used < 20_000_000, "2 s idle used %d us".formatted(used / 1000));
            for (WorkerCounters counters : penny.counters()) {
                assertTrue(Set.of(WorkerCounters.State.SLEEPING, WorkerCounters.State.IDLE).contains(counters.state()), counters.toString());
            }
        }
    }

    @Test
    void noThreadStartsBeforeTheFirstTask() {
        Set<Long> before = Arrays.stream(workerThreads()).boxed().collect(Collectors.toSet());
        try (Penny penny = Penny.builder().workers(4).build()) {
            penny.load(Guests.dist("arith.wasm")).function("square");
            assertEquals(before, Arrays.stream(workerThreads()).boxed().collect(Collectors.toSet()));
        }
    }

    /** Interpreted wasm allocates; the promise is about compiled code, so this runs until the compiler has had its say. */
    @Test
    void numericWasmTasksAllocateNothingPerTaskOnceCompiled() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskFunction<Object> square = penny.load(Guests.dist("arith.wasm")).function("square");
            int tasks = 1_000_000;
            long workers = Long.MAX_VALUE;
            long caller = Long.MAX_VALUE;
            for (int round = 0; round < 400 && workers >= tasks / 10; round++) {
                square.mapRangeToLongs(0, 1000);
                long[] ids = workerThreads();
                long before = allocatedBytes(ids);
                long mine = THREADS.getCurrentThreadAllocatedBytes();
                square.mapRangeToLongs(0, tasks);
                workers = allocatedBytes(ids) - before;
                caller = THREADS.getCurrentThreadAllocatedBytes() - mine - 8L * tasks;
            }
            assertTrue(workers < tasks / 10, "workers allocated %d bytes for %d tasks".formatted(workers, tasks));
            assertTrue(caller < tasks / 10, "the caller allocated %d bytes for %d tasks beside the result array".formatted(caller, tasks));
        }
    }

    private static long[] workerThreads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("penny-worker-"))
                .mapToLong(Thread::threadId).toArray();
    }

    private static long cpuNanos(long[] ids) {
        return Arrays.stream(ids).map(THREADS::getThreadCpuTime).sum();
    }

    private static long allocatedBytes(long[] ids) {
        return Arrays.stream(THREADS.getThreadAllocatedBytes(ids)).sum();
    }
}
