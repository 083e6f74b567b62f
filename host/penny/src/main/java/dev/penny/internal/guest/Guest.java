package dev.penny.internal.guest;

import dev.penny.api.Signature;
import dev.penny.api.TaskModule;
import dev.penny.internal.core.WorkerLink;
import java.util.List;

/**
 * A module of task functions, read and checked, before any worker has an instance of it.
 *
 * <p><b>Threads:</b> any.
 */
public interface Guest extends AutoCloseable {

    /** The export of a wasm guest that forks: runs one of its promoted forks. */
    String JOB = "penny_job";

    /** Which fork, and its words. */
    Signature JOB_SIGNATURE = Signature.parse("(i64,i64,i64,i64,i64,i64,i64,i64)->i64");

    /** The name it was loaded under. */
    String name();

    /** What it is. */
    TaskModule.ModuleKind kind();

    /** Its exported functions in the module's order. */
    List<GuestFunction> functions();

    /**
     * Checks that a function can be called with a signature.
     *
     * @throws dev.penny.api.LinkException no such function
     * @throws dev.penny.api.SignatureException it cannot be called like that
     */
    void check(String function, Signature signature);

    /** True if this function may block: it is run on a virtual thread (Java only). */
    default boolean blocking(String function, Signature signature) {
        return false;
    }

    /**
     * Makes the instance of one worker.
     *
     * @throws dev.penny.api.PennyException it fails the task that asked for it
     */
    GuestInstance instantiate(WorkerLink link);

    /** Frees what belongs to no worker. All instances are closed before. */
    @Override
    default void close() { }

    /**
     * An exported function.
     *
     * @param name its name
     * @param signatures the declared or derived ones; empty if the user must give one
     * @param nativeType its type in the module's own terms, for messages: {@code (i32 i32) -> i64}
     */
    record GuestFunction(String name, List<Signature> signatures, String nativeType) { }

    /** A function with its slot. */
    record BoundFunction(int slot, String name, Signature signature) { }

    /** The module in one worker. <b>Threads:</b> only the thread that runs the worker. */
    interface GuestInstance extends AutoCloseable {

        /** Puts these functions into the worker's table. Called again when more functions of the module are in use. */
        void bind(List<BoundFunction> functions);

        /** True if the instance may be used again after a trap; if not it is closed and made anew. */
        boolean survivesTrap();

        @Override
        default void close() { }
    }
}
