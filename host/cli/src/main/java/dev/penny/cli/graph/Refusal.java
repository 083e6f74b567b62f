package dev.penny.cli.graph;

/** Something a graph file asks for is not to be had. The message reads {@code what: key=value}; where it was asked for is added later. */
public final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With a message for the user. */
    public Refusal(String message) {
        super(message);
    }

    /** With a message for the user and what led to it. */
    public Refusal(String message, Throwable cause) {
        super(message, cause);
    }
}
