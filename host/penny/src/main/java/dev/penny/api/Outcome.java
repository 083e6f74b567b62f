package dev.penny.api;

/**
 * How one task of a bulk operation ended.
 *
 * @param <R> the result's type
 */
public sealed interface Outcome<R> {

    /** The result, or the failure thrown. */
    R get();

    /** The task returned. {@code value} is {@code null} only for a function without a result. */
    record Done<R>(R value) implements Outcome<R> {
        @Override
        public R get() {
            return value;
        }
    }

    /** The task failed or was refused. */
    record Failed<R>(PennyException cause) implements Outcome<R> {
        @Override
        public R get() {
            throw cause;
        }
    }
}
