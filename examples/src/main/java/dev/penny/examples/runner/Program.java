package dev.penny.examples.runner;

import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.TaskGraph;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A graph and what is done with it; runs as often as wanted.
 *
 * @param graph what runs
 * @param body runs it and reads the answer
 */
public record Program(TaskGraph graph, Supplier<Answer> body) implements AutoCloseable {

    /** Runs the graph once and reads the answer from the run. */
    public Program(TaskGraph graph, Function<GraphRun, Answer> answer) {
        this(graph, () -> answer.apply(graph.run().join()));
    }

    /** The answer. @throws dev.penny.api.GraphFailedException tasks failed */
    public Answer run() {
        return body.get();
    }

    @Override
    public void close() {
        graph.close();
    }
}
