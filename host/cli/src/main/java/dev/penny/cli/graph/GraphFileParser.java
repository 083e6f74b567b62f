package dev.penny.cli.graph;

import dev.penny.cli.graph.GraphFile.Limit;
import dev.penny.cli.graph.GraphFile.Module;
import dev.penny.cli.graph.GraphFile.Output;
import dev.penny.internal.core.CoreLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the top level of a graph file; {@link TaskParser} reads its tasks. */
final class GraphFileParser {

    static final List<String> KEYS = List.of("version", "name", "modules", "vars", "limits", "tasks", "outputs");
    static final List<String> MODULE_KEYS = List.of("module", "class-path", "wasi", "memory");
    /** The functions that Penny adds for files, gathering and conditions. */
    static final String OWN_MODULE = "penny";
    private static final int LIMIT_MAX = CoreLayout.SEMAPHORE_PERMITS_MAX;

    private final Mistakes mistakes;
    private final Map<String, Span> names = new HashMap<>();

    private GraphFileParser(Mistakes mistakes) {
        this.mistakes = mistakes;
    }

    /** The file; what is wrong in it is missing from it. */
    static Optional<GraphFile> parse(Yaml document, Mistakes mistakes) {
        if (!(document instanceof Yaml.Mapping mapping)) {
            mistakes.add(document.span(), "wrong kind of value: found %s, expected the keys %s"
                    .formatted(document.kind(), String.join(" ", KEYS)));
            return Optional.empty();
        }
        return Optional.of(new GraphFileParser(mistakes).file(mapping));
    }

    private GraphFile file(Yaml.Mapping mapping) {
        Fields fields = new Fields(mapping, mapping.span(), KEYS, mistakes);
        fields.need("version", "version: 1");
        fields.need("tasks", "a mapping of names to tasks");
        fields.scalar("version", "1").filter(version -> !version.text().equals("1")).ifPresent(version ->
                mistakes.add(version.span(), "unknown version: version=%s, known=1".formatted(version.text())));
        Optional<Yaml.Scalar> name = fields.scalar("name", "a name");
        name.filter(given -> given.text().isBlank()).ifPresent(given -> mistakes.add(given.span(), "blank name: expected a name"));
        Optional<Yaml.Mapping> tasks = fields.mapping("tasks", "a mapping of names to tasks");
        Set<String> taskNames = new LinkedHashSet<>();
        tasks.ifPresent(found -> found.entries().forEach(entry -> taskNames.add(entry.key().text())));
        tasks.filter(found -> found.entries().isEmpty()).ifPresent(found -> mistakes.add(found.span(), "no tasks: expected at least one"));
        Map<String, Value> vars = fields.mapping("vars", "a mapping of names to values").map(this::vars).orElse(Map.of());
        TaskParser parser = new TaskParser(mistakes, taskNames);
        List<GraphFile.Task> parsed = new ArrayList<>();
        tasks.ifPresent(found -> found.entries().forEach(entry -> {
            name(entry.key(), "task", Template.TASK_NAME);
            parsed.add(parser.task(entry));
        }));
        parsed.forEach(task -> task.loops().forEach(loop -> loopVariable(loop, taskNames)));
        List<Module> modules = fields.mapping("modules", "a mapping of names to modules").map(this::modules).orElse(List.of());
        return new GraphFile(name.map(Yaml.Scalar::text), modules, vars,
                fields.mapping("limits", "a mapping of names to numbers").map(this::limits).orElse(List.of()), parsed,
                fields.mapping("outputs", "a mapping of tasks to files").map(found -> outputs(found, fields, taskNames)));
    }

    private List<Module> modules(Yaml.Mapping mapping) {
        List<Module> modules = new ArrayList<>();
        for (Yaml.Entry entry : mapping.entries()) {
            String name = entry.key().text();
            if (!Template.TASK_NAME.matcher(name).matches()) {
                mistakes.add(entry.key().span(), "not a name: module='%s', expected letters, digits, _ and -".formatted(name));
            } else if (name.equals(OWN_MODULE)) {
                mistakes.add(entry.key().span(), "reserved name: module=%s, expected another name".formatted(name));
            }
            modules.add(module(entry).orElseGet(() -> new Module(entry.key(), Optional.empty(), entry.value().span())));
        }
        return modules;
    }

