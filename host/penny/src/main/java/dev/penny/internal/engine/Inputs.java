package dev.penny.internal.engine;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;

/**
 * The inputs of a map as they are when their iterator gives them, up to its first exception. That is kept until the outcomes of all inputs
 * before it are delivered.
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
                next = hasNext ? kept(source.next()) : null;
            } catch (RuntimeException | Error e) {
                hasNext = false;
                failure = e;
            }
        }
        return hasNext;
    }

    /** The iterator may fill the same array again for the next one. */
    private static Object kept(Object input) {
        if (!(input instanceof Object[] several)) {
            return keptValue(input);
        }
        Object[] kept = new Object[several.length];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = keptValue(several[i]);
        }
        return kept;
    }

    private static Object keptValue(Object value) {
        return switch (value) {
            case byte[] bytes -> bytes.clone();
            case ByteBuffer buffer -> Marshaller.copy(buffer);
            case CharSequence text -> text.toString();
            case null, default -> value;
        };
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
