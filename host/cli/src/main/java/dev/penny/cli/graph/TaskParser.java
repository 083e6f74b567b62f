package dev.penny.cli.graph;

import dev.penny.api.Priority;
import dev.penny.cli.graph.GraphFile.Argument;
import dev.penny.cli.graph.GraphFile.Guard;
import dev.penny.cli.graph.GraphFile.Items;
import dev.penny.cli.graph.GraphFile.Loop;
import dev.penny.cli.graph.GraphFile.Pin;
import dev.penny.cli.graph.GraphFile.Task;
import dev.penny.cli.graph.Template.Reference;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads the tasks of a graph file. */
final class TaskParser {

    static final List<String> KEYS = List.of("call", "args", "foreach", "after", "reads", "writes", "when", "unless", "reduce",
            "limit", "priority", "pin");
    private static final List<String> PRIORITIES = List.of("high", "normal", "low");
    static final List<String> ARGUMENT_KINDS = List.of("file", "hex", "text", "result", "gather");
    private static final int WORKER_MAX = 255;
    private static final String AFTER = "a task or a list of tasks";

    private final Mistakes mistakes;
    private final Set<String> taskNames;

    TaskParser(Mistakes mistakes, Set<String> taskNames) {
        this.mistakes = mistakes;
        this.taskNames = taskNames;
    }

    /** The task; one that cannot be read stays as a name without a call, so that what refers to it is no further mistake. */
    Task task(Yaml.Entry entry) {
        if (!(entry.value() instanceof Yaml.Mapping mapping)) {
            mistakes.add(entry.value().span(), "wrong kind of value: task=%s, found %s, expected the keys %s"
                    .formatted(entry.key().text(), entry.value().kind(), String.join(" ", KEYS)));
            return new Task(entry.key(), Optional.empty(), List.of(), entry.value().span(), List.of(), List.of(), List.of(), List.of(),
                    Optional.empty(), Optional.empty(), List.of(), Priority.NORMAL, Optional.empty());
        }
        Fields fields = new Fields(mapping, entry.key().span(), KEYS, mistakes);
        fields.need("call", "call: MODULE/FUNCTION");
        Optional<Yaml.Scalar> call = fields.scalar("call", "MODULE/FUNCTION");
        List<Argument> args = fields.list("args", "a list, one value per parameter").map(this::arguments).orElse(List.of());
        Span argsAt = fields.any("args").map(Yaml::span).or(() -> call.map(Yaml::span)).orElse(entry.key().span());
        List<Loop> loops = fields.mapping("foreach", "a mapping of variables to what they run over").map(this::loops).orElse(List.of());
        Optional<Reference> reduce = fields.scalar("reduce", "a task").flatMap(value -> reference(fields, value));
        if (fields.has("reduce")) {
            for (String key : List.of("args", "foreach", "reads", "writes")) {
                fields.keyAt(key).ifPresent(at -> mistakes.add(at, "not together: key=%s, the task has a reduce".formatted(key)));
            }
        }
        return new Task(entry.key(), call, args, argsAt, loops, references(fields, "after"), templates(fields, "reads"),
                templates(fields, "writes"), guard(fields), reduce, fields.oneOrMore("limit", "a limit or a list of limits"),
                fields.scalar("priority", "high, normal or low").map(this::priority).orElse(Priority.NORMAL),
                fields.scalar("pin", "a worker's number").flatMap(value ->
                        fields.integer(value, "pin", 0, WORKER_MAX).map(worker -> new Pin(worker, value.span()))));
    }

    private Optional<Guard> guard(Fields fields) {
        if (fields.has("when")) {
            fields.keyAt("unless").ifPresent(at -> mistakes.add(at, "not together: key=unless, the task has a when"));
        }
        Optional<Reference> when = fields.scalar("when", "a task").flatMap(value -> reference(fields, value));
        Optional<Reference> unless = fields.scalar("unless", "a task").flatMap(value -> reference(fields, value));
        return when.map(task -> new Guard(task, true)).or(() -> unless.map(task -> new Guard(task, false)));
    }

    private Priority priority(Yaml.Scalar value) {
        if (!PRIORITIES.contains(value.text())) {
            mistakes.add(value.span(), "unknown priority: priority=%s%s".formatted(value.text(), Mistakes.near(value.text(), PRIORITIES)));
            return Priority.NORMAL;
        }
        return Priority.valueOf(value.text().toUpperCase(Locale.ROOT));
    }

    private List<Loop> loops(Yaml.Mapping mapping) {
        List<Loop> loops = new ArrayList<>();
        Fields fields = new Fields(mapping, mapping.span(), mapping.entries().stream().map(entry -> entry.key().text()).toList(), mistakes);
        if (mapping.entries().isEmpty()) {
            mistakes.add(mapping.span(), "no variable: expected as in foreach: {x: 0..4}");
        }
        for (Yaml.Entry entry : mapping.entries()) {
            items(entry, fields).ifPresent(items -> loops.add(new Loop(entry.key(), items, entry.value().span())));
        }
        return loops;
    }

    private Optional<Items> items(Yaml.Entry entry, Fields fields) {
        switch (entry.value()) {
            case Yaml.Scalar scalar when !scalar.isNull() -> {
                return template(fields, scalar).map(Items.Range::new);
            }
            case Yaml.Sequence list -> {
                if (list.items().isEmpty()) {
                    mistakes.add(list.span(), "empty list: variable=%s, expected at least one value".formatted(entry.key().text()));
                }
                List<Template> values = new ArrayList<>();
                fields.oneOrMore(entry.key().text(), "a value").forEach(value -> template(fields, value).ifPresent(values::add));
                return Optional.of(new Items.Values(values));
            }
            case Yaml.Mapping mapping -> {
                Fields inner = new Fields(mapping, entry.key().span(), List.of("files"), mistakes);
                inner.need("files", "files: GLOB");
                List<Template> globs = new ArrayList<>();
                inner.oneOrMore("files", "a glob or a list of globs").forEach(glob -> template(inner, glob).ifPresent(globs::add));
                return globs.isEmpty() ? Optional.empty() : Optional.of(new Items.Files(globs));
            }
            case Yaml.Scalar nothing -> {
                mistakes.add(nothing.span(), "wrong kind of value: variable=%s, found nothing, expected A..B, a list or {files: GLOB}"
                        .formatted(entry.key().text()));
                return Optional.empty();
            }
        }
    }

