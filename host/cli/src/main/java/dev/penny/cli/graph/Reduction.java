package dev.penny.cli.graph;

import dev.penny.api.ValueType;
import dev.penny.cli.graph.Expansion.Group;
import dev.penny.cli.graph.Expansion.Instance;
import dev.penny.cli.graph.PlannedTask.Action;
import dev.penny.cli.graph.PlannedTask.Placement;
import dev.penny.cli.graph.Template.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tree of a {@code reduce}: neighbours two by two, then neighbours of the results. Its shape depends on their number only. */
final class Reduction {

    private Reduction() { }

    /**
     * Adds the tree's tasks; the last is the reduce itself. With one result to reduce there is nothing to call; if the reduce waits
     * for others, the result does.
     *
     * @return the tasks that were added
     */
    static List<PlannedTask> plan(Draft draft, Instance instance, Reference over, Action action, Placement placement, Mistakes mistakes) {
        Group group = draft.group(over.task());
        if (!group.isForeach() || !over.indices().isEmpty()) {
            throw new MistakeException(over.at(), "not a foreach: task=%s, expected a task with foreach".formatted(over.task()));
        }
        List<PlannedTask> left = group.instances().values().stream().map(draft::task).toList();
        if (left.isEmpty()) {
            draft.assign(instance, draft.add(instance.name(), action, placement, over.at()));
            return List.of();
        }
        check(left.getFirst(), instance, over, action, mistakes);
        List<PlannedTask> added = new ArrayList<>();
        while (left.size() > 1) {
            List<PlannedTask> combined = new ArrayList<>();
            for (int i = 0; i < left.size(); i += 2) {
                if (i + 1 == left.size()) {
                    combined.add(left.get(i));
                    continue;
                }
                String name = left.size() == 2 ? instance.name() : "%s.%d".formatted(instance.name(), added.size() + 1);
                PlannedTask pair = draft.add(name, action, placement, instance.task().name().span());
                pair.add(Draft.result(left.get(i)));
                pair.add(Draft.result(left.get(i + 1)));
                added.add(pair);
                combined.add(pair);
            }
            left = combined;
        }
        Optional<ValueType> type = Draft.resultType(left.getFirst(), over.at());
        boolean waits = instance.task().guard().isPresent() || !instance.task().after().isEmpty();
        if (added.isEmpty() && waits && type.isPresent()) {
            PlannedTask same = draft.addOwn(instance.name(), OwnFunction.SAME, List.of(type.get()), type, instance.task().name().span());
            same.add(Draft.result(left.getFirst()));
            added.add(same);
        }
        draft.assign(instance, added.isEmpty() ? left.getFirst() : added.getLast());
        return added;
    }

    private static void check(PlannedTask part, Instance instance, Reference over, Action action, Mistakes mistakes) {
        Optional<ValueType> type = Draft.resultType(part, over.at());
        if (type.isPresent() && action instanceof Action.Call call) {
            String expected = "(%1$s,%1$s)->%1$s".formatted(type.get().text());
            if (!call.function().signature().toString().equals(expected)) {
                Span at = instance.task().call().map(Yaml.Scalar::span).orElse(over.at());
                mistakes.add(at, "wrong type: function=%s, expected %s to reduce the results of %s"
                        .formatted(call.function().mangledName(), expected, over.task()));
            }
        }
    }
}
