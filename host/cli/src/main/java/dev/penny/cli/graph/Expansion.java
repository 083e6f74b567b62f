package dev.penny.cli.graph;

import dev.penny.cli.graph.GraphFile.Items;
import dev.penny.cli.graph.GraphFile.Loop;
import dev.penny.cli.graph.Template.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The tasks of a file with every {@code foreach} written out. */
final class Expansion {

    static final int TASKS_MAX = 100_000;
    /** Values that are tried, also where an inner range is empty and no task comes of it. */
    private static final int VALUES_MAX = 10 * TASKS_MAX;
    private static final Pattern RANGE = Pattern.compile("([+-]?\\d{1,18})\\.\\.([+-]?\\d{1,18})");

    private final Surroundings surroundings;
    private final Map<String, Group> groups = new LinkedHashMap<>();
    private final Map<List<String>, List<String>> globs = new HashMap<>();
    private int count;
    private int valueCount;

    /**
     * What one task of the file stands for.
     *
     * @param instances by the values of its variables; one with no values if it has no variables
     */
    record Group(GraphFile.Task task, Map<List<String>, Instance> instances) {

        boolean isForeach() {
            return !task.loops().isEmpty();
        }
    }

    /**
     * One task.
     *
     * @param name {@code task} or {@code task[value,value]}
     */
    record Instance(String name, GraphFile.Task task, Scope scope) { }

    private Expansion(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    static Map<String, Group> of(GraphFile file, Scope vars, Surroundings surroundings, Mistakes mistakes) {
        Expansion expansion = new Expansion(surroundings);
        for (GraphFile.Task task : file.tasks()) {
            Map<List<String>, Instance> instances = new LinkedHashMap<>();
            try {
                expansion.expand(task, 0, vars, List.of(), instances);
                if (instances.isEmpty()) {
                    mistakes.add(task.loops().getFirst().at(), "empty foreach: task=%s has no values".formatted(task.name().text()));
                }
            } catch (MistakeException e) {
                mistakes.add(e.at(), e.getMessage());
            }
            expansion.groups.put(task.name().text(), new Group(task, instances));
        }
        return expansion.groups;
    }

    private void expand(GraphFile.Task task, int depth, Scope scope, List<String> values, Map<List<String>, Instance> instances) {
        if (depth == task.loops().size()) {
            if (++count > TASKS_MAX) {
                throw new MistakeException(task.name().span(), "too many tasks: task=%s, max=%d in a file".formatted(task.name().text(), TASKS_MAX));
            }
            String name = task.name().text() + (values.isEmpty() ? "" : bracketed(values));
            if (instances.putIfAbsent(values, new Instance(name, task, scope)) != null) {
                throw new MistakeException(task.loops().getLast().at(), "value twice: task=%s".formatted(name));
            }
            return;
        }
        Loop loop = task.loops().get(depth);
        for (Value value : items(loop, scope, depth > 0)) {
            if (++valueCount > VALUES_MAX) {
                throw new MistakeException(task.name().span(), "too many combinations: task=%s, max=%d values tried in a file"
                        .formatted(task.name().text(), VALUES_MAX));
            }
            List<String> more = new ArrayList<>(values);
            more.add(value.text());
            expand(task, depth + 1, scope.with(loop.variable().text(), value), List.copyOf(more), instances);
        }
    }

    private List<Value> items(Loop loop, Scope scope, boolean inner) {
        return switch (loop.items()) {
            case Items.Range(Template text) -> range(text, scope, inner);
            case Items.Values(List<Template> values) -> values.stream().map(value -> value.value(scope)).toList();
            case Items.Files(List<Template> patterns) -> {
                List<String> texts = patterns.stream().map(pattern -> pattern.text(scope)).toList();
                try {
                    yield globs.computeIfAbsent(texts, surroundings::files).stream().<Value>map(Value.FileName::new).toList();
                } catch (Refusal e) {
                    throw new MistakeException(patterns.getFirst().source().span(), e.getMessage());
                }
            }
        };
    }

    private List<Value> range(Template template, Scope scope, boolean inner) {
        Span at = template.source().span();
        String text = template.text(scope);
        Matcher matcher = RANGE.matcher(text.strip());
        if (!matcher.matches()) {
            throw new MistakeException(at, "not a range: value='%s', expected A..B as 0..8 (A included, B not), a list or {files: GLOB}".formatted(text));
        }
        long from = Long.parseLong(matcher.group(1));
        long to = Long.parseLong(matcher.group(2));
        // An inner loop may be empty now and then, as in a triangle.
        if (from > to || from == to && !inner) {
            throw new MistakeException(at, "%s range: range='%s', A must be less than B".formatted(from == to ? "empty" : "reversed", text));
        }
        if (to - from > TASKS_MAX) {
            throw new MistakeException(at, "range too long: range='%s', max=%d tasks in a file".formatted(text, TASKS_MAX));
        }
        List<Value> numbers = new ArrayList<>();
        for (long number = from; number < to; number++) {
            numbers.add(new Value.Number(number));
        }
        return numbers;
    }

    /** The key of a single task among those of a group. @throws MistakeException the indices do not fit the variables */
    static Optional<Instance> find(Group group, Reference reference, Scope scope) {
        int variables = group.task().loops().size();
        if (reference.indices().size() != variables) {
            throw new MistakeException(reference.at(), variables == 0
                    ? "not a foreach: task=%s has no [...]".formatted(reference.task())
                    : "wrong number of values: task=%s, expected=%d %s, given=%d".formatted(reference.task(), variables,
                            group.task().loops().stream().map(loop -> loop.variable().text()).toList(), reference.indices().size()));
        }
        List<String> key = reference.indices().stream().map(index -> index.in(scope).text()).toList();
        return Optional.ofNullable(group.instances().get(key));
    }

    /** The values of indices, for messages. */
    static String name(Reference reference, Scope scope) {
        return reference.task() + bracketed(reference.indices().stream().map(index -> index.in(scope).text()).toList());
    }

    /** Different for different values: one that could be taken for several is quoted. */
    private static String bracketed(List<String> values) {
        boolean alone = values.size() == 1;
        return values.stream().map(value -> alone || value.indexOf(',') < 0 && value.indexOf('\'') < 0 ? value
                : "'" + value.replace("'", "''") + "'").collect(Collectors.joining(",", "[", "]"));
    }
}
