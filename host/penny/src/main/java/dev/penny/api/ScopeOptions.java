package dev.penny.api;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a {@link TaskScope} treats failures and time.
 *
 * @param onFailure what the failure of a child means for the others
 * @param deadline how long after its start the scope is cancelled; empty for never
 */
public record ScopeOptions(OnFailure onFailure, Optional<Duration> deadline) {

    /** The first failure cancels what has not started and fails the scope; no deadline. */
    public static final ScopeOptions DEFAULT = new ScopeOptions(OnFailure.CANCEL_SIBLINGS, Optional.empty());

    /** All children run, whatever happens to others; the scope does not fail, each child tells its own outcome; no deadline. */
    public static final ScopeOptions COLLECT = new ScopeOptions(OnFailure.COLLECT, Optional.empty());

    /** Checks that the deadline is not negative. */
    public ScopeOptions {
        Objects.requireNonNull(onFailure, "onFailure");
        deadline.ifPresent(duration -> {
            if (duration.isNegative()) {
                throw new IllegalArgumentException("a deadline lies ahead: deadline=" + duration);
            }
        });
    }

    /**
     * With a deadline. A scope whose deadline passes fails, with a {@link java.util.concurrent.TimeoutException} as cause, whatever its
     * body has caught before; so does every {@link TaskScope#join} after it.
     */
    public ScopeOptions deadline(Duration after) {
        return new ScopeOptions(onFailure, Optional.of(after));
    }

    /** What the failure of a child means. */
    public enum OnFailure {
        /** Siblings that have not started never start, and the scope fails with the first failure. */
        CANCEL_SIBLINGS,
        /** Siblings run, and the scope returns the result of its body. */
        COLLECT
    }
}
