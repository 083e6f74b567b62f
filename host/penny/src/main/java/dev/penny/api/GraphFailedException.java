package dev.penny.api;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Tasks of a graph failed; those that needed their results were skipped. The message names every failed task with its reason and the
 * chain of tasks that did not run because of it, the first {@value #SHOWN_MAX} of each. The cause is what the first of them failed with;
 * what the others failed with is suppressed.
 */
public final class GraphFailedException extends PennyException {

    /** How many failures, and how many skipped tasks of each, a message names. */
    public static final int SHOWN_MAX = 8;

    private static final long serialVersionUID = 1L;

    private final String graph;
    private final transient List<Failure> failures;

    /**
     * A run that failed.
     *
     * @param graph the graph's name
     * @param failures at least one, in the order of the graph's tasks
     */
    public GraphFailedException(String graph, List<Failure> failures) {
        super("graph failed: graph=%s, %s".formatted(graph, shown(failures, "; ")), failures.getFirst().cause());
        this.graph = graph;
        this.failures = List.copyOf(failures);
        failures.stream().skip(1).forEach(failure -> addSuppressed(failure.cause()));
    }

    private static String shown(List<?> items, String separator) {
        String text = items.stream().limit(SHOWN_MAX).map(Object::toString).collect(Collectors.joining(separator));
        return items.size() <= SHOWN_MAX ? text : text + separator + "and " + (items.size() - SHOWN_MAX) + " more";
    }

    /** The name of the graph. */
    public String graph() {
        return graph;
    }

    /** Every failed task, in the order of the graph's tasks. */
    public List<Failure> failures() {
        return failures == null ? List.of() : failures;
    }

    /**
     * One task that failed, and what did not run because of it.
     *
     * @param task its name
     * @param cause what it failed with
     * @param skipped the chains of tasks it kept from running, each written {@code failed -> skipped -> skipped}: one per task that was
     *         skipped last, in the order of the graph's tasks
     */
    public record Failure(String task, PennyException cause, List<String> skipped) {

        /** Copies the list. */
        public Failure {
            skipped = List.copyOf(skipped);
        }

        @Override
        public String toString() {
            return "task=%s, reason=%s%s".formatted(task, cause.getMessage(), skipped.isEmpty() ? "" : ", skipped=" + shown(skipped, " | "));
        }
    }
}
