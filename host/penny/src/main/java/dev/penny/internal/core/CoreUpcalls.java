package dev.penny.internal.core;

/** What the core asks of the host; {@code penny_host.h} states the conditions. Called on worker threads, inside a wasm call. */
public interface CoreUpcalls {

    /**
     * What {@link CoreLayout#WORKER_COMPLETED_FRAME} names is final, or about to be: a host frame, whose results are read during this call
     * and which belongs to the host again afterwards; a node of a graph; a live graph.
     */
    void complete();

    /** The core claimed a sleeping worker. */
    void unpark(int worker);

    /** The running task waits for the frame in {@link CoreLayout#WORKER_AWAITED_FRAME}: returns after an unpark or a short while. */
    void await();

    /**
     * A task forks and no timer adds to {@link CoreLayout#GLOBALS_HEARTBEAT}: starts it. Where {@link CoreLayout#GLOBALS_HEARTBEAT_POLLS} is
     * set, a beat has come: lets another worker step.
     */
    void startHeartbeat();

    /** A node of a traced graph is dispatched, or was: {@link CoreLayout#WORKER_TRACED_NODE}, {@link CoreLayout#WORKER_TRACE_EVENT}. */
    void trace();

    /** An invariant of the core is broken; it traps next. */
    void panic(int code, int line);
}
