package dev.penny.internal.engine;

import dev.penny.api.TaskFunction;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.internal.core.TaskGraphs;

/** The graphs of guests: the same as everybody's, of functions that the guest names. */
record NamedGraphs(Scheduler scheduler) implements TaskGraphs {

    @Override
    public GraphBuilder graph(String name) {
        return scheduler.graphs().graph(name);
    }

    @Override
    public TaskFunction<?> function(String name) {
        return scheduler.modules().named(name);
    }
}
