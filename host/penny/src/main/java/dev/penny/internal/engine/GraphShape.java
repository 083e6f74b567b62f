package dev.penny.internal.engine;

import dev.penny.api.GraphException;
import dev.penny.api.graph.GraphEdge;
import dev.penny.internal.core.CoreLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The arrows of a graph as the core has them: for each node a run of words, its edges and then its semaphores.
 *
 * @param starts for each node, the index of its first word
 * @param ends for each node, the index behind its last edge
 * @param words as the core has them: successor and argument of an edge, number of a semaphore
 * @param predecessors for each node, the edges that lead to it, but for those of conditions
 * @param roots the nodes that nothing leads to
 */
record GraphShape(List<GraphNode> nodes, int[] starts, int[] ends, int[] words, int[] predecessors, int[] roots) {

    private static final int NAMES_SHOWN_MAX = 64;
    private static final int INDEX_MASK = CoreLayout.NODE_COUNT_MAX - 1;

    /** The shape of a graph that can run. @throws GraphException it cannot, see {@link dev.penny.api.graph.GraphBuilder#build} */
    static GraphShape of(String graph, List<GraphNode> drafted) {
        List<GraphNode> nodes = List.copyOf(drafted);
        if (nodes.isEmpty()) {
            throw new GraphException("no tasks: graph=" + graph);
        }
        nodes.stream().filter(node -> node.isCondition() && node.branchNodes().isEmpty()).findFirst().ifPresent(node -> {
            throw new GraphException("a condition without branches: graph=%s, condition=%s".formatted(graph, node.name()));
        });
        GraphShape shape = layOut(nodes);
        shape.refuseCycles(graph);
        shape.refuseUnreachable(graph);
        return shape;
    }

    private static GraphShape layOut(List<GraphNode> nodes) {
        int count = nodes.size();
        int[] starts = new int[count];
        int[] ends = new int[count];
        int[] predecessors = new int[count];
        for (GraphNode node : nodes) {
            for (Object argument : node.arguments()) {
                if (argument instanceof GraphNode source) {
                    ends[source.index()]++;
                    predecessors[node.index()]++;
                }
            }
            for (GraphNode before : node.orderOnly()) {
                ends[before.index()]++;
                predecessors[node.index()]++;
            }
            ends[node.index()] += node.branchNodes().size();
        }
        int words = 0;
        for (int i = 0; i < count; i++) {
            starts[i] = words;
            ends[i] = Math.addExact(words, ends[i]);
            words = Math.addExact(ends[i], nodes.get(i).limits().size());
        }
        GraphShape shape = new GraphShape(nodes, starts, ends, new int[words], predecessors, roots(nodes, predecessors));
        shape.fill();
        return shape;
    }

    private static int[] roots(List<GraphNode> nodes, int[] predecessors) {
        boolean[] led = new boolean[nodes.size()];
        nodes.forEach(node -> node.branchNodes().forEach(branch -> led[branch.index()] = true));
        return IntStream.range(0, nodes.size()).filter(i -> predecessors[i] == 0 && !led[i]).toArray();
    }

    private void fill() {
        int[] cursors = starts.clone();
        for (GraphNode node : nodes) {
            Object[] arguments = node.arguments();
            for (int i = 0; i < arguments.length; i++) {
                if (arguments[i] instanceof GraphNode source) {
                    words[cursors[source.index()]++] = node.index() | i + 1 << CoreLayout.EDGE_ARGUMENT_SHIFT;
                }
            }
            for (GraphNode before : node.orderOnly()) {
                words[cursors[before.index()]++] = node.index();
            }
            for (GraphNode branch : node.branchNodes()) {
                words[cursors[node.index()]++] = branch.index();
            }
        }
        for (GraphNode node : nodes) {
            int word = ends[node.index()];
            for (GraphLimit limit : node.limits()) {
                words[word++] = limit.index();
            }
        }
    }

