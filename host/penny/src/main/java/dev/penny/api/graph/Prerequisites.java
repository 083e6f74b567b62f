package dev.penny.api.graph;

import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;

/**
 * Tasks that others are to wait for, whether they run, wait themselves or have ended; see {@code Penny.after}. A task may be added at any
 * time, also from inside of tasks, and is a prerequisite for further ones like any other. No thread waits for the prerequisites.
 *
 * <p><b>Threads:</b> any.
 */
public interface Prerequisites {

    /** These, and others. */
    Prerequisites and(TaskHandle<?>... more);

    /**
     * Submits a task that starts when all prerequisites have ended well.
     *
     * <p>When one of them fails or is cancelled the task never starts, and its handle ends as that one's did: with the same failure, which
     * names the function that failed.
     *
     * @param arguments one per parameter: a value as for {@link TaskFunction#submit}, or a {@link TaskHandle}, which is then a
     *         prerequisite, too, and whose result is the argument; it must be of exactly the parameter's type. Between tasks that were
     *         submitted here the result is passed on in linear memory
     * @return the task's handle
     * @throws dev.penny.api.SignatureException wrong arity or type
     * @throws dev.penny.api.CapacityException arguments larger than argument memory; or the caller is a task, and argument memory is full
     *         of what may be waiting for it
     * @throws dev.penny.api.ClosedException the scheduler is closed
     */
    <R> TaskHandle<R> submit(TaskFunction<R> function, Object... arguments);
}
