package dev.penny.api;

/** The GraalVM runtime cannot run Penny: missing language, undocumented member gone, ABI mismatch, core panic; or a thread backend does not do what it must. */
public final class RuntimeUnusableException extends PennyException {

    private static final long serialVersionUID = 1L;

    /** With a message of the form {@code what: key=value}. */
    public RuntimeUnusableException(String message) {
        super(message);
    }

    /** With a message of the form {@code what: key=value} and what led to it. */
    public RuntimeUnusableException(String message, Throwable cause) {
        super(message, cause);
    }
}
