package dev.penny.api;

import java.util.Iterator;
import java.util.stream.Stream;

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

    /** Results as a stream that throws the first failure when it reaches it. */
    Stream<R> values();

    @Override
    void close();
}
