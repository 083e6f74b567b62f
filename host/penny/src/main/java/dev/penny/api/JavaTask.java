package dev.penny.api;

/** A task function written in Java. It may run on any worker, on several at once. */
@FunctionalInterface
public interface JavaTask {

    /**
     * Reads the arguments from {@code call} and sets the result.
     *
     * @throws Exception whatever the task fails with; it becomes the cause of the future's {@link TaskFailedException}. Only the failure of
     *         another task or graph that this one waited for ({@link TaskFailedException}, {@link DeadlineException},
     *         {@link GraphFailedException}) fails the future as it is, so that a chain of tasks wraps a cause once
     */
    void run(TaskCall call) throws Exception;
}
