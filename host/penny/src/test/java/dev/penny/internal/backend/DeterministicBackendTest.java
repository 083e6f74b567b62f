package dev.penny.internal.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.spi.ThreadBackend;
import dev.penny.spi.ThreadBackend.Crew;
import dev.penny.spi.ThreadBackend.Next;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Replay: the seed decides the order, and nothing else does. */
@Timeout(20)
final class DeterministicBackendTest {

    @Test
    void sameSeedGivesTheSameHashAHundredTimes() {
        long first = hashOfRun(42);
        for (int i = 0; i < 100; i++) {
            assertEquals(first, hashOfRun(42));
        }
    }

    @Test
    void hundredSeedsGiveManyHashes() {
        Set<Long> hashes = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            hashes.add(hashOfRun(seed));
        }
        assertTrue(hashes.size() > 90, "different hashes: " + hashes.size());
    }

    @Test
    void hashTellsOrdersApartThatHaveTheSameSteps() {
        List<FakeBody> bodies = BackendContractTest.bodies(2, body -> Next.PARK);
        Crew forth = new DeterministicBackend().start(bodies);
        Crew back = new DeterministicBackend().start(bodies);
        stepOne(forth, 0);
        stepOne(forth, 1);
        stepOne(back, 1);
        stepOne(back, 0);
        assertNotEquals(forth.traceHash(), back.traceHash());
    }

    @Test
    void seededGivesABackendWithThatSeed() {
        ThreadBackend loaded = ServiceLoader.load(ThreadBackend.class).stream().map(ServiceLoader.Provider::get)
                .filter(backend -> backend.name().equals("deterministic")).findFirst().orElseThrow();
        assertEquals(hashOfRun(9), hashOfRun(loaded.seeded(9)));
    }

    @Test
    void everyStepRunsOnTheDriversThread() {
        List<FakeBody> bodies = BackendContractTest.bodies(4, body -> body.runs.get() < 10 ? Next.AGAIN : Next.PARK);
        Crew crew = new DeterministicBackend(1).start(bodies);
        bodies.forEach(body -> crew.unpark(body.index()));
        assertTrue(crew.drive(() -> bodies.stream().allMatch(body -> body.runs.get() == 10)));
        bodies.forEach(body -> assertEquals(Set.of(Thread.currentThread()), body.threads));
        BackendContractTest.assertSound(bodies);
    }

    @Test
    void taskThatWaitsDrivesTheOtherWorkersButNeverItself() {
        AtomicReference<Crew> crew = new AtomicReference<>();
        List<FakeBody> bodies = new ArrayList<>();
        bodies.add(new FakeBody(0, body -> {
            crew.get().unpark(0);
            crew.get().unpark(1);
            assertTrue(crew.get().drive(() -> bodies.get(1).runs.get() == 3));
            return Next.PARK;
        }));
        bodies.add(new FakeBody(1, body -> body.runs.get() < 3 ? Next.AGAIN : Next.PARK));
        crew.set(new DeterministicBackend(5).start(bodies));
        crew.get().unpark(0);
        assertTrue(crew.get().drive(() -> bodies.get(0).runs.get() == 2));
        BackendContractTest.assertSound(bodies);
    }

    @Test
    void driverWithNothingToStepIsWokenByAnUnparkFromOutside() throws Exception {
        List<FakeBody> bodies = BackendContractTest.bodies(1, body -> Next.PARK);
        Crew crew = new DeterministicBackend().start(bodies);
        Thread outside = Thread.ofPlatform().start(() -> {
            BackendContractTest.sleep(30);
            crew.unpark(0);
        });
        assertTrue(crew.drive(() -> bodies.getFirst().runs.get() == 1));
        outside.join();
        BackendContractTest.assertSound(bodies);
    }

    @Test
    void driverLeavesWhenAnotherThreadSwapsTheBackend() throws Exception {
        List<FakeBody> bodies = BackendContractTest.bodies(2, body -> Next.PARK);
        Crew crew = new DeterministicBackend().start(bodies);
        Thread swapper = Thread.ofPlatform().start(() -> {
            BackendContractTest.sleep(30);
            crew.awaitAllReturned();
        });
        assertFalse(crew.drive(() -> false));
        swapper.join();
        BackendContractTest.assertSound(bodies);
    }

    @Test
    void driverLeavesWhenAllWorkersHaveReturned() {
        List<FakeBody> bodies = BackendContractTest.bodies(2, body -> Next.RETURN);
        Crew crew = new DeterministicBackend().start(bodies);
        crew.unpark(0);
        crew.unpark(1);
        assertFalse(crew.drive(() -> false));
        BackendContractTest.assertSound(bodies);
    }

    @Test
    void twoWaitersBothGetWhatTheyWaitFor() throws Exception {
        List<FakeBody> bodies = BackendContractTest.bodies(2, body -> body.runs.get() < 1_000 ? Next.AGAIN : Next.PARK);
        Crew crew = new DeterministicBackend(3).start(bodies);
        crew.unpark(0);
        crew.unpark(1);
        AtomicBoolean other = new AtomicBoolean();
        Thread second = Thread.ofPlatform().start(() -> other.set(crew.drive(() -> bodies.get(1).runs.get() == 1_000)));
        assertTrue(crew.drive(() -> bodies.get(0).runs.get() == 1_000));
        second.join();
        assertTrue(other.get());
        BackendContractTest.assertSound(bodies);
    }

    private static void stepOne(Crew crew, int worker) {
        crew.unpark(worker);
        AtomicBoolean asked = new AtomicBoolean();
        crew.drive(() -> asked.getAndSet(true));
    }

    private static long hashOfRun(long seed) {
        return hashOfRun(new DeterministicBackend(seed));
    }

    /** Eight workers that wake one another until 500 steps are done. */
    private static long hashOfRun(ThreadBackend backend) {
        AtomicReference<Crew> crew = new AtomicReference<>();
        int[] steps = {0};
        List<FakeBody> bodies = BackendContractTest.bodies(8, body -> {
            steps[0]++;
            crew.get().unpark((body.index() * 3 + steps[0]) % 8);
            return steps[0] % 5 == 0 ? Next.PARK : Next.AGAIN;
        });
        crew.set(backend.start(bodies));
        crew.get().unpark(0);
        assertTrue(crew.get().drive(() -> steps[0] >= 500));
        return crew.get().traceHash().orElseThrow();
    }
}
