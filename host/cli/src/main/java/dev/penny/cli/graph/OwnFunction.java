package dev.penny.cli.graph;

/** The functions Penny adds to a graph. */
public enum OwnFunction {
    /** {@code (string)->bytes|string}: the content of a file. */
    READ(true),
    /** {@code (string, T)->()}: puts a value into a file. */
    WRITE(true),
    /** {@code (string, T...)->bytes|string}: one after the other, with the first argument between them. */
    GATHER(false),
    /** {@code (T...)->string}: as JSON values with commas between them. */
    JSON_VALUES(false),
    /** {@code (string)->bytes|string}: a JSON array of such values. */
    JSON_ARRAY(false),
    /** {@code ()->()}: nothing; others wait for it instead of for many tasks each. */
    ALL(false),
    /** {@code (T)->T}: the value itself, for a task that waits for others and has nothing to call. */
    SAME(false),
    /** {@code (i32|i64)->()}: fails if the value is 0. */
    WHEN(false),
    /** {@code (i32|i64)->()}: fails unless the value is 0. */
    UNLESS(false);

    private final boolean blocking;

    OwnFunction(boolean blocking) {
        this.blocking = blocking;
    }

    /** True if it waits for a disk. */
    public boolean blocking() {
        return blocking;
    }

    /** True for one whose failure means "not wanted". */
    public boolean guards() {
        return this == WHEN || this == UNLESS;
    }
}
