package dev.penny.api.graph;

import java.util.List;

/** A group of tasks that were added to a graph together, see {@link GraphBuilder#part}. */
public interface GraphPart {

    /** The prefix of its tasks' names. */
    String name();

    /** Its tasks in the order they were added. */
    List<GraphTask> tasks();

    /** Those of its tasks that nothing in the part leads to start when these have ended well, too. */
    GraphPart after(GraphTask... predecessors);

    /**
     * These start when all of it has ended well.
     *
     * @throws dev.penny.api.GraphException the part has a condition, so that not all of it need run: connect its tasks themselves
     */
    GraphPart before(GraphTask... successors);
}
