package dev.penny.internal.core;

import java.util.OptionalInt;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/**
 * What a guest needs to link itself into one worker: that worker's core instance, memory and table.
 *
 * <p><b>Threads:</b> only the thread that runs the worker.
 */
public interface WorkerLink {

    /** Index from 0. */
    int worker();

    /** Engine and shared context. */
    WasmRuntime runtime();

    /** The core's memory for Java. */
    CoreMemory memory();

    /** The core's memory as an import. */
    Value memoryValue();

    /** This worker's function table as an import. */
    Value tableValue();

    /** The core's {@code penny_heap_alloc(worker, bytes) -> ref} as an import. */
    Value heapAllocValue();

    /**
     * {@code invoke() -> outcome} as an import: runs the {@link HostTask} bound in this worker to the slot that the thunk left, with the
     * record, at {@link #callRef}. Without parameters, since converting each costs more than the call.
     */
    ProxyExecutable invoke();

    /**
     * {@code invoke_batch() -> failed} as an import: runs the task for the items that the batch thunk left at {@link #callRef} and stores
     * their statuses. One call per batch instead of one per item.
     */
    ProxyExecutable invokeBatch();

    /** Where thunks leave what {@link #invoke} and {@link #invokeBatch} need: the worker's {@code WORKER_CALL_*} words from the record on. */
    int callRef();

    /** Puts a body behind {@link #invoke} for a slot in this worker; the guest puts the thunk that calls it into the table. */
    void bindHostTask(int slot, HostTask task);

    /**
     * A block of the result heap.
     *
     * @throws dev.penny.api.CapacityException if the heap is full
     */
    int allocateResult(int bytes);

    /** Records why the task that this worker is dispatching fails; the thunk that calls this returns the outcome "failed". */
    void fail(Throwable cause);

    /** Forks of named tasks by the task that this worker is dispatching. */
    default TaskForks taskForks() {
        throw new UnsupportedOperationException("this worker cannot fork");
    }

    /** Graphs built by the task that this worker is dispatching. */
    default TaskGraphs taskGraphs() {
        throw new UnsupportedOperationException("this worker has no graphs");
    }

    /** The core's fork functions in this worker. */
    CoreForks forks();

    /** The slot of the function {@code penny_job} of the guest whose task this worker is dispatching: what thieves run. */
    int jobSlot();

    /**
     * Finds a loaded function of numbers by {@code module/function} or its full name.
     *
     * @return its slot, empty if there is none, several of this name, or one with bytes or strings
     */
    OptionalInt findNumericFunction(String name);

    /**
     * From now on the heartbeat sets this wasm global of a guest to 1 at every beat, until the registration is closed. It is 1 already when
     * this returns, so that the first fork asks.
     */
    Registration registerBeatFlag(Value global);

    /** Where a thunk leaves the failed fork that makes its task trap: {@link CoreLayout#WORKER_FAILED_CHILD}. */
    int failedChildRef();

    /** Something to be taken back, once. */
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /** Where blocking tasks run. */
    BlockingThreads blockingThreads();

    /** The frame whose task this worker is dispatching. Only during a dispatch. */
    int currentFrame();

    /**
     * Puts a frame whose dispatch returned {@link CoreLayout#OUTCOME_WAIT} back to work: its slot is dispatched again with the same
     * record, perhaps by another worker. Exactly once per wait; may be called before the dispatch has returned. <b>Threads:</b> any.
     */
    void resume(int frame);
}
