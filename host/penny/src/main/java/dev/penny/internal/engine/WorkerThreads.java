package dev.penny.internal.engine;

import dev.penny.api.RingOptions;
import dev.penny.api.RuntimeUnusableException;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.Sleepers;
import dev.penny.internal.guest.GuestErrors;
import dev.penny.spi.ThreadBackend;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/**
 * The threads that a backend lends the workers, and the backend itself, which may be another one later.
 *
 * <p><b>Threads:</b> any; {@link #swap} and {@link #stop} exclude each other by the caller's lock.
 */
final class WorkerThreads {

    private static final int STEPPED_HEARTBEAT_POLLS = 4;

    private final Scheduler scheduler;
    private final CoreMemory memory;
    private final List<Worker> workers;
    private final Optional<TurnTimer> turnTimer;
    private volatile ThreadBackend.Crew crew;
    private volatile Lender lender;
    private volatile boolean stepped;

    WorkerThreads(Scheduler scheduler, Lender lender, List<Worker> workers, Optional<TurnTimer> turnTimer) {
        this.scheduler = scheduler;
        this.memory = scheduler.memory();
        this.workers = workers;
        this.turnTimer = turnTimer;
        this.lender = lender;
        this.crew = start(lender);
    }

    ThreadBackend backend() {
        return lender.backend();
    }

    /** For messages. */
    String backendName() {
        return lender.name();
    }

    /** See {@link Scheduler#traceHash}. */
    OptionalLong traceHash() {
        return crew.traceHash();
    }

    /** For a worker that goes to work: on a backend that steps its workers the ring is turned by steps. */
    void startTurning() {
        if (turnTimer.isPresent() && !stepped) {
            turnTimer.get().start();
        }
    }

    /** A crew for the workers, which do not run yet. Where workers are stepped, the beat is counted too. */
    private ThreadBackend.Crew start(Lender next) {
        ThreadBackend.Crew made = next.start(scheduler, workers);
        stepped = made.traceHash().isPresent();
        memory.putInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_HEARTBEAT_POLLS, stepped ? STEPPED_HEARTBEAT_POLLS : 0);
        memory.putInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_RING_TURN_STEPS,
                Policies.ring(scheduler.policy()).map(RingOptions::turnSteps).orElse(0));
        return made;
    }

    /** For a worker whose task has come to a beat: without a timer nobody else runs until it lets them. */
    void letAnotherStep() {
        Waiter.uninterrupted(() -> {
            crew.letAnotherStep();
            return true;
        });
    }

    /** For a worker whose task waits: if this thread runs all workers, another one makes a step. */
    boolean stepAnother() {
        boolean[] looked = new boolean[1];
        Worker waiting = Worker.current();
        waiting.steps(false);
        try {
            return Waiter.uninterrupted(() -> crew.drive(() -> {
                boolean stepped = looked[0];
                looked[0] = true;
                return stepped;
            }));
        } finally {
            waiting.steps(true);
        }
    }

    /** Runs the workers on this thread until {@code done}, if the backend does that; false if the caller must wait itself. */
    boolean drive(BooleanSupplier done) {
        if (done.getAsBoolean()) {
            return false;
        }
        Optional<Replay> replay = scheduler.replay();
        return replay.isPresent() && !Worker.onWorkerOf(scheduler) ? replay.get().await(done, crew) : crew.drive(done);
    }

    void unpark(int worker) {
        workers.get(worker).wake();
        crew.unpark(worker);
    }

    /** Moves the workers to the threads of another backend; if that does not start, to new threads of the one they had. */
    void swap(Lender next) {
        try {
            returnWorkers(CoreLayout.COMMAND_RETURN);
        } catch (RuntimeException | Error e) {
            // Nobody knows who runs now, so nobody may run: what waits would do so for ever.
            scheduler.broke(new RuntimeUnusableException("the backend does not give its workers back: backend=%s, reason=%s"
                    .formatted(lender.name(), GuestErrors.describe(e)), e));
            throw e;
        }
        memory.storeSeqCst(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_COMMAND, CoreLayout.COMMAND_RUN);
        try {
            crew = start(next);
            lender = next;
        } catch (RuntimeException | Error e) {
            startAgain(e);
            throw e;
        } finally {
            // A waker may have claimed a worker while it was between crews: every worker looks for itself.
            workers.forEach(worker -> crew.unpark(worker.index()));
        }
        scheduler.checkOpen("swapBackend"); // The new backend may have failed to wake a worker just now.
    }

    /** The backend from before, because the next one has not started. */
    private void startAgain(Throwable first) {
        try {
            crew = start(lender);
        } catch (RuntimeException | Error e) {
            scheduler.broke(lender.failure("start", e));
            if (e != first) {
                first.addSuppressed(e);
            }
        }
    }

    /** Sends every worker home for good; blocks until the last one is out. */
    void stop() {
        Ending.inOrder(() -> returnWorkers(CoreLayout.COMMAND_STOP), () -> turnTimer.ifPresent(TurnTimer::close));
    }

    private void returnWorkers(int command) {
        memory.storeSeqCst(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_COMMAND, command);
        while (scheduler.submitter().sleepers().claimAny() != Sleepers.NONE) {
            // Claimed, so that no worker parks again before it has seen the command.
        }
        workers.forEach(worker -> crew.unpark(worker.index()));
        crew.awaitAllReturned();
    }
}
