package dev.penny.cli;

import dev.penny.api.DeadlineException;
import dev.penny.api.Priority;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskOptions;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of the tasks that a command submits. */
final class TaskSettings {

    @Option(names = "--priority", paramLabel = "high|normal|low",
            description = "Order among waiting tasks; default normal.")
    private Optional<Priority> priority = Optional.empty();

    @Option(names = "--pin", paramLabel = "N", description = "Run on worker N only, counted from 0.")
    private Optional<Integer> worker = Optional.empty();

    @Option(names = "--deadline", paramLabel = "TIME", converter = DurationParser.class,
            description = "Start nothing after this much time and fail what is not done: 500ms, 2s, 10m.")
    private Optional<Duration> deadline = Optional.empty();

    private Optional<Long> endNanos = Optional.empty();

    /**
     * Checks what needs a runtime.
     *
     * @throws UsageException there is no such worker
     */
    void check(TaskFunction<?> function) {
        apply(function, deadline);
    }

    /**
     * The function with these options; the time of the deadline runs from the first call of this on.
     *
     * @throws UsageException there is no such worker
     */
    <R> TaskFunction<R> on(TaskFunction<R> function) {
        return apply(function, deadline.map(this::left));
    }

    /** What a task that was too late for the whole run is told; its function may have been given what was left of the time. */
    String late(DeadlineException cause) {
        return new DeadlineException(cause.function(), deadline.orElse(cause.deadline())).getMessage();
    }

    private <R> TaskFunction<R> apply(TaskFunction<R> function, Optional<Duration> time) {
        if (priority.isEmpty() && worker.isEmpty() && time.isEmpty()) {
            return function;
        }
        try {
            TaskOptions options = TaskOptions.defaults().priority(priority.orElse(Priority.NORMAL));
            if (worker.isPresent()) {
                options = options.pinnedTo(worker.get());
            }
            if (time.isPresent()) {
                options = options.deadline(time.get());
            }
            return function.with(options);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    private Duration left(Duration all) {
        long now = System.nanoTime();
        if (endNanos.isEmpty()) {
            endNanos = Optional.of(now + all.toNanos());
            return all;
        }
        return Duration.ofNanos(Math.max(1, endNanos.get() - now));
    }
}
