package dev.penny.cli.graph;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A checked graph, ready to be built.
 *
 * @param name of the graph
 * @param tasks in an order in which each comes after its predecessors; else as in the file
 * @param limits permits by name
 * @param outputs in the order of the file
 */
public record Plan(String name, List<PlannedTask> tasks, Map<String, Integer> limits, List<Output> outputs) {

    /** Copies the collections. */
    public Plan {
        tasks = List.copyOf(tasks);
        limits = Map.copyOf(limits);
        outputs = List.copyOf(outputs);
    }

    /**
     * A result that is wanted.
     *
     * @param file where it goes; empty to print it
     * @param writer the task that puts it there
     * @param labelled printed with the task's name, because nobody said how
     */
    public record Output(PlannedTask task, Optional<String> file, Optional<PlannedTask> writer, boolean labelled) { }

    /** How many arrows there are between tasks. */
    public int edges() {
        return tasks.stream().mapToInt(task -> task.predecessors().size()).sum();
    }

    /** The highest level. */
    public int levels() {
        return tasks.stream().mapToInt(PlannedTask::level).max().orElse(0);
    }
}
