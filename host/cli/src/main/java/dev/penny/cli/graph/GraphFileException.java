package dev.penny.cli.graph;

import java.util.List;

/** A graph file has mistakes: all that could be found at once, in the order of the file. */
public final class GraphFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> mistakes;
    private final boolean more;

    GraphFileException(List<String> mistakes, boolean more) {
        super(String.join("\n", mistakes));
        this.mistakes = List.copyOf(mistakes);
        this.more = more;
    }

    /** True if there are more mistakes than these. */
    public boolean more() {
        return more;
    }

    /** Each is {@code FILE:LINE:COLUMN: what}, then the line, then a mark below it, on lines of their own. */
    public List<String> mistakes() {
        return mistakes == null ? List.of() : mistakes;
    }
}
