package dev.penny.internal.engine;

import dev.penny.api.CapacityException;
import dev.penny.api.RuntimeUnusableException;
import dev.penny.internal.core.BlockingThreads;
import dev.penny.internal.core.CoreForks;
import dev.penny.internal.core.CoreInstance;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.HostTask;
import dev.penny.internal.core.TaskForks;
import dev.penny.internal.core.TaskGraphs;
import dev.penny.internal.core.WasmRuntime;
import dev.penny.internal.core.WorkerLink;
import dev.penny.internal.guest.GuestErrors;
import dev.penny.spi.ThreadBackend;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/**
 * One worker: its core instance, the guest instances it has made, and the body that backends run.
 *
 * <p><b>Threads:</b> the backend runs a worker on one thread at a time; hand-over between threads is the backend's happens-before.
 */
final class Worker implements ThreadBackend.WorkerBody, WorkerLink {

    /** Dispatches per call into wasm: often enough out that compiled code replaces what the loop started in. */
    private static final int DISPATCHES_MAX = 16_384;
    /** The same where what waits in a worker's inbox waits for this worker: others may have to share its thread. */
    private static final int DISPATCHES_MAX_WITH_INBOX = 256;

    private static final ThreadLocal<Worker> CURRENT = new ThreadLocal<>();

    private final Scheduler scheduler;
    private final CoreMemory memory;
    private final int index;
    private final int blockRef;
    private final WorkerGuests guests;
    private final WorkerFailures failures;
    private final WorkerCounts counts;
    private final WorkerHostTasks hostTasks;
    private CoreInstance core;
    private volatile WorkerForks forks;
    /** When the step began that is under way and does not wait; 0 if there is none. */
    private volatile long stepBeganNanos;
    private final ForkStack forkStack;
    private final MissedUpcalls missedUpcalls;
    private final TaskForks taskForks;
    private IntSupplier runCore;
    private final BooleanSupplier isNeeded = this::hasSomethingToDo;
    private final Hunger hunger;

