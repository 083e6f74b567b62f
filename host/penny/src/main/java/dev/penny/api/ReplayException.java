package dev.penny.api;

/** A replay came to a decision that its recording does not have, or ended before it. The message names the first such decision. */
public final class ReplayException extends PennyException {

    private static final long serialVersionUID = 1L;

    /** With a message of the form {@code what: key=value}. */
    public ReplayException(String message) {
        super(message);
    }
}
