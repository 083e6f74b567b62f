package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.internal.engine.LeakCheck;
import dev.penny.spi.ThreadBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Shapes that have hung or starved other schedulers, named as in the JDK's tests, on every backend with a pool of two. */
@Timeout(120)
class SchedulerLitmusTest {

    private static final int STARVATION_ROUNDS = 1_000;
    private static final int PING_PONGS = 1_000;

    static Stream<Named<Supplier<ThreadBackend>>> backends() {
        return EveryBackendTest.backends();
    }

    /** One task of a pair waits for the other: a worker that is free must find it, every time. */
    @ParameterizedTest
    @MethodSource("backends")
    void starvation(Supplier<ThreadBackend> backend) {
        AtomicInteger arrived = new AtomicInteger();
        try (Penny penny = Penny.builder().workers(2).backend(backend.get()).build()) {
            boolean hasTwoThreads = hasTwoThreads(penny);
            JavaModuleBuilder module = penny.javaModule("m")
                    .function("arrive", "(i32)->i32", call -> call.result(arrived.incrementAndGet()));
            if (hasTwoThreads) {
                module.function("wait", "(i32)->i32", call -> {
                    while (arrived.get() < call.i32(0)) {
                        Thread.yield();
                    }
                    call.result(arrived.get());
                });
            } else {
                module.blockingFunction("wait", "(i32)->i32", call -> {
                    while (arrived.get() < call.i32(0)) {
                        Thread.sleep(1);
                    }
                    call.result(arrived.get());
                });
            }
            var tasks = module.register();
            TaskFunction<Integer> wait = tasks.function("wait", "(i32)->i32", Integer.class);
            TaskFunction<Integer> arrive = tasks.function("arrive", "(i32)->i32", Integer.class);
            int rounds = hasTwoThreads ? STARVATION_ROUNDS : STARVATION_ROUNDS / 10;
            for (int round = 1; round <= rounds; round++) {
                TaskHandle<Integer> waiting = wait.submit(round);
                TaskHandle<Integer> arriving = arrive.submit(round);
                assertEquals(round, arriving.join());
                assertEquals(round, waiting.join());
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** A tree of tasks that each wait for ten others: more waiting than there are workers, by two orders of magnitude. */
    @ParameterizedTest
    @MethodSource("backends")
    void skynet(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(2).backend(backend.get()).build()) {
            List<TaskFunction<Long>> self = new ArrayList<>();
            var tasks = penny.javaModule("m").blockingFunction("skynet", "(i32,i32)->i64", call -> {
                int first = call.i32(0);
                int count = call.i32(1);
                if (count == 1) {
                    call.result((long) first);
                    return;
                }
                List<TaskHandle<Long>> children = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    children.add(self.getFirst().submit(first + i * (count / 10), count / 10));
                }
                long sum = 0;
                for (TaskHandle<Long> child : children) {
                    sum += child.join();
                }
                call.result(sum);
            }).register();
            self.add(tasks.function("skynet", "(i32,i32)->i64", Long.class));
            assertEquals(499_500L, self.getFirst().call(0, 1_000));
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** Two tasks hand a number back and forth. */
    @ParameterizedTest
    @MethodSource("backends")
    void pingPong(Supplier<ThreadBackend> backend) {
        List<BlockingQueue<Integer>> queues = List.of(new LinkedBlockingQueue<>(), new LinkedBlockingQueue<>());
        try (Penny penny = Penny.builder().workers(2).backend(backend.get()).build()) {
            TaskFunction<Integer> player = penny.javaModule("m").blockingFunction("play", "(i32)->i32", call -> {
                int ball = 0;
                for (int i = 0; i < PING_PONGS; i++) {
                    ball = queues.get(call.i32(0)).take();
                    queues.get(1 - call.i32(0)).put(ball + 1);
                }
                call.result(ball);
            }).register().function("play", "(i32)->i32", Integer.class);
            TaskHandle<Integer> first = player.submit(0);
            TaskHandle<Integer> second = player.submit(1);
            queues.getFirst().add(0);
            assertEquals(2 * PING_PONGS - 2, first.join());
            assertEquals(2 * PING_PONGS - 1, second.join());
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** Tasks that park again and again; their workers do other work meanwhile. */
    @ParameterizedTest
    @MethodSource("backends")
    void parkALot(Supplier<ThreadBackend> backend) throws Exception {
        int tasks = 20;
        CountDownLatch parked = new CountDownLatch(tasks);
        try (Penny penny = Penny.builder().workers(2).backend(backend.get()).build()) {
            var module = penny.javaModule("m").blockingFunction("park", "(i32)->i32", call -> {
                for (int i = 0; i < 30; i++) {
                    LockSupport.parkNanos(100_000);
                }
                parked.countDown();
                call.result(call.i32(0));
            }).function("square", "(i32)->i32", call -> call.result(call.i32(0) * call.i32(0))).register();
            TaskFunction<Integer> park = module.function("park", "(i32)->i32", Integer.class);
            TaskFunction<Integer> square = module.function("square", "(i32)->i32", Integer.class);
            List<TaskHandle<Integer>> handles = new ArrayList<>();
            for (int i = 0; i < tasks; i++) {
                handles.add(park.submit(i));
            }
            for (int i = 0; i < 500; i++) {
                assertEquals(i * i, square.call(i));
            }
            for (int i = 0; i < tasks; i++) {
                assertEquals(i, handles.get(i).join());
            }
            parked.await();
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** Tasks that yield their thread again and again. */
    @ParameterizedTest
    @MethodSource("backends")
    void yieldALot(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(2).backend(backend.get()).build()) {
            TaskFunction<Integer> yields = penny.javaModule("m").function("yield", "(i32)->i32", call -> {
                for (int i = 0; i < 20; i++) {
                    Thread.yield();
                }
                call.result(call.i32(0));
            }).register().function("yield", "(i32)->i32", Integer.class);
            List<TaskHandle<Integer>> handles = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                handles.add(yields.submit(i));
            }
            for (int i = 0; i < 100; i++) {
                assertEquals(i, handles.get(i).join());
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** Forks inside wasm, on whatever carries the workers: the sums are exact and nothing is left. */
    @ParameterizedTest
    @MethodSource("backends")
    void forksAddUp(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(3).backend(backend.get()).build()) {
            TaskFunction<Long> fib = penny.load(Guests.dist("fib.wasm")).function("fib", "(i32)->i64", Long.class);
            List<TaskHandle<Long>> handles = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                handles.add(fib.submit(15 + i % 5));
            }
            long[] expected = {610, 987, 1597, 2584, 4181};
            for (int i = 0; i < 40; i++) {
                assertEquals(expected[i % 5], handles.get(i).join());
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** A common pool of two processors has one thread; the others have one by construction. */
    private static boolean hasTwoThreads(Penny penny) {
        return switch (penny.backend().name()) {
            case "platform" -> true;
            case "virtual" -> Runtime.getRuntime().availableProcessors() > 1;
            default -> false;
        };
    }
}
