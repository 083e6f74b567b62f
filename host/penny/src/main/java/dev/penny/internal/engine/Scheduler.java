package dev.penny.internal.engine;

import dev.penny.api.CapacityException;
import dev.penny.api.ClosedException;
import dev.penny.api.MemoryMap;
import dev.penny.api.PennyException;
import dev.penny.api.RuntimeUnusableException;
import dev.penny.api.WorkerCounters;
import dev.penny.internal.core.ArgumentRegion;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.CoreModule;
import dev.penny.internal.core.HostFrames;
import dev.penny.internal.core.Injector;
import dev.penny.internal.core.MemoryMapReader;
import dev.penny.internal.core.WasmRuntime;
import dev.penny.internal.vtable.SystemModules;
import dev.penny.spi.ThreadBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.graalvm.polyglot.Value;

/**
 * One running scheduler: the core and its memory, the workers, the backend that lends them threads, and the way in. It takes no
 * scheduling decision; it writes frames, publishes them and hears when they are final.
 *
 * <p><b>Threads:</b> any, except where a method says otherwise.
 */
public final class Scheduler {

    private enum Phase { OPEN, CLOSING, CLOSED }

    private static final long FULL_WAIT_NANOS = 20_000;

    private final EngineConfig config;
    private final WasmRuntime runtime;
    private final CoreModule coreModule;
    private final Value tableModule;
    private final CoreMemory memory;
    private final HostFrames<FrameOwner> frames;
    private final Injector injector;
    private final ArgumentRegion argumentRegion;
    private final Modules modules;
    private final List<Worker> workers;
    private final ConcurrentLinkedQueue<SubmittedTask<?>> spilled = new ConcurrentLinkedQueue<>();
    private final AtomicReference<RuntimeUnusableException> broken = new AtomicReference<>();
    private final ReentrantLock lifecycle = new ReentrantLock();
    private volatile Phase phase = Phase.OPEN;
    private volatile ThreadBackend.Crew crew;
    private volatile ThreadBackend backend;

