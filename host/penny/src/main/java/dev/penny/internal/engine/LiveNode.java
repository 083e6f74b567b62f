package dev.penny.internal.engine;

import java.util.Arrays;

/**
 * A node of a {@link LiveWindow} that is being put together; used again for every node of its window.
 *
 * <p><b>Threads:</b> one.
 */
final class LiveNode {

    static final int NO_SEMAPHORE = -1;

    private static final int PARAMETERS_MAX = 8;

    private LoadedFunction<?> function;
    private Terms terms;
    /** By parameter: brought to its type, {@code null} for what is a word or comes through an edge. */
    private final Object[] values = new Object[PARAMETERS_MAX];
    private final long[] words = new long[PARAMETERS_MAX];
    private int edgeCount;
    private long[] predecessors = new long[16];
    private int[] edgeArguments = new int[16];
    private boolean[] anyway = new boolean[16];
    private boolean dead;
    private int semaphore;

    void begin(LoadedFunction<?> called, Terms calledOn) {
        function = called;
        terms = calledOn;
        edgeCount = 0;
        dead = false;
        semaphore = NO_SEMAPHORE;
        Arrays.fill(values, null);
        Arrays.fill(words, 0);
    }

    LoadedFunction<?> function() {
        return function;
    }

    Terms terms() {
        return terms;
    }

    /** An argument that is known; prepared. */
    void value(int parameter, Object prepared) {
        values[parameter] = prepared;
    }

    /** An argument as it lies in a record. */
    void word(int parameter, long word) {
        words[parameter] = word;
    }

    /** It starts with a permit of this semaphore of its graph, and gives it back when it ends. */
    void acquires(int index) {
        semaphore = index;
    }

    int semaphore() {
        return semaphore;
    }

    Object value(int parameter) {
        return values[parameter];
    }

    long word(int parameter) {
        return words[parameter];
    }

    /** Something it needs has no value: it is skipped. */
    void kill() {
        dead = true;
    }

    boolean isDead() {
        return dead;
    }

    /**
     * It waits for a node of its window.
     *
     * @param argument 1 + the parameter that gets the result, 0 for none
     * @param evenIfNotDone it starts also if the predecessor failed or was skipped
     */
    void waitsFor(long predecessor, int argument, boolean evenIfNotDone) {
        for (int i = edgeCount - 1; argument == 0 && i >= 0; i--) {
            if (predecessors[i] == predecessor) {
                anyway[i] &= evenIfNotDone;
                return;
            }
        }
        if (edgeCount == predecessors.length) {
            predecessors = Arrays.copyOf(predecessors, 2 * edgeCount);
            edgeArguments = Arrays.copyOf(edgeArguments, 2 * edgeCount);
            anyway = Arrays.copyOf(anyway, 2 * edgeCount);
        }
        predecessors[edgeCount] = predecessor;
        edgeArguments[edgeCount] = argument;
        anyway[edgeCount++] = evenIfNotDone;
    }

    int edgeCount() {
        return edgeCount;
    }

    long predecessor(int edge) {
        return predecessors[edge];
    }

    int edgeArgument(int edge) {
        return edgeArguments[edge];
    }

    boolean anyway(int edge) {
        return anyway[edge];
    }
}
