package dev.penny.internal.core;

/** The body of a slot that is not wasm. */
@FunctionalInterface
public interface HostTask {

    /**
     * Runs with the arguments of a record (argument i at {@code record + 8 * (1 + i)}) and stores the result at {@code record}.
     *
     * @return an outcome: {@link CoreLayout#OUTCOME_DONE}, or {@link CoreLayout#OUTCOME_WAIT} if it will be resumed later
     * @throws Throwable what the task failed with; it fails this task only
     */
    int run(int record) throws Throwable;
}
