package dev.penny.api;

import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The results of a bulk {@code map}, in the order of the inputs. Inputs are pulled only as results are taken, so that memory
 * stays bounded however long the input is. A deadline of the function ({@link TaskOptions#deadline}) counts from the call of
 * {@code map}: after it every input that has not started has a {@link DeadlineException} as its outcome.
 *
 * <p><b>Threads:</b> one thread at a time; {@code next} blocks until the next result is there. Closing early cancels what has
 * not started and waits for what runs. {@link #cancel} may be called by any thread at any time.
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

    /**
     * Cancels what has not started, and takes no more inputs: the outcomes of inputs already taken are still delivered, those of
     * cancelled ones as {@link ClosedException}, then there are no more. A batch of at most 64 cheap items that a worker has begun is
     * finished.
     */
    void cancel();

    @Override
    void close();
}
