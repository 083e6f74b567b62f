package dev.penny.cli.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Orders the tasks of a plan by level, or finds the cycles that keep them from having one. */
final class Sorting {

    private static final int CYCLES_SHOWN_MAX = 10;
    private static final int CYCLE_TASKS_SHOWN_MAX = 12;

    private final List<PlannedTask> tasks;
    private final Map<PlannedTask, Set<PlannedTask>> predecessors = new IdentityHashMap<>();

    private Sorting(List<PlannedTask> tasks) {
        this.tasks = tasks;
        tasks.forEach(task -> predecessors.put(task, task.predecessors()));
    }

    /** The tasks by level, within a level as given; cycles become mistakes. */
    static List<PlannedTask> sort(List<PlannedTask> tasks, Mistakes mistakes) {
        Sorting sorting = new Sorting(tasks);
        Set<PlannedTask> left = sorting.levels(Set.of());
        Set<PlannedTask> reported = new HashSet<>();
        for (int i = 0; i < CYCLES_SHOWN_MAX && !left.isEmpty(); i++) {
            List<PlannedTask> cycle = sorting.cycle(left);
            mistakes.add(cycle.getFirst().at(), "cycle: %s, each waits for the one before it".formatted(text(cycle)));
            reported.addAll(cycle);
            left = sorting.levels(reported);
        }
        return tasks.stream().sorted(Comparator.comparingInt(PlannedTask::level)).toList();
    }

    /** Gives levels to all tasks it can, as if {@code done} had ended already; what is left waits for itself. */
    private Set<PlannedTask> levels(Set<PlannedTask> done) {
        Map<PlannedTask, Integer> waiting = new HashMap<>();
        Map<PlannedTask, List<PlannedTask>> successors = new HashMap<>();
        ArrayDeque<PlannedTask> ready = new ArrayDeque<>();
        for (PlannedTask task : tasks) {
            if (done.contains(task)) {
                continue;
            }
            List<PlannedTask> needed = predecessors.get(task).stream().filter(predecessor -> !done.contains(predecessor)).toList();
            needed.forEach(predecessor -> successors.computeIfAbsent(predecessor, _ -> new ArrayList<>()).add(task));
            waiting.put(task, needed.size());
            if (needed.isEmpty()) {
                task.level(1);
                ready.add(task);
            }
        }
        while (!ready.isEmpty()) {
            PlannedTask task = ready.remove();
            waiting.remove(task);
            for (PlannedTask successor : successors.getOrDefault(task, List.of())) {
                successor.level(Math.max(successor.level(), task.level() + 1));
                if (waiting.merge(successor, -1, Integer::sum) == 0) {
                    ready.add(successor);
                }
            }
        }
        return waiting.keySet();
    }

    /** Going back from any task that waits ends in a circle; it begins with the one that comes first in the file. */
    private List<PlannedTask> cycle(Set<PlannedTask> left) {
        PlannedTask at = tasks.stream().filter(left::contains).findFirst().orElseThrow();
        Map<PlannedTask, Integer> seen = new HashMap<>();
        List<PlannedTask> path = new ArrayList<>();
        while (seen.putIfAbsent(at, path.size()) == null) {
            path.add(at);
            at = predecessors.get(at).stream().filter(left::contains).findFirst().orElseThrow();
        }
        List<PlannedTask> cycle = new ArrayList<>(path.subList(seen.get(at), path.size()).reversed());
        int first = cycle.indexOf(cycle.stream().min(Comparator.comparing(PlannedTask::at).thenComparing(tasks::indexOf)).orElseThrow());
        List<PlannedTask> turned = new ArrayList<>(cycle.subList(first, cycle.size()));
        turned.addAll(cycle.subList(0, first));
        return turned;
    }

    private static String text(List<PlannedTask> cycle) {
        List<String> names = new ArrayList<>(cycle.stream().limit(CYCLE_TASKS_SHOWN_MAX).map(PlannedTask::name).toList());
        if (cycle.size() > CYCLE_TASKS_SHOWN_MAX) {
            names.add("... %d more".formatted(cycle.size() - CYCLE_TASKS_SHOWN_MAX));
        }
        names.add(cycle.getFirst().name());
        return String.join(" -> ", names);
    }
}
