package dev.penny.internal.core;

/** What the core asks of the host; {@code penny_host.h} states the conditions. Called on worker threads, inside a wasm call. */
public interface CoreUpcalls {

    /**
     * A host frame is final: the one in {@link CoreLayout#WORKER_COMPLETED_FRAME}. Results are read during this call; afterwards the
     * frame belongs to the host again.
     */
    void complete();

    /** The core claimed a sleeping worker. */
    void unpark(int worker);

    /** An invariant of the core is broken; it traps next. */
    void panic(int code, int line);
}
