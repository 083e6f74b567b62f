package dev.penny.cli.graph;

import dev.penny.api.ValueType;
import dev.penny.cli.graph.Expansion.Group;
import dev.penny.cli.graph.Expansion.Instance;
import dev.penny.cli.graph.GraphFile.Argument;
import dev.penny.cli.graph.PlannedTask.Action;
import dev.penny.cli.graph.PlannedTask.PlannedArgument;
import dev.penny.cli.graph.PlannedTask.Placement;
import dev.penny.internal.core.CoreLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Makes a plan from the text of a graph file. Every step goes on as far as it can after a mistake, so that one attempt shows all of them:
 * the form of the file, then files and globs, modules and functions, arguments and order, and last cycles.
 */
public final class Planner {

    private final GraphFile file;
    private final Surroundings surroundings;
    private final Mistakes mistakes;
    private final Scope vars;
    private final Map<String, List<WantedFile>> wanted = new LinkedHashMap<>();
    private final Map<String, Integer> limits = new LinkedHashMap<>();

    /** A file that an instance's result goes to. */
    private record WantedFile(Instance instance, String file, Span at) { }

    private Planner(GraphFile file, Scope vars, Surroundings surroundings, Mistakes mistakes) {
        this.file = file;
        this.vars = vars;
        this.surroundings = surroundings;
        this.mistakes = mistakes;
    }

