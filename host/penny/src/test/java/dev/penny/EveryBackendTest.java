package dev.penny;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.Outcome;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskResults;
import dev.penny.internal.engine.LeakCheck;
import dev.penny.spi.ThreadBackend;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same program gives the same results on every backend. */
@Timeout(120)
class EveryBackendTest {

    static Stream<Named<Supplier<ThreadBackend>>> backends() {
        Stream<Named<Supplier<ThreadBackend>>> installed = Backends.installed().stream()
                .map(backend -> Named.of(backend.name(), () -> backend));
        return Stream.concat(installed, Stream.of(
                Named.of("one-thread executor", () -> Backends.over((Executor) Executors.newSingleThreadExecutor(EveryBackendTest::daemon))),
                Named.of("own fork-join pool", () -> Backends.over(new ForkJoinPool(2)))));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void sha256OfAThousandBlocksEqualsTheJdks(Supplier<ThreadBackend> backend) throws Exception {
        Random random = new Random(7);
        List<byte[]> blocks = IntStream.range(0, 1_000).mapToObj(i -> {
            byte[] block = new byte[random.nextInt(300)];
            random.nextBytes(block);
            return block;
        }).toList();
        MessageDigest oracle = MessageDigest.getInstance("SHA-256");
        try (Penny penny = Penny.builder().workers(3).backend(backend.get()).build()) {
            TaskFunction<byte[]> sha256 = penny.load(Guests.dist("sha256.wasm")).function("sha256", "(bytes)->bytes", byte[].class);
            List<byte[]> digests = sha256.mapAll(blocks);
            for (int i = 0; i < blocks.size(); i++) {
                assertArrayEquals(oracle.digest(blocks.get(i)), digests.get(i), "block " + i);
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void threeLanguagesAndFailuresSideBySide(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(3).backend(backend.get()).build()) {
            TaskFunction<Object> count = penny.load(Guests.js("wordcount.js")).function("count");
            TaskFunction<Object> divide = penny.load(Guests.hostile("trap.wasm")).function("divide");
            TaskFunction<Object> slow = penny.javaModule("m").blockingFunction("slow", "(i32)->i32", call -> {
                Thread.sleep(1);
                call.result(call.i32(0) + 1);
            }).register().function("slow");
            List<TaskHandle<Object>> blocking = IntStream.range(0, 50).mapToObj(i -> slow.submit(i)).toList();
            List<String> lines = IntStream.range(0, 300).mapToObj(i -> "word ".repeat(i % 7)).toList();
            assertEquals(IntStream.range(0, 300).mapToObj(i -> (Object) (i % 7)).toList(), count.mapAll(lines));
            List<Outcome<Object>> outcomes = new ArrayList<>();
            try (TaskResults<Object> results = divide.map(IntStream.range(0, 100).mapToObj(i -> new Object[] {100, i % 10}).iterator())) {
                results.forEachRemaining(outcomes::add);
            }
            for (int i = 0; i < 100; i++) {
                if (i % 10 == 0) {
                    assertInstanceOf(TaskFailedException.class, ((Outcome.Failed<Object>) outcomes.get(i)).cause());
                } else {
                    assertEquals(100 / (i % 10), outcomes.get(i).get());
                }
            }
            for (int i = 0; i < 50; i++) {
                assertEquals(i + 1, blocking.get(i).join());
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void closingABulkEarlyCancelsTheRest(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(2).backend(backend.get()).build()) {
            TaskFunction<Object> square = penny.load(Guests.dist("arith.wasm")).function("square");
            try (TaskResults<Object> results = square.mapRange(0, 1_000_000)) {
                for (int i = 0; i < 5_000; i++) {
                    assertEquals(i * i, results.next().get());
                }
                assertTrue(results.hasNext());
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** A deterministic scheduler is driven by whoever waits, here a worker of another one. */
    @ParameterizedTest
    @MethodSource("backends")
    void aTaskMayUseAnotherScheduler(Supplier<ThreadBackend> backend) {
        try (Penny outer = Penny.builder().workers(1).backend(backend.get()).build();
                Penny inner = Penny.builder().workers(2).backend("deterministic").memoryBytes(8 << 20).build()) {
            TaskFunction<Object> square = inner.load(Guests.dist("arith.wasm")).function("square");
            TaskFunction<Object> twice = outer.javaModule("m").function("twice", "(i32)->i32",
                    call -> call.result(2 * (int) square.call(call.i32(0)))).register().function("twice");
            assertEquals(List.of(0, 2, 8, 18), twice.mapAll(List.of(0, 1, 2, 3)));
            LeakCheck.assertNothingHeld(inner);
            LeakCheck.assertNothingHeld(outer);
        }
    }

    private static Thread daemon(Runnable runnable) {
        Thread thread = new Thread(runnable, "one");
        thread.setDaemon(true);
        return thread;
    }

}
