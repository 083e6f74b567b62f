package dev.penny.cli.graph;

/** A mistake with its place, on its way to {@link Mistakes}. */
final class MistakeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Span at;

    MistakeException(Span at, String message) {
        super(message);
        this.at = at;
    }

    Span at() {
        return at;
    }
}
