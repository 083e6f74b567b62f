package dev.penny.internal.engine;

import dev.penny.api.ReplayException;
import dev.penny.internal.core.DecisionLog;
import dev.penny.spi.ThreadBackend;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Watches a replay from outside: a difference breaks the scheduler, and so does a turn that cannot come because the program does not submit
 * what the recording has next.
 *
 * <p><b>Threads:</b> any.
 */
final class Replay {

    /** Blocking tasks take their time; whoever waits longer waits for something that this run does not do. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long LOOK_NANOS = 200_000;
    /** A step that takes longer runs a task; shorter ones may be those of workers that look for what does not come. */
    private static final long TASK_NANOS = 10_000_000;
    private static final String DIFFERS = "the replay decided something else: ";

    private final Scheduler scheduler;
    private final DecisionLog log;
    private final List<Worker> workers;

    Replay(Scheduler scheduler, DecisionLog log, List<Worker> workers) {
        this.scheduler = scheduler;
        this.log = log;
        this.workers = workers;
    }

    boolean isDue(int worker) {
        return log.isDue(worker);
    }

    /** After a step. */
    void check() {
        log.difference().ifPresent(difference -> scheduler.broke(new ReplayException(DIFFERS + difference)));
    }

    /** At the end of a run that was not cut short: what is wrong if it decided something else, or less, than was recorded. */
    Optional<ReplayException> unfinished() {
        Optional<String> difference = log.difference();
        if (difference.isPresent()) {
            return Optional.of(new ReplayException(DIFFERS + difference.get())); // Perhaps nothing waited any more that could be told.
        }
        return scheduler.isBroken() || log.turn() == log.expectedCount() ? Optional.empty()
                : Optional.of(new ReplayException("the run ended before its recording: decisions=%d, of=%d, next=%s"
                        .formatted(log.turn(), log.expectedCount(), log.next())));
    }

    /** For a thread that waits for what workers do: returns when it is done, or will be by other means. */
    boolean await(BooleanSupplier done, ThreadBackend.Crew crew) {
        int turn = -1;
        long idleNanos = 0;
        long looked = System.nanoTime();
        while (!done.getAsBoolean() && !scheduler.isBroken()) {
            long now = System.nanoTime();
            if (turn != log.turn()) {
                turn = log.turn();
                idleNanos = 0;
            } else if (workers.stream().noneMatch(worker -> worker.stepsFor(TASK_NANOS))) {
                idleNanos += Math.min(now - looked, TASK_NANOS); // This thread may have been away itself.
            }
            looked = now;
            if (idleNanos > PATIENCE.toNanos()) {
                log.giveUp();
                crew.unpark(0);
                scheduler.broke(new ReplayException("no worker of the replay can go on: decision=%d, of=%d, recorded=%s, waited=%s"
                        .formatted(log.turn(), log.expectedCount(), log.next(), PATIENCE)));
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return done.getAsBoolean();
    }
}
