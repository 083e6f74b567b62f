package dev.penny.internal.vtable;

/**
 * What the marshalling thunks must know about a guest.
 *
 * @param sharedMemory its {@code memory} is declared shared
 * @param allocates it exports {@code penny_alloc(len) -> ptr}
 * @param release how it takes memory back after a task
 */
public record GuestTraits(boolean sharedMemory, boolean allocates, Release release) {

    /** How a guest takes memory back after a task. */
    public enum Release {
        /** Not at all. */
        NONE,
        /** {@code penny_free(ptr, len)} for each argument and the result. */
        FREE,
        /** {@code penny_reset()} once: everything of the task. */
        RESET
    }
}