    /** Takes away, again and again, what waits for nothing; what stays waits for itself, or for something that does. */
    private void refuseCycles(String graph) {
        int[] pending = predecessors.clone();
        ArrayDeque<Integer> free = new ArrayDeque<>();
        IntStream.range(0, pending.length).filter(i -> pending[i] == 0).forEach(free::add);
        int taken = 0;
        while (!free.isEmpty()) {
            int node = free.remove();
            taken++;
            for (int edge = starts[node]; edge < ends[node] && !nodes.get(node).isCondition(); edge++) {
                int successor = words[edge] & INDEX_MASK;
                if (--pending[successor] == 0) {
                    free.add(successor);
                }
            }
        }
        if (taken < pending.length) {
            throw new GraphException("tasks wait for each other: graph=%s, cycle=%s".formatted(graph, shown(cycle(pending), " -> ")));
        }
    }

    /** Goes back from a task that waits for ever to one that it waits for, until one comes again. */
    private List<String> cycle(int[] pending) {
        int[] seen = new int[pending.length];
        Arrays.fill(seen, -1);
        List<GraphNode> path = new ArrayList<>();
        GraphNode node = nodes.get(IntStream.range(0, pending.length).filter(i -> pending[i] > 0).findFirst().orElseThrow());
        while (seen[node.index()] < 0) { // Ends: there are only so many tasks.
            seen[node.index()] = path.size();
            path.add(node);
            node = (GraphNode) node.predecessors().stream().filter(before -> pending[((GraphNode) before).index()] > 0)
                    .findFirst().orElseThrow();
        }
        List<GraphNode> cycle = new ArrayList<>(path.subList(seen[node.index()], path.size()));
        cycle.add(node);
        Collections.reverse(cycle);
        return cycle.stream().map(GraphNode::name).toList();
    }

    private void refuseUnreachable(String graph) {
        if (roots.length == 0) {
            throw new GraphException("no task can start, each waits for another or for a condition: graph=%s, tasks=%s"
                    .formatted(graph, shown(nodes.stream().map(GraphNode::name).toList(), " ")));
        }
        boolean[] reached = new boolean[nodes.size()];
        ArrayDeque<Integer> open = new ArrayDeque<>();
        for (int root : roots) {
            reached[root] = true;
            open.add(root);
        }
        while (!open.isEmpty()) {
            int node = open.remove();
            for (int edge = starts[node]; edge < ends[node]; edge++) {
                int successor = words[edge] & INDEX_MASK;
                if (!reached[successor]) {
                    reached[successor] = true;
                    open.add(successor);
                }
            }
        }
        List<String> never = nodes.stream().filter(node -> !reached[node.index()]).map(GraphNode::name).toList();
        if (!never.isEmpty()) {
            throw new GraphException("tasks that only they themselves lead to never start: graph=%s, tasks=%s"
                    .formatted(graph, shown(never, " ")));
        }
    }

    private static String shown(List<String> names, String separator) {
        String text = names.stream().limit(NAMES_SHOWN_MAX).collect(Collectors.joining(separator));
        return names.size() <= NAMES_SHOWN_MAX ? text : text + separator + "... (" + (names.size() - NAMES_SHOWN_MAX) + " more)";
    }

    boolean hasConditions() {
        return nodes.stream().anyMatch(GraphNode::isCondition);
    }

    /** For reading. */
    List<GraphEdge> edges() {
        List<GraphEdge> edges = new ArrayList<>();
        for (GraphNode node : nodes) {
            for (int edge = starts[node.index()]; edge < ends[node.index()]; edge++) {
                GraphNode to = nodes.get(words[edge] & INDEX_MASK);
                int argument = words[edge] >>> CoreLayout.EDGE_ARGUMENT_SHIFT;
                edges.add(node.isCondition() ? new GraphEdge.Branch(node, to, edge - starts[node.index()])
                        : argument == 0 ? new GraphEdge.Order(node, to) : new GraphEdge.Result(node, to, argument - 1));
            }
        }
        return edges;
    }
}
