package dev.penny.cli.graph;

import dev.penny.api.Signature;
import dev.penny.api.ValueType;
import dev.penny.cli.graph.Expansion.Group;
import dev.penny.cli.graph.Expansion.Instance;
import dev.penny.cli.graph.PlannedTask.Action;
import dev.penny.cli.graph.PlannedTask.Placement;
import dev.penny.cli.graph.PlannedTask.PlannedArgument;
import dev.penny.cli.graph.Template.Reference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A plan in the making: the tasks so far, and how the names of the file lead to them. */
final class Draft {

    private final Map<String, Group> groups;
    private final Map<Instance, PlannedTask> byInstance = new IdentityHashMap<>();
    private final Map<String, PlannedTask> own = new HashMap<>();
    private final List<PlannedTask> tasks = new ArrayList<>();

    Draft(Map<String, Group> groups) {
        this.groups = groups;
    }

    Collection<Group> groups() {
        return groups.values();
    }

    Group group(String task) {
        return groups.get(task);
    }

    /** All tasks in the order they were added. */
    List<PlannedTask> tasks() {
        return tasks;
    }

    PlannedTask add(String name, Action action, Placement placement, Span at) {
        PlannedTask task = new PlannedTask(name, action, placement, at);
        tasks.add(task);
        return task;
    }

    /** The instance is this task from now on. */
    void assign(Instance instance, PlannedTask task) {
        byInstance.put(instance, task);
    }

    PlannedTask task(Instance instance) {
        return byInstance.get(instance);
    }

    /** The function that Penny adds under this name; made at the first call. */
    PlannedTask own(String name, Supplier<PlannedTask> maker) {
        PlannedTask known = own.get(name);
        if (known == null) {
            known = maker.get();
            own.put(name, known);
        }
        return known;
    }

    PlannedTask addOwn(String name, OwnFunction function, List<ValueType> parameters, Optional<ValueType> result, Span at) {
        return add(name, new Action.Own(function, new Signature(parameters, result)), Placement.PLAIN, at);
    }

    /** The one task meant; empty if its variables have no such values. @throws MistakeException it means several, or has no such variables */
    Optional<PlannedTask> one(Reference reference, Scope scope) {
        Group group = group(reference.task());
        if (group.isForeach() && reference.indices().isEmpty()) {
            throw new MistakeException(reference.at(), "a foreach of %d tasks: task=%s, expected %s[%s] for one of them, or {gather: %s} for all"
                    .formatted(group.instances().size(), reference.task(), reference.task(),
                            String.join(", ", group.task().loops().stream().map(loop -> loop.variable().text()).toList()), reference.task()));
        }
        return Expansion.find(group, reference, scope).map(this::task);
    }

    /** The one task meant, which must be there. */
    PlannedTask needed(Reference reference, Scope scope) {
        return one(reference, scope).orElseThrow(() -> missing(reference, scope));
    }

    MistakeException missing(Reference reference, Scope scope) {
        List<Instance> known = List.copyOf(group(reference.task()).instances().values());
        String range = known.isEmpty() ? "" : ", first=%s, last=%s".formatted(known.getFirst().name(), known.getLast().name());
        return new MistakeException(reference.at(), "no such task: task=%s%s".formatted(Expansion.name(reference, scope), range));
    }

    /** One task that ends when all that is meant has ended. */
    PlannedTask end(Reference reference, Scope scope) {
        Group group = group(reference.task());
        if (!group.isForeach() || !reference.indices().isEmpty()) {
            return needed(reference, scope);
        }
        return own("all of " + reference.task(), () -> {
            PlannedTask all = addOwn("all of " + reference.task(), OwnFunction.ALL, List.of(), Optional.empty(), reference.at());
            group.instances().values().forEach(instance -> all.after(task(instance)));
            return all;
        });
    }

    /** The result's type, if it is known what the task runs. @throws MistakeException it has no result */
    static Optional<ValueType> resultType(PlannedTask task, Span at) {
        Optional<Signature> signature = task.signature();
        if (signature.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(signature.get().result().orElseThrow(() ->
                new MistakeException(at, "no result: task=%s, function=%s, expected after for order alone".formatted(task.name(), task.call()))));
    }

    static PlannedArgument given(Object value) {
        return new PlannedArgument.Given(value);
    }

    static PlannedArgument result(PlannedTask task) {
        return new PlannedArgument.Result(task);
    }
}
