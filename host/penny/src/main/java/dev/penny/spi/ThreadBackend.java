package dev.penny.spi;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/**
 * Where worker threads come from and how they park. Found by {@link java.util.ServiceLoader} by {@link #name}, or passed to the
 * builder.
 *
 * <p>A backend knows nothing but threads: it runs the bodies it is given, at most one thread per body at a time, and wakes them
 * when told to. All scheduling decisions are taken inside the wasm core.
 */
public interface ThreadBackend {

    /** The name used by {@code --backend} and {@code Penny.builder().backend(name)}. */
    String name();

    /**
     * This backend with a seed from which it draws what it may choose; backends that choose nothing return themselves.
     *
     * @param seed any value
     */
    default ThreadBackend seeded(long seed) {
        return this;
    }

    /**
     * Takes on workers. No body runs before its first {@link Crew#unpark}, so that threads start on first use.
     *
     * @param bodies one per worker, index 0 first
     */
    Crew start(List<? extends WorkerBody> bodies);

    /** The workers of one scheduler on this backend. <b>Threads:</b> any. */
    interface Crew {

        /**
         * Lets this worker run (again): starts, unparks or reschedules it. At least one {@link WorkerBody#run} or
         * {@link WorkerBody#step} of it begins after this call, unless the body has returned, was lost, or the crew is being
         * awaited. Never blocks and never throws for want of a thread: see {@link WorkerBody#lost}.
         */
        void unpark(int worker);

        /**
         * Called by a thread that waits for something the workers will do. A backend whose workers run on the caller's thread runs
         * them here until {@code done} holds; others return at once.
         *
         * @param done checked between steps; it may also tell of a deadline or an interrupt
         * @return true if {@code done} holds, false if the caller must block by its own means (always so on other backends; on this
         *         kind when its workers have returned)
         */
        default boolean drive(BooleanSupplier done) {
            return false;
        }

        /**
         * Called by a task of a worker, within its step. A backend whose workers run on the caller's thread lets another one that is ready
         * make one step; others do nothing. Never waits.
         */
        default void letAnotherStep() { }

        /**
         * Waits until no body runs or will run. The caller has told the bodies to return; those that run are waited for until they
         * say {@link Next#PARK} or {@link Next#RETURN}, parked ones are let go without running again. When this returns every
         * {@link WorkerBody#attach} has had its {@link WorkerBody#detach}. Interrupts are kept, not obeyed.
         *
         * @throws IllegalStateException if called by a thread that runs one of the bodies
         */
        void awaitAllReturned();

        /** A hash over every {@link Step#trace} so far, in order; empty if this backend does not step. */
        default OptionalLong traceHash() {
            return OptionalLong.empty();
        }
    }

    /** One worker, seen by the backend. */
    interface WorkerBody {

        /** Index from 0. */
        int index();

        /** A name for the thread that runs it. */
        String name();

        /** Called on the thread that will run the body, before the first {@link #run} or {@link #step} there. */
        void attach();

        /** Runs until there is nothing to do, a while has passed, or the worker must leave this backend. */
        Next run();

        /** Exactly one scheduling action, for deterministic backends. */
        Step step();

        /**
         * For a backend that replays a recording: whether the next decision is this body's, so that a step of it would do something.
         * <b>Threads:</b> any, while no body runs.
         */
        default boolean isDue() {
            return true;
        }

        /** Called on the same thread as {@link #attach} when the thread stops running the body, for a while or for good. */
        void detach();

        /**
         * The backend cannot run this body: its source of threads refused (a later {@link Crew#unpark} tries again), or the body
         * threw (it never runs again). The body is not attached. <b>Threads:</b> any, the unparking one included; must not block.
         */
        void lost(Throwable cause);
    }

    /** What a body wants next. */
    enum Next {
        /** There is more to do. A backend with fewer threads than workers lets another one have this thread first. */
        AGAIN,
        /** Nothing to do until {@link Crew#unpark}. */
        PARK,
        /** Leave: the scheduler stops or moves to another backend. */
        RETURN
    }

    /**
     * What one step did.
     *
     * @param next what the worker wants now
     * @param trace a number that identifies the action: worker, kind, task; equal runs give equal sequences
     */
    record Step(Next next, long trace) { }
}