    private Scheduler(EngineConfig config, WasmRuntime runtime, CoreModule coreModule, Value tableModule) {
        this.config = config;
        this.runtime = runtime;
        this.coreModule = coreModule;
        this.tableModule = tableModule;
        this.memory = coreModule.memory();
        this.frames = new HostFrames<>(memory);
        this.injector = new Injector(memory);
        this.argumentRegion = new ArgumentRegion(memory);
        this.modules = new Modules(this);
        List<Worker> made = new ArrayList<>();
        for (int index = 0; index < config.workers(); index++) {
            made.add(new Worker(this, index));
        }
        this.workers = List.copyOf(made);
        this.backend = config.backend();
        this.crew = backend.start(workers);
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

    Injector injector() {
        return injector;
    }

    ArgumentRegion argumentRegion() {
        return argumentRegion;
    }

    /** The loaded modules. */
    public Modules modules() {
        return modules;
    }

    /** How many workers there are. */
    public int workerCount() {
        return workers.size();
    }

    /** How many tasks may wait in the injector. */
    public int queueCapacity() {
        return injector.capacity();
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
        return workers.stream().map(Worker::counters).toList();
    }

    // ---- submission

    /** Queues a task; waits, spills or rejects when the queue is full, see {@link dev.penny.api.TaskFunction#submit}. */
    void submit(SubmittedTask<?> task) {
        checkOpen(task.function());
        long bytes = task.loadedFunction().marshaller().blockBytes(task.arguments());
        if (bytes > argumentRegion.sizeBytes()) {
            throw new CapacityException("arguments larger than argument memory: function=%s, bytes=%d, limit=%d"
                    .formatted(task.function(), bytes, argumentRegion.sizeBytes()));
        }
        if (tryStart(task)) {
            return;
        }
        if (Worker.onWorkerOf(this)) {
            spilled.add(task);
            startSpilled();
        } else if (config.rejectWhenFull()) {
            throw new CapacityException("injector full: function=%s, queued=%d, limit=%d"
                    .formatted(task.function(), injector.size(), injector.capacity()));
        } else {
            waitUntil(() -> tryStart(task), task.function());
        }
    }

    /** Queues a chunk, waiting for argument memory and a frame; {@code writer} fills the records. */
    void submitBulk(BulkChunk chunk, Consumer<BulkChunk> writer) {
        checkOpen(chunk.function());
        if (chunk.blockBytes() > argumentRegion.sizeBytes()) {
            throw new CapacityException("bulk larger than argument memory: function=%s, bytes=%d, limit=%d"
                    .formatted(chunk.function(), chunk.blockBytes(), argumentRegion.sizeBytes()));
        }
        if (!tryStart(chunk, writer)) {
            waitUntil(() -> tryStart(chunk, writer), chunk.function());
        }
    }

    private boolean tryStart(SubmittedTask<?> task) {
        LoadedFunction<?> function = task.loadedFunction();
        int index = frames.take(task);
        if (index == HostFrames.NONE) {
            return false;
        }
        int frame = frames.ref(index);
        int bytes = (int) function.marshaller().blockBytes(task.arguments());
        boolean inline = bytes <= HostFrames.INLINE_BYTES;
        int block = inline ? frame + CoreLayout.FRAME_BYTES : argumentRegion.allocate(bytes);
        if (block == ArgumentRegion.NONE) {
            frames.giveBack(index);
            return false;
        }
        function.marshaller().write(memory, frame + CoreLayout.FRAME_RECORD, block, task.arguments());
        task.queued(index, block, inline ? 0 : bytes);
        if (publish(index, CoreLayout.KIND_SINGLE, function, 0, task)) {
            return true;
        }
        task.unqueued();
        if (!inline) {
            argumentRegion.free(block, bytes);
        }
        frames.giveBack(index);
        return false;
    }

    private boolean tryStart(BulkChunk chunk, Consumer<BulkChunk> writer) {
        int index = frames.take(chunk);
        if (index == HostFrames.NONE) {
            return false;
        }
        int block = argumentRegion.allocate(chunk.blockBytes());
        if (block == ArgumentRegion.NONE) {
            frames.giveBack(index);
            return false;
        }
        chunk.place(block);
        writer.accept(chunk);
        chunk.queued(index);
        if (publish(index, CoreLayout.KIND_BULK, chunk.function(), block, chunk)) {
            return true;
        }
        argumentRegion.free(block, chunk.blockBytes());
        frames.giveBack(index);
        return false;
    }

    private boolean publish(int index, int kind, LoadedFunction<?> function, int block, FrameOwner owner) {
        int frame = frames.ref(index);
        memory.putInt(frame + CoreLayout.FRAME_SLOT, function.slot());
        memory.putInt(frame + CoreLayout.FRAME_KIND, kind);
        memory.putInt(frame + CoreLayout.FRAME_OWNER, CoreLayout.OWNER_HOST);
        memory.putInt(frame + CoreLayout.FRAME_BLOCK, block);
        memory.putInt(frame + CoreLayout.FRAME_FLAGS, function.frameFlags());
        memory.putInt(frame + CoreLayout.FRAME_STATE, CoreLayout.FRAME_STATE_READY);
        if (!injector.tryPush(frame)) {
            return false;
        }
        // Pairs with abandonAll: either this sees CLOSED, or abandonAll sees the owner.
        if (phase == Phase.CLOSED && frames.takeOwner(index) != null) {
            owner.abandon(closed(function));
            return true;
        }
        wakeOne();
        return true;
    }

    private void waitUntil(BooleanSupplier started, Object function) {
        while (!started.getAsBoolean()) {
            checkOpen(function);
            if (!drive(() -> injector.size() < injector.capacity() / 2)) {
                LockSupport.parkNanos(FULL_WAIT_NANOS);
            }
        }
    }

    /** Starts what tasks submitted while the queue was full; true if something was started. */
    boolean startSpilled() {
        boolean started = false;
        SubmittedTask<?> task;
        while ((task = spilled.poll()) != null) {
            if (task.isDone()) {
                continue; // cancelled while it was here
            }
            if (!tryStart(task)) {
                spilled.add(task);
                return started;
            }
            task.cancelFrameIfDone();
            started = true;
        }
        return started;
    }

    /** Puts a frame whose dispatch returned WAIT back to work: its blocking body is done. May run before the worker has left it. */
    void resume(int frame) {
        int state = frame + CoreLayout.FRAME_STATE;
        if (memory.casSeqCst(state, CoreLayout.FRAME_STATE_RUNNING, CoreLayout.FRAME_STATE_READY)) {
            return; // The worker is still leaving; it queues the frame itself.
        }
        memory.storeSeqCst(state, CoreLayout.FRAME_STATE_READY);
        while (!injector.tryPush(frame)) {
            if (phase == Phase.CLOSED || isBroken()) {
                return;
            }
            LockSupport.parkNanos(FULL_WAIT_NANOS);
        }
        wakeOne();
    }

    private void wakeOne() {
        int sleeper = injector.claimSleeper();
        if (sleeper >= 0) {
            crew.unpark(sleeper);
        }
    }

    /** Runs the workers on this thread until {@code done}, if the backend does that; false if the caller must wait itself. */
    boolean drive(BooleanSupplier done) {
        return !done.getAsBoolean() && crew.drive(done);
    }

    void unpark(int worker) {
        crew.unpark(worker);
    }

    // ---- completion, on workers

    void completed(Worker worker, int frame) {
        int index = frames.index(frame);
        FrameOwner owner = frames.owner(index);
        if (owner == null) {
            throw new IllegalStateException("a frame completed that nobody waits for: frame=" + frame);
        }
        owner.completed(worker, frame, memory.getInt(frame + CoreLayout.FRAME_STATE));
        if (!spilled.isEmpty()) {
            startSpilled();
        }
    }

    void releaseFrame(int index) {
        frames.giveBack(index);
    }

    FrameOwner owner(int frame) {
        return frames.owner(frames.index(frame));
    }

    void cancelFrame(int index, FrameOwner owner) {
        frames.cancel(index, owner);
    }

    PennyException cancelledFailure(LoadedFunction<?> function) {
        return new ClosedException("cancelled before it ran: function=" + function);
    }

    PennyException lostFailure(LoadedFunction<?> function) {
        return new RuntimeUnusableException("an item has no outcome: function=" + function);
    }

    // ---- lifecycle

    boolean allFramesFree() {
        return spilled.isEmpty() && frames.allFree();
    }

    boolean isBroken() {
        return broken.get() != null;
    }

    /** The engine cannot go on: every task that waits fails with this, now and later. */
    void broke(RuntimeUnusableException cause) {
        if (broken.compareAndSet(null, cause)) {
            System.getLogger("dev.penny").log(System.Logger.Level.ERROR, cause.getMessage(), cause);
            abandonAll(cause);
        }
    }

    private void checkOpen(Object function) {
        RuntimeUnusableException cause = broken.get();
        if (cause != null) {
            throw new RuntimeUnusableException("the scheduler broke earlier: function=%s, reason=%s".formatted(function, cause.getMessage()), cause);
        }
        if (phase != Phase.OPEN && !(phase == Phase.CLOSING && Worker.onWorkerOf(this))) {
            throw closed(function);
        }
    }

    private static ClosedException closed(Object function) {
        return new ClosedException("the scheduler is closed: function=" + function);
    }

    /** Moves the running workers to another backend. Nothing is lost; what runs finishes its current dispatch on the old threads. */
    public void swapBackend(ThreadBackend next) {
        refuseOnWorker("swapBackend");
        lifecycle.lock();
        try {
            checkOpen("swapBackend");
            returnWorkers(CoreLayout.COMMAND_RETURN);
            memory.storeSeqCst(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_COMMAND, CoreLayout.COMMAND_RUN);
            backend = next;
            crew = next.start(workers);
            // A waker may have claimed a worker while it was between crews: every worker looks for itself.
            workers.forEach(worker -> crew.unpark(worker.index()));
        } finally {
            lifecycle.unlock();
        }
    }

    private void returnWorkers(int command) {
        memory.storeSeqCst(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_COMMAND, command);
        while (injector.claimSleeper() >= 0) {
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
        lifecycle.lock();
        try {
            if (phase == Phase.CLOSED) {
                return;
            }
            phase = Phase.CLOSING;
            if (drain && !isBroken()) {
                awaitDrained();
            }
            phase = Phase.CLOSED;
            returnWorkers(CoreLayout.COMMAND_STOP);
            abandonAll(closed("close"));
            workers.forEach(Worker::closeGuests);
            modules.close();
            runtime.close();
        } finally {
            lifecycle.unlock();
        }
    }

    private void awaitDrained() {
        BooleanSupplier drained = () -> isBroken() || allFramesFree();
        while (!drained.getAsBoolean()) {
            if (!drive(drained)) {
                LockSupport.parkNanos(FULL_WAIT_NANOS);
            }
        }
    }

    private void abandonAll(PennyException cause) {
        for (int index = 0; index < frames.count(); index++) {
            FrameOwner owner = frames.takeOwner(index);
            if (owner != null) {
                owner.abandon(cause);
            }
        }
        SubmittedTask<?> task;
        while ((task = spilled.poll()) != null) {
            task.abandon(cause);
        }
    }

    private void refuseOnWorker(String call) {
        if (Worker.onWorkerOf(this)) {
            throw new IllegalStateException(call + " would wait for the worker that calls it");
        }
    }
}
