package dev.penny;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.CapacityException;
import dev.penny.api.ClosedException;
import dev.penny.api.DeadlineException;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskOptions;
import dev.penny.internal.engine.LeakCheck;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tasks that wait for others, added while those wait, run, end or have ended. */
@Timeout(60)
class AfterTest extends OnePenny {

    @ParameterizedTest
    @MethodSource("pools")
    void resultsBecomeArguments(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
        TaskFunction<Object> text = java("text", "(i32,string)->string", call -> call.result(call.string(1) + call.i32(0)));
        TaskFunction<Object> bytes = java("bytes", "(string,bytes)->bytes",
                call -> call.result((call.string(0) + new String(call.bytes(1), StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8)));
        TaskHandle<Object> ordinary = add.submit(1, 2);
        TaskHandle<Object> live = penny.after().submit(add, ordinary, 4);
        TaskHandle<Object> both = penny.after(ordinary).submit(add, live, ordinary);
        TaskHandle<Object> said = penny.after(live, both).submit(text, both, "é".repeat(300));
        TaskHandle<Object> encoded = penny.after().submit(bytes, said, "!".getBytes(StandardCharsets.UTF_8));
        TaskHandle<Object> twice = penny.after().submit(bytes, said, encoded);
        String expected = "é".repeat(300) + 10;
        assertEquals(expected, said.join());
        assertArrayEquals((expected + expected + "!").getBytes(StandardCharsets.UTF_8), (byte[]) twice.join());
        // All of them have ended by now.
        assertArrayEquals((expected + expected + "!").getBytes(StandardCharsets.UTF_8),
                (byte[]) penny.after(live).submit(bytes, said, encoded).join());
        assertEquals(7, live.join());
        assertSame(live.function(), add);
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aLongChainAndAWideFanEnd(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
        TaskHandle<Object> last = add.submit(0, 0);
        for (int i = 0; i < 3_000; i++) {
            last = penny.after().submit(add, last, 1);
        }
        assertEquals(3_000, last.join());
        TaskHandle<Object> root = penny.after().submit(add, 20, 1);
        List<TaskHandle<Object>> fan = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            fan.add(penny.after().submit(add, root, i));
        }
        for (int i = 0; i < 1_000; i++) {
            assertEquals(21 + i, fan.get(i).join());
        }
        TaskHandle<Object> sum = penny.after(fan.toArray(TaskHandle[]::new)).submit(add, 3, 4);
        assertEquals(7, sum.join());
    }

    /** A graph that grows out of a task, while the task and its tasks run. */
    @ParameterizedTest
    @MethodSource("pools")
    void tasksAddTasksThatWaitForOthers(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
        TaskFunction<Object> grow = java("grow", "(i32)->i32", call -> {
            int n = call.i32(0);
            TaskHandle<Object> even = add.submit(0, 0);
            TaskHandle<Object> odd = penny.after().submit(add, 1, 0);
            for (int i = 0; i < n; i++) {
                TaskHandle<Object> next = penny.after(even).submit(add, even, odd);
                even = odd;
                odd = next;
            }
            call.result((int) even.join());
        });
        TaskHandle<Object> fibonacci = penny.after().submit(grow, 30);
        TaskHandle<Object> more = penny.after(fibonacci).submit(grow, 10);
        assertEquals(832_040, fibonacci.join());
        assertEquals(55, more.join());
    }

    /** Every task looks whether all it waits for have ended. Returns how many had not. */
    private int violations(long seed, boolean connected) {
        int count = 150;
        AtomicIntegerArray ended = new AtomicIntegerArray(count);
        AtomicInteger violations = new AtomicInteger();
        List<List<Integer>> waitsFor = new ArrayList<>();
        TaskFunction<Object> check = java("check" + seed + connected, "(i32)->i32", call -> {
            waitsFor.get(call.i32(0)).forEach(other -> violations.addAndGet(ended.get(other) == 1 ? 0 : 1));
            ended.set(call.i32(0), 1);
            call.result(call.i32(0));
        });
        Random random = new Random(seed);
        List<TaskHandle<Object>> handles = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<Integer> others = new ArrayList<>();
            for (int k = random.nextInt(4); k > 0 && i > 0; k--) {
                others.add(random.nextInt(i));
            }
            waitsFor.add(others);
        }
        for (int i = 0; i < count; i++) {
            TaskHandle<?>[] prerequisites = !connected ? new TaskHandle<?>[0] : waitsFor.get(i).stream().map(handles::get).toArray(TaskHandle[]::new);
            handles.add(random.nextInt(5) == 0 && prerequisites.length == 0 ? check.submit(i)
                    : penny.after(prerequisites).submit(check, i));
        }
        for (int i = 0; i < count; i++) {
            assertEquals(i, handles.get(i).join());
        }
        return violations.get();
    }

