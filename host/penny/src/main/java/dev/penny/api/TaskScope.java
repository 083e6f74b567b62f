package dev.penny.api;

import java.util.concurrent.Callable;

/**
 * Children that end before the scope does: {@code penny.scope(scope -> { ... })}. A fork costs a store until a worker has nothing else to
 * do; children that nobody took are called by {@link #join} itself, in the order of their forks.
 *
 * <p><b>Threads:</b> {@code fork} and {@code join} belong to the body of the scope; its children and everything else may call only
 * {@link #cancel} and {@link #isCancelled}.
 */
public interface TaskScope {

    /**
     * Adds a child.
     *
     * @throws IllegalStateException not called by the scope's own body, or from inside a join or a loop that the body has not finished
     */
    <R> Forked<R> fork(Callable<? extends R> child);

    /**
     * Adds a task of any language. Tasks of blocking functions, and of functions with options, are submitted at once. Arguments are as
     * for {@link TaskFunction#submit}: read at the call.
     *
     * @throws SignatureException wrong arity, wrong type or a number out of range
     * @throws IllegalStateException as for {@link #fork(Callable)}
     */
    <R> Forked<R> fork(TaskFunction<R> function, Object... arguments);

    /**
     * Waits for all children so far, running those that nobody has taken. The end of the body does the same.
     *
     * @throws PennyException the first failure of a child, unless the options say that failures are collected: thrown once, later ones
     *         are suppressed in it, and a body that catches it may go on; else, whenever the deadline has passed, a
     *         {@link TaskFailedException} with a {@link java.util.concurrent.TimeoutException} as cause
     * @throws IllegalStateException as for {@link #fork(Callable)}
     */
    void join();

    /** Children that have not started never start; those that run are not interrupted but can ask. Also what a passed deadline does. */
    void cancel();

    /** True after {@link #cancel}, after a failure that cancels siblings and after the deadline. */
    boolean isCancelled();

    /**
     * The body of a scope.
     *
     * @param <R> the result's type
     */
    @FunctionalInterface
    interface Body<R> {

        /** Forks children and returns the scope's result. */
        R run(TaskScope scope) throws Exception;
    }
}
