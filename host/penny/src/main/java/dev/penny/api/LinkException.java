package dev.penny.api;

/** A module was read but cannot be linked: unknown import, function not found, hash collision, no free slot. */
public final class LinkException extends PennyException {

    private static final long serialVersionUID = 1L;

    /** With a message of the form {@code what: key=value}. */
    public LinkException(String message) {
        super(message);
    }

    /** With a message of the form {@code what: key=value} and what led to it. */
    public LinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