    @ParameterizedTest
    @MethodSource("pools")
    void randomTasksWaitForAllTheyWereTold(ForkPools.Pool pool) {
        penny = pool.start();
        for (long seed = 0; seed < 20; seed++) {
            assertEquals(0, violations(seed, true), "seed=" + seed);
        }
    }

    @Test
    void theCheckAboveNoticesTasksThatDoNotWait() {
        penny = Penny.builder().workers(4).memoryBytes(16 << 20).backend("deterministic").build();
        int found = 0;
        for (long seed = 0; seed < 20 && found == 0; seed++) {
            found += violations(seed, false);
        }
        assertTrue(found > 0);
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aFailureReachesAllThatWait(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> divide = penny.load(Guests.hostile("trap.wasm")).function("divide");
        AtomicInteger ran = new AtomicInteger();
        TaskFunction<Object> count = java("count", "(i32)->i32", call -> call.result(ran.incrementAndGet()));
        for (TaskHandle<Object> failing : List.of(divide.submit(1, 0), penny.after().submit(divide, 1, 0))) {
            TaskHandle<Object> second = penny.after().submit(count, failing);
            TaskHandle<Object> third = penny.after(second).submit(count, 1);
            TaskHandle<Object> fine = penny.after().submit(divide, 6, 3);
            TaskHandle<Object> mixed = penny.after(fine, third).submit(count, fine);
            for (TaskHandle<Object> skipped : List.of(failing, second, third, mixed)) {
                CompletionException thrown = assertThrows(CompletionException.class, skipped::join);
                assertEquals("trap/divide(i32,i32)->i32", assertInstanceOf(TaskFailedException.class, thrown.getCause()).function());
            }
            assertEquals(2, fine.join());
            // Added when all is over.
            assertThrows(CompletionException.class, penny.after(mixed).submit(count, 1)::join);
        }
        assertEquals(0, ran.get());
    }

    @Test
    void aCancelledTaskNeverStartsAndNeitherDoThoseThatWaitForIt() throws InterruptedException {
        penny = Penny.builder().workers(1).memoryBytes(16 << 20).build();
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger ran = new AtomicInteger();
        TaskFunction<Object> held = java("held", "()->i32", call -> {
            started.countDown();
            gate.await();
            call.result(call.cancelled() ? 1 : 0);
        });
        TaskFunction<Object> count = java("count", "()->i32", call -> call.result(ran.incrementAndGet()));
        TaskHandle<Object> first = penny.after().submit(held);
        started.await();
        TaskHandle<Object> waiting = penny.after(first).submit(count);
        TaskHandle<Object> queued = penny.after().submit(count);
        TaskHandle<Object> behind = penny.after(waiting, queued).submit(count);
        assertTrue(waiting.cancel(false));
        assertTrue(queued.cancel(false));
        gate.countDown();
        assertEquals(0, first.join());
        assertThrows(CancellationException.class, waiting::join);
        assertThrows(CancellationException.class, queued::join);
        assertThrows(RuntimeException.class, behind::join);
        assertTrue(behind.isDone());
        // One that runs can see it.
        CountDownLatch again = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        int[] seen = {-1};
        TaskFunction<Object> look = java("look", "()->()", call -> {
            again.countDown();
            cancelled.await();
            seen[0] = call.cancelled() ? 1 : 0;
        });
        TaskHandle<Object> running = penny.after().submit(look);
        again.await();
        running.cancel(false);
        cancelled.countDown();
        LeakCheck.assertNothingHeld(penny);
        assertEquals(1, seen[0]);
        assertEquals(0, ran.get());
    }

    @Test
    void deadlinesAndTimedWaits() {
        start();
        CountDownLatch gate = new CountDownLatch(1);
        TaskFunction<Object> held = java("held", "()->i32", call -> {
            gate.await();
            call.result(1);
        });
        AtomicInteger ran = new AtomicInteger();
        TaskFunction<Object> count = java("count", "(i32)->i32", call -> call.result(ran.incrementAndGet()));
        TaskHandle<Object> first = penny.after().submit(held);
        TaskHandle<Object> late = penny.after().submit(count.with(TaskOptions.defaults().deadline(Duration.ofMillis(20))), first);
        assertThrows(TimeoutException.class, () -> first.get(1, TimeUnit.MILLISECONDS));
        assertInstanceOf(DeadlineException.class, assertThrows(CompletionException.class, late::join).getCause());
        gate.countDown();
        assertEquals(1, first.join());
        assertEquals(0, ran.get());
        TaskHandle<Object> pinned = penny.after(first).submit(count.with(TaskOptions.defaults().pinnedTo(1)), first);
        assertEquals(1, pinned.join());
    }

    @ParameterizedTest
    @MethodSource("pools")
    void blockingTasksAndTasksOfOtherPennysMayBeWaitedFor(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> slow = penny.javaModule("b").blockingFunction("slow", "(i32)->string", call -> {
            Thread.sleep(2);
            call.result("x".repeat(call.i32(0)));
        }).register().function("slow");
        TaskFunction<Object> length = java("length", "(string,string)->i32",
                call -> call.result(call.string(0).length() + call.string(1).length()));
        try (Penny other = Penny.builder().workers(1).memoryBytes(8 << 20).build()) {
            TaskHandle<Object> elsewhere = other.javaModule("o").function("say", "()->string", call -> call.result("abc")).register()
                    .function("say").submit();
            TaskHandle<Object> sum = penny.after().submit(length, slow.submit(5), elsewhere);
            TaskHandle<Object> liveSum = penny.after(sum).submit(length, penny.after(sum).submit(slow, sum), "");
            assertEquals(8, sum.join());
            assertEquals(8, liveSum.join());
        }
    }

    @Test
    void callbacksMayAddTasks() {
        start();
        TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
        CountDownLatch done = new CountDownLatch(1);
        int[] result = {0};
        TaskHandle<Object> first = penny.after().submit(add, 1, 2);
        first.thenAccept(value -> penny.after(first).submit(add, first, 4).thenAccept(sum -> {
            result[0] = (int) sum;
            done.countDown();
        }));
        assertTrue(IntStream.range(0, 1_000).anyMatch(i -> {
            try {
                return done.await(10, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }));
        assertEquals(7, result[0]);
    }

    @Test
    void closingWaitsForTasksThatWait() {
        start();
        TaskFunction<Object> slow = penny.javaModule("b").blockingFunction("slow", "(i32)->i32", call -> {
            Thread.sleep(5);
            call.result(call.i32(0) + 1);
        }).register().function("slow");
        TaskHandle<Object> last = slow.submit(0);
        for (int i = 0; i < 10; i++) {
            last = penny.after().submit(slow, last);
        }
        penny.close();
        assertEquals(11, last.join());
        assertThrows(ClosedException.class, () -> penny.after().submit(slow, 1));
        penny = null;
    }

    @Test
    void closingAtOnceFailsTasksThatWait() throws InterruptedException {
        start();
        CountDownLatch started = new CountDownLatch(1);
        TaskFunction<Object> held = java("held", "()->i32", call -> {
            started.countDown();
            Thread.sleep(30);
            call.result(1);
        });
        AtomicInteger ran = new AtomicInteger();
        TaskFunction<Object> count = java("count", "(i32)->i32", call -> call.result(ran.incrementAndGet()));
        TaskHandle<Object> first = held.submit();
        started.await();
        TaskHandle<Object> second = penny.after().submit(count, first);
        TaskHandle<Object> third = penny.after().submit(count, second);
        penny.closeNow();
        penny = null;
        assertTrue(second.isDone() && third.isDone());
        if (ran.get() == 0) {
            assertInstanceOf(ClosedException.class, assertThrows(CompletionException.class, second::join).getCause());
        }
        assertThrows(CompletionException.class, third::join);
    }

    @Test
    void mistakesAreRefused() {
        start();
        TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
        TaskFunction<Object> nothing = java("nothing", "()->()", call -> { });
        TaskHandle<Object> none = nothing.submit();
        TaskHandle<Object> text = java("text", "()->string", call -> call.result("x")).submit();
        assertThrows(SignatureException.class, () -> penny.after().submit(add, 1));
        assertThrows(SignatureException.class, () -> penny.after().submit(add, 1, "x"));
        assertThrows(SignatureException.class, () -> penny.after().submit(add, none, 1));
        assertThrows(SignatureException.class, () -> penny.after().submit(add, text, 1));
        TaskFunction<Object> bytes = java("bytes", "(bytes)->i32", call -> call.result(call.view(0).remaining()));
        assertThrows(CapacityException.class, () -> penny.after().submit(bytes, new byte[9 << 20]));
        assertEquals(3, penny.after(none).and(text).submit(add, 1, 2).join());
    }

    /** What waits for the task that adds it cannot get memory from it: it is refused, and the task goes on. */
    @Test
    void aTaskThatFillsTheMemoryIsRefusedAtLast() {
        start();
        TaskFunction<Object> bytes = java("bytes", "(bytes)->i32", call -> call.result(call.view(0).remaining()));
        CountDownLatch submitted = new CountDownLatch(1);
        TaskHandle<?>[] self = new TaskHandle<?>[1];
        TaskFunction<Object> greedy = java("greedy", "()->i32", call -> {
            submitted.await();
            int added = 0;
            try {
                while (true) {
                    penny.after(self[0]).submit(bytes, new byte[1 << 20]);
                    added++;
                }
            } catch (CapacityException e) {
                call.result(added);
            }
        });
        self[0] = greedy.submit();
        submitted.countDown();
        int added = (int) self[0].join();
        assertTrue(added > 0 && added < 16, () -> "added=" + added);
    }
}
