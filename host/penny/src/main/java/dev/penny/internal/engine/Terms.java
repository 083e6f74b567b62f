package dev.penny.internal.engine;

import dev.penny.api.DeadlineException;
import java.time.Duration;

/**
 * {@link dev.penny.api.TaskOptions} as the engine needs them.
 *
 * @param placement which queue
 * @param deadlineNanos from the submission on, 0 for none
 */
record Terms(Placement placement, long deadlineNanos) {

    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    /** A deadline beyond 146 years is none that a timer could tell from it. */
    static long nanos(Duration deadline) {
        return deadline.compareTo(LONGEST) < 0 ? deadline.toNanos() : LONGEST.toNanos();
    }

    boolean hasDeadline() {
        return deadlineNanos != 0;
    }

    DeadlineException exceeded(LoadedFunction<?> function) {
        return new DeadlineException(function.mangledName(), Duration.ofNanos(deadlineNanos));
    }
}