    private List<Argument> arguments(Yaml.Sequence list) {
        List<Argument> arguments = new ArrayList<>();
        for (Yaml item : list.items()) {
            arguments.add(argument(item).orElseGet(() -> new Argument.Unreadable(item.span())));
        }
        return arguments;
    }

    private Optional<Argument> argument(Yaml item) {
        switch (item) {
            case Yaml.Scalar scalar when !scalar.isNull() -> {
                Fields none = new Fields(new Yaml.Mapping(List.of(), scalar.span()), scalar.span(), List.of(), mistakes);
                return template(none, scalar).map(text -> new Argument.Inline(text, scalar.span()));
            }
            case Yaml.Mapping mapping -> {
                return special(mapping);
            }
            case Yaml.Scalar _, Yaml.Sequence _ -> {
                mistakes.add(item.span(), "wrong kind of value: found %s, expected a value or one of {%s: ...}"
                        .formatted(item.kind(), String.join(": ...} {", ARGUMENT_KINDS)));
                return Optional.empty();
            }
        }
    }

    private Optional<Argument> special(Yaml.Mapping mapping) {
        Optional<String> kind = ARGUMENT_KINDS.stream().filter(name -> mapping.entry(name).isPresent()).findFirst();
        if (kind.isEmpty()) {
            Yaml.Scalar key = mapping.entries().isEmpty() ? new Yaml.Scalar("", false, mapping.span(), Optional.empty())
                    : mapping.entries().getFirst().key();
            mistakes.add(key.span(), "unknown kind of argument: key=%s%s".formatted(key.text(), Mistakes.near(key.text(), ARGUMENT_KINDS)));
            return Optional.empty();
        }
        List<String> known = switch (kind.get()) {
            case "gather" -> List.of("gather", "separator", "as");
            case "result" -> List.of("result", "else");
            default -> List.of(kind.get());
        };
        Fields fields = new Fields(mapping, mapping.span(), known, mistakes);
        Span at = mapping.span();
        return switch (kind.get()) {
            case "file" -> fields.scalar("file", "a file name").flatMap(value -> template(fields, value))
                    .map(path -> new Argument.FileContent(path, path.source().span()));
            case "hex" -> fields.scalar("hex", "pairs of 0-9 a-f")
                    .flatMap(value -> hex(value).map(bytes -> new Argument.Hex(bytes, value.span())));
            case "text" -> fields.any("text").flatMap(value -> value instanceof Yaml.Scalar scalar ? Optional.of(scalar)
                    : fields.scalar("text", "text")).map(value -> new Argument.Verbatim(value.text(), value.span()));
            case "result" -> fields.scalar("result", "a task").flatMap(value -> reference(fields, value))
                    .map(task -> new Argument.Result(task,
                            fields.scalar("else", "a value").flatMap(value -> template(fields, value)), task.at()));
            default -> gather(fields, at);
        };
    }

    private Optional<Argument> gather(Fields fields, Span at) {
        Optional<Template> separator = fields.scalar("separator", "text").flatMap(value -> template(fields, value));
        Optional<Yaml.Scalar> form = fields.scalar("as", "json");
        form.filter(value -> !value.text().equals("json")).ifPresent(value ->
                mistakes.add(value.span(), "unknown form: as=%s, known=json".formatted(value.text())));
        if (form.isPresent() && separator.isPresent()) {
            fields.keyAt("separator").ifPresent(key -> mistakes.add(key, "not together: key=separator, JSON has its own"));
        }
        return fields.scalar("gather", "a task").flatMap(value -> reference(fields, value))
                .map(task -> new Argument.Gather(task, separator, form.isPresent(), task.at()));
    }

    private Optional<byte[]> hex(Yaml.Scalar value) {
        try {
            return Optional.of(HexFormat.of().parseHex(value.text()));
        } catch (IllegalArgumentException _) {
            mistakes.add(value.span(), "not hexadecimal: value='%s', expected pairs of 0-9 a-f".formatted(value.text()));
            return Optional.empty();
        }
    }

    private List<Reference> references(Fields fields, String key) {
        List<Reference> references = new ArrayList<>();
        fields.oneOrMore(key, AFTER).forEach(value -> reference(fields, value).ifPresent(references::add));
        return references;
    }

    private List<Template> templates(Fields fields, String key) {
        List<Template> templates = new ArrayList<>();
        fields.oneOrMore(key, "a name or a list of names").forEach(value -> template(fields, value).ifPresent(templates::add));
        return templates;
    }

    private Optional<Template> template(Fields fields, Yaml.Scalar value) {
        return fields.read(value, text -> Template.parse(text, taskNames::contains));
    }

    /** A reference to a task that exists. */
    private Optional<Reference> reference(Fields fields, Yaml.Scalar value) {
        Optional<Reference> reference = fields.read(value, Template::reference);
        reference.filter(found -> !taskNames.contains(found.task())).ifPresent(found -> mistakes.add(found.at(),
                "no such task: task=%s%s".formatted(found.task(), Mistakes.near(found.task(), taskNames))));
        return reference.filter(found -> taskNames.contains(found.task()));
    }
}