    Worker(Scheduler scheduler, int index) {
        this.scheduler = scheduler;
        this.memory = scheduler.memory();
        this.index = index;
        this.blockRef = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_WORKERS_REF)
                + index * memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_WORKER_STRIDE);
        this.guests = new WorkerGuests(this, scheduler);
        this.hostTasks = new WorkerHostTasks(this, memory, blockRef);
        this.failures = new WorkerFailures(this, scheduler, blockRef);
        this.counts = new WorkerCounts(memory, index, blockRef);
        this.forkStack = new ForkStack(this, scheduler);
        this.missedUpcalls = new MissedUpcalls(this, scheduler);
        this.taskForks = new NamedForks(scheduler, forkStack);
        this.hunger = new Hunger(scheduler::heartbeat, System::nanoTime);
    }

    /** The Java forks of the worker whose body the calling thread is running; {@code null} on any other thread. */
    static ForkStack forksOn(Scheduler scheduler) {
        Worker worker = CURRENT.get();
        return worker != null && worker.scheduler == scheduler ? worker.forkStack : null;
    }

    /** The worker whose body the calling thread is running. Not for other threads. */
    static Worker current() {
        return CURRENT.get();
    }

    /** True if the calling thread runs a worker of this scheduler. */
    static boolean onWorkerOf(Scheduler scheduler) {
        return forksOn(scheduler) != null;
    }

    /** Its guest instances. */
    WorkerGuests guests() {
        return guests;
    }

    /** Its Java forks. */
    ForkStack forkStack() {
        return forkStack;
    }

    /** Its instance of the core. Only after {@link #attach}. */
    CoreInstance core() {
        return core;
    }

    /** Where its words lie. */
    int blockRef() {
        return blockRef;
    }

    /** Its forks. Only after {@link #attach}. */
    WorkerForks workerForks() {
        return forks;
    }

    // ---- body, called by the backend

    @Override
    public int index() {
        return index;
    }

    @Override
    public String name() {
        return "penny-worker-" + index;
    }

    @Override
    public void attach() {
        scheduler.runtime().context().enter();
        if (core == null) {
            CoreInstance.Table table = CoreInstance.Table.create(scheduler.runtime(), scheduler.tableModule(), memoryValue(), guests::bind);
            core = scheduler.coreModule().instantiate(table, new WorkerUpcalls(this, scheduler, missedUpcalls));
            if (scheduler.isLogged()) {
                core.logPolls();
            }
            core.setStackPointer(stackTop());
            runCore = core.run(index, Policies.hasInboxes(scheduler.policy()) ? DISPATCHES_MAX_WITH_INBOX : DISPATCHES_MAX);
            forks = new WorkerForks(this, scheduler, core, blockRef);
        }
    }

    @Override
    public void detach() {
        scheduler.runtime().context().leave();
    }

    @Override
    public ThreadBackend.Next run() {
        if (scheduler.isBroken()) {
            return ThreadBackend.Next.RETURN;
        }
        scheduler.startTurning();
        hunger.rested();
        return switch (enter(runCore, CoreLayout.RUN_MORE)) {
            case CoreLayout.RUN_MORE -> ThreadBackend.Next.AGAIN;
            case CoreLayout.RUN_PARK -> hunger.finds(isNeeded) ? ThreadBackend.Next.AGAIN : parkUnlessSpilled();
            default -> ThreadBackend.Next.RETURN;
        };
    }

    @Override
    public ThreadBackend.Step step() {
        if (scheduler.isBroken()) {
            return new ThreadBackend.Step(ThreadBackend.Next.RETURN, index);
        }
        steps(true);
        int action = enter(() -> core.step(index), CoreLayout.ACTION_RUN_FRAME);
        steps(false);
        scheduler.replay().ifPresent(Replay::check);
        long trace = ((long) index << 56) ^ ((long) action << 48) ^ memory.getLong(blockRef + CoreLayout.WORKER_TRACE_TICKET);
        ThreadBackend.Next next = switch (action) {
            case CoreLayout.ACTION_PARK, CoreLayout.ACTION_ASLEEP -> parkUnlessSpilled();
            case CoreLayout.ACTION_RETURNED, CoreLayout.ACTION_STOPPED -> ThreadBackend.Next.RETURN;
            default -> ThreadBackend.Next.AGAIN;
        };
        return new ThreadBackend.Step(next, trace);
    }

    /** Calls into wasm as this worker; {@code trapped} is the result if a task trapped. A task may drive another scheduler's workers. */
    private int enter(IntSupplier call, int trapped) {
        Worker outer = CURRENT.get();
        CURRENT.set(this);
        try {
            return call.getAsInt();
        } catch (PolyglotException e) {
            failures.trapped(e, 0, stackTop());
            return trapped;
        } finally {
            missedUpcalls.makeUp();
            CURRENT.set(outer); // Not removed: the next call would make a new entry.
        }
    }

    private ThreadBackend.Next parkUnlessSpilled() {
        return scheduler.submitter().startSpilled() ? ThreadBackend.Next.AGAIN : ThreadBackend.Next.PARK;
    }

    @Override
    public void lost(Throwable cause) {
        scheduler.broke(new RuntimeUnusableException("the backend cannot run a worker: backend=%s, worker=%d, reason=%s"
                .formatted(scheduler.threads().backendName(), index, GuestErrors.describe(cause)), cause));
    }

    @Override
    public boolean isDue() {
        return scheduler.replay().map(replay -> replay.isDue(index)).orElse(true);
    }

    void steps(boolean goesOn) {
        stepBeganNanos = goesOn ? System.nanoTime() | 1 : 0; // 0 has its own meaning.
    }

    /** Whether a step of it is under way that has not waited for so long. <b>Threads:</b> any. */
    boolean stepsFor(long nanos) {
        long began = stepBeganNanos;
        return began != 0 && System.nanoTime() - began >= nanos;
    }

    /** Ends a rest of a task that waits for a fork. <b>Threads:</b> any. */
    void wake() {
        WorkerForks waiting = forks;
        if (waiting != null) {
            waiting.wake();
        }
    }

    // ---- what the core left for its upcalls

    /** How the frame of the upcall {@link #complete} has ended. */
    int completedState() {
        return memory.getInt(blockRef + CoreLayout.WORKER_COMPLETED_STATE);
    }

    // ---- link, used by guests

    @Override
    public int worker() {
        return index;
    }

    @Override
    public WasmRuntime runtime() {
        return scheduler.runtime();
    }

    @Override
    public CoreMemory memory() {
        return memory;
    }

    @Override
    public Value memoryValue() {
        return scheduler.coreModule().memoryValue();
    }

    @Override
    public Value tableValue() {
        return core.table().value();
    }

    @Override
    public Value heapAllocValue() {
        return core.heapAllocValue();
    }

    @Override
    public ProxyExecutable invoke() {
        return hostTasks.invoke();
    }

    @Override
    public ProxyExecutable invokeBatch() {
        return hostTasks.invokeBatch();
    }

    @Override
    public int callRef() {
        return blockRef + CoreLayout.WORKER_CALL_RECORD;
    }

    @Override
    public void bindHostTask(int slot, HostTask task) {
        hostTasks.bind(slot, task);
    }

    @Override
    public int allocateResult(int bytes) {
        int ref = core.heapAlloc(index, Math.max(1, bytes));
        if (ref == 0) {
            throw new CapacityException("result heap full: function=%s, bytes=%d, heapBytes=%d".formatted(currentFunctionName(), bytes,
                    memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_HEAP_BYTES)));
        }
        return ref;
    }

    /** Frees a block of the result heap that no completion frees; an empty result may have none, which is 0. */
    void freeResult(int ref) {
        if (ref != 0) {
            core.heapFree(index, ref);
        }
    }

    @Override
    public TaskForks taskForks() {
        return taskForks;
    }

    @Override
    public TaskGraphs taskGraphs() {
        return new NamedGraphs(scheduler);
    }

    @Override
    public int currentFrame() {
        return memory.getInt(blockRef + CoreLayout.WORKER_CURRENT_FRAME);
    }

    @Override
    public CoreForks forks() {
        return core.forks();
    }

    @Override
    public int jobSlot() {
        return scheduler.modules().jobSlot(scheduler.modules().function(memory.getInt(blockRef + CoreLayout.WORKER_CURRENT_SLOT)).guest());
    }

    @Override
    public OptionalInt findNumericFunction(String name) {
        return scheduler.modules().findNumeric(name);
    }

    @Override
    public Registration registerBeatFlag(Value global) {
        return forks.registerBeatFlag(global);
    }

    /** A beat has come; {@code always}: also if it does not run. <b>Threads:</b> any, inside the shared context. */
    void beat(boolean always) {
        WorkerForks known = forks;
        if (known != null && (always || isRunning())) {
            known.beat();
        }
    }

    /** How it looks for forks of others. */
    Hunger hunger() {
        return hunger;
    }

    /** While it is among the sleepers: it was claimed, or there is something to steal. */
    private boolean hasSomethingToDo() {
        return !scheduler.submitter().sleepers().has(index) || scheduler.othersOffer(index);
    }

    /** Whether it waits for a fork that another worker runs. <b>Threads:</b> any; may be a moment late. */
    boolean isWaiting() {
        return memory.loadSeqCst(blockRef + CoreLayout.WORKER_STATE) == CoreLayout.WORKER_STATE_BLOCKED;
    }

    /** Ends its rest if the worker that runs the fork it waits for has something to give. <b>Threads:</b> any. */
    void wakeToLeapfrog() {
        WorkerForks waiting = forks;
        if (waiting != null && isWaiting()) {
            waiting.wakeToLeapfrog();
        }
    }

    /** Whether its deque holds something. <b>Threads:</b> any; may be a moment late. */
    boolean offersWork() {
        return memory.loadSeqCst(blockRef + CoreLayout.WORKER_BOTTOM) - memory.loadSeqCst(blockRef + CoreLayout.WORKER_TOP) > 0;
    }

    private boolean isRunning() {
        int state = memory.loadAcquire(blockRef + CoreLayout.WORKER_STATE);
        return state == CoreLayout.WORKER_STATE_RUNNING || state == CoreLayout.WORKER_STATE_BLOCKED;
    }

    @Override
    public int failedChildRef() {
        return blockRef + CoreLayout.WORKER_FAILED_CHILD;
    }

    @Override
    public BlockingThreads blockingThreads() {
        return scheduler.blockingThreads();
    }

    @Override
    public void resume(int frame) {
        scheduler.submitter().resume(frame);
    }

    // ---- failure

    /** Records why the current dispatch fails; the caller makes the core fail it next. */
    @Override
    public void fail(Throwable cause) {
        failures.current(cause);
    }

    /** Why dispatches of this worker fail. */
    WorkerFailures failures() {
        return failures;
    }

    private int stackTop() {
        int stackBytes = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_STACK_BYTES);
        int stacks = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_STACKS_REF);
        return stacks + (index + 1) * stackBytes;
    }

    private String currentFunctionName() {
        return scheduler.modules().function(memory.getInt(blockRef + CoreLayout.WORKER_CURRENT_SLOT)).mangledName();
    }

    /** The slot of the ring that it prefers. Before it runs. */
    void home(int slot) {
        memory.putInt(blockRef + CoreLayout.WORKER_HOME_SLOT, slot);
    }

    /** Its counters. */
    WorkerCounts counts() {
        return counts;
    }
}
