package dev.penny.cli.graph;

import dev.penny.cli.graph.PlannedTask.Action;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the functions that tasks call. */
final class Calls {

    private final Surroundings surroundings;
    private final Mistakes mistakes;
    private final Set<String> named = new HashSet<>();
    private final Set<String> loaded = new HashSet<>();
    private final Map<String, Action> found = new HashMap<>();

    private Calls(Surroundings surroundings, Mistakes mistakes) {
        this.surroundings = surroundings;
        this.mistakes = mistakes;
    }

    /** Loads the modules. */
    static Calls load(List<GraphFile.Module> modules, Surroundings surroundings, Mistakes mistakes) {
        Calls calls = new Calls(surroundings, mistakes);
        for (GraphFile.Module module : modules) {
            calls.named.add(module.name().text());
            module.source().ifPresent(source -> mistakes.refusals(module.at(), () -> {
                surroundings.load(module.name().text(), source);
                calls.loaded.add(module.name().text());
            }));
        }
        return calls;
    }

    /** The function, unless there is none; then that is a mistake, or its module was one already. */
    Action find(Yaml.Scalar call) {
        return found.computeIfAbsent(call.text(), _ -> look(call));
    }

    private Action look(Yaml.Scalar call) {
        String text = call.text();
        int slash = text.indexOf('/');
        if (slash <= 0 || slash == text.length() - 1) {
            mistakes.add(call.span(), "not a call: call='%s', expected MODULE/FUNCTION".formatted(text));
            return new Action.Missing();
        }
        String module = text.substring(0, slash);
        if (!named.contains(module)) {
            mistakes.add(call.part(0, slash), "no such module: module=%s%s".formatted(module, Mistakes.near(module, named)));
            return new Action.Missing();
        }
        if (!loaded.contains(module)) {
            return new Action.Missing();
        }
        try {
            return new Action.Call(surroundings.function(module, text.substring(slash + 1)));
        } catch (Refusal e) {
            mistakes.add(call.part(slash + 1, text.length()), e.getMessage());
            return new Action.Missing();
        }
    }
}
