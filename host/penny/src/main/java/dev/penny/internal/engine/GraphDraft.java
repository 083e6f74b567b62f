package dev.penny.internal.engine;

import dev.penny.api.GraphException;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFunction;
import dev.penny.api.ValueType;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphPart;
import dev.penny.api.graph.GraphSemaphore;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.guest.NearNames;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** A graph that is being written. */
final class GraphDraft implements GraphBuilder {

    private final Scheduler scheduler;
    private final String name;
    private final List<GraphNode> nodes = new ArrayList<>();
    private final Map<String, GraphNode> byName = new LinkedHashMap<>();
    private final Map<String, GraphSection> parts = new LinkedHashMap<>();
    private final Map<String, GraphLimit> limits = new LinkedHashMap<>();
    private boolean built;

    GraphDraft(Scheduler scheduler, String name) {
        this.scheduler = scheduler;
        this.name = name;
        requireName("a graph", name);
    }

    Scheduler scheduler() {
        return scheduler;
    }

    @Override
    public String name() {
        return name;
    }

    List<GraphNode> nodes() {
        return nodes;
    }

    List<GraphLimit> limits() {
        return List.copyOf(limits.values());
    }

    // ---- tasks

    @Override
    public GraphTask task(String task, TaskFunction<?> function, Object... arguments) {
        return add(task, function, false, arguments);
    }

    @Override
    public GraphTask condition(String task, TaskFunction<?> function, Object... arguments) {
        return add(task, function, true, arguments);
    }

    GraphNode add(String task, TaskFunction<?> function, boolean condition, Object[] arguments) {
        requireOpen();
        requireName("a task", task);
        requireFree("task", task);
        FunctionCalls<?> calls = own(function, task);
        if (condition && calls.signature().result().filter(ValueType.I32::equals).isEmpty()) {
            throw new GraphException("a condition needs a function with an i32 result: graph=%s, task=%s, function=%s"
                    .formatted(name, task, calls.mangledName()));
        }
        Object[] converted = convert(task, calls, arguments);
        GraphNode node = new GraphNode(this, nodes.size(), task, calls, condition, converted);
        requireRoomForTask();
        nodes.add(node);
        byName.put(task, node);
        return node;
    }

    private FunctionCalls<?> own(TaskFunction<?> function, String task) {
        if (!(function instanceof FunctionCalls<?> calls) || calls.loaded().scheduler() != scheduler) {
            throw new GraphException("the function is not this Penny's: graph=%s, task=%s, function=%s"
                    .formatted(name, task, function == null ? "null" : function.mangledName()));
        }
        if (calls.terms().hasDeadline()) {
            throw new GraphException("a task of a graph has no deadline of its own, give it to the run: graph=%s, task=%s, function=%s"
                    .formatted(name, task, calls.mangledName()));
        }
        return calls;
    }

