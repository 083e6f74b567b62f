package dev.penny.internal.engine;

import dev.penny.api.CapacityException;
import dev.penny.api.ClosedException;
import dev.penny.api.MemoryMap;
import dev.penny.api.PennyException;
import dev.penny.api.Recording;
import dev.penny.api.ReplayException;
import dev.penny.api.Policy;
import dev.penny.api.RuntimeUnusableException;
import dev.penny.api.WorkerCounters;
import dev.penny.internal.core.ArgumentRegion;
import dev.penny.internal.core.BlockingThreads;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.CoreModule;
import dev.penny.internal.core.DecisionLog;
import dev.penny.internal.core.MemoryMapReader;
import dev.penny.internal.core.WasmRuntime;
import dev.penny.internal.vtable.SystemModules;
import dev.penny.spi.ThreadBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.graalvm.polyglot.Value;

/**
 * One running scheduler: the core and its memory, the workers, the backend that lends them threads, and the way in. It takes no
 * scheduling decision; it writes frames, publishes them and hears when they are final.
 *
 * <p><b>Threads:</b> any, except where a method says otherwise.
 */
public final class Scheduler {

    private static final long DRAIN_WAIT_NANOS = 20_000;

    private final EngineConfig config;
    private final WasmRuntime runtime;
    private final CoreModule coreModule;
    private final Value tableModule;
    private final CoreMemory memory;
    private final Submitter submitter;
    private final Deadlines deadlines = new Deadlines();
    private final Modules modules;
    private final ForkJoin forks;
    private final List<Worker> workers;
    private final Graphs graphs;
    private final ForkFailures forkFailures;
    private final Heartbeat heartbeat;
    private final Optional<DecisionLog> log;
    private final Optional<Replay> replay;
    private final Lifecycle lifecycle = new Lifecycle(this);
    private final Completions completions;
    private final BlockingThreads blockingThreads = new BlockingThreads();
    private final WorkerThreads threads;
    /** Of those who close it or swap its backend. */
    private final ReentrantLock change = new ReentrantLock();

    private Scheduler(EngineConfig config, WasmRuntime runtime, CoreModule coreModule, Value tableModule) {
        this.config = config;
        this.runtime = runtime;
        this.coreModule = coreModule;
        this.tableModule = tableModule;
        this.memory = coreModule.memory();
        this.submitter = new Submitter(this, memory, config.rejectWhenFull());
        this.modules = new Modules(this);
        this.graphs = new Graphs(this);
        this.forks = new ForkJoin(this);
        List<Worker> made = new ArrayList<>();
        for (int index = 0; index < config.workers(); index++) {
            made.add(new Worker(this, index));
        }
        this.workers = List.copyOf(made);
        this.forkFailures = new ForkFailures(memory);
        this.heartbeat = new Heartbeat(memory, runtime, workers, submitter.sleepers(), submitter::wakeOne);
        this.log = log(config);
        this.replay = log.filter(DecisionLog::replays).map(replayed -> new Replay(this, replayed, workers));
        this.completions = new Completions(this);
        Policies.ring(config.policy()).ifPresent(ring -> Policies.writeHomes(ring, memory, workers));
        this.threads = new WorkerThreads(this, Lender.of(config.backend()), workers, turnTimer(config));
    }

    /**
     * Starts a scheduler; no worker runs before the first submission.
     *
     * @throws RuntimeUnusableException GraalWasm cannot be used
     * @throws CapacityException the configuration does not fit its memory
     */
    public static Scheduler start(EngineConfig config) {
        WasmRuntime runtime = WasmRuntime.start();
        try {
            Value tableModule = runtime.compile("penny-table", SystemModules.table(EngineConfig.SLOTS));
            CoreModule core = CoreModule.start(runtime, config.core(), SystemModules.memory(config.memoryBytes() / 65_536), tableModule);
            return new Scheduler(config, runtime, core, tableModule);
        } catch (RuntimeException | Error e) {
            runtime.close();
            throw e;
        }
    }

    private Optional<DecisionLog> log(EngineConfig given) {
        return switch (given.logging()) {
            case Logging.Off off -> Optional.empty();
            case Logging.Record record ->
                    Optional.of(DecisionLog.record(memory, argumentRegion(), given.workers(), given.seed(), record.decisions()));
            case Logging.Replay replayed -> Optional.of(DecisionLog.replay(memory, argumentRegion(), replayed.recording()));
        };
    }

