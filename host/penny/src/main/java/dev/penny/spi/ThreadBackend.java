package dev.penny.spi;

import java.util.List;
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
     * Takes on workers. No body runs before its first {@link Crew#unpark}, so that threads start on first use.
     *
     * @param bodies one per worker, index 0 first
     */
    Crew start(List<? extends WorkerBody> bodies);

    /** The workers of one scheduler on this backend. Thread safe. */
    interface Crew {

        /** Lets this worker run (again): starts, unparks or reschedules it. Never blocks. A call while it runs must not be lost. */
        void unpark(int worker);

        /**
         * Called by a thread that waits for something the workers will do. A backend whose workers run on the caller's thread runs
         * them here until {@code done} or nothing is left to run; others return at once.
         *
         * @return true if this backend did the waiting, false if the caller must block by its own means
         */
        default boolean drive(BooleanSupplier done) {
            return false;
        }

        /** Waits until no body runs or will run. The caller has told the bodies to return. Interrupts are kept, not obeyed. */
        void awaitAllReturned();
    }

    /** One worker, seen by the backend. */
    interface WorkerBody {

        /** Index from 0. */
        int index();

        /** A name for the thread that runs it. */
        String name();

        /** Called on the thread that will run the body, before the first {@link #run} or {@link #step} there. */
        void attach();

        /** Runs until there is nothing to do ({@link Next#PARK}) or the worker must leave this backend ({@link Next#RETURN}). */
        Next run();

        /** Exactly one scheduling action, for deterministic backends. */
        Step step();

        /** True while a {@link Next#PARK}ed worker has not been claimed by a waker: the guard against spurious wake-ups. */
        boolean shouldStayParked();

        /** Called on the same thread as {@link #attach} when the thread stops running the body, for a while or for good. */
        void detach();
    }

    /** What a body wants next. */
    enum Next {
        /** Nothing to do until {@link Crew#unpark}. */
        PARK,
        /** Leave: the scheduler stops or moves to another backend. */
        RETURN
    }

    /**
     * What one step did.
     *
     * @param next empty-handed workers say {@link Next#PARK}; {@code null} is never used
     * @param runnable true if the worker has to be stepped again
     * @param trace a number that identifies the action: worker, kind, task; equal runs give equal sequences
     */
    record Step(boolean runnable, Next next, long trace) { }
}
