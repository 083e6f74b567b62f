package dev.penny.cli.graph;

import dev.penny.api.Signature;
import dev.penny.api.ValueType;
import dev.penny.cli.graph.PlannedTask.PlannedArgument;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Puts many results into one: a task takes at most {@value Signature#PARAMETERS_MAX} arguments, so it takes a tree of them. Putting
 * neighbours together with a separator gives the same in whatever groups it is done.
 */
final class Gathering {

    /** The separator is an argument, too. */
    private static final int PARTS_MAX = Signature.PARAMETERS_MAX - 1;

    private final Draft draft;
    private final String name;
    private final Span at;
    private int count;

    private Gathering(Draft draft, String name, Span at) {
        this.draft = draft;
        this.name = name;
        this.at = at;
    }

    /**
     * The task that has it all.
     *
     * @param separator between the parts
     * @param result {@code bytes} or {@code string}
     */
    static PlannedTask of(Draft draft, String name, List<PlannedTask> parts, ValueType part, String separator, ValueType result, Span at) {
        return new Gathering(draft, name, at).tree(parts, part, separator, result);
    }

    /** The same as a JSON array. */
    static PlannedTask json(Draft draft, String name, List<PlannedTask> parts, ValueType part, ValueType result, Span at) {
        Gathering gathering = new Gathering(draft, name + ", values", at);
        List<PlannedTask> texts = new ArrayList<>();
        List<List<PlannedTask>> groups = groups(parts, Signature.PARAMETERS_MAX);
        for (List<PlannedTask> group : groups) {
            texts.add(gathering.task(groups.size() == 1, OwnFunction.JSON_VALUES, List.of(), group, part, ValueType.STRING));
        }
        PlannedTask values = texts.size() == 1 ? texts.getFirst() : gathering.tree(texts, ValueType.STRING, ",", ValueType.STRING);
        PlannedTask array = draft.addOwn(name, OwnFunction.JSON_ARRAY, List.of(ValueType.STRING), Optional.of(result), at);
        array.add(Draft.result(values));
        return array;
    }

    private PlannedTask tree(List<PlannedTask> parts, ValueType part, String separator, ValueType result) {
        List<PlannedTask> left = parts;
        ValueType type = part;
        while (true) {
            List<List<PlannedTask>> groups = groups(left, PARTS_MAX);
            List<PlannedTask> gathered = new ArrayList<>();
            for (List<PlannedTask> group : groups) {
                gathered.add(task(groups.size() == 1, OwnFunction.GATHER, List.of(Draft.given(separator)), group, type, result));
            }
            if (gathered.size() == 1) {
                return gathered.getFirst();
            }
            left = gathered;
            type = result;
        }
    }

    private PlannedTask task(boolean last, OwnFunction function, List<PlannedArgument> first, List<PlannedTask> parts, ValueType part,
                             ValueType result) {
        List<ValueType> parameters = new ArrayList<>();
        first.forEach(_ -> parameters.add(ValueType.STRING));
        parameters.addAll(Collections.nCopies(parts.size(), part));
        PlannedTask task = draft.addOwn(last ? name : "%s, part %d".formatted(name, ++count), function, parameters, Optional.of(result), at);
        first.forEach(task::add);
        parts.forEach(one -> task.add(Draft.result(one)));
        return task;
    }

    private static List<List<PlannedTask>> groups(List<PlannedTask> parts, int size) {
        List<List<PlannedTask>> groups = new ArrayList<>();
        for (int from = 0; from < parts.size(); from += size) {
            groups.add(parts.subList(from, Math.min(parts.size(), from + size)));
        }
        return groups;
    }
}
