package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.Outcome;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskModule;
import dev.penny.api.TaskResults;
import dev.penny.internal.engine.LeakCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A task that waits for another one runs it if nobody else does: one worker never waits for itself. */
@Timeout(10)
class HelpingWaitTest {

    private Penny penny;

    @AfterEach
    void nothingIsHeld() {
        LeakCheck.assertNothingHeld(penny);
        penny.close();
    }

    static List<ForkPools.Pool> pools() {
        return ForkPools.all();
    }

    /** {@code chain(n)} submits {@code chain(n - 1)} and waits for it in four ways. */
    private TaskFunction<Object> chain() {
        AtomicReference<TaskFunction<Object>> self = new AtomicReference<>();
        TaskModule module = penny.javaModule("m").function("chain", "(i32)->i32", call -> {
            int n = call.i32(0);
            if (n == 0) {
                call.result(0);
                return;
            }
            Object below = switch (n % 4) {
                case 0 -> self.get().call(n - 1);
                case 1 -> self.get().submit(n - 1).get();
                case 2 -> self.get().submit(n - 1).get(1, TimeUnit.MINUTES);
                default -> self.get().submit(n - 1).join();
            };
            call.result((int) below + 1);
        }).register();
        self.set(module.function("chain"));
        return self.get();
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aTaskMayWaitForTasksItSubmitted(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> chain = chain();
        assertEquals(12, chain.call(12));
        List<TaskHandle<Object>> many = IntStream.range(0, 30).mapToObj(i -> chain.submit(i % 8)).toList();
        for (int i = 0; i < 30; i++) {
            assertEquals(i % 8, many.get(i).join());
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aTaskMayMapAndFork(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> square = penny.load(Guests.dist("arith.wasm")).function("square");
        TaskFunction<Object> outer = penny.javaModule("m").function("sum", "(i32)->i64", call -> {
            int n = call.i32(0);
            long sum = 0;
            for (long one : square.mapRangeToLongs(0, n)) {
                sum += one;
            }
            try (TaskResults<Object> results = square.mapRange(0, n)) {
                while (results.hasNext()) {
                    sum -= (int) results.next().get();
                }
            }
            sum += penny.join(() -> (int) square.call(n), () -> (int) square.call(1)).first();
            call.result(sum);
        }).register().function("sum");
        assertEquals(2_500L, outer.call(50));
        assertEquals(IntStream.range(0, 20).mapToObj(i -> (Object) ((long) i * i)).toList(),
                outer.mapAll(IntStream.range(0, 20).boxed().toList()));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void anExecutorsTaskMayWaitForItsOwnExecutor(ForkPools.Pool pool) throws Exception {
        penny = pool.start();
        ExecutorService executor = penny.asExecutorService();
        Future<Integer> outer = executor.submit(() -> {
            List<Future<Integer>> inner = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                int number = i;
                inner.add(executor.submit(() -> number));
            }
            int sum = 0;
            for (Future<Integer> one : inner) {
                sum += one.get();
            }
            return sum;
        });
        assertEquals(45, outer.get());
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aTrapInWhatRunsMeanwhileHarmsOnlyItself(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> divide = penny.load(Guests.hostile("trap.wasm")).function("divide");
        TaskFunction<Object> outer = penny.javaModule("m").function("outer", "(i32)->i32", call -> {
            TaskHandle<Object> trap = divide.submit(call.i32(0), 0);
            TaskHandle<Object> fine = divide.submit(call.i32(0), 1);
            assertThrows(CompletionException.class, trap::join);
            assertThrows(ExecutionException.class, trap::get);
            call.result((int) fine.join());
        }).register().function("outer");
        List<Outcome<Object>> outcomes = new ArrayList<>();
        try (TaskResults<Object> results = outer.map(IntStream.range(0, 30).boxed().iterator())) {
            results.forEachRemaining(outcomes::add);
        }
        for (int i = 0; i < 30; i++) {
            assertEquals(i, outcomes.get(i).get());
        }
        assertThrows(TaskFailedException.class, () -> divide.call(1, 0));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aBlockedTaskIsWaitedForWithoutHoldingTheWorker(ForkPools.Pool pool) {
        penny = pool.start();
        TaskModule module = penny.javaModule("m").blockingFunction("slow", "(i32)->i32", call -> {
            Thread.sleep(20);
            call.result(call.i32(0) + 1);
        }).register();
        TaskFunction<Object> slow = module.function("slow");
        TaskFunction<Object> outer = penny.javaModule("o").function("outer", "(i32)->i32",
                call -> call.result((int) slow.submit(call.i32(0)).join())).register().function("outer");
        List<TaskHandle<Object>> handles = IntStream.range(0, 20).mapToObj(outer::submit).toList();
        for (int i = 0; i < 20; i++) {
            assertEquals(i + 1, handles.get(i).join());
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aTimedWaitEnds(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> slow = penny.javaModule("m").blockingFunction("slow", "()->()", call -> Thread.sleep(300)).register()
                .function("slow");
        TaskFunction<Object> outer = penny.javaModule("o").function("outer", "()->i32", call -> {
            TaskHandle<Object> handle = slow.submit();
            assertThrows(TimeoutException.class, () -> handle.get(5, TimeUnit.MILLISECONDS));
            call.result(1);
        }).register().function("outer");
        assertEquals(1, outer.call());
    }
}