    private Optional<Module> module(Yaml.Entry entry) {
        if (entry.value() instanceof Yaml.Scalar scalar && !scalar.isNull()) {
            ModuleSource source = new ModuleSource(scalar.text(), List.of(), false, Optional.empty());
            return Optional.of(new Module(entry.key(), Optional.of(source), scalar.span()));
        }
        if (!(entry.value() instanceof Yaml.Mapping mapping)) {
            mistakes.add(entry.value().span(), "wrong kind of value: module=%s, found %s, expected a file, java:CLASS or the keys %s"
                    .formatted(entry.key().text(), entry.value().kind(), String.join(" ", MODULE_KEYS)));
            return Optional.empty();
        }
        Fields fields = new Fields(mapping, entry.key().span(), MODULE_KEYS, mistakes);
        fields.need("module", "a file or java:CLASS");
        List<String> classPath = fields.oneOrMore("class-path", "a folder or jar").stream().map(Yaml.Scalar::text).toList();
        boolean wasi = fields.flag("wasi").orElse(false);
        Optional<String> memory = fields.scalar("memory", "a size like 64M").map(Yaml.Scalar::text);
        return fields.scalar("module", "a file or java:CLASS").map(module ->
                new Module(entry.key(), Optional.of(new ModuleSource(module.text(), classPath, wasi, memory)), module.span()));
    }

    private Map<String, Value> vars(Yaml.Mapping mapping) {
        Map<String, Value> vars = new LinkedHashMap<>();
        for (Yaml.Entry entry : mapping.entries()) {
            name(entry.key(), "variable", ExpressionParser.NAME);
            if (entry.value() instanceof Yaml.Scalar scalar && !scalar.isNull()) {
                vars.put(entry.key().text(), scalar.plain() ? Value.Text.of(scalar.text()) : new Value.Text(scalar.text()));
            } else {
                mistakes.add(entry.value().span(), "wrong kind of value: variable=%s, found %s, expected a number or text"
                        .formatted(entry.key().text(), entry.value().kind()));
                vars.put(entry.key().text(), new Value.Text(""));
            }
        }
        return vars;
    }

    private List<Limit> limits(Yaml.Mapping mapping) {
        List<Limit> limits = new ArrayList<>();
        Fields fields = new Fields(mapping, mapping.span(), mapping.entries().stream().map(entry -> entry.key().text()).toList(), mistakes);
        for (Yaml.Entry entry : mapping.entries()) {
            String name = entry.key().text();
            int permits = fields.scalar(name, "a number of tasks").flatMap(value -> fields.integer(value, name, 1, LIMIT_MAX)).orElse(1);
            limits.add(new Limit(entry.key(), permits));
        }
        return limits;
    }

    private List<Output> outputs(Yaml.Mapping mapping, Fields fields, Set<String> taskNames) {
        List<Output> outputs = new ArrayList<>();
        for (Yaml.Entry entry : mapping.entries()) {
            Yaml.Scalar task = entry.key();
            if (!taskNames.contains(task.text())) {
                mistakes.add(task.span(), "no such task: task=%s%s".formatted(task.text(), Mistakes.near(task.text(), taskNames)));
            } else if (!(entry.value() instanceof Yaml.Scalar file) || file.isNull()) {
                mistakes.add(entry.value().span(), "wrong kind of value: output=%s, found %s, expected a file name, or \"-\" to print it"
                        .formatted(task.text(), entry.value().kind()));
            } else if (file.text().equals("-")) {
                outputs.add(new Output(task, Optional.empty(), file.span()));
            } else {
                fields.read(file, text -> Template.parse(text, taskNames::contains))
                        .ifPresent(template -> outputs.add(new Output(task, Optional.of(template), file.span())));
            }
        }
        return outputs;
    }

    /** One name means one thing; the keys of a mapping are unique already. */
    private void name(Yaml.Scalar name, String what, Pattern form) {
        if (!form.matcher(name.text()).matches()) {
            String allowed = form == ExpressionParser.NAME ? "letters, digits and _" : "letters, digits, _ and -";
            mistakes.add(name.span(), "not a name: %s='%s', expected %s, first a letter or _".formatted(what, name.text(), allowed));
        }
        Optional.ofNullable(names.putIfAbsent(name.text(), name.span())).ifPresent(first -> mistakes.add(name.span(),
                "name is taken: %s=%s, first at line %d".formatted(what, name.text(), first.line())));
    }

    private void loopVariable(GraphFile.Loop loop, Set<String> taskNames) {
        String name = loop.variable().text();
        if (!ExpressionParser.NAME.matcher(name).matches()) {
            mistakes.add(loop.variable().span(), "not a name: variable='%s', expected letters, digits and _, first a letter or _"
                    .formatted(name));
        } else if (taskNames.contains(name) || names.containsKey(name)) {
            mistakes.add(loop.variable().span(), "name is taken: variable=%s, first at line %d".formatted(name, names.get(name).line()));
        }
    }
}
