package dev.penny.internal.engine;

import dev.penny.internal.core.CoreForks;
import dev.penny.internal.core.CoreInstance;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.WorkerLink;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;

/**
 * The forks of one worker as Java sees them. All but {@link #wake} is called by the task that the worker is dispatching, on its thread.
 *
 * <p>What the core runs while a Java task waits here may trap. That ends at this boundary: the dead dispatches are failed, the waiting
 * task goes on.
 */
final class WorkerForks {

    /** What a task may see that depends on other workers; the numbers are in recordings. */
    enum Seen {
        /** What it waits for has ended. */
        ENDED,
        /** What it waits for had not begun, and is withdrawn. */
        WITHDRAWN
    }

    /** Neither a frame state nor a number of dispatches. */
    private static final int TRAPPED = -1;

    private static final long REST_NANOS_MIN = 50_000;
    private static final long REST_NANOS_MAX = 1_000_000;

    private final Worker worker;
    private final Scheduler scheduler;
    private final CoreMemory memory;
    private final CoreInstance core;
    private final int blockRef;
    private volatile Thread resting;
    private volatile int restedFor;
    private long restNanos;
    private int beatSeen;
    private final boolean logged;
    private final List<Value> beatFlags = new CopyOnWriteArrayList<>();

    WorkerForks(Worker worker, Scheduler scheduler, CoreInstance core, int blockRef) {
        this.worker = worker;
        this.scheduler = scheduler;
        this.memory = scheduler.memory();
        this.core = core;
        this.blockRef = blockRef;
        this.logged = scheduler.isLogged();
    }

    private CoreForks forks() {
        return core.forks();
    }

    /** True if it is time to promote the oldest private fork. Cheap: to be asked at every fork. */
    boolean beatDue() {
        int beat = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_HEARTBEAT);
        // A log counts in polls, so it must be asked at every fork.
        if (!logged && beat == beatSeen && memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_HEARTBEAT_TIMER) != 0) {
            return false;
        }
        beatSeen = beat;
        return (forks().poll(worker.index()) & CoreLayout.POLL_PROMOTE) != 0;
    }

    /** See {@link WorkerLink#registerBeatFlag}. */
    WorkerLink.Registration registerBeatFlag(Value global) {
        global.putMember("value", 1);
        beatFlags.add(global);
        return () -> beatFlags.remove(global);
    }

    /** A beat has come. <b>Threads:</b> any. */
    void beat() {
        for (Value flag : beatFlags) {
            flag.putMember("value", 1);
        }
    }

    /** What the running task shall take for true: what is, or in a replay what was. */
    boolean sees(Seen what, boolean is) {
        return logged ? core.logChoice(worker.index(), what.ordinal() + 1, is) : is;
    }

    /** Takes a task that has not begun from where it is queued; false if it has. Not in a replay. */
    boolean withdraws(int frame) {
        return core.logWithdraw(worker.index(), Seen.WITHDRAWN.ordinal() + 1, frame);
    }

    /** Whether a task that waits may give its oldest fork away now, without a beat; a replay does it where the recording does. */
    boolean mayGive() {
        return !logged || core.logChoice(worker.index(), 0, true);
    }

    /** A fork of the running task, its record unwritten; 0 if there is no frame left or no task is running. */
    int alloc(int slot) {
        return forks().alloc(worker.index(), slot);
    }

    /** Lets thieves have it; false if it stays here because the deque is full. It is joined either way. */
    boolean push(int job) {
        return forks().push(worker.index(), job);
    }

    /** Waits for a fork of the running task: a {@code FRAME_STATE_*}, READY if nobody has started it. */
    int join(int job) {
        for (;;) {
            int state = guarded(() -> forks().join(worker.index(), job));
            if (state != TRAPPED) {
                return state;
            }
        }
    }

    /** Dispatches a fork that {@link #join} gave back un-started; its final state. */
    int run(int job) {
        int state = guarded(() -> forks().run(worker.index(), job));
        return state == TRAPPED ? join(job) : state;
    }

    /** Frees a joined fork. */
    void release(int job) {
        forks().release(worker.index(), job);
    }

    /** True if the fork has not started and never will. It must still be joined. */
    boolean cancel(int job) {
        return forks().cancel(worker.index(), job);
    }

    /** Runs one frame from anywhere, if there is one. */
    boolean help() {
        return guarded(() -> core.help(worker.index())) != 0;
    }

    /** Calls the core from within a task; {@link #TRAPPED} if what ran meanwhile trapped. */
    private int guarded(IntSupplier call) {
        int keep = nest() + 1;
        int stack = core.stackPointer();
        try {
            return call.getAsInt();
        } catch (PolyglotException e) {
            worker.failures().trapped(e, keep, stack);
            return TRAPPED;
        }
    }

    /** How many dispatches lie around the current one. */
    int nest() {
        return memory.getInt(blockRef + CoreLayout.WORKER_NEST);
    }

    /** The upcall: the running task waits for a frame that another worker runs. */
    void rest() {
        if (scheduler.threads().stepAnother()) {
            return;
        }
        int frame = memory.getInt(blockRef + CoreLayout.WORKER_AWAITED_FRAME);
        if (worker.hunger().finds(() -> hasEnded(frame) || thiefOffers(frame))) {
            return;
        }
        restNanos = frame == restedFor ? Math.min(2 * restNanos, REST_NANOS_MAX) : REST_NANOS_MIN;
        restedFor = frame;
        resting = Thread.currentThread();
        if (!hasEnded(frame)) {
            LockSupport.parkNanos(this, restNanos);
            Thread.interrupted(); // Else the next rest would not be one.
        }
        resting = null;
        worker.hunger().rested();
    }

    private boolean hasEnded(int frame) {
        return memory.loadSeqCst(frame + CoreLayout.FRAME_STATE) >= CoreLayout.FRAME_STATE_DONE;
    }

    /** Ends a {@link #rest} if the thief that runs the awaited frame has something in its deque. <b>Threads:</b> any. */
    void wakeToLeapfrog() {
        if (resting != null && thiefOffers(restedFor)) {
            wake();
        }
    }

    private boolean thiefOffers(int frame) {
        return scheduler.offers(memory.getInt(frame + CoreLayout.FRAME_LO));
    }

    /** Ends a {@link #rest}. <b>Threads:</b> any. */
    void wake() {
        Thread thread = resting;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }
}
