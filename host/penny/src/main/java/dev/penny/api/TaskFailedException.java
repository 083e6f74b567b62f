package dev.penny.api;

import java.util.List;

/**
 * A task trapped, threw, recursed too deep or returned something invalid. It fails its own future and nothing else. The message
 * names the function and carries the guest's own message; the cause is the guest's error where one exists.
 */
public final class TaskFailedException extends PennyException {

    private static final long serialVersionUID = 1L;

    private final String function;
    private final transient List<String> guestStack;

    /**
     * A failure of one task.
     *
     * @param function {@code module/function(signature)}
     * @param reason the guest's own message
     * @param guestStack the guest's frames, innermost first; empty if unknown
     */
    public TaskFailedException(String function, String reason, List<String> guestStack, Throwable cause) {
        super("task failed: function=%s, reason=%s".formatted(function, reason), cause);
        this.function = function;
        this.guestStack = List.copyOf(guestStack);
    }

    /** The function that failed, as {@code module/function(signature)}. */
    public String function() {
        return function;
    }

    /** The guest's frames, innermost first; empty if the guest had none to tell. */
    public List<String> guestStack() {
        return guestStack == null ? List.of() : guestStack;
    }
}
