package dev.penny.api;

/** Wrong arity, wrong type, a number out of range, or a signature that does not fit the function. */
public final class SignatureException extends PennyException {

    private static final long serialVersionUID = 1L;

    /** With a message of the form {@code what: key=value}. */
    public SignatureException(String message) {
        super(message);
    }

    /** With a message of the form {@code what: key=value} and what led to it. */
    public SignatureException(String message, Throwable cause) {
        super(message, cause);
    }
}
