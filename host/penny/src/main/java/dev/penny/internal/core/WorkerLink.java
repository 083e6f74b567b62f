package dev.penny.internal.core;

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

    /** {@code invoke(slot, record) -> outcome} as an import: runs the {@link HostTask} bound to the slot in this worker. */
    ProxyExecutable invoke();

    /** Puts a Java or JavaScript body behind a slot in this worker. */
    void bindHostTask(int slot, HostTask task);

    /**
     * A block of the result heap.
     *
     * @throws dev.penny.api.CapacityException if the heap is full
     */
    int allocateResult(int bytes);

    /** Records why the task that this worker is dispatching fails; the thunk that calls this returns the outcome "failed". */
    void fail(Throwable cause);
}
