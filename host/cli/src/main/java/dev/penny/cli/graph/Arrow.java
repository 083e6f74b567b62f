package dev.penny.cli.graph;

import dev.penny.cli.graph.PlannedTask.PlannedArgument;
import java.util.List;

/**
 * An arrow of a plan.
 *
 * @param result a result flows along it; else it only keeps order
 */
record Arrow(PlannedTask from, PlannedTask to, boolean result) {

    /** The arrows that lead to a task, one per predecessor. */
    static List<Arrow> to(PlannedTask task) {
        return task.predecessors().stream().map(from -> new Arrow(from, task,
                task.arguments().stream().anyMatch(argument -> argument.equals(new PlannedArgument.Result(from))))).toList();
    }
}
