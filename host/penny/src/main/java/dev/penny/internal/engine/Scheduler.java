package dev.penny.internal.engine;

import dev.penny.api.CapacityException;
import dev.penny.api.ClosedException;
import dev.penny.api.MemoryMap;
import dev.penny.api.PennyException;
import dev.penny.api.Recording;
import dev.penny.api.ReplayException;
import dev.penny.api.Policy;
import dev.penny.api.RingOptions;
import dev.penny.api.RuntimeUnusableException;
import dev.penny.api.WorkerCounters;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.PipelineBuilder;
import dev.penny.api.graph.Program;
import dev.penny.api.graph.ProgramOptions;
import dev.penny.internal.core.ArgumentRegion;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.CoreModule;
import dev.penny.internal.core.DecisionLog;
import dev.penny.internal.core.MemoryMapReader;
import dev.penny.internal.core.Sleepers;
import dev.penny.internal.core.WasmRuntime;
import dev.penny.internal.vtable.SystemModules;
import dev.penny.spi.ThreadBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
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

    private enum Phase { OPEN, CLOSING, CLOSED }

    private static final long DRAIN_WAIT_NANOS = 20_000;
    private static final int STEPPED_HEARTBEAT_POLLS = 4;

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
    private final LiveGraphs liveGraphs;
    private final ForkFailures forkFailures;
    private final Heartbeat heartbeat;
    private final Optional<DecisionLog> log;
    private final Optional<Replay> replay;
    private final AtomicReference<PennyException> broken = new AtomicReference<>();
    private final Optional<TurnTimer> turnTimer;
    /** Above those of host frames, so that a trace tells the two apart. */
    private final AtomicLong tickets = new AtomicLong(1L << 32);
    private final ReentrantLock lifecycle = new ReentrantLock();
    private volatile LiveTasks liveTasks;
    private volatile Phase phase = Phase.OPEN;
    private volatile ThreadBackend.Crew crew;
    private volatile ThreadBackend backend;
    private volatile boolean stepped;

    private Scheduler(EngineConfig config, WasmRuntime runtime, CoreModule coreModule, Value tableModule) {
        this.config = config;
        this.runtime = runtime;
        this.coreModule = coreModule;
        this.tableModule = tableModule;
        this.memory = coreModule.memory();
        this.submitter = new Submitter(this, memory, config.rejectWhenFull());
        this.modules = new Modules(this);
        this.liveGraphs = new LiveGraphs(this);
        this.forks = new ForkJoin(this);
        List<Worker> made = new ArrayList<>();
        for (int index = 0; index < config.workers(); index++) {
            made.add(new Worker(this, index));
        }
        this.workers = List.copyOf(made);
        this.forkFailures = new ForkFailures(memory);
        this.heartbeat = new Heartbeat(memory, runtime, workers, submitter::wakeOne);
        this.log = log(config);
        this.replay = log.filter(DecisionLog::replays).map(replayed -> new Replay(this, replayed, workers));
        this.turnTimer = Policies.ring(config.policy()).filter(ring -> !ring.period().isZero()).map(ring -> new TurnTimer(memory, runtime,
                submitter.sleepers(), config.workers(), ring.period(), ring.barrier()));
        Policies.ring(config.policy()).ifPresent(ring -> writeHomes(ring.homes()));
        this.backend = config.backend();
        this.crew = start(backend);
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
        } catch (RuntimeException e) {
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
        return backend;
    }

    /** The hash of the schedule so far, if the backend steps its workers. */
    public OptionalLong traceHash() {
        return crew.traceHash();
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
        refuseOnWorker("recording");
        DecisionLog made = log.orElseThrow(() -> new IllegalStateException("decisions are not recorded: ask the builder for it"));
        awaitDrained();
        if (made.overflowed()) {
            throw new CapacityException("the recording is incomplete, a worker decided more than there was room for: "
                    + "decisions=%d, see PennyBuilder.record".formatted(made.recording().decisions().size()));
        }
        return made.recording();
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

    // ---- threads

    private void writeHomes(List<Integer> homes) {
        int slots = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_RING_SLOTS);
        for (int worker = 0; worker < Math.min(homes.size(), workers.size()); worker++) {
            if (homes.get(worker) >= slots) {
                throw new IllegalArgumentException("no such home slot: worker=%d, slot=%d, slots=%d".formatted(worker, homes.get(worker), slots));
            }
            workers.get(worker).home(homes.get(worker));
        }
    }

    /** For a worker that goes to work: on a backend that steps its workers the ring is turned by steps. */
    void startTurning() {
        if (turnTimer.isPresent() && !stepped) {
            turnTimer.get().start();
        }
    }

    /** A crew for the workers, which do not run yet. Where workers are stepped, the beat is counted too. */
    private ThreadBackend.Crew start(ThreadBackend next) {
        ThreadBackend.Crew made = next.start(workers);
        stepped = made.traceHash().isPresent();
        memory.putInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_HEARTBEAT_POLLS, stepped ? STEPPED_HEARTBEAT_POLLS : 0);
        memory.putInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_RING_TURN_STEPS,
                Policies.ring(config.policy()).map(RingOptions::turnSteps).orElse(0));
        return made;
    }

    /** For a worker whose task has come to a beat: without a timer nobody else runs until it lets them. */
    void letAnotherStep() {
        crew.letAnotherStep();
    }

    /** For a worker whose task waits: if this thread runs all workers, another one makes a step. */
    boolean stepAnother() {
        boolean[] looked = new boolean[1];
        Worker waiting = Worker.current();
        waiting.steps(false);
        try {
            return crew.drive(() -> {
                boolean stepped = looked[0];
                looked[0] = true;
                return stepped;
            });
        } finally {
            waiting.steps(true);
        }
    }

    /** Runs the workers on this thread until {@code done}, if the backend does that; false if the caller must wait itself. */
    boolean drive(BooleanSupplier done) {
        if (done.getAsBoolean()) {
            return false;
        }
        return replay.isPresent() && !Worker.onWorkerOf(this) ? replay.get().await(done, crew) : crew.drive(done);
    }

    void unpark(int worker) {
        workers.get(worker).wake();
        crew.unpark(worker);
    }

    // ---- completion, on workers

    void completed(Worker worker, int frame) {
        if (liveGraphs.completed(worker, frame)) {
            return;
        }
        if (memory.getInt(frame + CoreLayout.FRAME_KIND) == CoreLayout.KIND_NODE) {
            nodeFailed(worker, frame);
            return;
        }
        FrameOwner owner = owner(frame);
        if (owner == null && (isClosed() || isBroken())) {
            return; // It was told already that the scheduler has ended.
        }
        if (owner == null) {
            throw new IllegalStateException("a frame completed that nobody waits for: frame=" + frame);
        }
        owner.completed(worker, frame, memory.getInt(frame + CoreLayout.FRAME_STATE));
        submitter.startSpilled();
    }

    private void nodeFailed(Worker worker, int node) {
        GraphExecution run = graphRun(node);
        if (run == null) {
            worker.failures().drop();
        } else {
            run.nodeFailed(worker, node);
        }
    }

    /** A node of a traced graph is dispatched, or was. */
    void traced(Worker worker, int node, int event) {
        GraphExecution run = graphRun(node);
        if (run != null) {
            run.traced(worker.index(), node, event);
        }
    }

    /** The run that a node belongs to; {@code null} if it was told already that the scheduler has ended. */
    private GraphExecution graphRun(int node) {
        int frame = memory.getInt(memory.getInt(node + CoreLayout.NODE_GRAPH) + CoreLayout.GRAPH_RUN);
        return (GraphExecution) owner(frame);
    }

    /** A completion that found no stack: results in the heap are gone by now, so a frame that has some fails. */
    void completedLate(Worker worker, int frame) {
        int kind = memory.getInt(frame + CoreLayout.FRAME_KIND);
        if (kind != CoreLayout.KIND_SINGLE && kind != CoreLayout.KIND_BULK) {
            if (kind == CoreLayout.KIND_NODE && memory.getInt(frame + CoreLayout.NODE_STATE) == CoreLayout.FRAME_STATE_FAILED) {
                worker.failures().completedLate(new StackOverflowError());
            }
            completed(worker, frame);
            return;
        }
        boolean single = memory.getInt(frame + CoreLayout.FRAME_KIND) == CoreLayout.KIND_SINGLE;
        boolean resultsGone = (memory.getInt(frame + CoreLayout.FRAME_FLAGS) & CoreLayout.FLAG_RESULT_BYTES) != 0;
        if (resultsGone && memory.getInt(frame + CoreLayout.FRAME_STATE) != CoreLayout.FRAME_STATE_CANCELLED) {
            memory.putInt(frame + CoreLayout.FRAME_STATE, CoreLayout.FRAME_STATE_FAILED);
            int block = memory.getInt(frame + CoreLayout.FRAME_BLOCK);
            if (!single) {
                memory.clear(block + CoreLayout.BLOCK_BYTES, memory.getInt(block + CoreLayout.BLOCK_COUNT));
            }
        }
        worker.failures().completedLate(new StackOverflowError());
        completed(worker, frame);
    }

    void releaseFrame(int index) {
        submitter.frames().giveBack(index);
    }

    FrameOwner owner(int frame) {
        return submitter.frames().owner(submitter.frames().index(frame));
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

    // ---- graphs

    /** Starts a graph. */
    public GraphBuilder graph(String name) {
        return new GraphDraft(this, name);
    }

    /** Starts a program. */
    public Program program(ProgramOptions options) {
        return new ProgramRun(this, options);
    }

    /** Starts a pipeline. */
    public PipelineBuilder pipeline(String name) {
        return new PipelineDraft(this, name);
    }

    /** Tasks that wait for others; made at its first use. */
    public LiveTasks liveTasks() {
        LiveTasks made = liveTasks;
        if (made != null) {
            return made;
        }
        checkOpen("after");
        synchronized (liveGraphs) {
            if (liveTasks == null) {
                liveTasks = new LiveTasks(this);
            }
            return liveTasks;
        }
    }

    LiveGraphs liveGraphs() {
        return liveGraphs;
    }

    /** Frees a result block that a node has left, from any thread; an empty result may have none, which is 0. */
    void freeResult(int ref) {
        if (ref == 0) {
            return;
        }
        ForkStack forks = Worker.forksOn(this);
        if (forks != null) {
            forks.worker().freeResult(ref);
        } else if (!isClosed() && !isBroken()) {
            coreModule.freeResult(ref);
        }
    }

    /** The first of so many successive numbers for the nodes of a graph. */
    long nodeTickets(int count) {
        return isLogged() ? submitter.nodeNames() : tickets.getAndAdd(count);
    }

    /** A number for a node that is added while others run. */
    long liveTicket() {
        return isLogged() ? submitter.name() : tickets.getAndIncrement();
    }

    // ---- lifecycle

    boolean isClosed() {
        return phase == Phase.CLOSED;
    }

    boolean isBroken() {
        return broken.get() != null;
    }

    /** The engine cannot go on: every task that waits fails with this, now and later. */
    void broke(PennyException cause) {
        if (broken.compareAndSet(null, cause)) {
            System.getLogger("dev.penny").log(System.Logger.Level.ERROR, cause.getMessage(), cause);
            submitter.abandonAll(cause);
            liveGraphs.abandonAll(cause);
        }
    }

    void checkOpen(Object function) {
        PennyException cause = broken.get();
        if (cause instanceof ReplayException) {
            throw new ReplayException(cause.getMessage());
        }
        if (cause != null) {
            throw new RuntimeUnusableException("the scheduler broke earlier: function=%s, reason=%s"
                    .formatted(function, cause.getMessage()), cause);
        }
        if (phase != Phase.OPEN && !(phase == Phase.CLOSING && Worker.onWorkerOf(this))) {
            throw closed(function);
        }
    }

    static ClosedException closed(Object function) {
        return new ClosedException("the scheduler is closed: function=" + function);
    }

    /** Moves the running workers to another backend. Nothing is lost; what runs finishes its current dispatch on the old threads. */
    public void swapBackend(ThreadBackend next) {
        refuseOnWorker("swapBackend");
        if (replay.isPresent()) {
            throw new IllegalStateException("a replay has its own backend: backend=" + backend.name());
        }
        lifecycle.lock();
        try {
            checkOpen("swapBackend");
            returnWorkers(CoreLayout.COMMAND_RETURN);
            memory.storeSeqCst(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_COMMAND, CoreLayout.COMMAND_RUN);
            backend = next;
            crew = start(next);
            // A waker may have claimed a worker while it was between crews: every worker looks for itself.
            workers.forEach(worker -> crew.unpark(worker.index()));
        } finally {
            lifecycle.unlock();
        }
    }

    private void returnWorkers(int command) {
        memory.storeSeqCst(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_COMMAND, command);
        while (submitter.sleepers().claimAny() != Sleepers.NONE) {
            // Claimed, so that no worker parks again before it has seen the command.
        }
        workers.forEach(worker -> crew.unpark(worker.index()));
        crew.awaitAllReturned();
    }

    /**
     * Ends the scheduler. Idempotent; blocks until every worker is out.
     *
     * @param drain true waits for everything submitted, false cancels what has not started
     */
    public void close(boolean drain) {
        refuseOnWorker("close");
        Optional<ReplayException> unfinished = Optional.empty();
        lifecycle.lock();
        try {
            if (phase == Phase.CLOSED) {
                return;
            }
            phase = Phase.CLOSING;
            if (drain) {
                awaitDrained();
                unfinished = replay.flatMap(Replay::unfinished);
            }
            phase = Phase.CLOSED;
            returnWorkers(CoreLayout.COMMAND_STOP);
            deadlines.close();
            heartbeat.close();
            turnTimer.ifPresent(TurnTimer::close);
            submitter.abandonAll(closed("close"));
            liveGraphs.abandonAll(closed("close"));
            workers.forEach(worker -> worker.guests().close());
            modules.close();
            runtime.close();
        } finally {
            lifecycle.unlock();
        }
        if (unfinished.isPresent()) {
            throw unfinished.get();
        }
    }

    private void awaitDrained() {
        BooleanSupplier drained = () -> isBroken() || submitter.allDone() && liveGraphs.allDone();
        while (!drained.getAsBoolean()) {
            if (!drive(drained)) {
                LockSupport.parkNanos(DRAIN_WAIT_NANOS);
            }
        }
    }

    private void refuseOnWorker(String call) {
        if (Worker.onWorkerOf(this)) {
            throw new IllegalStateException(call + " would wait for the worker that calls it");
        }
    }
}
