package dev.penny.internal.engine;

import dev.penny.api.CapacityException;
import dev.penny.api.PennyException;
import dev.penny.api.TaskOptions;
import dev.penny.internal.core.ArgumentRegion;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.HostFrames;
import dev.penny.internal.core.Sleepers;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The way in: writes frames, publishes them through the queue of their placement and wakes a sleeper. It takes no scheduling decision.
 *
 * <p><b>Threads:</b> any; an ordinary thread may wait here; a worker runs other tasks meanwhile.
 */
final class Submitter {

    private static final long FULL_WAIT_NANOS = 20_000;
    /** Scheduling actions between two attempts, where the waiting thread runs the workers itself. */
    private static final int FULL_WAIT_STEPS = 64;

    private final Scheduler scheduler;
    private final CoreMemory memory;
    private final boolean rejectWhenFull;
    private final HostFrames<FrameOwner> frames;
    private final Sleepers sleepers;
    private final ArgumentRegion argumentRegion;
    private final Placements placements;
    private final Terms defaults;
    private final TicketNames names;

    Submitter(Scheduler scheduler, CoreMemory memory, boolean rejectWhenFull) {
        this.scheduler = scheduler;
        this.memory = memory;
        this.rejectWhenFull = rejectWhenFull;
        this.frames = new HostFrames<>(memory);
        this.sleepers = new Sleepers(memory);
        this.argumentRegion = new ArgumentRegion(memory);
        this.placements = new Placements(memory);
        this.defaults = new Terms(placements.normal(), 0);
        this.names = new TicketNames(placements.workers());
    }

    /** A name that another run of the program would give it too, or 0 if nobody wants to know: then the frame's number will do. */
    long name() {
        return scheduler.isLogged() ? names.next(Worker.forksOn(scheduler)) : 0;
    }

    /** The same for the nodes of a graph, which are numbered from it. Only while decisions are logged. */
    long nodeNames() {
        return names.nodes(Worker.forksOn(scheduler));
    }

    HostFrames<FrameOwner> frames() {
        return frames;
    }

    Sleepers sleepers() {
        return sleepers;
    }

    /** Where what has no options goes. */
    Placement normal() {
        return placements.normal();
    }

    /** Of what has no options. */
    Terms defaults() {
        return defaults;
    }

    /** @throws IllegalArgumentException pinned to a worker that does not exist */
    Terms terms(TaskOptions options) {
        return new Terms(placements.of(options), options.deadline().map(Terms::nanos).orElse(0L));
    }

    ArgumentRegion argumentRegion() {
        return argumentRegion;
    }

    /** Queues a task; waits, spills or rejects when the queue is full, see {@link dev.penny.api.TaskFunction#submit}. */
    void submit(SubmittedTask<?> task) {
        scheduler.checkOpen(task.function());
        long bytes = task.loadedFunction().marshaller().blockBytes(task.arguments());
        if (bytes > HostFrames.INLINE_BYTES && bytes > argumentRegion.passingBytes()) {
            throw new CapacityException("arguments larger than argument memory: function=%s, bytes=%d, limit=%d"
                    .formatted(task.function(), bytes, argumentRegion.passingBytes()));
        }
        task.startTimer();
        task.name(name());
        if (tryStart(task)) {
            return;
        }
        Placement placement = task.terms().placement();
        if (Worker.onWorkerOf(scheduler)) {
            task.setMayBeCancelledEarly();
            placements.spill(task);
            startSpilled();
        } else if (rejectWhenFull) {
            task.stopTimer();
            throw new CapacityException("queue full: function=%s, queue=%s, queued=%d, limit=%d"
                    .formatted(task.function(), placement.name(), placement.queue().size(), placement.queue().capacity()));
        } else {
            try {
                waitUntil(() -> tryStart(task), task.function());
            } catch (PennyException e) {
                task.stopTimer();
                throw e;
            }
        }
    }

    /** Queues a chunk, waiting for argument memory and a frame; {@code writer} fills the records. */
    void submitBulk(BulkChunk chunk, Consumer<BulkChunk> writer) {
        scheduler.checkOpen(chunk.function());
        if (chunk.blockBytes() > argumentRegion.passingBytes()) {
            throw new CapacityException("bulk larger than argument memory: function=%s, bytes=%d, limit=%d"
                    .formatted(chunk.function(), chunk.blockBytes(), argumentRegion.passingBytes()));
        }
        chunk.name(name());
        if (!tryStart(chunk, writer)) {
            waitUntil(() -> tryStart(chunk, writer), chunk.function());
        }
    }

