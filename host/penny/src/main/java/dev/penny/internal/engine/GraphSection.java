package dev.penny.internal.engine;

import dev.penny.api.GraphException;
import dev.penny.api.TaskFunction;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphPart;
import dev.penny.api.graph.GraphSemaphore;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/** A part of a graph: while its body runs the builder of its tasks, then the group of them. */
final class GraphSection implements GraphBuilder, GraphPart {

    private final GraphDraft draft;
    private final String name;
    private final Consumer<GraphNode> outer;
    private final List<GraphNode> nodes = new ArrayList<>();
    private boolean ended;

    /** {@code outer} hears of its tasks, which are also those of the parts around it. */
    GraphSection(GraphDraft draft, String name, Consumer<GraphNode> outer) {
        this.draft = draft;
        this.name = name;
        this.outer = outer;
    }

    void end() {
        ended = true;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public GraphTask task(String task, TaskFunction<?> function, Object... arguments) {
        return add(draft.add(inside(task), function, false, arguments));
    }

    @Override
    public GraphTask condition(String task, TaskFunction<?> function, Object... arguments) {
        return add(draft.add(inside(task), function, true, arguments));
    }

    private GraphNode add(GraphNode node) {
        nodes.add(node);
        outer.accept(node);
        return node;
    }

    @Override
    public GraphPart part(String part, Consumer<GraphBuilder> body) {
        return draft.part(inside(part), body, this::add);
    }

    @Override
    public GraphSemaphore semaphore(String semaphore, int permits) {
        return draft.semaphore(inside(semaphore), permits);
    }

    @Override
    public GraphTask named(String task) {
        return draft.named(name + "/" + Objects.requireNonNull(task, "name"));
    }

    private String inside(String inner) {
        if (ended) {
            throw new IllegalStateException("the part is complete: graph=%s, part=%s".formatted(draft.name(), name));
        }
        if (Objects.requireNonNull(inner, "name").isBlank()) {
            throw new GraphException("a name is blank: graph=%s, part=%s".formatted(draft.name(), name));
        }
        return name + "/" + inner;
    }

    @Override
    public TaskGraph build() {
        throw new IllegalStateException("only the whole graph is built: graph=%s, part=%s".formatted(draft.name(), name));
    }

    @Override
    public List<GraphTask> tasks() {
        return List.copyOf(nodes);
    }

    @Override
    public GraphPart after(GraphTask... predecessors) {
        draft.requireOpen();
        Set<GraphTask> mine = new HashSet<>(nodes);
        Set<GraphTask> led = new HashSet<>();
        for (GraphNode node : nodes) {
            led.addAll(node.branchNodes());
            if (node.predecessors().stream().anyMatch(mine::contains)) {
                led.add(node);
            }
        }
        nodes.stream().filter(node -> !led.contains(node)).forEach(node -> node.after(predecessors));
        return this;
    }

    @Override
    public GraphPart before(GraphTask... successors) {
        draft.requireOpen();
        Set<GraphTask> leading = new HashSet<>();
        for (GraphNode node : nodes) {
            if (node.isCondition()) {
                throw new GraphException("not all of a part with a condition need run, connect its tasks: graph=%s, part=%s, condition=%s"
                        .formatted(draft.name(), name, node.name()));
            }
            leading.addAll(node.predecessors());
        }
        nodes.stream().filter(node -> !leading.contains(node)).forEach(node -> node.before(successors));
        return this;
    }

    @Override
    public String toString() {
        return name;
    }
}
