package dev.penny.cli;

import dev.penny.api.Priority;
import dev.penny.cli.graph.Plan;
import dev.penny.cli.graph.PlannedTask;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A plan for reading: what {@code --dry-run} prints. */
final class PlanText {

    private PlanText() { }

    static String of(Plan plan) {
        long own = plan.tasks().stream().filter(PlannedTask::isOwn).count();
        StringBuilder text = new StringBuilder("%s: %d tasks%s, %d edges, %d levels%n".formatted(Text.oneLine(plan.name()), plan.tasks().size(),
                own == 0 ? "" : " (%d of them Penny's own)".formatted(own), plan.edges(), plan.levels()));
        Table table = new Table().row("LEVEL", "TASK", "CALLS", "AFTER");
        for (PlannedTask task : plan.tasks()) {
            String after = task.predecessors().stream().map(PlannedTask::name).map(Text::oneLine).collect(Collectors.joining(", "));
            table.row(task.level(), Text.oneLine(task.name()), Text.oneLine(task.call()) + placement(task), after);
        }
        return text.append('\n').append(table).append(outputs(plan)).toString();
    }

    private static String placement(PlannedTask task) {
        PlannedTask.Placement placement = task.placement();
        StringBuilder text = new StringBuilder();
        if (placement.priority() != Priority.NORMAL) {
            text.append(' ').append(placement.priority().name().toLowerCase(Locale.ROOT));
        }
        placement.worker().ifPresent(worker -> text.append(" worker ").append(worker));
        placement.limits().forEach(limit -> text.append(" limit ").append(limit));
        return text.toString();
    }

    private static String outputs(Plan plan) {
        List<String> lines = plan.outputs().stream().map(output -> "%s -> %s%n".formatted(Text.oneLine(output.task().name()),
                output.file().map(Text::oneLine).orElse("printed"))).toList();
        return lines.isEmpty() ? "" : "\nOutputs\n" + String.join("", lines);
    }
}
