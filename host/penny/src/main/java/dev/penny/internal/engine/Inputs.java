package dev.penny.internal.engine;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;

/**
 * The inputs of a map, up to the first exception of their iterator. It is kept until the outcomes of all inputs before it are delivered.
 *
 * <p><b>Threads:</b> the one that maps.
 */
final class Inputs implements Iterator<Object> {

    private final Iterator<?> source;
    private Object next;
    private boolean hasNext;
    private Throwable failure;

    Inputs(Iterator<?> source) {
        this.source = Objects.requireNonNull(source, "inputs");
    }

    /** Pulls the next one; false also after an exception. */
    @Override
    public boolean hasNext() {
        if (!hasNext && failure == null) {
            try {
                hasNext = source.hasNext();
                next = hasNext ? source.next() : null;
            } catch (RuntimeException | Error e) {
                hasNext = false;
                failure = e;
            }
        }
        return hasNext;
    }

    @Override
    public Object next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        hasNext = false;
        return next;
    }

    /** Throws what the iterator threw, if it threw anything. */
    void throwFailure() {
        switch (failure) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> { }
        }
    }
}
