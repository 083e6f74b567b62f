package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.PennyException;
import dev.penny.api.RuntimeUnusableException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.internal.backend.DeterministicBackend;
import dev.penny.internal.backend.PlatformBackend;
import dev.penny.spi.ThreadBackend;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backends that throw where they may not, or return null: the failure says whose it is, and nobody waits for ever. */
@Timeout(30)
class BackendFailureTest {

    private enum Method { NAME, SEEDED, START, UNPARK, DRIVE, LET_ANOTHER_STEP, TRACE_HASH }

    /** What cannot even be printed. */
    private static final class Unprintable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        @Override
        public String toString() {
            throw new UnsupportedOperationException("no text either");
        }
    }

    /** Another backend, of which one method does not do what it should. */
    private static class Faulty implements ThreadBackend {

        private final ThreadBackend real;
        private final Method method;
        private final Optional<RuntimeException> thrown;

        /** @param thrown by this method; empty: it returns null */
        Faulty(ThreadBackend real, Method method, Optional<RuntimeException> thrown) {
            this.real = real;
            this.method = method;
            this.thrown = thrown;
        }

        private <T> T answer(Method asked, T answer) {
            if (asked != method) {
                return answer;
            }
            thrown.ifPresent(failure -> {
                throw failure;
            });
            return null;
        }

        @Override
        public String name() {
            return answer(Method.NAME, "faulty");
        }

        @Override
        public ThreadBackend seeded(long seed) {
            return answer(Method.SEEDED, this);
        }

        @Override
        public Crew start(List<? extends WorkerBody> bodies) {
            Crew crew = real.start(bodies);
            return answer(Method.START, new Crew() {
                @Override
                public void unpark(int worker) {
                    answer(Method.UNPARK, "");
                    crew.unpark(worker);
                }

                @Override
                public boolean drive(BooleanSupplier done) {
                    answer(Method.DRIVE, "");
                    return crew.drive(done);
                }

                @Override
                public void letAnotherStep() {
                    answer(Method.LET_ANOTHER_STEP, "");
                    crew.letAnotherStep();
                }

                @Override
                public void awaitAllReturned() {
                    crew.awaitAllReturned();
                }

                @Override
                public OptionalLong traceHash() {
                    return answer(Method.TRACE_HASH, crew.traceHash());
                }
            });
        }
    }

    private static Faulty throwing(ThreadBackend real, Method method) {
        return new Faulty(real, method, Optional.of(new IllegalStateException("no threads today")));
    }

    private static TaskFunction<Object> same(Penny penny) {
        return penny.javaModule("m").function("same", "(i32)->i32", call -> call.result(call.i32(0))).register().function("same");
    }

    private static PennyException failure(TaskHandle<?> handle) throws InterruptedException, TimeoutException {
        try {
            handle.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return assertInstanceOf(PennyException.class, e.getCause());
        }
        throw new AssertionError("it did not fail");
    }

    private static void assertFailed(String method, PennyException failure) {
        assertInstanceOf(RuntimeUnusableException.class, failure);
        assertEquals("the backend failed: backend=faulty, method=" + method
                + ", reason=java.lang.IllegalStateException: no threads today", failure.getMessage());
    }

    @Test
    void aBackendThatWakesNobodyAfterASwapFailsWhatIsSubmitted() throws Exception {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskFunction<Object> same = same(penny);
            assertEquals(1, same.call(1));
            PennyException refused = assertThrows(RuntimeUnusableException.class,
                    () -> penny.swapBackend(throwing(new PlatformBackend(), Method.UNPARK)));
            assertTrue(refused.getMessage().contains("backend=faulty, method=unpark"), refused.getMessage());
            assertThrows(RuntimeUnusableException.class, () -> same.submit(2).get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void aBackendThatWakesNobodyFailsTheFirstTaskAndAllThatFollow() throws Exception {
        try (Penny penny = Penny.builder().workers(2).backend(throwing(new PlatformBackend(), Method.UNPARK)).build()) {
            TaskFunction<Object> same = same(penny);
            assertFailed("unpark", failure(same.submit(1)));
            assertThrows(RuntimeUnusableException.class, () -> same.submit(2));
        }
    }

    @Test
    void aBackendThatDoesNotDriveFailsWhoeverWaits() throws Exception {
        try (Penny penny = Penny.builder().workers(2).backend(throwing(new DeterministicBackend(), Method.DRIVE)).build()) {
            TaskFunction<Object> same = same(penny);
            TaskHandle<Object> first = same.submit(1);
            TaskHandle<Object> second = same.submit(2);
            assertFailed("drive", failure(first));
            assertFailed("drive", failure(second));
        }
    }

    @Test
    void aBackendThatDoesNotDriveDoesNotHoldUpAClose() {
        Penny penny = Penny.builder().workers(2).backend(throwing(new DeterministicBackend(), Method.DRIVE)).build();
        TaskHandle<Object> waits = same(penny).submit(1);
        penny.close();
        assertFailed("drive", assertInstanceOf(PennyException.class, waits.exceptionNow()));
    }

    @Test
    void aBackendThatLetsNobodyStepFailsTheTask() throws Exception {
        try (Penny penny = Penny.builder().workers(2).backend(throwing(new DeterministicBackend(), Method.LET_ANOTHER_STEP)).build()) {
            TaskHandle<Object> handle = penny.javaModule("f").function("fork", "()->()", call ->
                    penny.parallelFor(0, 100_000, i -> { })).register().function("fork").submit();
            assertFailed("letAnotherStep", failure(handle));
        }
    }

    @Test
    void anExceptionThatCannotBePrintedStillFailsWhatWaits() throws Exception {
        Faulty faulty = new Faulty(new PlatformBackend(), Method.UNPARK, Optional.of(new Unprintable()));
        try (Penny penny = Penny.builder().workers(2).backend(faulty).build()) {
            assertEquals("the backend failed: backend=faulty, method=unpark, reason=" + Unprintable.class.getName()
                    + ", whose message cannot be read", failure(same(penny).submit(1)).getMessage());
        }
    }

    /** It starts once. */
    private static final class Once extends Faulty {

        private boolean started;

        Once() {
            super(new PlatformBackend(), Method.NAME, Optional.empty());
        }

        @Override
        public String name() {
            return "once";
        }

        @Override
        public Crew start(List<? extends WorkerBody> bodies) {
            if (started) {
                throw new IllegalStateException("not again");
            }
            started = true;
            return super.start(bodies);
        }
    }

    @Test
    void aSwapAfterWhichNoBackendStartsFailsWhatWaits() throws Exception {
        try (Penny penny = Penny.builder().workers(2).backend(new Once()).build()) {
            TaskFunction<Object> same = same(penny);
            CountDownLatch started = new CountDownLatch(1);
            TaskHandle<Object> slow = penny.javaModule("s").function("slow", "()->()", call -> {
                started.countDown();
                Thread.sleep(50);
            }).register().function("slow").submit();
            started.await();
            IllegalStateException first = assertThrows(IllegalStateException.class,
                    () -> penny.swapBackend(throwing(new PlatformBackend(), Method.START)));
            assertEquals("no threads today", first.getMessage());
            slow.get(10, TimeUnit.SECONDS);
            RuntimeUnusableException refused = assertThrows(RuntimeUnusableException.class, () -> same.submit(2));
            assertTrue(refused.getMessage().contains("backend=once, method=start, reason=java.lang.IllegalStateException: not again"),
                    refused.getMessage());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NAME", "SEEDED", "START", "TRACE_HASH"})
    void aBackendThatReturnsNullIsNamedWithTheMethod(Method method) {
        Faulty faulty = new Faulty(new PlatformBackend(), method, Optional.empty());
        String name = method == Method.NAME ? Faulty.class.getName() : "faulty";
        String expected = "a backend returned null: backend=%s, method=%s".formatted(name, switch (method) {
            case NAME -> "name";
            case SEEDED -> "seeded";
            case START -> "start";
            default -> "traceHash";
        });
        PennyBuilder builder = Penny.builder().workers(1).backend(faulty);
        assertEquals(expected, assertThrows(RuntimeUnusableException.class, builder::build).getMessage());
        try (Penny penny = Penny.builder().workers(1).build()) {
            if (method != Method.SEEDED) {
                assertEquals(expected, assertThrows(RuntimeUnusableException.class, () -> penny.swapBackend(faulty)).getMessage());
            }
            assertEquals("platform", penny.backend().name());
            assertEquals(7, same(penny).call(7));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBackendWhoseHashFailsLaterSaysSo(boolean returnsNull) {
        Method[] broken = {Method.NAME};
        Faulty faulty = new Faulty(new PlatformBackend(), Method.NAME, Optional.empty()) {
            @Override
            public String name() {
                return "faulty";
            }

            @Override
            public Crew start(List<? extends WorkerBody> bodies) {
                Crew crew = super.start(bodies);
                return new Crew() {
                    @Override
                    public void unpark(int worker) {
                        crew.unpark(worker);
                    }

                    @Override
                    public void awaitAllReturned() {
                        crew.awaitAllReturned();
                    }

                    @Override
                    public OptionalLong traceHash() {
                        if (broken[0] != Method.TRACE_HASH) {
                            return crew.traceHash();
                        }
                        if (returnsNull) {
                            return null;
                        }
                        throw new IllegalStateException("no hash today");
                    }
                };
            }
        };
        try (Penny penny = Penny.builder().workers(1).backend(faulty).build()) {
            broken[0] = Method.TRACE_HASH;
            String expected = returnsNull ? "a backend returned null: backend=faulty, method=traceHash" : "no hash today";
            assertEquals(expected, assertThrows(RuntimeException.class, penny::traceHash).getMessage());
            assertEquals(7, same(penny).call(7));
        }
    }
}
