package dev.penny.api;

import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The results of a bulk {@code map}, in the order of the inputs. Inputs are pulled only as results are taken, so that memory
 * stays bounded however long the input is.
 *
 * <p><b>Threads:</b> one thread at a time; {@code next} blocks until the next result is there. Closing early cancels what has
 * not started and waits for what runs.
 *
 * @param <R> the result's type
 */
public interface TaskResults<R> extends Iterator<Outcome<R>>, AutoCloseable {

    /** Results as a stream that throws the first failure when it reaches it; closing it closes this. */
    default Stream<R> values() {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED), false)
                .map(Outcome::get)
                .onClose(this::close);
    }

    @Override
    void close();
}
