package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.Joined;
import dev.penny.api.TaskFailedException;
import dev.penny.internal.engine.LeakCheck;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Joins, loops and reductions of Java closures against sequential oracles, on every backend with one, two and four workers. */
@Timeout(30)
class ForkJoinTest {

    private Penny penny;

    @AfterEach
    void nothingIsHeld() {
        LeakCheck.assertNothingHeld(penny);
        penny.close();
    }

    private void start(ForkPools.Pool pool) {
        penny = pool.start();
    }

    static List<ForkPools.Pool> pools() {
        return ForkPools.all();
    }

    private long fib(int n) {
        if (n < 2) {
            return n;
        }
        Joined<Long, Long> halves = penny.join(() -> fib(n - 1), () -> fib(n - 2));
        return halves.first() + halves.second();
    }

    /** Leaves that take long enough for beats to pass. */
    private long slowSum(long from, long to) {
        if (to - from == 1) {
            long x = from;
            for (int i = 0; i < 2_000; i++) {
                x = x * 6_364_136_223_846_793_005L + 1;
            }
            return x == 42 ? 0 : from;
        }
        long middle = (from + to) / 2;
        Joined<Long, Long> halves = penny.join(() -> slowSum(from, middle), () -> slowSum(middle, to));
        return halves.first() + halves.second();
    }

    @ParameterizedTest
    @MethodSource("pools")
    void joinsEqualTheSequentialResult(ForkPools.Pool pool) {
        start(pool);
        assertEquals(6765, fib(20), "from outside, one root per join until it is inside");
        assertEquals(75_025, penny.join(() -> fib(25), () -> 0L).first());
        long count = 1 << 12;
        assertEquals(count * (count - 1) / 2, penny.join(() -> slowSum(0, count), () -> null).first());
    }

