package dev.penny.api.graph;

import java.util.Objects;

/**
 * How a {@link Program} is run. Immutable: every method returns other options.
 *
 * @param name for messages; not blank
 * @param window how many instructions may be under way at once, 1 to {@value #WINDOW_MAX}; more wait until the oldest has retired
 * @param renaming every write of a variable or a place gets storage of its own, so that a write waits neither for earlier reads nor for
 *         earlier writes
 * @param order whether instructions may overtake each other
 */
public record ProgramOptions(String name, int window, boolean renaming, Order order) {

    /** The largest window. */
    public static final int WINDOW_MAX = 4096;

    private static final ProgramOptions DEFAULTS = new ProgramOptions("program", 64, true, Order.OUT_OF_ORDER);

    /** In which order instructions start. */
    public enum Order {
        /** An instruction starts when what it conflicts with has ended. */
        OUT_OF_ORDER,
        /** An instruction starts when the one before it has ended. */
        IN_ORDER
    }

    /**
     * Checked options.
     *
     * @throws IllegalArgumentException a blank name, or a window out of range
     */
    public ProgramOptions {
        Objects.requireNonNull(order, "order");
        if (Objects.requireNonNull(name, "name").isBlank()) {
            throw new IllegalArgumentException("a program needs a name: name='" + name + "'");
        }
        if (window < 1 || window > WINDOW_MAX) {
            throw new IllegalArgumentException("window out of range: value=%d, min=1, max=%d".formatted(window, WINDOW_MAX));
        }
    }

    /** Out of order, with renaming, 64 instructions at once. */
    public static ProgramOptions defaults() {
        return DEFAULTS;
    }

    /** With this name. */
    public ProgramOptions name(String value) {
        return new ProgramOptions(value, window, renaming, order);
    }

    /** With this many instructions at once. */
    public ProgramOptions window(int value) {
        return new ProgramOptions(name, value, renaming, order);
    }

    /** With or without renaming. */
    public ProgramOptions renaming(boolean value) {
        return new ProgramOptions(name, window, value, order);
    }

    /** In this order. */
    public ProgramOptions order(Order value) {
        return new ProgramOptions(name, window, renaming, value);
    }
}
