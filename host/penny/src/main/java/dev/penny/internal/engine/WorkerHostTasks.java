package dev.penny.internal.engine;

import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.HostTask;
import java.util.Arrays;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/** The functions of one worker that are not wasm: what their thunks call. <b>Threads:</b> the worker's own. */
final class WorkerHostTasks {

    private final Worker worker;
    private final CoreMemory memory;
    private final int blockRef;
    private final ProxyExecutable invoke;
    private HostTask[] hostTasks = new HostTask[16];

    WorkerHostTasks(Worker worker, CoreMemory memory, int blockRef) {
        this.worker = worker;
        this.memory = memory;
        this.blockRef = blockRef;
        this.invoke = this::invokeHostTask;
    }

    void bind(int slot, HostTask task) {
        if (slot >= hostTasks.length) {
            hostTasks = Arrays.copyOf(hostTasks, Math.max(slot + 1, 2 * hostTasks.length));
        }
        hostTasks[slot] = task;
    }

    /** One call: the import of thunks. */
    ProxyExecutable invoke() {
        return invoke;
    }

    /** A batch: the import of batch thunks. */
    ProxyExecutable invokeBatch() {
        return arguments -> runBatch();
    }

    private Object invokeHostTask(Value... arguments) {
        return runHostTask(hostTasks[memory.getInt(blockRef + CoreLayout.WORKER_CALL_SLOT)],
                memory.getInt(blockRef + CoreLayout.WORKER_CALL_RECORD));
    }

    private int runHostTask(HostTask task, int record) {
        int nest = worker.workerForks().nest();
        int forked = worker.forkStack().size();
        try {
            return task.run(record);
        } catch (Throwable e) {
            worker.forkStack().unwind(forked, e);
            if (worker.workerForks().nest() != nest) {
                // A guest that is called through the host waited for a fork, and what ran meanwhile trapped through it.
                worker.failures().unwind(e, nest + 1);
            }
            worker.fail(e);
            return CoreLayout.OUTCOME_FAILED;
        }
    }

    /** What a batch thunk does for wasm functions, for the others; see {@code run.h}. */
    private int runBatch() {
        HostTask task = hostTasks[memory.getInt(blockRef + CoreLayout.WORKER_CALL_SLOT)];
        int record = memory.getInt(blockRef + CoreLayout.WORKER_CALL_RECORD);
        int stride = memory.getInt(blockRef + CoreLayout.WORKER_CALL_STRIDE);
        int end = memory.getInt(blockRef + CoreLayout.WORKER_CALL_END);
        int statuses = memory.getInt(blockRef + CoreLayout.WORKER_CALL_STATUSES);
        int failed = 0;
        for (int item = memory.getInt(blockRef + CoreLayout.WORKER_CALL_ITEM); item != end; item++, record += stride) {
            memory.putInt(blockRef + CoreLayout.WORKER_CURRENT_ITEM, item);
            int outcome = runHostTask(task, record);
            if (outcome > CoreLayout.OUTCOME_FAILED) {
                worker.fail(new IllegalStateException("an item of a bulk cannot wait"));
                outcome = CoreLayout.OUTCOME_FAILED;
            }
            memory.putByte(statuses + item, (byte) (outcome + 1));
            failed += outcome;
        }
        return failed;
    }
}
