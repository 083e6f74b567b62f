package dev.penny.internal.engine;

import dev.penny.api.CapacityException;
import dev.penny.api.PennyException;
import dev.penny.internal.core.ArgumentRegion;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.HostFrames;
import dev.penny.internal.core.Injector;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The way in: writes frames, publishes them through the injector and wakes a sleeper. It takes no scheduling decision.
 *
 * <p><b>Threads:</b> any; an ordinary thread may wait here, a worker never does.
 */
final class Submitter {

    private static final long FULL_WAIT_NANOS = 20_000;

    private final Scheduler scheduler;
    private final CoreMemory memory;
    private final boolean rejectWhenFull;
    private final HostFrames<FrameOwner> frames;
    private final Injector injector;
    private final ArgumentRegion argumentRegion;
    private final ConcurrentLinkedQueue<SubmittedTask<?>> spilled = new ConcurrentLinkedQueue<>();

    Submitter(Scheduler scheduler, CoreMemory memory, boolean rejectWhenFull) {
        this.scheduler = scheduler;
        this.memory = memory;
        this.rejectWhenFull = rejectWhenFull;
        this.frames = new HostFrames<>(memory);
        this.injector = new Injector(memory);
        this.argumentRegion = new ArgumentRegion(memory);
    }

    HostFrames<FrameOwner> frames() {
        return frames;
    }

    Injector injector() {
        return injector;
    }

    ArgumentRegion argumentRegion() {
        return argumentRegion;
    }

    /** Queues a task; waits, spills or rejects when the queue is full, see {@link dev.penny.api.TaskFunction#submit}. */
    void submit(SubmittedTask<?> task) {
        scheduler.checkOpen(task.function());
        long bytes = task.loadedFunction().marshaller().blockBytes(task.arguments());
        if (bytes > argumentRegion.sizeBytes()) {
            throw new CapacityException("arguments larger than argument memory: function=%s, bytes=%d, limit=%d"
                    .formatted(task.function(), bytes, argumentRegion.sizeBytes()));
        }
        if (tryStart(task)) {
            return;
        }
        if (Worker.onWorkerOf(scheduler)) {
            spilled.add(task);
            startSpilled();
        } else if (rejectWhenFull) {
            throw new CapacityException("injector full: function=%s, queued=%d, limit=%d"
                    .formatted(task.function(), injector.size(), injector.capacity()));
        } else {
            waitUntil(() -> tryStart(task), task.function());
        }
    }

    /** Queues a chunk, waiting for argument memory and a frame; {@code writer} fills the records. */
    void submitBulk(BulkChunk chunk, Consumer<BulkChunk> writer) {
        scheduler.checkOpen(chunk.function());
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
        if (scheduler.isClosed() && frames.takeOwner(index, owner)) {
            owner.abandon(Scheduler.closed(function));
            return true;
        }
        wakeOne();
        return true;
    }

    private void waitUntil(BooleanSupplier started, Object function) {
        while (!started.getAsBoolean()) {
            scheduler.checkOpen(function);
            if (!scheduler.drive(() -> injector.size() < injector.capacity() / 2)) {
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
        if (memory.getInt(frame + CoreLayout.FRAME_KIND) == CoreLayout.KIND_JOB) {
            // The worker that forked it dispatches it again when it joins; see join.h of the core.
            if ((memory.loadSeqCst(frame + CoreLayout.FRAME_WAITER) & CoreLayout.WAITER_PARKS) != 0) {
                scheduler.unpark(memory.getInt(frame + CoreLayout.FRAME_OWNER));
            }
            return;
        }
        while (!injector.tryPush(frame)) {
            if (scheduler.isClosed() || scheduler.isBroken()) {
                return;
            }
            LockSupport.parkNanos(FULL_WAIT_NANOS);
        }
        wakeOne();
    }

    private void wakeOne() {
        int sleeper = injector.claimSleeper();
        if (sleeper >= 0) {
            scheduler.unpark(sleeper);
        }
    }

    /** True if nothing that was submitted is still to be completed. */
    boolean allDone() {
        return spilled.isEmpty() && frames.allFree();
    }

    /** Fails everything that waits; the scheduler has ended or broken. */
    void abandonAll(PennyException cause) {
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
}
