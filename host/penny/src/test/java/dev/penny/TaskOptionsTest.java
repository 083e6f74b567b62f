package dev.penny;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.CapacityException;
import dev.penny.api.Priority;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskModule;
import dev.penny.api.TaskOptions;
import dev.penny.internal.engine.LeakCheck;
import dev.penny.spi.ThreadBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Priorities and pins, on every backend. */
@Timeout(120)
class TaskOptionsTest {

    private static final String BACKENDS = "dev.penny.EveryBackendTest#backends";
    /** EngineConfig.POLL_INTERVAL times the sources that take turns. */
    private static final int FAIRNESS_BOUND = 61 * 4;

    private static TaskOptions priority(Priority priority) {
        return TaskOptions.defaults().priority(priority);
    }

    /** Holds the only worker until the count falls, where workers have threads of their own; the deterministic ones wait by themselves. */
    private static void hold(Penny penny, CountDownLatch gate) {
        if (!penny.backend().name().equals("deterministic")) {
            CountDownLatch held = new CountDownLatch(1);
            penny.javaModule("holder").function("hold", "()->()", call -> {
                held.countDown();
                gate.await();
            }).register().function("hold").submit();
            try {
                held.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @ParameterizedTest
    @MethodSource(BACKENDS)
    void waitingTasksStartInTheOrderOfTheirPriorities(Supplier<ThreadBackend> backend) throws Exception {
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch gate = new CountDownLatch(1);
        try (Penny penny = Penny.builder().workers(1).backend(backend.get()).build()) {
            TaskFunction<Object> note = penny.javaModule("m").function("note", "(i32)->()", call -> order.add(call.i32(0)))
                    .register().function("note");
            hold(penny, gate);
            List<TaskHandle<Object>> handles = new ArrayList<>();
            for (Priority priority : List.of(Priority.LOW, Priority.NORMAL, Priority.HIGH)) {
                for (int i = 0; i < 19; i++) {
                    handles.add(note.with(priority(priority)).submit(priority.ordinal()));
                }
            }
            gate.countDown();
            for (TaskHandle<Object> handle : handles) {
                handle.get();
            }
            assertEquals(57, order.size());
            long early = IntStream.range(0, order.size())
                    .filter(at -> order.subList(at, order.size()).stream().anyMatch(later -> later < order.get(at))).count();
            assertTrue(early <= 1, "57 rounds hold at most one in which another source goes first: " + order);
        }
    }

    @ParameterizedTest
    @MethodSource(BACKENDS)
    void noPriorityStarvesUnderAFloodOfOthers(Supplier<ThreadBackend> backend) throws Exception {
        for (Priority waiting : List.of(Priority.LOW, Priority.NORMAL)) {
            AtomicInteger flood = new AtomicInteger();
            AtomicBoolean served = new AtomicBoolean();
            try (Penny penny = Penny.builder().workers(1).backend(backend.get()).build()) {
                List<TaskFunction<Object>> again = new ArrayList<>();
                TaskModule module = penny.javaModule("m")
                        .function("flood", "(i32)->()", call -> {
                            if (!served.get() && flood.incrementAndGet() < 100_000) {
                                again.get(call.i32(0)).submit(call.i32(0));
                            }
                        })
                        .function("serve", "()->()", call -> served.set(true)).register();
                for (Priority priority : Priority.values()) {
                    again.add(module.function("flood").with(priority(priority)));
                }
                again.add(module.function("flood").with(TaskOptions.defaults().pinnedTo(0)));
                CountDownLatch gate = new CountDownLatch(1);
                hold(penny, gate);
                TaskHandle<Object> served1 = module.function("serve").with(priority(waiting)).submit();
                for (int kind = 0; kind < again.size(); kind++) {
                    if (kind != waiting.ordinal()) {
                        again.get(kind).submit(kind);
                    }
                }
                gate.countDown();
                served1.get();
                assertTrue(flood.get() <= FAIRNESS_BOUND, "others before %s: %d".formatted(waiting, flood.get()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource(BACKENDS)
    void aPinnedTaskRunsOnItsWorkerOnly(Supplier<ThreadBackend> backend) throws Exception {
        AtomicInteger blocked = new AtomicInteger();
        try (Penny penny = Penny.builder().workers(3).mailboxCapacity(4).backend(backend.get()).build()) {
            TaskFunction<Object> square = penny.load(Guests.dist("arith.wasm")).function("square");
            TaskFunction<Object> sleep = penny.javaModule("m").blockingFunction("sleep", "()->()", call -> {
                Thread.sleep(1);
                blocked.incrementAndGet();
            }).register().function("sleep");
            for (int worker = 2; worker >= 0; worker--) {
                long[] before = executed(penny);
                TaskFunction<Object> pinned = square.with(TaskOptions.defaults().pinnedTo(worker));
                List<TaskHandle<Object>> handles = new ArrayList<>();
                for (int i = 0; i < 500; i++) {
                    handles.add(pinned.submit(i));
                }
                handles.add(sleep.with(TaskOptions.defaults().pinnedTo(worker)).submit());
                for (int i = 0; i < 500; i++) {
                    assertEquals(i * i, handles.get(i).get());
                }
                handles.getLast().get();
                LeakCheck.assertNothingHeld(penny);
                long[] after = executed(penny);
                // The blocking task is dispatched twice: before and after it waited.
                for (int other = 0; other < 3; other++) {
                    assertEquals(other == worker ? 502 : 0, after[other] - before[other], "worker " + other);
                }
            }
            assertEquals(3, blocked.get());
        }
    }

    @ParameterizedTest
    @MethodSource(BACKENDS)
    void aPinnedBulkIsNotSplit(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(3).backend(backend.get()).build()) {
            TaskFunction<Object> square = penny.load(Guests.dist("arith.wasm")).function("square")
                    .with(TaskOptions.defaults().pinnedTo(1).priority(Priority.LOW));
            assertArrayEquals(LongStream.range(0, 20_000).map(i -> i * i).toArray(), square.mapRangeToLongs(0, 20_000));
            assertEquals(IntStream.range(0, 2_000).mapToObj(i -> i * i).toList(),
                    square.mapAll(IntStream.range(0, 2_000).boxed().toList()));
            long[] executed = executed(penny);
            assertArrayEquals(new long[] {0, 22_000, 0}, executed);
            assertEquals(0, penny.counters().stream().mapToLong(counters -> counters.splits()).sum());
            LeakCheck.assertNothingHeld(penny);
        }
    }

    private static long[] executed(Penny penny) {
        return penny.counters().stream().mapToLong(counters -> counters.executed()).toArray();
    }

    @Test
    void bulksOfEveryPriorityShareTheWorkers() {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskFunction<Object> square = penny.load(Guests.dist("arith.wasm")).function("square");
            for (Priority priority : Priority.values()) {
                assertArrayEquals(LongStream.range(0, 30_000).map(i -> i * i).toArray(),
                        square.with(priority(priority)).mapRangeToLongs(0, 30_000));
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void aFullMailboxRejectsWaitsOrSpills() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger ran = new AtomicInteger();
        try (Penny penny = Penny.builder().workers(2).mailboxCapacity(4).rejectWhenFull(true).build()) {
            TaskOptions pin = TaskOptions.defaults().pinnedTo(0);
            CountDownLatch held = new CountDownLatch(1);
            TaskModule module = penny.javaModule("m")
                    .function("hold", "()->()", call -> {
                        held.countDown();
                        gate.await();
                    })
                    .function("count", "()->()", call -> ran.incrementAndGet())
                    .function("spawn", "(i32)->()", call -> {
                        for (int i = 0; i < call.i32(0); i++) {
                            penny.modules().getFirst().function("count").with(pin).submit();
                        }
                    }).register();
            module.function("hold").with(pin).submit();
            held.await();
            TaskFunction<Object> count = module.function("count").with(pin);
            for (int i = 0; i < 4; i++) {
                count.submit();
            }
            CapacityException full = assertThrows(CapacityException.class, count::submit);
            assertEquals("queue full: function=m/count()->(), queue=worker 0, queued=4, limit=4", full.getMessage());
            module.function("spawn").call(100);
            module.function("count").call();
            assertEquals(1, ran.get(), "others pass a full mailbox");
            gate.countDown();
            LeakCheck.assertNothingHeld(penny);
            assertEquals(105, ran.get());
        }
    }

    @Test
    void badOptionsNameValueAndLimit() {
        assertEquals("deadline not positive: value=PT0S",
                assertThrows(IllegalArgumentException.class, () -> TaskOptions.defaults().deadline(Duration.ZERO)).getMessage());
        assertEquals("worker out of range: value=-1, min=0",
                assertThrows(IllegalArgumentException.class, () -> TaskOptions.defaults().pinnedTo(-1)).getMessage());
        assertThrows(NullPointerException.class, () -> TaskOptions.defaults().priority(null));
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskFunction<Object> square = penny.load(Guests.dist("arith.wasm")).function("square");
            assertEquals("worker out of range: value=2, min=0, max=1", assertThrows(IllegalArgumentException.class,
                    () -> square.with(TaskOptions.defaults().pinnedTo(2))).getMessage());
            assertEquals(square.mangledName(), square.with(TaskOptions.defaults().pinnedTo(1)).mangledName());
            assertEquals(49, square.with(TaskOptions.defaults().pinnedTo(1)).with(TaskOptions.defaults()).call(7));
        }
        assertThrows(IllegalArgumentException.class, () -> Penny.builder().mailboxCapacity(3));
        assertThrows(IllegalArgumentException.class, () -> Penny.builder().mailboxCapacity(65_537));
    }
}
