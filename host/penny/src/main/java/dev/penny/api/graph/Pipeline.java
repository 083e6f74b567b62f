package dev.penny.api.graph;

import dev.penny.api.TaskResults;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Stages that every input passes one after the other, while several inputs are on their way. It holds nothing between runs.
 *
 * <p><b>Threads:</b> any; several runs may be under way at once, each with places, widths and order of its own.
 */
public interface Pipeline {

    /** Its name. */
    String name();

    /** The names of its stages. */
    List<String> stages();

    /**
     * Sends inputs through. An input is taken when there is room for it ({@link PipelineBuilder#tokens}) and a result is asked for; the
     * results come in the order of the inputs. One that fails in a stage leaves the pipeline there, and its outcome is the failure; the
     * others go on. Closing the results early cancels what has not started and waits for what runs.
     *
     * @return the last stage's results; {@code null} values if it has none
     * @throws dev.penny.api.CapacityException no room for it in argument memory
     * @throws dev.penny.api.ClosedException the Penny is closed
     */
    TaskResults<Object> run(Iterator<?> inputs);

    /**
     * Sends all inputs through and gives the results, in order, to a consumer on the calling thread.
     *
     * @throws dev.penny.api.PennyException the first failure; inputs behind it may not have run
     */
    default void run(Iterator<?> inputs, Consumer<Object> results) {
        Objects.requireNonNull(results, "results");
        try (TaskResults<Object> outcomes = run(inputs)) {
            while (outcomes.hasNext()) {
                results.accept(outcomes.next().get());
            }
        }
    }
}