    /**
     * Reads and checks a graph file.
     *
     * @param file its name for messages; without its ending and folders also the graph's, unless it has one
     * @param variables values that replace those of the file
     * @throws GraphFileException it has mistakes
     * @throws Refusal a variable that the file does not have
     */
    public static Plan plan(String file, String text, Map<String, String> variables, Surroundings surroundings) {
        Mistakes mistakes = new Mistakes(file, text);
        Optional<GraphFile> parsed = YamlReader.read(text, mistakes).flatMap(document -> GraphFileParser.parse(document, mistakes));
        if (parsed.isEmpty()) {
            mistakes.check();
        }
        GraphFile read = parsed.orElseThrow();
        Scope vars = new Scope(new LinkedHashMap<>(read.vars()));
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            if (!read.vars().containsKey(variable.getKey())) {
                throw new Refusal("no such variable: name=%s%s"
                        .formatted(variable.getKey(), Mistakes.near(variable.getKey(), read.vars().keySet())));
            }
            vars = vars.with(variable.getKey(), Value.Text.of(variable.getValue()));
        }
        String name = read.name().orElseGet(() -> new Value.FileName(file).stem());
        return new Planner(read, vars, surroundings, mistakes).plan(name, file);
    }

    private Plan plan(String name, String graphFile) {
        Map<String, Group> groups = Expansion.of(file, vars, surroundings, mistakes);
        file.limits().forEach(limit -> limits.put(limit.name().text(), limit.permits()));
        Map<String, String> writers = files(groups, sources(graphFile));
        groups.values().forEach(group -> inputs(group, writers));
        Calls calls = Calls.load(file.modules(), surroundings, mistakes);
        Draft draft = new Draft(groups);
        Map<Instance, List<PlannedTask>> planned = tasks(draft, calls);
        Linker linker = new Linker(draft, surroundings, mistakes);
        Ordering ordering = new Ordering(draft, mistakes);
        for (Group group : groups.values()) {
            for (Instance instance : group.instances().values()) {
                if (group.task().reduce().isEmpty()) {
                    linker.link(instance);
                }
                ordering.order(instance, planned.getOrDefault(instance, List.of()));
            }
        }
        List<Plan.Output> outputs = outputs(draft);
        List<PlannedTask> sorted = Sorting.sort(draft.tasks(), mistakes);
        mistakes.check();
        return new Plan(name, sorted, limits, outputs);
    }

    /** The files that describe the graph, which no result may replace, by what they are. */
    private Map<String, String> sources(String graphFile) {
        Map<String, String> sources = new HashMap<>();
        sources.put(surroundings.output(new Value.FileName(graphFile).name()), "this graph");
        for (GraphFile.Module module : file.modules()) {
            module.source().map(ModuleSource::module).filter(source -> !source.startsWith("java:")).ifPresent(source -> {
                try {
                    sources.put(surroundings.identity(source), "module " + module.name().text());
                } catch (Refusal e) {
                    return; // No file: loading it says so, at its place.
                }
            });
        }
        return sources;
    }

    /** The files that results go to, each by the name of the task that writes it. */
    private Map<String, String> files(Map<String, Group> groups, Map<String, String> sources) {
        Map<String, String> writers = new HashMap<>();
        Map<String, WantedFile> folders = new HashMap<>();
        for (GraphFile.Output output : file.outputs().orElse(List.of())) {
            Group group = groups.get(output.task().text());
            if (group == null || output.file().isEmpty()) {
                continue;
            }
            for (Instance instance : group.instances().values()) {
                mistakes.refusals(output.at(), () -> {
                    String path = output.file().get().text(instance.scope());
                    String identity = surroundings.output(path);
                    if (sources.containsKey(identity)) {
                        throw new Refusal("a result would replace %s: file=%s, task=%s"
                                .formatted(sources.get(identity), path, instance.name()));
                    }
                    String other = writers.put(identity, instance.name());
                    if (other != null) {
                        throw new Refusal("two results for one file: file=%s, tasks=%s and %s".formatted(path, other, instance.name()));
                    }
                    WantedFile wish = new WantedFile(instance, path, output.at());
                    wanted.computeIfAbsent(output.task().text(), _ -> new ArrayList<>()).add(wish);
                    for (Path folder = Path.of(identity).getParent(); folder != null; folder = folder.getParent()) {
                        folders.putIfAbsent(folder.toString(), wish);
                    }
                });
            }
        }
        wanted.values().forEach(wishes -> wishes.forEach(wish -> mistakes.refusals(wish.at(), () -> {
            WantedFile inside = folders.get(surroundings.identity(wish.file()));
            if (inside != null) {
                throw new Refusal("a result goes into another one, as if that were a folder: file=%s, tasks=%s and %s, in it=%s"
                        .formatted(wish.file(), wish.instance().name(), inside.instance().name(), inside.file()));
            }
        })));
        return writers;
    }

    private void inputs(Group group, Map<String, String> writers) {
        for (Instance instance : group.instances().values()) {
            for (Argument argument : group.task().args()) {
                if (argument instanceof Argument.FileContent content) {
                    mistakes.refusals(content.at(), () -> {
                        String path = content.path().text(instance.scope());
                        // It need not be there yet to be recognised.
                        String writer = writers.isEmpty() ? null : writers.get(surroundings.identity(path));
                        if (writer != null) {
                            throw new Refusal("the file is an output: file=%s, expected ${%s}, the result that goes there"
                                    .formatted(path, writer));
                        }
                        surroundings.input(path);
                    });
                }
            }
        }
    }

    private Map<Instance, List<PlannedTask>> tasks(Draft draft, Calls calls) {
        Map<Instance, List<PlannedTask>> planned = new IdentityHashMap<>();
        for (Group group : draft.groups()) {
            Action action = group.task().call().map(calls::find).orElseGet(Action.Missing::new);
            Placement placement = placement(group.task());
            if (group.task().reduce().isPresent()) {
                continue;
            }
            for (Instance instance : group.instances().values()) {
                PlannedTask task = draft.add(instance.name(), action, placement, group.task().name().span());
                draft.assign(instance, task);
                planned.put(instance, List.of(task));
            }
        }
        for (Group group : draft.groups()) {
            group.task().reduce().ifPresent(over -> {
                Action action = group.task().call().map(calls::find).orElseGet(Action.Missing::new);
                for (Instance instance : group.instances().values()) {
                    try {
                        planned.put(instance, Reduction.plan(draft, instance, over, action, placement(group.task()), mistakes));
                    } catch (MistakeException e) {
                        mistakes.add(e.at(), e.getMessage());
                        draft.assign(instance, draft.add(instance.name(), new Action.Missing(), Placement.PLAIN, e.at()));
                    }
                }
            });
        }
        return planned;
    }

    private Placement placement(GraphFile.Task task) {
        List<String> names = new ArrayList<>();
        for (Yaml.Scalar limit : task.limits()) {
            if (!limits.containsKey(limit.text())) {
                mistakes.add(limit.span(), "no such limit: limit=%s%s"
                        .formatted(limit.text(), Mistakes.near(limit.text(), limits.keySet())));
            } else if (names.contains(limit.text())) {
                mistakes.add(limit.span(), "limit twice: limit=%s".formatted(limit.text()));
            } else if (names.size() == CoreLayout.NODE_SEMAPHORES_MAX) {
                mistakes.add(limit.span(), "too many limits: task=%s, max=%d".formatted(task.name().text(), CoreLayout.NODE_SEMAPHORES_MAX));
            } else {
                names.add(limit.text());
            }
        }
        OptionalInt worker = task.pin().map(pin -> OptionalInt.of(pin.worker())).orElse(OptionalInt.empty());
        task.pin().filter(pin -> pin.worker() >= surroundings.workers()).ifPresent(pin -> mistakes.add(pin.at(),
                "no such worker: pin=%d, workers=%d, counted from 0".formatted(pin.worker(), surroundings.workers())));
        return new Placement(task.priority(), names, worker);
    }

    private List<Plan.Output> outputs(Draft draft) {
        List<Plan.Output> outputs = new ArrayList<>();
        if (file.outputs().isEmpty()) {
            Set<PlannedTask> used = new HashSet<>();
            draft.tasks().forEach(task -> task.arguments().forEach(argument -> {
                if (argument instanceof PlannedArgument.Result(PlannedTask producer)) {
                    used.add(producer);
                }
            }));
            draft.tasks().stream().filter(task -> !task.isOwn() && !used.contains(task))
                    .filter(task -> task.signature().flatMap(types -> types.result()).isPresent())
                    .forEach(task -> outputs.add(new Plan.Output(task, Optional.empty(), Optional.empty(), true)));
            return outputs;
        }
        for (GraphFile.Output output : file.outputs().get()) {
            try {
                output(draft, output, outputs);
            } catch (MistakeException e) {
                mistakes.add(e.at(), e.getMessage());
            }
        }
        return outputs;
    }

    private void output(Draft draft, GraphFile.Output output, List<Plan.Output> outputs) {
        if (output.file().isEmpty()) {
            for (Instance instance : draft.group(output.task().text()).instances().values()) {
                PlannedTask task = draft.task(instance);
                Draft.resultType(task, output.task().span());
                outputs.add(new Plan.Output(task, Optional.empty(), Optional.empty(), false));
            }
            return;
        }
        for (WantedFile wish : wanted.getOrDefault(output.task().text(), List.of())) {
            PlannedTask task = draft.task(wish.instance());
            Optional<ValueType> type = Draft.resultType(task, output.task().span());
            if (type.isPresent()) {
                PlannedTask writer = draft.addOwn("write " + wish.file(), OwnFunction.WRITE, List.of(ValueType.STRING, type.get()),
                        Optional.empty(), wish.at());
                writer.add(Draft.given(wish.file()));
                writer.add(Draft.result(task));
                outputs.add(new Plan.Output(task, Optional.of(wish.file()), Optional.of(writer), false));
            }
        }
    }
}
