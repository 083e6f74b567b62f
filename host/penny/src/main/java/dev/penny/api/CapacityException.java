package dev.penny.api;

/** A limit was reached: injector, frames, argument memory, result memory. */
public final class CapacityException extends PennyException {

    private static final long serialVersionUID = 1L;

    /** With a message of the form {@code what: key=value}. */
    public CapacityException(String message) {
        super(message);
    }

    /** With a message of the form {@code what: key=value} and what led to it. */
    public CapacityException(String message, Throwable cause) {
        super(message, cause);
    }
}