    private Object[] convert(String task, FunctionCalls<?> function, Object[] arguments) {
        Objects.requireNonNull(arguments, "arguments");
        List<ValueType> types = function.signature().parameters();
        if (arguments.length != types.size()) {
            throw new GraphException("wrong number of arguments: graph=%s, task=%s, function=%s, arguments=%d, expected=%d"
                    .formatted(name, task, function.mangledName(), arguments.length, types.size()));
        }
        Object[] converted = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            converted[i] = arguments[i] instanceof GraphTask source
                    ? source(task, i, types.get(i), own(source, task))
                    : Marshaller.kept(arguments[i], constant(name, task, function.loaded(), i, arguments[i]));
        }
        return converted;
    }

    private GraphNode source(String task, int argument, ValueType expected, GraphNode source) {
        source.requireNoCondition(task);
        ValueType given = source.function().signature().result().orElse(null);
        if (given != expected && !(given == ValueType.STRING && expected == ValueType.BYTES)) {
            throw new GraphException("a result does not fit the argument: graph=%s, task=%s, argument=%d, expected=%s, from=%s, result=%s"
                    .formatted(name, task, argument, expected.text(), source.name(), given == null ? "()" : given.text()));
        }
        return source;
    }

    /** A value brought to the type of the parameter. */
    static Object constant(String graph, String task, LoadedFunction<?> function, int argument, Object value) {
        try {
            return function.marshaller().convert(argument, value);
        } catch (SignatureException e) {
            throw new GraphException("an argument does not fit: graph=%s, task=%s, argument=%d, %s"
                    .formatted(graph, task, argument, e.getMessage()), e);
        }
    }

    @Override
    public GraphPart part(String part, Consumer<GraphBuilder> body) {
        return part(part, body, task -> { });
    }

    GraphSection part(String part, Consumer<GraphBuilder> body, Consumer<GraphNode> outer) {
        requireOpen();
        requireName("a part", part);
        Objects.requireNonNull(body, "body");
        requireFree("part", part);
        GraphSection section = new GraphSection(this, part, outer);
        parts.put(part, section);
        body.accept(section);
        section.end();
        return section;
    }

    @Override
    public GraphSemaphore semaphore(String semaphore, int permits) {
        requireOpen();
        requireName("a semaphore", semaphore);
        if (limits.containsKey(semaphore)) {
            throw new GraphException("a semaphore of this name is there: graph=%s, semaphore=%s".formatted(name, semaphore));
        }
        if (permits < 1 || permits > CoreLayout.SEMAPHORE_PERMITS_MAX) {
            throw new GraphException("permits out of range: graph=%s, semaphore=%s, value=%d, min=1, max=%d"
                    .formatted(name, semaphore, permits, CoreLayout.SEMAPHORE_PERMITS_MAX));
        }
        GraphLimit limit = new GraphLimit(this, limits.size(), semaphore, permits);
        limits.put(semaphore, limit);
        return limit;
    }

    @Override
    public GraphTask named(String task) {
        return named(name, byName, task);
    }

    static GraphNode named(String graph, Map<String, GraphNode> byName, String task) {
        GraphNode node = byName.get(Objects.requireNonNull(task, "name"));
        if (node == null) {
            List<String> near = NearNames.of(task, byName.keySet());
            throw new GraphException("no such task: graph=%s, task=%s, tasks=%d%s".formatted(graph, task, byName.size(),
                    near.isEmpty() ? "" : ", did you mean=" + String.join(" or ", near)));
        }
        return node;
    }

    @Override
    public TaskGraph build() {
        requireOpen();
        GraphShape shape = GraphShape.of(name, nodes);
        PlacedGraph graph = PlacedGraph.place(scheduler, name, shape, limits(), byName);
        built = true;
        return graph;
    }

    // ---- checks

    void requireOpen() {
        if (built) {
            throw new IllegalStateException("the graph is built: graph=" + name);
        }
    }

    private void requireName(String what, String given) {
        if (Objects.requireNonNull(given, "name").isBlank()) {
            throw new GraphException("%s needs a name: graph='%s', name='%s'".formatted(what, name, given));
        }
    }

    private void requireFree(String what, String given) {
        if (byName.containsKey(given) || parts.containsKey(given)) {
            throw new GraphException("a %s of this name is there: graph=%s, name=%s"
                    .formatted(byName.containsKey(given) ? "task" : "part", name, given));
        }
    }

    private void requireRoomForTask() {
        if (nodes.size() >= CoreLayout.NODE_COUNT_MAX) {
            throw new GraphException("too many tasks: graph=%s, limit=%d".formatted(name, CoreLayout.NODE_COUNT_MAX));
        }
    }

    void requireRoomForLimit(GraphNode node) {
        if (node.limits().size() >= CoreLayout.NODE_SEMAPHORES_MAX) {
            throw new GraphException("too many semaphores: graph=%s, task=%s, semaphores=%d, limit=%d"
                    .formatted(name, node.name(), node.limits().size() + 1, CoreLayout.NODE_SEMAPHORES_MAX));
        }
    }

    /** A task of this graph, for one that is called {@code user}. */
    GraphNode own(GraphTask task, String user) {
        if (!(task instanceof GraphNode node) || node.draft() != this) {
            throw new GraphException("a task of another graph: graph=%s, task=%s, other=%s%s".formatted(name, user,
                    task == null ? "null" : task.name(), task instanceof GraphNode node ? ", its graph=" + node.draft().name() : ""));
        }
        return node;
    }

    GraphLimit own(GraphSemaphore semaphore, String user) {
        if (!(semaphore instanceof GraphLimit limit) || limit.draft() != this) {
            throw new GraphException("a semaphore of another graph: graph=%s, task=%s, semaphore=%s"
                    .formatted(name, user, semaphore == null ? "null" : semaphore.name()));
        }
        return limit;
    }
}
