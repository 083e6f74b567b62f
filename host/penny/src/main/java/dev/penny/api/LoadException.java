package dev.penny.api;

/** A module could not be read: missing file, not wasm, truncated, syntax error, more memory than allowed. */
public final class LoadException extends PennyException {

    private static final long serialVersionUID = 1L;

    /** With a message of the form {@code what: key=value}. */
    public LoadException(String message) {
        super(message);
    }

    /** With a message of the form {@code what: key=value} and what led to it. */
    public LoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
