package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.ClosedException;
import dev.penny.api.Joined;
import dev.penny.api.LoadOptions;
import dev.penny.api.Outcome;
import dev.penny.api.Policy;
import dev.penny.api.Priority;
import dev.penny.api.RingOptions;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskModule;
import dev.penny.api.TaskOptions;
import dev.penny.api.TaskResults;
import dev.penny.internal.engine.LeakCheck;
import dev.penny.spi.ThreadBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every policy promises on every backend: nothing is lost, nothing runs twice, nothing starves, and the end is clean. */
@Timeout(120)
class PolicyContractTest {

    /** A policy with small queues, on a backend. */
    record Case(Policy policy, String name, Supplier<ThreadBackend> backend) {

        PennyBuilder builder(int workers) {
            return Penny.builder().workers(workers).policy(policy).backend(backend.get()).memoryBytes(16 << 20).queueCapacity(256);
        }

        @Override
        public String toString() {
            return policy.name() + " on " + name;
        }
    }

    static List<Policy> policies() {
        RingOptions ring = RingOptions.DEFAULT.withSlots(8).withSlotCapacity(2).withPeriod(Duration.ofNanos(200_000));
        return List.of(Policy.WORK_STEALING, new Policy.RoundRobin(4), new Policy.Random(4), new Policy.MerryGoRound(ring),
                new Policy.Hybrid(ring.withBias(0.5)));
    }

    static Stream<Case> cases() {
        Stream<Case> installed = Backends.installed().stream()
                .flatMap(backend -> policies().stream().map(policy -> new Case(policy, backend.name(), () -> backend)));
        return Stream.concat(installed, policies().stream().map(policy -> new Case(policy, "one-thread executor",
                () -> Backends.over((Executor) Executors.newSingleThreadExecutor(PolicyContractTest::daemon)))));
    }

    private static Thread daemon(Runnable runnable) {
        Thread thread = new Thread(runnable, "one");
        thread.setDaemon(true);
        return thread;
    }

