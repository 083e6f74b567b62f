package dev.penny.api.graph;

/**
 * Is told what happens in a run, as it happens.
 *
 * <p><b>Threads:</b> the thread that calls {@code run} for {@link GraphEvent.RunStarted}, workers for the rest, several at once; the worker
 * waits meanwhile.
 * <p><b>Errors:</b> what it throws is logged, once per run, and changes nothing.
 */
@FunctionalInterface
public interface GraphListener {

    /** Something happened. */
    void happened(GraphEvent event);
}
