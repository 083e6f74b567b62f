package dev.penny.cli.graph;

import dev.penny.api.Priority;
import dev.penny.api.Signature;
import dev.penny.api.TaskFunction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** One task of a plan. Its arguments and predecessors are filled in while it is planned; after that it does not change. */
public final class PlannedTask {

    private final String name;
    private final Action action;
    private final Placement placement;
    private final Span at;
    private final List<PlannedArgument> arguments = new ArrayList<>();
    private final Set<PlannedTask> after = new LinkedHashSet<>();
    private int level;

    /** What a task runs. */
    public sealed interface Action {

        /** A function of a module. */
        record Call(TaskFunction<?> function) implements Action { }

        /** A function that Penny adds. */
        record Own(OwnFunction function, Signature signature) implements Action { }

        /** A function that there is not; such a plan never leaves the planner. */
        record Missing() implements Action { }
    }

    /** An argument. */
    public sealed interface PlannedArgument {

        /** Known beforehand. */
        record Given(Object value) implements PlannedArgument { }

        /** The result of a task. */
        record Result(PlannedTask task) implements PlannedArgument { }
    }

    /**
     * How the scheduler treats a task.
     *
     * @param limits names of limits
     * @param worker the only one that may run it
     */
    public record Placement(Priority priority, List<String> limits, OptionalInt worker) {

        static final Placement PLAIN = new Placement(Priority.NORMAL, List.of(), OptionalInt.empty());
    }

    PlannedTask(String name, Action action, Placement placement, Span at) {
        this.name = name;
        this.action = action;
        this.placement = placement;
        this.at = at;
    }

    /** Unique in its plan. */
    public String name() {
        return name;
    }

    /** What it runs. */
    public Action action() {
        return action;
    }

    /** How the scheduler treats it. */
    public Placement placement() {
        return placement;
    }

    /** One per parameter. */
    public List<PlannedArgument> arguments() {
        return Collections.unmodifiableList(arguments);
    }

    /** Those that must have ended although their results are not used. */
    public Set<PlannedTask> after() {
        return Collections.unmodifiableSet(after);
    }

    /** All that must have ended, each once. */
    public Set<PlannedTask> predecessors() {
        Set<PlannedTask> all = new LinkedHashSet<>();
        for (PlannedArgument argument : arguments) {
            if (argument instanceof PlannedArgument.Result(PlannedTask task)) {
                all.add(task);
            }
        }
        all.addAll(after);
        return all;
    }

    /** 1 for a task that needs no other, else one more than the highest level of its predecessors. */
    public int level() {
        return level;
    }

    /** Its types, if it is known what it runs. */
    public Optional<Signature> signature() {
        return switch (action) {
            case Action.Call(TaskFunction<?> function) -> Optional.of(function.signature());
            case Action.Own(OwnFunction _, Signature signature) -> Optional.of(signature);
            case Action.Missing() -> Optional.empty();
        };
    }

    /** What it runs, for reading: {@code module/function(types)->type}. */
    public String call() {
        return switch (action) {
            case Action.Call(TaskFunction<?> function) -> function.mangledName();
            case Action.Own(OwnFunction function, Signature signature) ->
                    GraphFileParser.OWN_MODULE + "/" + function.name().toLowerCase(Locale.ROOT) + signature;
            case Action.Missing() -> "?";
        };
    }

    /** True for one that the graph file does not name. */
    public boolean isOwn() {
        return action instanceof Action.Own own && own.function() != OwnFunction.SAME;
    }

    Span at() {
        return at;
    }

    void add(PlannedArgument argument) {
        arguments.add(argument);
    }

    void after(PlannedTask predecessor) {
        after.add(predecessor);
    }

    void level(int value) {
        level = value;
    }

    @Override
    public String toString() {
        return name;
    }
}
