package dev.penny.api.graph;

import dev.penny.api.TaskFunction;

/**
 * A pipeline that is being written: stages that every input passes one after the other. All methods but {@link #build} return it.
 *
 * <p>The first stage gets the input: one argument, or an {@code Object[]} of them. Every other stage gets the result of the one before,
 * which must be of exactly its first parameter's type, then {@code more}, the same for every input; its arrays are read at the call.
 *
 * <p><b>Threads:</b> one at a time.
 * <p><b>Errors:</b> {@link dev.penny.api.SignatureException} for arguments that do not fit; {@link dev.penny.api.GraphException} for a
 * blank or used name, a function with a deadline or of another Penny, and a number out of range.
 */
public interface PipelineBuilder {

    /**
     * How many inputs may be in the pipeline at once, 1 to 4,096 divided by the number of stages; four per worker if nothing is said.
     */
    PipelineBuilder tokens(int count);

    /**
     * How many inputs may have begun a stage and not yet ended the next one, for any two neighbouring stages: the first of them waits
     * while there are so many. As many as {@link #tokens} if nothing is said.
     */
    PipelineBuilder queue(int count);

    /** A stage that takes one input at a time, in the order in which they came. */
    PipelineBuilder serial(String name, TaskFunction<?> function, Object... more);

    /** A stage that takes one input at a time, in any order. */
    PipelineBuilder serialAnyOrder(String name, TaskFunction<?> function, Object... more);

    /**
     * A stage that takes several inputs at a time.
     *
     * @param width how many at most
     */
    PipelineBuilder parallel(String name, int width, TaskFunction<?> function, Object... more);

    /** The pipeline. @throws dev.penny.api.GraphException it has no stages, or too many for its tokens */
    Pipeline build();
}
