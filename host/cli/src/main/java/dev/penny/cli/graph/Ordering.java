package dev.penny.cli.graph;

import dev.penny.api.ValueType;
import dev.penny.cli.graph.Expansion.Instance;
import dev.penny.cli.graph.GraphFile.Guard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The order that does not come from arguments: {@code after}, {@code when} and {@code unless}, and what tasks read and write. Of the order
 * in the file the last keeps what matters: a reader comes after the last writer before it, a writer after the last writer and the readers
 * since.
 */
final class Ordering {

    private final Draft draft;
    private final Mistakes mistakes;
    private final Map<String, Accesses> accesses = new HashMap<>();

    /** Who used a name last. */
    private static final class Accesses {
        private Optional<PlannedTask> writer = Optional.empty();
        private final List<PlannedTask> readersSince = new ArrayList<>();
    }

    Ordering(Draft draft, Mistakes mistakes) {
        this.draft = draft;
        this.mistakes = mistakes;
    }

    /** Orders the tasks that run for one instance; a reduce has several. Called in the order of the file. */
    void order(Instance instance, List<PlannedTask> tasks) {
        try {
            instance.task().after().forEach(reference -> {
                PlannedTask end = draft.end(reference, instance.scope());
                tasks.forEach(task -> task.after(end));
            });
            instance.task().guard().ifPresent(guard -> {
                PlannedTask gate = gate(guard, instance.scope());
                tasks.forEach(task -> task.after(gate));
            });
            if (tasks.size() == 1) {
                access(tasks.getFirst(), names(instance.task().reads(), instance.scope()), names(instance.task().writes(), instance.scope()));
            }
        } catch (MistakeException e) {
            mistakes.add(e.at(), e.getMessage());
        }
    }

    private static Set<String> names(List<Template> templates, Scope scope) {
        Set<String> names = new LinkedHashSet<>();
        templates.forEach(template -> names.add(template.text(scope)));
        return names;
    }

    private void access(PlannedTask task, Set<String> reads, Set<String> writes) {
        for (String name : reads) {
            Accesses uses = accesses.computeIfAbsent(name, _ -> new Accesses());
            uses.writer.ifPresent(task::after);
            uses.readersSince.add(task);
        }
        for (String name : writes) {
            Accesses uses = accesses.computeIfAbsent(name, _ -> new Accesses());
            uses.writer.ifPresent(task::after);
            // It may read the name as well, and does not wait for itself.
            uses.readersSince.stream().filter(reader -> reader != task).forEach(task::after);
            uses.readersSince.clear();
            uses.writer = Optional.of(task);
        }
    }

    private PlannedTask gate(Guard guard, Scope scope) {
        PlannedTask condition = draft.needed(guard.task(), scope);
        Span at = guard.task().at();
        ValueType type = Draft.resultType(condition, at).orElse(ValueType.I32);
        if (type != ValueType.I32 && type != ValueType.I64) {
            throw new MistakeException(at, "wrong type: expected=i32 or i64, given=%s, the result of %s".formatted(type.text(), condition.name()));
        }
        OwnFunction function = guard.nonZero() ? OwnFunction.WHEN : OwnFunction.UNLESS;
        String name = (guard.nonZero() ? "when " : "unless ") + condition.name();
        return draft.own(name, () -> {
            PlannedTask gate = draft.addOwn(name, function, List.of(type), Optional.empty(), at);
            gate.add(Draft.result(condition));
            return gate;
        });
    }
}
