package dev.penny.cli;

import dev.penny.api.GraphFailedException;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.NodeOutcome;
import dev.penny.cli.graph.OwnFunction;
import dev.penny.cli.graph.Plan;
import dev.penny.cli.graph.PlannedTask;
import dev.penny.cli.graph.PlannedTask.Action;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** How a run of a graph ended, for the user. */
final class GraphReport {

    private static final int LINES_MAX = 100;

    private final Plan plan;
    private final List<String> failures = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private int done;
    private int failed;
    private int skipped;
    private int notStarted;

    /**
     * Reads the outcomes of a run that has ended.
     *
     * @param failure what {@link GraphRun#join} threw, if tasks failed
     */
    GraphReport(Plan plan, GraphBuild build, GraphRun run, Optional<GraphFailedException> failure) {
        this.plan = plan;
        for (PlannedTask task : plan.tasks()) {
            switch (run.outcome(build.tasks().get(task))) {
                case NodeOutcome.Done _ -> done++;
                case NodeOutcome.Failed _ -> {
                    if (!guards(task)) {
                        failed++;
                    } else {
                        done++;
                    }
                }
                case NodeOutcome.Skipped _ -> skipped++;
                case NodeOutcome.Cancelled _, NodeOutcome.NotReached _ -> notStarted++;
            }
        }
        Set<String> guards = plan.tasks().stream().filter(GraphReport::guards).map(PlannedTask::name).collect(Collectors.toSet());
        failure.ifPresent(error -> error.failures().forEach(one -> add(one, guards.contains(one.task()))));
    }

    private void add(GraphFailedException.Failure failure, boolean guard) {
        if (!guard) {
            failures.add("failed: %s: %s".formatted(failure.task(), failure.cause().getMessage()));
        }
        failure.skipped().forEach(chain -> (guard ? leftOut : failures).add((guard ? "left out: " : "skipped: ") + chain));
    }

    private static boolean guards(PlannedTask task) {
        return task.action() instanceof Action.Own(OwnFunction function, var _) && function.guards();
    }

    boolean failed() {
        return failed > 0;
    }

    /** True if tasks had not started when the run was cancelled. */
    boolean incomplete() {
        return notStarted > 0;
    }

    /** Tells what failed, what did not run because of it, and what it comes to. */
    void print(PrintStream err, Duration time, int workers, int filesWritten) {
        leftOut.stream().limit(LINES_MAX).forEach(line -> err.println("penny: " + Text.message(line)));
        failures.stream().limit(LINES_MAX).forEach(line -> err.println("penny: " + Text.message(line)));
        int hidden = Math.max(0, leftOut.size() - LINES_MAX) + Math.max(0, failures.size() - LINES_MAX);
        if (hidden > 0) {
            err.println("penny: ... and %d more lines, not shown".formatted(hidden));
        }
        StringBuilder summary = new StringBuilder("%s: %d of %d tasks done".formatted(Text.message(plan.name()), done, plan.tasks().size()));
        part(summary, failed, "failed");
        part(summary, skipped, failed > 0 ? "skipped" : "left out");
        part(summary, notStarted, "not started");
        part(summary, filesWritten, filesWritten == 1 ? "file written" : "files written");
        summary.append(String.format(Locale.ROOT, ", %.1f s on %d worker%s", time.toNanos() / 1e9, workers, workers == 1 ? "" : "s"));
        err.println("penny: " + summary);
    }

    private static void part(StringBuilder text, int count, String what) {
        if (count > 0) {
            text.append(", ").append(count).append(' ').append(what);
        }
    }
}
