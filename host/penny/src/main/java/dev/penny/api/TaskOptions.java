package dev.penny.api;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How tasks are submitted; see {@link TaskFunction#with}. Immutable: every method returns other options.
 *
 * @param priority the order among waiting tasks
 * @param worker the only worker that may run the task, if there is one; tasks pinned to a worker start in the order of their submission
 *         and {@code priority} does not matter for them
 * @param deadline how long after its submission a task, or a whole {@code map}, may take; a task that has not started by then never
 *         starts, and whoever waits gets a {@link DeadlineException}
 */
public record TaskOptions(Priority priority, OptionalInt worker, Optional<Duration> deadline) {

    private static final TaskOptions DEFAULTS = new TaskOptions(Priority.NORMAL, OptionalInt.empty(), Optional.empty());

    /**
     * Checked options.
     *
     * @throws IllegalArgumentException a negative worker, or a deadline that is not positive
     */
    public TaskOptions {
        Objects.requireNonNull(priority, "priority");
        Objects.requireNonNull(worker, "worker");
        Objects.requireNonNull(deadline, "deadline");
        if (worker.isPresent() && worker.getAsInt() < 0) {
            throw new IllegalArgumentException("worker out of range: value=%d, min=0".formatted(worker.getAsInt()));
        }
        if (deadline.isPresent() && !deadline.get().isPositive()) {
            throw new IllegalArgumentException("deadline not positive: value=%s".formatted(deadline.get()));
        }
    }

    /** Normal priority, any worker, no deadline. */
    public static TaskOptions defaults() {
        return DEFAULTS;
    }

    /** With this priority. */
    public TaskOptions priority(Priority value) {
        return new TaskOptions(value, worker, deadline);
    }

    /** Only on this worker, counted from 0. */
    public TaskOptions pinnedTo(int value) {
        return new TaskOptions(priority, OptionalInt.of(value), deadline);
    }

    /** With this much time from submission on. */
    public TaskOptions deadline(Duration value) {
        return new TaskOptions(priority, worker, Optional.of(value));
    }
}
