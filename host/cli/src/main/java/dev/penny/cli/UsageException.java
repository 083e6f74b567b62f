package dev.penny.cli;

/** Something the user gave is wrong. The message reads {@code what: key=value} and names the value and the limit. */
final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }

    UsageException(String message, Throwable cause) {
        super(message, cause);
    }
}
