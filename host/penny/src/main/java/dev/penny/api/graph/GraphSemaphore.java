package dev.penny.api.graph;

/** Keeps more than so many tasks of a graph from running at once, see {@link GraphTask#acquires}. */
public interface GraphSemaphore {

    /** Unique among the semaphores of its graph. */
    String name();

    /** How many tasks may hold it at once. */
    int permits();
}
