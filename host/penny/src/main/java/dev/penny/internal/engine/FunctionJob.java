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
    boolean prepare() {
        int bytes = (int) function.marshaller().blockBytes(arguments);
        if (bytes == 0) {
            return true;
        }
        blockRef = scheduler.argumentRegion().allocate(bytes);
        blockBytes = blockRef == ArgumentRegion.NONE ? 0 : bytes;
        return blockBytes > 0;
    }

    @Override
    void place(int ref) {
        place(ref, 0);
    }

    private void place(int ref, int flags) {
        CoreMemory memory = scheduler.memory();
        function.marshaller().write(memory, ref + CoreLayout.FRAME_RECORD, blockRef, arguments);
        memory.putInt(ref + CoreLayout.FRAME_FLAGS, function.frameFlags() | flags);
    }

    @Override
    Object run(ForkStack forks) throws Throwable {
        StackProbe.require();
        if (!prepare()) {
            return submitted();
        }
        int ref = forks.worker().workerForks().alloc(slot);
        if (ref == 0) {
            released();
            return submitted();
        }
        frame(ref);
        place(ref, CoreLayout.FLAG_HELD);
        return forks.await(this);
    }

    /** No frame, or no memory for the arguments, now: a submission waits for them. */
    private Object submitted() {
        SubmittedTask<?> task = new SubmittedTask<>(scheduler, function, scheduler.submitter().defaults(), arguments);
        scheduler.submitter().submit(task);
        return task.joinUnwrapped();
    }

    @Override
    Object reclaimed(ForkStack forks) throws Throwable {
        return forks.runFrame(this);
    }

    @Override
    Object result(Worker worker, int ref) {
        CoreMemory memory = scheduler.memory();
        int record = ref + CoreLayout.FRAME_RECORD;
        Object result = function.read(memory, record);
        if (function.marshaller().resultIsBlock()) {
            worker.freeResult(CoreMemory.blockRef(memory.getLong(record)));
        }
        return result;
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
