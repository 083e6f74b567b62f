package dev.penny.api;

/**
 * A child of a {@link TaskScope}. Its result is there once the scope has joined it.
 *
 * @param <R> the result's type
 */
public interface Forked<R> {

    /**
     * The result.
     *
     * @throws IllegalStateException the scope has not joined it yet
     * @throws TaskFailedException the child threw; the cause is what it threw. A {@link PennyException} comes out as it is
     * @throws java.util.concurrent.CancellationException the child never started, because the scope was cancelled
     */
    R get();

    /**
     * How the child ended; a child that never started counts as failed.
     *
     * @throws IllegalStateException the scope has not joined it yet
     */
    Outcome<R> outcome();
}
