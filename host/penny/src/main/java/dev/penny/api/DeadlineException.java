package dev.penny.api;

import java.time.Duration;

/** A task, or an item of a bulk operation, was not done within its deadline. What had not started has not run and never will. */
public final class DeadlineException extends PennyException {

    private static final long serialVersionUID = 1L;

    private final String function;
    private final Duration deadline;

    /**
     * A deadline that has passed.
     *
     * @param function {@code module/function(signature)}
     */
    public DeadlineException(String function, Duration deadline) {
        super("deadline passed: function=%s, deadline=%s".formatted(function, text(deadline)));
        this.function = function;
        this.deadline = deadline;
    }

    private static String text(Duration deadline) {
        return deadline.toString().substring("PT".length()).toLowerCase(java.util.Locale.ROOT);
    }

    /** The function that was too slow, as {@code module/function(signature)}. */
    public String function() {
        return function;
    }

    /** The time it had, from its submission on. */
    public Duration deadline() {
        return deadline;
    }
}
