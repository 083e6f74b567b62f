package dev.penny.api;

/**
 * Root of everything Penny throws, sealed by phase. Messages read {@code what: key=value, key=value} and name the module,
 * the function, the value and the limit that are involved.
 */
public abstract sealed class PennyException extends RuntimeException
        permits LoadException, LinkException, SignatureException, CapacityException, ClosedException, TaskFailedException,
                DeadlineException, ReplayException, RuntimeUnusableException, GraphException, GraphFailedException {

    private static final long serialVersionUID = 1L;

    PennyException(String message) {
        super(message);
    }

    PennyException(String message, Throwable cause) {
        super(message, cause);
    }
}
