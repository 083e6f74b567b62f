package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The view of a scheduler as an executor, and Java tasks that block. */
@Timeout(60)
class ExecutorServiceTest {

    @Test
    void runsCallablesAndReportsTheirFailures() throws Exception {
        try (Penny penny = Penny.builder().workers(2).build(); ExecutorService executor = penny.asExecutorService()) {
            List<Callable<Integer>> callables = IntStream.range(0, 1_000).mapToObj(i -> (Callable<Integer>) () -> i * i).toList();
            List<Future<Integer>> futures = executor.invokeAll(callables);
            for (int i = 0; i < 1_000; i++) {
                assertEquals(i * i, futures.get(i).get());
            }
            Future<?> failing = executor.submit(() -> {
                throw new IllegalStateException("no");
            });
            assertEquals("no", assertThrows(ExecutionException.class, failing::get).getCause().getMessage());
        }
    }

    @Test
    void shutdownRefusesNewWorkAndWaitsForOld() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        try (Penny penny = Penny.builder().workers(1).build()) {
            ExecutorService executor = penny.asExecutorService();
            for (int i = 0; i < 100; i++) {
                executor.execute(ran::incrementAndGet);
            }
            executor.shutdown();
            assertThrows(RejectedExecutionException.class, () -> executor.execute(() -> { }));
            assertTrue(executor.awaitTermination(10, TimeUnit.SECONDS));
            assertEquals(100, ran.get());
            assertTrue(executor.isTerminated());
        }
    }

    @Test
    void shutdownNowReturnsWhatNeverStarted() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch started = new CountDownLatch(1);
        try (Penny penny = Penny.builder().workers(1).build()) {
            ExecutorService executor = penny.asExecutorService();
            executor.execute(() -> {
                started.countDown();
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            started.await();
            for (int i = 0; i < 10; i++) {
                executor.execute(() -> { });
            }
            assertEquals(10, executor.shutdownNow().size());
            assertFalse(executor.awaitTermination(10, TimeUnit.MILLISECONDS));
            gate.countDown();
            assertTrue(executor.awaitTermination(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void aThousandBlockingTasksDoNotHoldTheOneWorker() {
        CountDownLatch gate = new CountDownLatch(1);
        try (Penny penny = Penny.builder().workers(1).build()) {
            var module = penny.javaModule("m")
                    .blockingFunction("wait", "(i32,string)->string", call -> {
                        int number = call.i32(0);
                        String text = call.string(1);
                        gate.await();
                        call.result(text + number);
                    })
                    .blockingFunction("fail", "()->()", call -> {
                        throw new IllegalStateException("blocked and failed");
                    })
                    .function("quick", "()->i32", call -> call.result(7)).register();
            TaskFunction<String> wait = module.function("wait", "(i32,string)->string", String.class);
            List<TaskHandle<String>> handles = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                handles.add(wait.submit(i, "n="));
            }
            assertEquals(7, module.function("quick").call(), "the worker is free");
            gate.countDown();
            for (int i = 0; i < 1_000; i++) {
                assertEquals("n=" + i, handles.get(i).join());
            }
            assertEquals(List.of("a0", "a1", "a2"), wait.mapAll(List.of(new Object[] {0, "a"}, new Object[] {1, "a"}, new Object[] {2, "a"})));
            assertTrue(assertThrows(RuntimeException.class, () -> module
                    .function("fail").call()).getMessage().contains("blocked and failed"));
        }
    }
}