    @Test
    void thereAreFivePoliciesOnFiveBackends() {
        assertEquals(5, policies().stream().map(Policy::name).distinct().count());
        assertEquals(Policy.ALL.stream().map(Policy::name).toList(), policies().stream().map(Policy::name).toList());
        assertEquals(25, cases().count());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyTaskOfEveryKindRunsOnce(Case given) {
        int singles = 400;
        AtomicIntegerArray runs = new AtomicIntegerArray(singles);
        try (Penny penny = given.builder(3).build()) {
            TaskModule java = penny.javaModule("m")
                    .function("note", "(i32)->i32", call -> call.result(runs.incrementAndGet(call.i32(0)) * 1000 + call.i32(0)))
                    .blockingFunction("slow", "(i32)->i32", call -> {
                        Thread.sleep(1);
                        call.result(call.i32(0) + 1);
                    }).register();
            TaskFunction<Object> note = java.function("note");
            TaskFunction<Object> slow = java.function("slow");
            TaskFunction<Object> square = penny.load(Guests.dist("arith.wasm")).function("square");
            TaskFunction<Object> count = penny.load(Guests.js("wordcount.js")).function("count");
            List<TaskHandle<Object>> waiting = IntStream.range(0, 20).mapToObj(i -> slow.submit(i)).toList();
            List<TaskHandle<Object>> noted = new ArrayList<>();
            for (int i = 0; i < singles; i++) {
                noted.add(note.with(options(i)).submit(i));
            }
            List<String> lines = IntStream.range(0, 100).mapToObj(i -> "word ".repeat(i % 7)).toList();
            assertEquals(IntStream.range(0, 100).mapToObj(i -> (Object) (i % 7)).toList(), count.mapAll(lines));
            long[] squares = square.mapRangeToLongs(0, 5_000);
            for (int i = 0; i < squares.length; i++) {
                assertEquals((long) i * i, squares[i]);
            }
            for (int i = 0; i < singles; i++) {
                assertEquals(1000 + i, noted.get(i).join(), "task " + i);
            }
            for (int i = 0; i < waiting.size(); i++) {
                assertEquals(i + 1, waiting.get(i).join());
            }
            LeakCheck.assertNothingHeld(penny);
        }
        for (int i = 0; i < singles; i++) {
            assertEquals(1, runs.get(i), "task " + i);
        }
    }

    private static TaskOptions options(int i) {
        return switch (i % 10) {
            case 0 -> TaskOptions.defaults().priority(Priority.HIGH);
            case 1 -> TaskOptions.defaults().priority(Priority.LOW);
            case 2 -> TaskOptions.defaults().pinnedTo(i % 3);
            default -> TaskOptions.defaults();
        };
    }

    @ParameterizedTest
    @MethodSource("cases")
    void failuresStayWithTheirTasks(Case given) {
        try (Penny penny = given.builder(2).build()) {
            TaskFunction<Object> divide = penny.load(Guests.hostile("trap.wasm")).function("divide");
            List<TaskHandle<Object>> singles = IntStream.range(0, 60).mapToObj(i -> divide.submit(100, i % 3)).toList();
            try (TaskResults<Object> results = divide.map(IntStream.range(0, 200).mapToObj(i -> new Object[] {100, i % 10}).iterator())) {
                for (int i = 0; i < 200; i++) {
                    Outcome<Object> outcome = results.next();
                    if (i % 10 == 0) {
                        assertInstanceOf(TaskFailedException.class, ((Outcome.Failed<Object>) outcome).cause());
                    } else {
                        assertEquals(100 / (i % 10), outcome.get());
                    }
                }
            }
            for (int i = 0; i < 60; i++) {
                if (i % 3 == 0) {
                    assertInstanceOf(TaskFailedException.class, failure(singles.get(i)));
                } else {
                    assertEquals(100 / (i % 3), singles.get(i).join());
                }
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    private static Throwable failure(TaskHandle<Object> handle) {
        return assertThrows(CompletionException.class, handle::join).getCause();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void forksAndWaitsInsideOfTasksEnd(Case given) {
        try (Penny penny = given.builder(2).build()) {
            TaskFunction<Object> square = penny.load(Guests.dist("arith.wasm")).function("square");
            assertEquals(144, penny.join(() -> fib(penny, 12), () -> 0L).first());
            assertEquals(499_500L, penny.reduce(0, 1000, 0L, i -> i, Long::sum));
            // Every one waits for a bulk of its own, which may lie in a queue of the worker that waits.
            TaskFunction<Object> sum = penny.javaModule("m").function("sum", "(i32)->i64", call -> {
                long total = 0;
                for (long value : square.mapRangeToLongs(0, call.i32(0))) {
                    total += value;
                }
                call.result(total);
            }).register().function("sum");
            List<TaskHandle<Object>> sums = IntStream.range(0, 40).mapToObj(i -> sum.submit(i)).toList();
            for (int i = 0; i < 40; i++) {
                assertEquals(IntStream.range(0, i).mapToLong(k -> (long) k * k).sum(), sums.get(i).join());
            }
            List<Long> joined = IntStream.range(0, 8).mapToObj(i -> penny.join(() -> (long) sum.submit(i).join(), () -> fib(penny, 8)))
                    .map(Joined::first).toList();
            assertEquals(List.of(0L, 0L, 1L, 5L, 14L, 30L, 55L, 91L), joined);
            LeakCheck.assertNothingHeld(penny);
        }
    }

    private static long fib(Penny penny, int n) {
        if (n < 2) {
            return n;
        }
        Joined<Long, Long> halves = penny.join(() -> fib(penny, n - 1), () -> fib(penny, n - 2));
        return halves.first() + halves.second();
    }

    /**
     * With many more tasks than workers, all of which yield again and again, none waits until the others have ended. On threads that is
     * up to the operating system as well, which may stop a worker with a task in its hands.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void noneOfManyYieldingTasksStarves(Case given) {
        int tasks = 120;
        int steps = 20;
        AtomicIntegerArray done = new AtomicIntegerArray(tasks);
        AtomicInteger all = new AtomicInteger();
        AtomicInteger late = new AtomicInteger();
        Set<Integer> starved = ConcurrentHashMap.newKeySet();
        try (Penny penny = given.builder(2).build()) {
            TaskFunction<Object> steps20 = penny.javaModule("m").function("steps", "(i32,i32)->i32", call -> {
                int task = call.i32(0);
                int step = call.i32(1);
                assertEquals(step, done.getAndIncrement(task));
                int total = all.incrementAndGet();
                if (step == 0 && total > tasks * steps / 2) {
                    late.incrementAndGet();
                    starved.add(task);
                }
                if (step + 1 < steps) {
                    call.again(task, step + 1);
                } else {
                    call.result(task);
                }
            }).register().function("steps");
            List<TaskHandle<Object>> handles = IntStream.range(0, tasks).mapToObj(i -> steps20.submit(i, 0)).toList();
            for (int i = 0; i < tasks; i++) {
                assertEquals(i, handles.get(i).join());
                assertEquals(steps, done.get(i));
            }
            boolean stepped = penny.traceHash().isPresent();
            assertEquals(0, stepped ? late.get() : 0, () -> "started when half of all steps were done: " + starved);
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void generatorsYieldAThousandTimes(Case given) {
        try (Penny penny = given.builder(3).build()) {
            TaskModule generators = penny.loadJs("""
                    export const signatures = { count: '(i32)->i32', fails: '(i32)->i32' };
                    export function* count(n) {
                      let sum = 0;
                      for (let i = 1; i <= n; i++) { sum += i; yield; }
                      return sum;
                    }
                    export function* fails(n) { yield; throw new Error('after a yield'); }
                    """, LoadOptions.DEFAULT.named("g"));
            TaskFunction<Object> count = generators.function("count");
            List<TaskHandle<Object>> handles = IntStream.range(0, 6).mapToObj(i -> count.submit(1000 + i)).toList();
            for (int i = 0; i < 6; i++) {
                int n = 1000 + i;
                assertEquals(n * (n + 1) / 2, handles.get(i).join());
            }
            assertEquals(List.of(1, 3, 6), count.mapAll(List.of(1, 2, 3)));
            TaskFunction<Object> fails = generators.function("fails");
            assertTrue(assertThrows(TaskFailedException.class, () -> fails.call(1)).getMessage().contains("after a yield"));
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void cancelledTasksNeverStart(Case given) {
        AtomicInteger ran = new AtomicInteger();
        try (Penny penny = given.builder(1).build()) {
            TaskFunction<Object> run = penny.javaModule("m").function("run", "()->()", call -> ran.incrementAndGet())
                    .register().function("run");
            List<TaskHandle<Object>> handles = IntStream.range(0, 200).mapToObj(i -> run.submit()).toList();
            int cancelled = 0;
            for (int i = 0; i < 200; i += 2) {
                cancelled += handles.get(i).cancel(false) ? 1 : 0;
            }
            int lost = 0;
            for (TaskHandle<Object> handle : handles) {
                try {
                    handle.join();
                } catch (CancellationException e) {
                    lost++;
                }
            }
            assertEquals(cancelled, lost);
            LeakCheck.assertNothingHeld(penny);
            assertTrue(ran.get() >= 200 - cancelled && ran.get() <= 200, ran + " ran of 200, cancelled " + cancelled);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aSwapLosesNothing(Case given) {
        AtomicInteger ran = new AtomicInteger();
        try (Penny penny = given.builder(2).build()) {
            TaskFunction<Object> step = penny.javaModule("m").function("step", "(i32)->()", call -> {
                if (call.i32(0) > 0) {
                    call.again(call.i32(0) - 1);
                } else {
                    ran.incrementAndGet();
                }
            }).register().function("step");
            List<TaskHandle<Object>> handles = new ArrayList<>();
            for (String next : List.of("virtual", "deterministic", "platform", "fork-join")) {
                for (int i = 0; i < 60; i++) {
                    handles.add(step.submit(i % 5));
                }
                penny.swapBackend(Backends.installed().stream().filter(backend -> backend.name().equals(next)).findFirst().orElseThrow());
            }
            handles.forEach(TaskHandle::join);
            assertEquals(240, ran.get());
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void closeWaitsForAllAndCloseNowForNone(Case given) {
        AtomicInteger ran = new AtomicInteger();
        try (Penny penny = given.builder(2).build()) {
            TaskFunction<Object> run = penny.javaModule("m").function("run", "()->()", call -> ran.incrementAndGet())
                    .register().function("run");
            IntStream.range(0, 200).forEach(i -> run.submit());
        }
        assertEquals(200, ran.get());
        Penny penny = given.builder(2).build();
        TaskFunction<Object> forEver = penny.javaModule("m").function("forEver", "(i32)->i32", call -> call.again(call.i32(0)))
                .register().function("forEver");
        List<TaskHandle<Object>> handles = IntStream.range(0, 50).mapToObj(i -> forEver.submit(i)).toList();
        penny.closeNow();
        for (TaskHandle<Object> handle : handles) {
            assertInstanceOf(ClosedException.class, failure(handle));
        }
    }

    // ---- what single policies promise beside that

    /** Who ran the k-th of many tasks, which come from one thread. */
    private static int[] placement(Policy policy, String backend, int workers, int tasks) {
        int[] ranOn = new int[tasks];
        try (Penny penny = Penny.builder().workers(workers).policy(policy).backend(backend).build()) {
            TaskFunction<Object> where = penny.javaModule("m").function("where", "(i32)->()",
                    call -> ranOn[call.i32(0)] = Integer.parseInt(Thread.currentThread().getName().replaceAll("\\D", "")))
                    .register().function("where");
            IntStream.range(0, tasks).mapToObj(i -> where.submit(i)).toList().forEach(TaskHandle::join);
        }
        return ranOn;
    }

    @Test
    void roundRobinGivesTaskKToWorkerKModN() {
        int[] ranOn = placement(new Policy.RoundRobin(1024), "platform", 3, 300);
        for (int k = 0; k < ranOn.length; k++) {
            assertEquals(k % 3, ranOn[k], "task " + k);
        }
    }

    @Test
    void roundRobinOnOneSeedHasOneTrace() {
        Set<Long> hashes = new HashSet<>();
        for (int run = 0; run < 100; run++) {
            hashes.add(trace(Policy.ROUND_ROBIN, 42));
        }
        assertEquals(1, hashes.size(), hashes::toString);
    }

    @Test
    void everyPolicyOnOneSeedHasOneTraceAndManySeedsHaveMany() {
        for (Policy policy : policies()) {
            Set<Long> hashes = new HashSet<>();
            for (long seed = 0; seed < 20; seed++) {
                long first = trace(policy, seed);
                assertEquals(first, trace(policy, seed), policy + ", seed " + seed);
                hashes.add(first);
            }
            assertTrue(hashes.size() > 10, policy + " has " + hashes.size() + " traces");
        }
    }

    private static long trace(Policy policy, long seed) {
        try (Penny penny = Penny.builder().workers(4).seed(seed).policy(policy).memoryBytes(8 << 20).backend("deterministic").build()) {
            TaskModule module = penny.javaModule("m")
                    .function("square", "(i32)->i32", call -> call.result(call.i32(0) * call.i32(0)))
                    .function("countdown", "(i32)->()", call -> {
                        if (call.i32(0) > 0) {
                            call.again(call.i32(0) - 1);
                        }
                    }).register();
            TaskFunction<Integer> square = module.function("square", "(i32)->i32", Integer.class);
            List<TaskHandle<Object>> handles = IntStream.range(0, 10).mapToObj(i -> module.function("countdown").submit(i)).toList();
            long sum = 0;
            for (long number : square.mapRangeToLongs(0, 100)) {
                sum += number;
            }
            assertEquals(328_350, sum);
            handles.forEach(TaskHandle::join);
            return penny.traceHash().orElseThrow();
        }
    }

    @Test
    void theRingTurnsWhileThereIsWorkAndRestsAfterwards() throws Exception {
        RingOptions ring = RingOptions.DEFAULT.withPeriod(Duration.ofNanos(100_000));
        for (Policy policy : List.of(new Policy.MerryGoRound(ring), new Policy.Hybrid(ring), new Policy.MerryGoRound(ring.withBarrier(true)))) {
            try (Penny penny = Penny.builder().workers(2).policy(policy).build()) {
                TaskFunction<Object> spin = penny.javaModule("m").function("spin", "(i32)->()", call -> {
                    if (call.i32(0) > 0) {
                        call.again(call.i32(0) - 1);
                    }
                }).register().function("spin");
                assertEquals(0, penny.ringTurns().orElseThrow());
                while (penny.ringTurns().orElseThrow() < 5) { // Ends: the timer runs while tasks do.
                    IntStream.range(0, 20).mapToObj(i -> spin.submit(200)).toList().forEach(TaskHandle::join);
                }
                long before = penny.ringTurns().orElseThrow();
                for (long now = -1; now != before; ) { // Ends: the timer rests when all workers sleep.
                    now = before;
                    Thread.sleep(20);
                    before = penny.ringTurns().orElseThrow();
                }
                assertTrue(penny.counters().stream().mapToLong(worker -> worker.resumed()).sum() > 0);
            }
        }
    }

    @Test
    void onlyRingsTurn() {
        try (Penny penny = Penny.builder().workers(1).policy("round-robin").build()) {
            assertTrue(penny.ringTurns().isEmpty());
            assertEquals(Policy.ROUND_ROBIN, penny.policy());
        }
        assertThrows(IllegalArgumentException.class, () -> Penny.builder().policy("fifo"));
    }
}
