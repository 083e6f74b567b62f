package dev.penny.internal.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.spi.ThreadBackend.Crew;
import dev.penny.spi.ThreadBackend.Next;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hazards of running on threads that belong to somebody else. */
@Timeout(20)
final class PoolBackendTest {

    @Test
    void idleWorkersGiveTheirThreadBack() throws Exception {
        try (ExecutorService single = Executors.newSingleThreadExecutor()) {
            List<FakeBody> bodies = BackendContractTest.bodies(4, body -> Next.PARK);
            Crew crew = new ExecutorBackend(single).start(bodies);
            for (FakeBody body : bodies) {
                crew.unpark(body.index());
            }
            // Only if all four have left the only thread does the application's own task run.
            assertEquals("ran", single.submit(() -> "ran").get(5, TimeUnit.SECONDS));
            crew.awaitAllReturned();
            BackendContractTest.assertSound(bodies);
        }
    }

    @Test
    void executorThatIsShutDownLosesTheWorkerWithAReasonAndHangsNobody() {
        ExecutorService single = Executors.newSingleThreadExecutor();
        single.shutdown();
        assertRefused(new ExecutorBackend(single).start(BODY), "backend=executor, worker=fake-worker-0");
        ForkJoinPool pool = new ForkJoinPool(1);
        pool.shutdown();
        assertRefused(new ForkJoinBackend(pool).start(BODY), "backend=fork-join, worker=fake-worker-0");
    }

    @Test
    void executorThatRunsTasksOnTheSubmitterIsRefused() {
        assertRefused(new ExecutorBackend(Runnable::run).start(BODY), "on the thread that submits them");
        assertEquals(0, BODY.getFirst().runs.get());
    }

    @Test
    void workerRefusedOnceRunsAtALaterUnpark() throws Exception {
        try (ThreadPoolExecutor narrow = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1))) {
            CountDownLatch release = new CountDownLatch(1);
            narrow.execute(() -> awaitQuietly(release));
            narrow.execute(() -> { });
            List<FakeBody> bodies = BackendContractTest.bodies(1, body -> Next.PARK);
            Crew crew = new ExecutorBackend(narrow).start(bodies);
            crew.unpark(0);
            assertEquals(1, bodies.getFirst().losses.size());
            assertInstanceOf(RejectedExecutionException.class, bodies.getFirst().losses.getFirst());
            release.countDown();
            BackendContractTest.await(crew, () -> narrow.getQueue().isEmpty() && narrow.getActiveCount() == 0, Duration.ofSeconds(5));
            crew.unpark(0);
            BackendContractTest.await(crew, () -> bodies.getFirst().runs.get() == 1, Duration.ofSeconds(5));
            crew.awaitAllReturned();
            BackendContractTest.assertSound(bodies);
        }
    }

    @Test
    void workerRefusedWhenItQueuesUpAgainKeepsItsThread() {
        // Takes the first submission and none after it.
        ExecutorService single = Executors.newSingleThreadExecutor();
        List<FakeBody> bodies = BackendContractTest.bodies(1, body -> {
            single.shutdown();
            return body.runs.get() < 50 ? Next.AGAIN : Next.PARK;
        });
        Crew crew = new ExecutorBackend(single).start(bodies);
        crew.unpark(0);
        BackendContractTest.await(crew, () -> bodies.getFirst().runs.get() == 50, Duration.ofSeconds(5));
        crew.awaitAllReturned();
        assertEquals(List.of(), bodies.getFirst().losses);
        BackendContractTest.assertSound(bodies);
    }

    @Test
    void workerStillQueuedWhenTheCrewIsAwaitedNeverRuns() {
        Deque<Runnable> held = new ArrayDeque<>();
        Executor holding = held::add;
        List<FakeBody> bodies = BackendContractTest.bodies(1, body -> Next.PARK);
        Crew crew = new ExecutorBackend(holding).start(bodies);
        crew.unpark(0);
        crew.unpark(0);
        assertEquals(1, held.size());
        crew.awaitAllReturned();
        held.remove().run();
        assertEquals(0, bodies.getFirst().runs.get());
        BackendContractTest.assertSound(bodies);
    }

    private static final List<FakeBody> BODY = BackendContractTest.bodies(1, body -> Next.PARK);

    private static void assertRefused(Crew crew, String message) {
        BODY.getFirst().losses.clear();
        crew.unpark(0);
        assertEquals(1, BODY.getFirst().losses.size());
        Throwable loss = BODY.getFirst().losses.getFirst();
        assertInstanceOf(RejectedExecutionException.class, loss);
        assertTrue(loss.getMessage().contains(message), loss.getMessage());
        crew.awaitAllReturned();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
