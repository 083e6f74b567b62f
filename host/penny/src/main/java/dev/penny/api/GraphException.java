package dev.penny.api;

/** A task graph cannot be built: a cycle, a name used twice, a task of another graph, an argument that does not fit, no task to start with. */
public final class GraphException extends PennyException {

    private static final long serialVersionUID = 1L;

    /** With a message of the form {@code what: key=value}. */
    public GraphException(String message) {
        super(message);
    }

    /** With a message of the form {@code what: key=value} and what led to it. */
    public GraphException(String message, Throwable cause) {
        super(message, cause);
    }
}
