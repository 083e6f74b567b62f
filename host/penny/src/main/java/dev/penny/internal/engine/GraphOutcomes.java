package dev.penny.internal.engine;

import dev.penny.api.GraphException;
import dev.penny.api.GraphFailedException;
import dev.penny.api.PennyException;
import dev.penny.api.TaskFailedException;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.NodeOutcome;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads how the tasks of a run that has ended came out. <b>Threads:</b> one, while the nodes are not made ready for another run. */
final class GraphOutcomes {

    /** Names in the chains of one exception: enough for every chain of a graph that a person reads. */
    private static final int CHAIN_NAMES_MAX = 10_000;

    private final PlacedGraph graph;
    private final CoreMemory memory;
    private final Map<Integer, PennyException> failures;

    GraphOutcomes(PlacedGraph graph, Map<Integer, PennyException> failures) {
        this.graph = graph;
        this.memory = graph.scheduler().memory();
        this.failures = failures;
    }

    private int state(int index) {
        return memory.getInt(graph.nodes().ref(index) + CoreLayout.NODE_STATE);
    }

    private boolean failed(int index) {
        return state(index) == CoreLayout.FRAME_STATE_FAILED;
    }

    NodeOutcome outcome(GraphNode node, boolean runCancelled) {
        return switch (state(node.index())) {
            case CoreLayout.FRAME_STATE_DONE -> new NodeOutcome.Done();
            case CoreLayout.FRAME_STATE_FAILED -> new NodeOutcome.Failed(cause(node.index()));
            case CoreLayout.FRAME_STATE_CANCELLED -> {
                List<GraphNode> chain = chain(node.index());
                yield failed(chain.getFirst().index()) ? new NodeOutcome.Skipped(List.<GraphTask>copyOf(chain)) : new NodeOutcome.Cancelled();
            }
            default -> runCancelled ? new NodeOutcome.Cancelled() : new NodeOutcome.NotReached();
        };
    }

    /** A failure is told to the worker where it happened, unless that had no stack left to listen. */
    private PennyException cause(int index) {
        PennyException cause = failures.get(index);
        return cause != null ? cause : new TaskFailedException(graph.node(index).loaded().mangledName(), "call stack exhausted", List.of(),
                new StackOverflowError());
    }

    /** From the task because of which a skipped one was skipped to that one: causes lead back along arrows that have no cycle. */
    private List<GraphNode> chain(int skipped) {
        List<GraphNode> chain = new ArrayList<>();
        int index = skipped;
        chain.add(graph.node(index));
        int cause;
        while (!failed(index) && (cause = causeIndex(index)) >= 0 && chain.size() <= graph.nodeCount()) {
            index = cause;
            chain.add(graph.node(index));
        }
        Collections.reverse(chain);
        return chain;
    }

    private int causeIndex(int index) {
        return memory.getInt(graph.nodes().ref(index) + CoreLayout.NODE_CAUSE) - 1;
    }

    /** The failure of a run in which tasks failed. */
    GraphFailedException failure() {
        Map<Integer, List<String>> chains = chains();
        List<GraphFailedException.Failure> failed = new ArrayList<>();
        for (int index = 0; index < graph.nodeCount(); index++) {
            if (failed(index)) {
                failed.add(new GraphFailedException.Failure(graph.node(index).name(), cause(index), chains.getOrDefault(index, List.of())));
            }
        }
        int conflict = graph.nodes().conflict();
        if (conflict >= 0) {
            failed.add(new GraphFailedException.Failure(graph.node(conflict).name(), new GraphException(
                    "started again before it had ended, by a loop that leaves it behind or by two conditions: graph=%s, task=%s"
                            .formatted(graph.name(), graph.node(conflict).name())), List.of()));
        }
        return new GraphFailedException(graph.name(), failed);
    }

    /** For each failed task the chains that begin with it, each to a task that is not the cause of another one. */
    private Map<Integer, List<String>> chains() {
        boolean[] leadsOn = new boolean[graph.nodeCount()];
        for (int index = 0; index < leadsOn.length; index++) {
            if (state(index) == CoreLayout.FRAME_STATE_CANCELLED && causeIndex(index) >= 0) {
                leadsOn[causeIndex(index)] = true;
            }
        }
        Map<Integer, List<String>> chains = new HashMap<>();
        int names = 0;
        for (int index = 0; index < leadsOn.length && names < CHAIN_NAMES_MAX; index++) {
            if (state(index) == CoreLayout.FRAME_STATE_CANCELLED && !leadsOn[index]) {
                List<GraphNode> chain = chain(index);
                names += chain.size();
                if (failed(chain.getFirst().index())) {
                    chains.computeIfAbsent(chain.getFirst().index(), first -> new ArrayList<>())
                            .add(chain.stream().map(GraphNode::name).collect(Collectors.joining(" -> ")));
                }
            }
        }
        return chains;
    }
}
