package dev.penny.internal.core;

import dev.penny.api.TaskFunction;
import dev.penny.api.graph.GraphBuilder;

/** Graphs that tasks build. <b>Threads:</b> any. */
public interface TaskGraphs {

    /** Starts a graph. */
    GraphBuilder graph(String name);

    /**
     * Finds a function.
     *
     * @param name {@code module/function}, or with its signature if it has several
     * @throws dev.penny.api.PennyException there is none
     */
    TaskFunction<?> function(String name);
}
