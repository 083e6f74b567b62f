package dev.penny.internal.engine;

import dev.penny.api.graph.GraphSemaphore;

/** A semaphore of a graph. */
record GraphLimit(GraphDraft draft, int index, String name, int permits) implements GraphSemaphore, Comparable<GraphLimit> {

    @Override
    public int compareTo(GraphLimit other) {
        return Integer.compare(index, other.index);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return name;
    }
}
