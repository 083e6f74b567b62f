package dev.penny.api.graph;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a graph is run. Immutable: every method returns other options.
 *
 * @param deadline how long after its start a run may take: what has not started by then never starts
 * @param listener is told when tasks begin and end, which costs a call into Java for each; without one a run makes none
 */
public record GraphRunOptions(Optional<Duration> deadline, Optional<GraphListener> listener) {

    private static final GraphRunOptions DEFAULTS = new GraphRunOptions(Optional.empty(), Optional.empty());

    /**
     * Checked options.
     *
     * @throws IllegalArgumentException a deadline that is not positive
     */
    public GraphRunOptions {
        Objects.requireNonNull(deadline, "deadline");
        Objects.requireNonNull(listener, "listener");
        if (deadline.isPresent() && !deadline.get().isPositive()) {
            throw new IllegalArgumentException("deadline not positive: value=%s".formatted(deadline.get()));
        }
    }

    /** No deadline, no listener. */
    public static GraphRunOptions defaults() {
        return DEFAULTS;
    }

    /** With this much time. */
    public GraphRunOptions deadline(Duration value) {
        return new GraphRunOptions(Optional.of(Objects.requireNonNull(value, "deadline")), listener);
    }

    /** With this listener. */
    public GraphRunOptions listener(GraphListener value) {
        return new GraphRunOptions(deadline, Optional.of(Objects.requireNonNull(value, "listener")));
    }
}
