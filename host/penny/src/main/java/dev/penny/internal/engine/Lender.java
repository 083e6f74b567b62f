package dev.penny.internal.engine;

import dev.penny.api.RuntimeUnusableException;
import dev.penny.internal.guest.GuestErrors;
import dev.penny.spi.ThreadBackend;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/**
 * A backend as the engine calls it. It is anybody's code: what it returns is checked, and what its crew throws where it may not ends the
 * scheduler, since nobody knows then who runs. So whoever waits hears of it instead of waiting for ever.
 *
 * <p><b>Threads:</b> any.
 *
 * @param name read once: it may throw, and is wanted most when something is wrong already
 */
public record Lender(ThreadBackend backend, String name) {

    /** @throws RuntimeUnusableException it has no name */
    public static Lender of(ThreadBackend backend) {
        return new Lender(backend, given(backend.getClass().getName(), "name", backend.name()));
    }

    /** The same with a seed. */
    public Lender seeded(long seed) {
        return of(given(name, "seeded", backend.seeded(seed)));
    }

    /** A crew for these workers. */
    ThreadBackend.Crew start(Scheduler scheduler, List<Worker> workers) {
        return new Guarded(this, given(name, "start", backend.start(workers)), scheduler);
    }

    /** What is wrong with a scheduler whose backend has thrown this. */
    RuntimeUnusableException failure(String method, Throwable cause) {
        return new RuntimeUnusableException("the backend failed: backend=%s, method=%s, reason=%s"
                .formatted(name, method, GuestErrors.describe(cause)), cause);
    }

    private static <T> T given(String name, String method, T answer) {
        if (answer == null) {
            throw new RuntimeUnusableException("a backend returned null: backend=%s, method=%s".formatted(name, method));
        }
        return answer;
    }

    /** Its crew. Those who move the workers to another one handle themselves what {@code awaitAllReturned} throws. */
    private record Guarded(Lender lender, ThreadBackend.Crew crew, Scheduler scheduler) implements ThreadBackend.Crew {

        @Override
        public void unpark(int worker) {
            try {
                crew.unpark(worker);
            } catch (RuntimeException | Error e) {
                failed("unpark", e);
            }
        }

        @Override
        public boolean drive(BooleanSupplier done) {
            try {
                return crew.drive(done);
            } catch (RuntimeException | Error e) {
                failed("drive", e);
                return false;
            }
        }

        @Override
        public void letAnotherStep() {
            try {
                crew.letAnotherStep();
            } catch (RuntimeException | Error e) {
                failed("letAnotherStep", e);
            }
        }

        @Override
        public void awaitAllReturned() {
            crew.awaitAllReturned();
        }

        @Override
        public OptionalLong traceHash() {
            return given(lender.name, "traceHash", crew.traceHash());
        }

        private void failed(String method, Throwable thrown) {
            if (thrown instanceof StackOverflowError) {
                StackProbe.require(); // Overflows again if it was not the backend that has used the stack up, but the task that calls it.
            }
            scheduler.broke(lender.failure(method, thrown));
        }
    }
}
