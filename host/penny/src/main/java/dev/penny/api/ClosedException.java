package dev.penny.api;

/** The scheduler is closed, or was closed while the task waited. */
public final class ClosedException extends PennyException {

    private static final long serialVersionUID = 1L;

    /** With a message of the form {@code what: key=value}. */
    public ClosedException(String message) {
        super(message);
    }

    /** With a message of the form {@code what: key=value} and what led to it. */
    public ClosedException(String message, Throwable cause) {
        super(message, cause);
    }
}
