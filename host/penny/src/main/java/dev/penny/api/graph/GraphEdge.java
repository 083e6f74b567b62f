package dev.penny.api.graph;

/** An arrow of a graph. */
public sealed interface GraphEdge {

    /** Where it begins. */
    GraphTask from();

    /** Where it leads. */
    GraphTask to();

    /** {@code to} waits for {@code from}. */
    record Order(GraphTask from, GraphTask to) implements GraphEdge { }

    /** The result of {@code from} becomes an argument of {@code to}, counted from 0. */
    record Result(GraphTask from, GraphTask to, int argument) implements GraphEdge { }

    /** The condition {@code from} starts {@code to} if its result is {@code number}. */
    record Branch(GraphTask from, GraphTask to, int number) implements GraphEdge { }
}
