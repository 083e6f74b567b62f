package dev.penny.internal.core;

import dev.penny.api.Signature;
import java.util.Optional;

/**
 * Forks of named tasks of any language by the task that a worker runs, for guests whose code keeps its own list of private forks and
 * only comes here when it has to.
 *
 * <p><b>Threads:</b> the one that runs the worker, inside a dispatch.
 */
public interface TaskForks {

    /** True if a heartbeat has passed since the last call: the oldest private fork should be given away. */
    boolean beatDue();

    /**
     * Finds a function.
     *
     * @param name {@code module/function}, or with its signature if it has several
     * @throws dev.penny.api.PennyException there is none
     */
    Target target(String name);

    /**
     * Makes a task of a fork, which another worker may take. It must be awaited or dropped by the task that runs now.
     *
     * @return empty if there is no room for it now
     * @throws dev.penny.api.SignatureException the arguments are not of the function's types
     */
    Optional<Given> give(Target target, Object[] arguments);

    /**
     * Waits for a given fork, running what it depends on meanwhile.
     *
     * @return its result; empty if nobody has begun it, which is then the caller's to do. A task without a result gives {@code "()"}
     * @throws Throwable what it failed with
     */
    Optional<Object> await(Given given) throws Throwable;

    /** Ends a given fork: it never starts, or is waited for. Its outcome is lost. */
    void drop(Given given);

    /** Runs a task here and now. @return its result; {@code "()"} without one @throws Throwable what it failed with */
    Object call(Target target, Object[] arguments) throws Throwable;

    /** A function to fork. */
    interface Target {

        /** {@code module/function(signature)}. */
        String name();

        /** Its types. */
        Signature signature();

        /** True if its tasks leave their worker while they wait; those are given at once. */
        boolean blocking();
    }

    /** A fork that was given away. */
    interface Given { }
}
