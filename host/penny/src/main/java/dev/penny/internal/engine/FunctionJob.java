package dev.penny.internal.engine;

import dev.penny.internal.core.ArgumentRegion;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.guest.GuestErrors;

/** A task of any language as a child: its arguments wait in Java until a frame is made for it. */
class FunctionJob extends ForkJob {

    private final Scheduler scheduler;
    private final LoadedFunction<?> function;
    private final Object[] arguments;
    private final int slot;
    private int blockRef;
    private int blockBytes;

    FunctionJob(Scheduler scheduler, LoadedFunction<?> function, Object[] preparedArguments) {
        this.scheduler = scheduler;
        this.function = function;
        this.arguments = preparedArguments;
        this.slot = function.slot();
    }

    @Override
    int slot() {
        return slot;
    }

    @Override
    boolean place(int ref) {
        CoreMemory memory = scheduler.memory();
        int bytes = (int) function.marshaller().blockBytes(arguments);
        int block = bytes == 0 ? 0 : scheduler.argumentRegion().allocate(bytes);
        if (bytes > 0 && block == ArgumentRegion.NONE) {
            return false;
        }
        blockRef = block;
        blockBytes = bytes;
        function.marshaller().write(memory, ref + CoreLayout.FRAME_RECORD, block, arguments);
        memory.putInt(ref + CoreLayout.FRAME_FLAGS, function.frameFlags());
        return true;
    }

    @Override
    Object run(ForkStack forks) throws Throwable {
        Worker worker = forks.worker();
        StackProbe.require();
        int ref = worker.forkAlloc(slot);
        if (ref == 0) {
            return submitted();
        }
        frame(ref);
        if (!place(ref)) {
            frame(0);
            worker.releaseFork(ref);
            return submitted();
        }
        return forks.runFrame(this);
    }

    /** No frame, or no memory for the arguments, now: a submission waits for them. */
    private Object submitted() {
        SubmittedTask<?> task = new SubmittedTask<>(scheduler, function, arguments);
        scheduler.submitter().submit(task);
        return task.joinUnwrapped();
    }

    @Override
    Object reclaimed(ForkStack forks) throws Throwable {
        return forks.runFrame(this);
    }

    @Override
    Object result(int ref) {
        return function.read(scheduler.memory(), ref + CoreLayout.FRAME_RECORD);
    }

    @Override
    Throwable failure(Throwable cause) {
        return GuestErrors.failure(function.mangledName(), cause);
    }

    @Override
    void released() {
        if (blockBytes > 0) {
            scheduler.argumentRegion().free(blockRef, blockBytes);
            blockBytes = 0;
        }
    }
}
