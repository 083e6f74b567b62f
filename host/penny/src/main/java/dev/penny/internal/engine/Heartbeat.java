package dev.penny.internal.engine;

import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.Sleepers;
import dev.penny.internal.core.WasmRuntime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The timer that adds to the heartbeat word of the core, so that workers promote forks. It rests while no worker asks for the beat, hence
 * costs nothing in a pool that is idle or does not fork; the first poll after that starts it again. While all workers are busy nobody
 * would take what is promoted, and a beat takes its time from one of them, so then it is rare. A worker that runs out of work beats itself
 * (decision 0110).
 *
 * <p><b>Threads:</b> any.
 */
final class Heartbeat implements Hunger.Beats, AutoCloseable {

    /** Short against what a thief saves, long against what a promotion costs (PLDI 2018, section 5). */
    private static final Duration PERIOD = Duration.ofNanos(100_000);
    /** While nobody sleeps or waits. */
    private static final Duration PERIOD_ALL_BUSY = Duration.ofMillis(1);
    private static final int BEATS_PER_LOOK = 64;

    private final CoreMemory memory;
    private final WasmRuntime runtime;
    private final List<Worker> workers;
    private final Sleepers sleepers;
    private final Runnable wakeOne;
    private final RestingThread thread = new RestingThread("penny-heartbeat", this::run);
    private volatile boolean rare;

    /** @param wakeOne unparks a sleeping worker, if there is one */
    Heartbeat(CoreMemory memory, WasmRuntime runtime, List<Worker> workers, Sleepers sleepers, Runnable wakeOne) {
        this.memory = memory;
        this.runtime = runtime;
        this.workers = workers;
        this.sleepers = sleepers;
        this.wakeOne = wakeOne;
    }

    /** Starts beating, if it does not. */
    void start() {
        if (thread.claim()) {
            setTimerWord(1);
            thread.goOn();
        }
    }

    @Override
    public boolean isRunning() {
        return thread.isClaimed();
    }

    @Override
    public void beatAhead() {
        beat();
    }

    @Override
    public void someoneRests() {
        if (rare) {
            thread.goOn();
        }
    }

    private void run() {
        runtime.context().enter();
        try {
            beatUntilClosed();
        } finally {
            runtime.context().leave();
        }
    }

    private void beatUntilClosed() {
        long seen = polls();
        for (int beats = 1; !thread.isClosed(); beats++) {
            pause();
            wakeForWaitingForks();
            beat();
            if (beats % BEATS_PER_LOOK == 0) {
                long now = polls();
                if (now == seen) {
                    rest();
                }
                seen = now;
            }
        }
    }

    private void pause() {
        if (!isSomeoneResting()) {
            rare = true; // Before the second look: whoever rests later sees it.
            if (!isSomeoneResting()) {
                LockSupport.parkNanos(this, PERIOD_ALL_BUSY.toNanos());
            }
            rare = false;
        }
        LockSupport.parkNanos(this, PERIOD.toNanos());
    }

    private boolean isSomeoneResting() {
        return sleepers.areAny() || workers.stream().anyMatch(Worker::isWaiting);
    }

    private void beat() {
        memory.fetchAddSeqCst(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_HEARTBEAT, 1);
        workers.forEach(worker -> worker.beat(false));
    }

    /** What was promoted since the last beat and is still there is worth waking a worker for. */
    private void wakeForWaitingForks() {
        if (workers.stream().anyMatch(Worker::offersWork)) {
            wakeOne.run();
            workers.forEach(Worker::wakeToLeapfrog);
        }
    }

    /** How often workers have asked so far. */
    private long polls() {
        return workers.stream().mapToLong(worker -> worker.counts().polls()).sum();
    }

    /** Every fork asks again until a poll finds the word cleared and the claim free, which starts the timer. */
    private void rest() {
        setTimerWord(0);
        wakeForWaitingForks(); // A fork promoted before the word was cleared counted on this timer.
        thread.giveClaimBack();
        workers.forEach(worker -> worker.beat(true));
        thread.awaitClaim();
    }

    private void setTimerWord(int value) {
        memory.storeSeqCst(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_HEARTBEAT_TIMER, value);
    }

    @Override
    public void close() {
        thread.close();
    }
}
