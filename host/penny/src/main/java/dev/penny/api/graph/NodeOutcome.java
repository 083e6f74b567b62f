package dev.penny.api.graph;

import dev.penny.api.PennyException;
import java.util.List;

/** How a task of a graph ended; in a loop, the last time. */
public sealed interface NodeOutcome {

    /** It returned; {@link GraphRun#result(GraphTask)} gives its result. */
    record Done() implements NodeOutcome { }

    /** It failed. */
    record Failed(PennyException cause) implements NodeOutcome { }

    /**
     * It did not run, because a task it needed did not end well.
     *
     * @param chain how it came to that: the task that failed, those that were skipped between, and last the one skipped here
     */
    record Skipped(List<GraphTask> chain) implements NodeOutcome {

        /** Copies the list. */
        public Skipped {
            chain = List.copyOf(chain);
        }

        /** The task whose failure is the reason. */
        public GraphTask by() {
            return chain.getFirst();
        }
    }

    /** It had not started when the run was cancelled or its deadline passed. */
    record Cancelled() implements NodeOutcome { }

    /** No condition led to it. */
    record NotReached() implements NodeOutcome { }
}
