package dev.penny.internal.engine;

import dev.penny.api.GraphException;
import dev.penny.api.Priority;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskOptions;
import dev.penny.api.graph.GraphSemaphore;
import dev.penny.api.graph.GraphTask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** A task of a graph, while it is written and afterwards. <b>Threads:</b> as {@link GraphTask}; changes stop when the graph is built. */
final class GraphNode implements GraphTask {

    private final GraphDraft draft;
    private final int index;
    private final String name;
    private final FunctionCalls<?> function;
    private final boolean condition;
    /** A {@link GraphNode} whose result it takes, or a value as {@link Marshaller#convert} gives it. */
    private final Object[] arguments;
    private final Set<GraphNode> order = new LinkedHashSet<>();
    private final List<GraphNode> branches = new ArrayList<>(0);
    private final List<GraphLimit> limits = new ArrayList<>(0);
    private Placement placement;
    private Priority priority = Priority.NORMAL;

    GraphNode(GraphDraft draft, int index, String name, FunctionCalls<?> function, boolean condition, Object[] arguments) {
        this.draft = draft;
        this.index = index;
        this.name = name;
        this.function = function;
        this.condition = condition;
        this.arguments = arguments;
        this.placement = function.terms().placement();
    }

    int index() {
        return index;
    }

    GraphDraft draft() {
        return draft;
    }

    LoadedFunction<?> loaded() {
        return function.loaded();
    }

    Placement placement() {
        return placement;
    }

    Object[] arguments() {
        return arguments;
    }

    /** Tasks it comes after without taking their results. */
    List<GraphNode> orderOnly() {
        List<Object> sources = Arrays.asList(arguments);
        return order.stream().filter(node -> !sources.contains(node)).toList();
    }

    List<GraphNode> branchNodes() {
        return branches;
    }

    /** Ascending: every task takes them in this order. */
    List<GraphLimit> limits() {
        return limits;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public TaskFunction<?> function() {
        return function;
    }

    @Override
    public boolean isCondition() {
        return condition;
    }

    @Override
    public List<GraphTask> predecessors() {
        Set<GraphTask> all = new LinkedHashSet<>();
        for (Object argument : arguments) {
            if (argument instanceof GraphNode source) {
                all.add(source);
            }
        }
        all.addAll(order);
        return List.copyOf(all);
    }

    @Override
    public List<GraphTask> branches() {
        return List.copyOf(branches);
    }

    @Override
    public GraphTask after(GraphTask... predecessors) {
        draft.requireOpen();
        for (GraphTask predecessor : Objects.requireNonNull(predecessors, "predecessors")) {
            GraphNode node = draft.own(predecessor, name);
            node.requireNoCondition(name);
            order.add(node);
        }
        return this;
    }

    @Override
    public GraphTask before(GraphTask... successors) {
        draft.requireOpen();
        for (GraphTask successor : Objects.requireNonNull(successors, "successors")) {
            GraphNode node = draft.own(successor, name);
            requireNoCondition(node.name);
            node.order.add(this);
        }
        return this;
    }

    void requireNoCondition(String successor) {
        if (condition) {
            throw new GraphException("only a branch leads on from a condition: graph=%s, condition=%s, task=%s"
                    .formatted(draft.name(), name, successor));
        }
    }

    @Override
    public GraphTask branch(GraphTask... successors) {
        draft.requireOpen();
        if (!condition) {
            throw new GraphException("only a condition has branches: graph=%s, task=%s".formatted(draft.name(), name));
        }
        for (GraphTask successor : Objects.requireNonNull(successors, "successors")) {
            branches.add(draft.own(successor, name));
        }
        return this;
    }

    @Override
    public GraphTask priority(Priority value) {
        draft.requireOpen();
        priority = Objects.requireNonNull(value, "priority");
        if (!placement.isPinned()) {
            placement = placed(TaskOptions.defaults().priority(value));
        }
        return this;
    }

    @Override
    public GraphTask pinnedTo(int worker) {
        draft.requireOpen();
        try {
            placement = placed(TaskOptions.defaults().priority(priority).pinnedTo(worker));
        } catch (IllegalArgumentException e) {
            throw new GraphException("no such worker: graph=%s, task=%s, %s".formatted(draft.name(), name, e.getMessage()), e);
        }
        return this;
    }

    private Placement placed(TaskOptions options) {
        return draft.scheduler().submitter().terms(options).placement();
    }

    @Override
    public GraphTask acquires(GraphSemaphore... semaphores) {
        draft.requireOpen();
        for (GraphSemaphore semaphore : Objects.requireNonNull(semaphores, "semaphores")) {
            GraphLimit limit = draft.own(semaphore, name);
            if (limits.contains(limit)) {
                throw new GraphException("a task takes one permit of a semaphore: graph=%s, task=%s, semaphore=%s"
                        .formatted(draft.name(), name, limit.name()));
            }
            draft.requireRoomForLimit(this);
            limits.add(limit);
        }
        Collections.sort(limits);
        return this;
    }

    @Override
    public String toString() {
        return name;
    }
}