    @ParameterizedTest
    @MethodSource("pools")
    void joinsWorkInEveryKindOfJavaTask(ForkPools.Pool pool) throws Exception {
        start(pool);
        var module = penny.javaModule("m")
                .function("fib", "(i32)->i64", call -> call.result(fib(call.i32(0))))
                .blockingFunction("waits", "(i32)->i64", call -> call.result(fib(call.i32(0)))).register();
        assertEquals(610L, module.function("fib").call(15));
        assertEquals(55L, module.function("waits").call(10), "a virtual thread is outside");
        assertEquals(610L, penny.asExecutorService().submit(() -> fib(15)).get());
        List<Object> mapped = module.function("fib").mapAll(IntStream.range(0, 20).boxed().toList());
        for (int i = 2; i < 20; i++) {
            assertEquals((long) mapped.get(i - 1) + (long) mapped.get(i - 2), mapped.get(i), "inside an item of a bulk");
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aLoopCallsItsBodyOncePerNumber(ForkPools.Pool pool) {
        start(pool);
        for (int count : new int[] {0, 1, 2, 3, 63, 64, 65, 100_000}) {
            AtomicIntegerArray calls = new AtomicIntegerArray(count);
            penny.parallelFor(0, count, i -> calls.incrementAndGet((int) i));
            for (int i = 0; i < count; i++) {
                assertEquals(1, calls.get(i), "count " + count + ", number " + i);
            }
        }
        LongAdder sum = new LongAdder();
        penny.parallelFor(Long.MAX_VALUE - 100, Long.MAX_VALUE, i -> sum.add(Long.MAX_VALUE - i));
        assertEquals(5050, sum.sum());
        assertThrows(IllegalArgumentException.class, () -> penny.parallelFor(1, 0, i -> { }));
        assertThrows(IllegalArgumentException.class, () -> penny.parallelFor(Long.MIN_VALUE, Long.MAX_VALUE, i -> { }));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void nestedLoopsAndJoinsShareTheWork(ForkPools.Pool pool) {
        start(pool);
        LongAdder calls = new LongAdder();
        penny.parallelFor(0, 30, i -> {
            penny.parallelFor(0, 20, j -> {
                long sum = slowSum(i, i + 1) + penny.join(() -> slowSum(j, j + 4), () -> slowSum(j + 4, j + 8)).second();
                calls.add(sum == i + 4 * j + 22 ? 1 : 1_000_000);
            });
        });
        assertEquals(600, calls.sum());
    }

    @ParameterizedTest
    @MethodSource("pools")
    void mapKeepsTheOrder(ForkPools.Pool pool) {
        start(pool);
        List<Integer> inputs = IntStream.range(0, 5_000).boxed().toList();
        List<String> results = penny.map(inputs, i -> "<" + i + ">");
        assertEquals(inputs.stream().map(i -> "<" + i + ">").toList(), results);
        assertEquals(List.of(), penny.map(List.of(), i -> i));
        assertThrows(UnsupportedOperationException.class, () -> results.set(0, ""));
    }

    /** Not associative and not commutative: only one order and one tree give this result. */
    @ParameterizedTest
    @MethodSource("pools")
    void reductionsOfEqualRangesAreEqual(ForkPools.Pool pool) {
        start(pool);
        assertEquals("", penny.reduce(5, 5, "", i -> "x", (a, b) -> a + b));
        String digits = penny.reduce(0, 3_000, "", i -> Long.toString(i % 10), (a, b) -> a + b);
        assertEquals(IntStream.range(0, 3_000).mapToObj(i -> Integer.toString(i % 10)).reduce("", String::concat), digits);
        double first = sumOfReciprocals();
        for (int i = 0; i < 20; i++) {
            assertEquals(Double.doubleToLongBits(first), Double.doubleToLongBits(sumOfReciprocals()));
        }
        assertEquals(12.7, first, 0.1);
    }

    private double sumOfReciprocals() {
        return penny.reduce(1, 200_000, 0.0, i -> 1.0 / i, Double::sum);
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aFailureArrivesOnceWithItsCause(ForkPools.Pool pool) {
        start(pool);
        IllegalStateException cause = new IllegalStateException("leaf");
        TaskFailedException thrown = assertThrows(TaskFailedException.class, () -> deep(40, cause));
        assertSame(cause, thrown.getCause());
        assertTrue(thrown.getMessage().contains("reason=leaf"), thrown.getMessage());
        Exception checked = new Exception("checked");
        assertSame(checked, assertThrows(TaskFailedException.class, () -> penny.join(() -> {
            throw checked;
        }, () -> 1)).getCause());
        assertSame(cause, assertThrows(TaskFailedException.class, () -> penny.parallelFor(0, 10_000, i -> {
            if (i == 7_777) {
                throw cause;
            }
        })).getCause());
        assertSame(cause, assertThrows(TaskFailedException.class, () -> penny.reduce(0, 10_000, 0L, i -> {
            if (i == 1_234) {
                throw cause;
            }
            return i;
        }, Long::sum)).getCause());
        assertSame(cause, assertThrows(TaskFailedException.class, () -> penny.map(List.of(1, 2, 3), i -> {
            throw cause;
        })).getCause());
        assertEquals(55, fib(10), "nothing else was harmed");
    }

    /** Inside of a task nothing else would wrap it. */
    @ParameterizedTest
    @MethodSource("pools")
    void aCancellationThatABodyThrowsIsAFailureInsideAsOutside(ForkPools.Pool pool) throws Exception {
        start(pool);
        CancellationException cause = new CancellationException("the body's own");
        failsWith(cause, () -> penny.join(() -> {
            throw cause;
        }, () -> 1));
        failsWith(cause, () -> penny.join(() -> slowSum(0, 8), () -> {
            throw cause;
        }));
        failsWith(cause, () -> penny.parallelFor(0, 100, i -> {
            throw cause;
        }));
        failsWith(cause, () -> penny.map(List.of(1, 2, 3), i -> {
            throw cause;
        }));
        failsWith(cause, () -> penny.scope(scope -> {
            throw cause;
        }));
    }

    private void failsWith(Exception cause, Executable call) throws Exception {
        assertSame(cause, assertThrows(TaskFailedException.class, call, "outside").getCause());
        assertSame(cause, penny.asExecutorService().submit(() -> assertThrows(TaskFailedException.class, call, "inside").getCause()).get());
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aReductionThatFailsInItsOnlyLeafWrapsTheCause(ForkPools.Pool pool) throws Exception {
        start(pool);
        Exception checked = new Exception("checked");
        failsWith(checked, () -> penny.reduce(0, 1, 0L, i -> ForkJoinTest.<Long, RuntimeException>thrown(checked), Long::sum));
        failsWith(checked, () -> penny.reduce(0, 1, 0L, i -> i, (a, b) -> ForkJoinTest.<Long, RuntimeException>thrown(checked)));
    }

    /** Throws what the compiler would not let through. */
    @SuppressWarnings("unchecked")
    private static <R, E extends Exception> R thrown(Exception e) throws E {
        throw (E) e;
    }

    private long deep(int levels, RuntimeException cause) {
        if (levels == 0) {
            throw cause;
        }
        return penny.join(() -> slowSum(0, 8), () -> deep(levels - 1, cause)).second();
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aFailureMayBeCaughtAndEveryChildHasEndedThen(ForkPools.Pool pool) {
        start(pool);
        AtomicInteger running = new AtomicInteger();
        int caught = penny.reduce(0, 50, 0, round -> {
            try {
                penny.join(() -> {
                    slowSum(0, 64);
                    throw new IllegalStateException("first");
                }, () -> {
                    running.incrementAndGet();
                    slowSum(0, 64);
                    return running.decrementAndGet();
                });
                return 1_000;
            } catch (TaskFailedException e) {
                assertEquals("first", e.getCause().getMessage());
                return 1;
            }
        }, Integer::sum);
        assertEquals(50, caught);
        assertEquals(0, running.get(), "children outlived their join");
    }

    @ParameterizedTest
    @MethodSource("pools")
    void skewedTreesEndOrFailClearlyAndTheSchedulerGoesOn(ForkPools.Pool pool) {
        start(pool);
        assertEquals(500, leftDeep(500));
        assertEquals(500, rightDeep(500));
        TaskFailedException thrown = assertThrows(TaskFailedException.class, () -> leftDeep(1_000_000));
        assertInstanceOf(StackOverflowError.class, thrown.getCause());
        assertTrue(thrown.getMessage().contains("call stack exhausted: joins open on this worker="), thrown.getMessage());
        assertTrue(assertThrows(TaskFailedException.class, () -> rightDeep(1_000_000)).getMessage().contains("call stack exhausted"));
        for (int i = 0; i < 2; i++) {
            assertThrows(TaskFailedException.class, () -> leftDeep(1_000_000));
            assertEquals(610, fib(15));
        }
    }

    private int leftDeep(int levels) {
        return levels == 0 ? 0 : penny.join(() -> leftDeep(levels - 1), () -> 1).first() + 1;
    }

    private int rightDeep(int levels) {
        return levels == 0 ? 0 : penny.join(() -> 1, () -> rightDeep(levels - 1)).second() + 1;
    }

    @ParameterizedTest
    @MethodSource("pools")
    void manyRootsForkSideBySide(ForkPools.Pool pool) {
        start(pool);
        var fib = penny.javaModule("m").function("fib", "(i32)->i64", call -> call.result(fib(call.i32(0)))).register().function("fib");
        var handles = IntStream.range(0, 200).mapToObj(i -> fib.submit(10 + i % 8)).toList();
        long[] known = {55, 89, 144, 233, 377, 610, 987, 1597};
        for (int i = 0; i < 200; i++) {
            assertEquals(known[i % 8], handles.get(i).join());
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void threadsOutsideShareOnePool(ForkPools.Pool pool) throws Exception {
        start(pool);
        ConcurrentHashMap<Integer, Long> results = new ConcurrentHashMap<>();
        List<Thread> threads = IntStream.range(0, 4).mapToObj(i -> Thread.ofPlatform().start(() -> {
            for (int round = 0; round < 5; round++) {
                results.merge(i, fib(8 + ThreadLocalRandom.current().nextInt(1)), Long::sum);
            }
        })).toList();
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(4, results.size());
        results.values().forEach(sum -> assertEquals(5 * 21, sum));
        assertFalse(results.isEmpty());
    }
}