    private Optional<TurnTimer> turnTimer(EngineConfig given) {
        return Policies.ring(given.policy()).filter(ring -> !ring.period().isZero()).map(ring -> new TurnTimer(memory, runtime,
                submitter.sleepers(), given.workers(), ring.period(), ring.barrier()));
    }

    // ---- parts

    WasmRuntime runtime() {
        return runtime;
    }

    CoreModule coreModule() {
        return coreModule;
    }

    Value tableModule() {
        return tableModule;
    }

    CoreMemory memory() {
        return memory;
    }

    /** Where things lie in the core's memory. */
    public MemoryMap memoryMap() {
        return MemoryMapReader.read(memory);
    }

    Submitter submitter() {
        return submitter;
    }

    Deadlines deadlines() {
        return deadlines;
    }

    BlockingThreads blockingThreads() {
        return blockingThreads;
    }

    ArgumentRegion argumentRegion() {
        return submitter.argumentRegion();
    }

    /** The loaded modules. */
    public Modules modules() {
        return modules;
    }

    /** Fork and join for Java code. */
    public ForkJoin forks() {
        return forks;
    }

    /** Tasks that wait for tasks. */
    public Graphs graphs() {
        return graphs;
    }

    /** Which worker runs what. */
    public Policy policy() {
        return config.policy();
    }

    /** How often the ring has turned, if the policy has one; wraps at 2^32. */
    public OptionalLong ringTurns() {
        return Policies.ring(config.policy()).isEmpty() ? OptionalLong.empty()
                : OptionalLong.of(Integer.toUnsignedLong(memory.loadSeqCst(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_EPOCH)));
    }

    /** How many workers there are. */
    public int workerCount() {
        return config.workers();
    }

    /** How many tasks may wait in an injector. */
    public int queueCapacity() {
        return submitter.normal().queue().capacity();
    }

    /** The backend that lends threads now. */
    public ThreadBackend backend() {
        return threads.backend();
    }

    /** The hash of the schedule so far, if the backend steps its workers. */
    public OptionalLong traceHash() {
        return threads.traceHash();
    }

    /** Counters of every worker, read while they run. */
    public List<WorkerCounters> counters() {
        return workers.stream().map(worker -> worker.counts().read()).toList();
    }

    /**
     * What the workers have decided; waits for what was submitted.
     *
     * @throws IllegalStateException it is not recorded, or this is a task
     * @throws CapacityException it did not fit
     */
    public Recording recording() {
        lifecycle.refuseInTask("recording");
        DecisionLog made = log.orElseThrow(() -> new IllegalStateException("decisions are not recorded: ask the builder for it"));
        awaitDrained();
        if (made.overflowed()) {
            throw new CapacityException("the recording is incomplete, a worker decided more than there was room for: "
                    + "decisions=%d, see PennyBuilder.record".formatted(made.recording(config.policy()).decisions().size()));
        }
        return made.recording(config.policy());
    }

    /** Whether decisions are recorded or replayed. */
    boolean isLogged() {
        return log.isPresent();
    }

    /** The replay that this is, if it is one. */
    Optional<Replay> replay() {
        return replay;
    }

    ForkFailures forkFailures() {
        return forkFailures;
    }

    Heartbeat heartbeat() {
        return heartbeat;
    }

    // ---- for workers and for those that wait for them

    /** See {@link WorkerThreads#startTurning}. */
    void startTurning() {
        threads.startTurning();
    }

    /** See {@link WorkerThreads#letAnotherStep}. */
    void letAnotherStep() {
        threads.letAnotherStep();
    }

    WorkerThreads threads() {
        return threads;
    }

    /** Whether this worker has something to steal; false if there is no such worker, as a frame that is read late may say. */
    boolean offers(int worker) {
        return worker >= 0 && worker < workers.size() && workers.get(worker).offersWork();
    }

    /** Whether another worker than this has something to steal. */
    boolean othersOffer(int worker) {
        for (Worker other : workers) {
            if (other.index() != worker && other.offersWork()) {
                return true;
            }
        }
        return false;
    }

