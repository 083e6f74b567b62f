package dev.penny.cli.graph;

/**
 * A stretch of one line of a graph file.
 *
 * @param line counted from 1
 * @param column counted from 1, in code points
 * @param length in code points, at least 1
 */
record Span(int line, int column, int length) implements Comparable<Span> {

    static final Span START = new Span(1, 1, 1);

    @Override
    public int compareTo(Span other) {
        return line != other.line ? Integer.compare(line, other.line) : Integer.compare(column, other.column);
    }
}
