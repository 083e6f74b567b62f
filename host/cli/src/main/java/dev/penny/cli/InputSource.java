package dev.penny.cli;

import dev.penny.api.TaskFunction;
import dev.penny.api.ValueType;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/** Where the inputs of {@code penny map} come from. One thread at a time. */
interface InputSource extends AutoCloseable {

    /** What one input is, in the plural: {@code files}. */
    String unit();

    /** How many inputs there are, where that is known without reading them all. */
    OptionalLong total();

    /** Size of the largest argument, 0 if they are small or unknown. */
    long largestBytes();

    /** True if the inputs' names are numbers. */
    default boolean numeric() {
        return false;
    }

    /**
     * Checks that a function of one parameter can take these inputs.
     *
     * @throws UsageException if it cannot
     */
    void check(TaskFunction<?> function);

    /** True if {@link #next} will not wait for somebody to write more input. */
    default boolean ready() {
        return true;
    }

    /**
     * Reads the next input for a parameter of this type; empty at the end.
     *
     * @throws IOException if the rest cannot be read either
     */
    Optional<MapInput> next(ValueType type) throws IOException;

    @Override
    void close();
}