    /** Argument memory that goes soon; waits for it. */
    int allocate(int bytes, Object what) {
        int[] ref = {argumentRegion.allocate(bytes)};
        if (ref[0] == ArgumentRegion.NONE) {
            waitUntil(() -> (ref[0] = argumentRegion.allocate(bytes)) != ArgumentRegion.NONE, what);
        }
        return ref[0];
    }

    /** Argument memory that stays. @throws CapacityException there is no room */
    int allocateLasting(int bytes, Object what) {
        int ref = argumentRegion.allocateLasting(bytes);
        if (ref == ArgumentRegion.NONE) {
            throw new CapacityException("argument memory full: for=%s, bytes=%d, used=%d, limit=%d"
                    .formatted(what, bytes, argumentRegion.usedBytes(), argumentRegion.sizeBytes()));
        }
        return ref;
    }

    /** Publishes a node that is ready; waits for a place in its queue. A worker with a log does not: what it would run meanwhile depends on it. */
    void push(int node, Placement placement) {
        if (scheduler.isLogged() && Worker.onWorkerOf(scheduler)) {
            placements.spill(node, placement);
            startSpilled();
            return;
        }
        while (!placement.queue().tryPush(node)) {
            if (scheduler.isClosed() || scheduler.isBroken()) {
                return;
            }
            makeWay();
        }
        wake(placement);
    }

    /** Queues a run of a graph, waiting for a frame. */
    void submitGraph(GraphExecution run) {
        scheduler.checkOpen(run);
        long name = name();
        if (!tryStart(run, name)) {
            waitUntil(() -> tryStart(run, name), run);
        }
    }

    private boolean tryStart(GraphExecution run, long name) {
        if (run.endIfCancelled()) {
            return true;
        }
        int index = frames.take(run);
        if (index == HostFrames.NONE) {
            return false;
        }
        // A task that waits for a graph should find it before other tasks: each of those would nest in it, and may wait for graphs too.
        Placement placement = Worker.onWorkerOf(scheduler) ? placements.high() : normal();
        write(index, CoreLayout.KIND_GRAPH, 0, run.placed().nodes().ref(), placement.flags(), name);
        run.queued(index);
        if (publish(index, run, run, placement)) {
            return true;
        }
        frames.giveBack(index);
        return false;
    }

