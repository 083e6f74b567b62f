package dev.penny.internal.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.penny.spi.ThreadBackend;
import dev.penny.spi.ThreadBackend.Crew;
import dev.penny.spi.ThreadBackend.Next;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every backend promises. Named by hazard; the same list for all. */
@Timeout(30)
final class BackendContractTest {

    /** Rounds of the ping-pong, as many as fit into the time. */
    private static final long ROUNDS_MAX = 1_000_000;
    private static final Duration ROUNDS_TIME = Duration.ofMillis(Long.getLong("penny.test.pingpong.millis", 1_500));

    private static final ExecutorService SINGLE = Executors.newSingleThreadExecutor();
    private static final ExecutorService CACHED = Executors.newCachedThreadPool();
    private static final ForkJoinPool NARROW = new ForkJoinPool(1);

    static List<Named> backends() {
        return List.of(
                new Named("platform", new PlatformBackend()),
                new Named("virtual", new VirtualBackend()),
                new Named("fork-join common pool", new ForkJoinBackend()),
                new Named("fork-join one thread", new ForkJoinBackend(NARROW)),
                new Named("executor one thread", new ExecutorBackend(SINGLE)),
                new Named("executor cached threads", new ExecutorBackend(CACHED)),
                new Named("deterministic", new DeterministicBackend(7)));
    }

    record Named(String name, ThreadBackend backend) {
        @Override
        public String toString() {
            return name;
        }
    }