    /** See {@link WorkerThreads#drive}. */
    boolean drive(BooleanSupplier done) {
        return threads.drive(done);
    }

    /** Wakes a worker that sleeps or is about to. */
    void unpark(int worker) {
        threads.unpark(worker);
    }

    /** See {@link Completions#completed}. */
    void completed(Worker worker, int frame) {
        completions.completed(worker, frame);
    }

    /** See {@link Completions#traced}. */
    void traced(Worker worker, int node, int event) {
        completions.traced(worker, node, event);
    }

    Completions completions() {
        return completions;
    }

    void releaseFrame(int index) {
        submitter.frames().giveBack(index);
    }

    void cancelFrame(int index, FrameOwner owner) {
        submitter.frames().cancel(index, owner);
    }

    PennyException cancelledFailure(LoadedFunction<?> function) {
        return new ClosedException("cancelled before it ran: function=" + function);
    }

    PennyException lostFailure(LoadedFunction<?> function) {
        return new RuntimeUnusableException("an item has no outcome: function=" + function);
    }

    // ---- lifecycle

    boolean isClosed() {
        return lifecycle.isClosed();
    }

    boolean isBroken() {
        return lifecycle.isBroken();
    }

    /** See {@link Lifecycle#hasEnded}. */
    boolean hasEnded() {
        return lifecycle.hasEnded();
    }

    /** See {@link Lifecycle#ending}. */
    PennyException ending(Object what) {
        return lifecycle.ending(what);
    }

    /** The engine cannot go on: every task that waits fails with this, now and later. */
    void broke(PennyException cause) {
        if (lifecycle.breakFor(cause)) {
            try {
                System.getLogger("dev.penny").log(System.Logger.Level.ERROR, cause.getMessage(), cause);
            } finally {
                abandonAll(cause); // Also if what led to it cannot be printed.
            }
        }
    }

    private void abandonAll(PennyException cause) {
        blockingThreads.abandon();
        submitter.abandonAll(cause);
        graphs.live().abandonAll(cause);
    }

    /** See {@link Lifecycle#checkOpen}. */
    void checkOpen(Object what) {
        lifecycle.checkOpen(what);
    }

    /** Moves the running workers to another backend. Nothing is lost; what runs finishes its current dispatch on the old threads. */
    public void swapBackend(ThreadBackend next) {
        lifecycle.refuseInTask("swapBackend");
        if (replay.isPresent()) {
            throw new IllegalStateException("a replay has its own backend: backend=" + threads.backendName());
        }
        change.lock();
        try {
            checkOpen("swapBackend");
            threads.swap(Lender.of(next));
        } finally {
            change.unlock();
        }
    }

    /**
     * Ends the scheduler. Idempotent; blocks until every worker is out.
     *
     * @param drain true waits for everything submitted, false cancels what has not started, also for a thread that waits here already
     */
    public void close(boolean drain) {
        lifecycle.refuseInTask("close");
        if (!drain) {
            lifecycle.hurry();
        }
        Optional<ReplayException> unfinished = Optional.empty();
        change.lock();
        try {
            if (isClosed()) {
                return;
            }
            lifecycle.closing();
            if (drain) {
                awaitDrained();
                unfinished = replay.filter(_ -> !lifecycle.hurries()).flatMap(Replay::unfinished);
            }
            lifecycle.close();
            Ending.inOrder(
                    threads::stop,
                    deadlines::close,
                    heartbeat::close,
                    () -> abandonAll(Lifecycle.closed("close")),
                    blockingThreads::awaitAllEnded,
                    () -> workers.forEach(worker -> worker.guests().close()),
                    modules::close,
                    runtime::close);
        } finally {
            change.unlock();
        }
        if (unfinished.isPresent()) {
            throw unfinished.get();
        }
    }

    private void awaitDrained() {
        BooleanSupplier drained = () -> isBroken() || lifecycle.hurries() || submitter.allDone() && graphs.live().allDone();
        boolean interrupted = false;
        while (!drained.getAsBoolean()) {
            interrupted |= Thread.interrupted(); // The tasks that run on this thread, if they do, are not meant.
            if (!drive(drained)) {
                LockSupport.parkNanos(DRAIN_WAIT_NANOS);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