    private boolean tryStart(SubmittedTask<?> task) {
        if (task.wasCancelledEarly()) {
            return true;
        }
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
        write(index, CoreLayout.KIND_SINGLE, function.slot(), 0, function.frameFlags() | task.terms().placement().flags(), task.ticket());
        task.beforePush();
        if (publish(index, function, task, task.terms().placement())) {
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
        if (chunk.endIfCancelled()) {
            return true;
        }
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
        write(index, CoreLayout.KIND_BULK, chunk.function().slot(), block,
                chunk.function().frameFlags() | chunk.terms().placement().flags(), chunk.ticket());
        chunk.queued(index);
        if (publish(index, chunk.function(), chunk, chunk.terms().placement())) {
            return true;
        }
        chunk.unqueued();
        argumentRegion.free(block, chunk.blockBytes());
        frames.giveBack(index);
        return false;
    }

    /** @param name instead of the frame's own ticket, unless it is 0 */
    private void write(int index, int kind, int slot, int block, int flags, long name) {
        int frame = frames.ref(index);
        if (name != 0) {
            memory.putLong(frame + CoreLayout.FRAME_TICKET, name);
        }
        memory.putInt(frame + CoreLayout.FRAME_SLOT, slot);
        memory.putInt(frame + CoreLayout.FRAME_KIND, kind);
        memory.putInt(frame + CoreLayout.FRAME_OWNER, CoreLayout.OWNER_HOST);
        memory.putInt(frame + CoreLayout.FRAME_BLOCK, block);
        memory.putInt(frame + CoreLayout.FRAME_FLAGS, flags);
        memory.putInt(frame + CoreLayout.FRAME_CANCELLED, 0);
        memory.putInt(frame + CoreLayout.FRAME_STATE, CoreLayout.FRAME_STATE_READY);
    }

    private boolean publish(int index, Object what, FrameOwner owner, Placement placement) {
        if (!placement.queue().tryPush(frames.ref(index))) {
            return false;
        }
        // Pairs with abandonAll: either this sees that the scheduler has ended, or abandonAll sees the owner.
        if (scheduler.hasEnded() && frames.takeOwner(index, owner)) {
            owner.abandon(scheduler.ending(what));
            return true;
        }
        wake(placement);
        return true;
    }

    private void waitUntil(BooleanSupplier started, Object function) {
        while (!started.getAsBoolean()) {
            scheduler.checkOpen(function);
            makeWay();
        }
    }

    /** Lets others run, or pauses for a moment: something that is full may have room then. */
    void makeWay() {
        ForkStack forks = Worker.forksOn(scheduler);
        if (forks != null && Waiter.uninterrupted(forks::help)) {
            return; // A task that maps makes room itself.
        }
        AtomicInteger stepsLeft = new AtomicInteger(FULL_WAIT_STEPS);
        if (!scheduler.drive(() -> stepsLeft.getAndDecrement() <= 0)) {
            LockSupport.parkNanos(FULL_WAIT_NANOS);
        }
    }

    /** Starts what tasks submitted while the queue was full; true if something was started. */
    boolean startSpilled() {
        boolean started = placements.startSpilled(this::tryStart, this::tryPush);
        // Pairs with abandonAll as well: what is spilled after that, or put back, would stay for ever.
        if (!placements.nothingSpilled() && scheduler.hasEnded()) {
            placements.abandonSpilled(scheduler.ending("a task submitted by a task"));
        }
        return started;
    }

    private boolean tryPush(int node, Placement placement) {
        boolean pushed = placement.queue().tryPush(node);
        if (pushed) {
            wake(placement);
        }
        return pushed;
    }

    /** Puts a frame whose dispatch returned WAIT back to work: its blocking body is done. May run before the worker has left it. */
    void resume(int frame) {
        int state = frame + CoreLayout.FRAME_STATE;
        // Before the state: a fork that is READY may be claimed, joined and its frame be used for something else at once.
        int kind = memory.getInt(frame + CoreLayout.FRAME_KIND);
        int ready = kind == CoreLayout.KIND_SINGLE ? CoreLayout.FRAME_STATE_READY_AGAIN : CoreLayout.FRAME_STATE_READY;
        int owner = memory.getInt(frame + CoreLayout.FRAME_OWNER);
        if (memory.casSeqCst(state, CoreLayout.FRAME_STATE_RUNNING, ready)) {
            return; // The worker is still leaving; it queues the frame itself.
        }
        Placement placement = placements.ofFlags(memory.getInt(frame + CoreLayout.FRAME_FLAGS));
        memory.storeSeqCst(state, ready);
        if (kind == CoreLayout.KIND_JOB) {
            // The worker that forked it dispatches it again when it joins; see join.h of the core.
            if ((memory.loadSeqCst(frame + CoreLayout.FRAME_WAITER) & CoreLayout.WAITER_PARKS) != 0) {
                scheduler.unpark(owner);
            }
            return;
        }
        while (!placement.queue().tryPush(frame)) {
            if (scheduler.isClosed() || scheduler.isBroken()) {
                return;
            }
            LockSupport.parkNanos(FULL_WAIT_NANOS);
        }
        wake(placement);
    }

    private void wake(Placement placement) {
        unpark(placement.claimSleeper(sleepers));
    }

    /** Unparks a sleeping worker, if there is one. */
    void wakeOne() {
        unpark(sleepers.claimAny());
    }

    private void unpark(int claimed) {
        if (claimed != Sleepers.NONE) {
            scheduler.unpark(claimed);
        }
    }

    /** True if nothing that was submitted is still to be completed. */
    boolean allDone() {
        return placements.nothingSpilled() && frames.allFree();
    }

    /** Fails everything that waits; the scheduler has ended or broken. */
    void abandonAll(PennyException cause) {
        for (int index = 0; index < frames.count(); index++) {
            FrameOwner owner = frames.takeOwner(index);
            if (owner != null) {
                owner.abandon(cause);
            }
        }
        placements.abandonSpilled(cause);
    }
}