    @AfterAll
    static void shutDown() {
        SINGLE.shutdown();
        CACHED.shutdown();
        NARROW.shutdown();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void noUnparkIsLostInPingPong(Named named) {
        AtomicLong rounds = new AtomicLong();
        AtomicReference<Crew> crew = new AtomicReference<>();
        long deadline = System.nanoTime() + ROUNDS_TIME.toNanos();
        AtomicBoolean over = new AtomicBoolean();
        Function<FakeBody, Next> player = body -> {
            // Rounds are even on one side and odd on the other; a run in the other's round is a spurious one.
            long round = rounds.get();
            if (round % 2 == body.index()) {
                if (round >= ROUNDS_MAX || System.nanoTime() > deadline) {
                    over.set(true);
                } else {
                    rounds.set(round + 1);
                    crew.get().unpark(1 - body.index());
                }
            }
            return Next.PARK;
        };
        List<FakeBody> bodies = bodies(2, player);
        crew.set(named.backend().start(bodies));
        crew.get().unpark(0);
        await(crew.get(), over::get, Duration.ofSeconds(20));
        crew.get().awaitAllReturned();
        assertTrue(rounds.get() > 1_000, "only " + rounds.get() + " rounds");
        assertSound(bodies);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void everyUnparkIsFollowedByARunWhenManyThreadsUnpark(Named named) throws Exception {
        int workers = 4;
        int posts = 20_000;
        AtomicLongArray posted = new AtomicLongArray(workers);
        AtomicLongArray seen = new AtomicLongArray(workers);
        List<FakeBody> bodies = bodies(workers, body -> {
            seen.set(body.index(), posted.get(body.index()));
            return body.runs.get() % 3 == 0 ? Next.AGAIN : Next.PARK;
        });
        Crew crew = named.backend().start(bodies);
        BooleanSupplier settled = () -> IntStream.range(0, workers).allMatch(w -> seen.get(w) == posted.get(w));
        Thread[] posters = new Thread[2];
        for (int p = 0; p < posters.length; p++) {
            posters[p] = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < posts; i++) {
                    posted.incrementAndGet(i % workers);
                    crew.unpark(i % workers);
                }
            });
        }
        await(crew, () -> Arrays.stream(posters).noneMatch(Thread::isAlive), Duration.ofSeconds(10));
        await(crew, settled, Duration.ofSeconds(10));
        crew.awaitAllReturned();
        assertTrue(settled.getAsBoolean());
        assertSound(bodies);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void unparkDuringARunLeadsToOneMoreRun(Named named) {
        AtomicReference<Crew> crew = new AtomicReference<>();
        List<FakeBody> bodies = bodies(1, body -> {
            if (body.runs.get() == 1) {
                crew.get().unpark(0);
                crew.get().unpark(0);
            }
            return Next.PARK;
        });
        crew.set(named.backend().start(bodies));
        crew.get().unpark(0);
        await(crew.get(), () -> bodies.getFirst().runs.get() == 2, Duration.ofSeconds(5));
        pause(crew.get(), 20);
        crew.get().awaitAllReturned();
        assertEquals(2, bodies.getFirst().runs.get());
        assertSound(bodies);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void nothingStartsBeforeTheFirstUnparkAndOnlyThatWorker(Named named) {
        List<FakeBody> bodies = bodies(8, body -> Next.PARK);
        Crew crew = named.backend().start(bodies);
        pause(crew, 20);
        assertTrue(bodies.stream().allMatch(body -> body.attaches.get() == 0));
        assertTrue(Thread.getAllStackTraces().keySet().stream().noneMatch(thread -> thread.getName().startsWith("fake-worker")));
        crew.unpark(5);
        await(crew, () -> bodies.get(5).runs.get() == 1, Duration.ofSeconds(5));
        crew.awaitAllReturned();
        assertEquals(1, bodies.stream().filter(body -> body.attaches.get() > 0).count());
        assertSound(bodies);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void idleWorkersUseNoProcessorTime(Named named) throws Exception {
        // The interrupt is what a badly behaved task leaves behind: a parked thread must not spin over it.
        List<FakeBody> bodies = bodies(4, body -> {
            if (!(named.backend() instanceof DeterministicBackend)) {
                Thread.currentThread().interrupt();
            }
            return Next.PARK;
        });
        Crew crew = named.backend().start(bodies);
        for (FakeBody body : bodies) {
            crew.unpark(body.index());
        }
        await(crew, () -> bodies.stream().allMatch(body -> body.runs.get() == 1), Duration.ofSeconds(5));
        Thread.sleep(30);
        Map<Long, Long> before = cpuNanosByThread(bodies);
        Thread.sleep(250);
        Map<Long, Long> after = cpuNanosByThread(bodies);
        long spent = after.entrySet().stream().mapToLong(e -> e.getValue() - before.getOrDefault(e.getKey(), 0L)).sum();
        assertTrue(spent < 60_000_000L, "cpu nanoseconds in 250 ms of idling: " + spent);
        assertTrue(bodies.stream().allMatch(body -> body.runs.get() == 1), "spurious runs");
        crew.awaitAllReturned();
        assertSound(bodies);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void awaitAllReturnedWaitsForTheRunningBody(Named named) throws Exception {
        AtomicBoolean inside = new AtomicBoolean();
        AtomicBoolean finished = new AtomicBoolean();
        List<FakeBody> bodies = bodies(2, body -> {
            inside.set(true);
            sleep(60);
            finished.set(true);
            return Next.RETURN;
        });
        Crew crew = named.backend().start(bodies);
        crew.unpark(0);
        Thread waiter = Thread.ofPlatform().start(() -> await(crew, finished::get, Duration.ofSeconds(5)));
        while (!inside.get()) {
            sleep(1);
        }
        crew.awaitAllReturned();
        assertTrue(finished.get());
        waiter.join();
        assertEquals(0, bodies.get(1).attaches.get());
        assertSound(bodies);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void awaitAllReturnedLetsParkedWorkersGoAndLaterUnparksDoNothing(Named named) {
        List<FakeBody> bodies = bodies(3, body -> Next.PARK);
        Crew crew = named.backend().start(bodies);
        crew.unpark(0);
        crew.unpark(1);
        await(crew, () -> bodies.get(0).runs.get() + bodies.get(1).runs.get() == 2, Duration.ofSeconds(5));
        crew.awaitAllReturned();
        for (FakeBody body : bodies) {
            crew.unpark(body.index());
        }
        pause(crew, 30);
        assertEquals(2, bodies.stream().mapToLong(body -> body.runs.get()).sum());
        assertSound(bodies);
        for (FakeBody body : bodies) {
            assertTrue(body.threads.stream().filter(thread -> thread.getName().startsWith("fake-worker")).noneMatch(Thread::isAlive));
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void awaitAllReturnedKeepsTheInterruptAndDoesNotObeyIt(Named named) {
        AtomicBoolean leave = new AtomicBoolean();
        List<FakeBody> bodies = bodies(1, body -> {
            LockSupport.parkNanos(20_000_000);
            return leave.get() ? Next.RETURN : Next.AGAIN;
        });
        Crew crew = named.backend().start(bodies);
        crew.unpark(0);
        await(crew, () -> bodies.getFirst().runs.get() > 0, Duration.ofSeconds(5));
        leave.set(true);
        Thread.currentThread().interrupt();
        crew.awaitAllReturned();
        assertTrue(Thread.interrupted());
        assertFalse(bodies.getFirst().isAttached());
        assertSound(bodies);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void workerThatWaitsForItselfIsRefused(Named named) {
        AtomicReference<Crew> crew = new AtomicReference<>();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        List<FakeBody> bodies = bodies(1, body -> {
            try {
                crew.get().awaitAllReturned();
            } catch (IllegalStateException e) {
                thrown.set(e);
            }
            return Next.PARK;
        });
        crew.set(named.backend().start(bodies));
        crew.get().unpark(0);
        await(crew.get(), () -> thrown.get() != null, Duration.ofSeconds(5));
        crew.get().awaitAllReturned();
        assertSound(bodies);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void bodyThatThrowsIsLostAloneAndDetached(Named named) {
        List<FakeBody> bodies = bodies(3, body -> {
            if (body.index() == 1) {
                throw new IllegalStateException("broken body");
            }
            return Next.PARK;
        });
        Crew crew = named.backend().start(bodies);
        for (FakeBody body : bodies) {
            crew.unpark(body.index());
        }
        await(crew, () -> bodies.get(1).losses.size() == 1 && bodies.get(2).runs.get() == 1 && bodies.get(0).runs.get() == 1,
                Duration.ofSeconds(5));
        crew.unpark(1);
        crew.unpark(2);
        await(crew, () -> bodies.get(2).runs.get() == 2, Duration.ofSeconds(5));
        crew.awaitAllReturned();
        assertEquals(1, bodies.get(1).runs.get());
        assertInstanceOf(IllegalStateException.class, bodies.get(1).losses.getFirst());
        assertTrue(bodies.get(0).losses.isEmpty() && bodies.get(2).losses.isEmpty());
        assertSound(bodies);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void workersThatAlwaysHaveMoreToDoLetTheOthersRun(Named named) {
        AtomicBoolean leave = new AtomicBoolean();
        List<FakeBody> bodies = bodies(4, body -> leave.get() ? Next.RETURN : Next.AGAIN);
        Crew crew = named.backend().start(bodies);
        for (FakeBody body : bodies) {
            crew.unpark(body.index());
        }
        await(crew, () -> bodies.stream().allMatch(body -> body.runs.get() >= 5), Duration.ofSeconds(10));
        leave.set(true);
        crew.awaitAllReturned();
        assertSound(bodies);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void twoCrewsOfOneBackendDoNotDisturbEachOther(Named named) {
        List<FakeBody> first = bodies(2, body -> Next.PARK);
        List<FakeBody> second = bodies(2, body -> Next.PARK);
        Crew one = named.backend().start(first);
        Crew two = named.backend().start(second);
        one.unpark(0);
        two.unpark(1);
        await(one, () -> first.get(0).runs.get() == 1, Duration.ofSeconds(5));
        one.awaitAllReturned();
        await(two, () -> second.get(1).runs.get() == 1, Duration.ofSeconds(5));
        two.unpark(0);
        await(two, () -> second.get(0).runs.get() == 1, Duration.ofSeconds(5));
        two.awaitAllReturned();
        assertSound(first);
        assertSound(second);
    }

    static List<FakeBody> bodies(int count, Function<FakeBody, Next> work) {
        return IntStream.range(0, count).mapToObj(index -> new FakeBody(index, work)).toList();
    }

    /** Waits as the engine does: lets the crew drive, else polls. */
    static void await(Crew crew, BooleanSupplier condition, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        BooleanSupplier done = () -> condition.getAsBoolean() || System.nanoTime() > deadline;
        while (!crew.drive(done) && !done.getAsBoolean()) {
            sleep(1);
        }
        if (!condition.getAsBoolean()) {
            fail("condition did not come true within " + limit);
        }
    }

    static void pause(Crew crew, long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        await(crew, () -> System.nanoTime() >= end, Duration.ofMillis(millis + 1_000));
    }

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static void assertSound(List<FakeBody> bodies) {
        for (FakeBody body : bodies) {
            assertEquals(List.of(), body.breaches);
            assertEquals(body.attaches.get(), body.detaches.get(), "attach and detach of worker " + body.index());
        }
    }

    /** Of the threads that ran bodies and of those that carry virtual threads; others, such as compilers, have work of their own. */
    private static Map<Long, Long> cpuNanosByThread(List<FakeBody> bodies) {
        ThreadMXBean bean = ManagementFactory.getThreadMXBean();
        Set<Thread> runners = bodies.stream().flatMap(body -> body.threads.stream()).collect(Collectors.toSet());
        Map<Long, Long> nanos = new HashMap<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread != Thread.currentThread() && (runners.contains(thread) || thread.getName().startsWith("ForkJoinPool"))) {
                nanos.put(thread.threadId(), bean.getThreadCpuTime(thread.threadId()));
            }
        }
        return nanos;
    }
}
