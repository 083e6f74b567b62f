package dev.penny.api;

import java.nio.ByteBuffer;

/**
 * Arguments and result of one running Java task, read straight from the frame in linear memory.
 *
 * <p><b>Threads:</b> valid only on the thread that runs the task and only until the task returns.
 * <p><b>Errors:</b> accessors throw {@link SignatureException} if the type or the index does not match the signature.
 */
public interface TaskCall {

    /**
     * True once nobody wants the result any more: the handle, the bulk operation or its deadline was cancelled or has passed, or a
     * blocking function still runs when its Penny is closed by {@link dev.penny.Penny#closeNow}. A long task looks now and then and
     * returns early; what it returns is dropped.
     */
    boolean cancelled();

    /**
     * Ends this run, not the task: it yields. It runs again behind what waits, perhaps on another worker, and then finds {@code state} in
     * its first arguments. The task returns right after this call and sets no result. In a bulk a task cannot yield; in a graph it can.
     *
     * @param state new values of the first arguments, which are {@code i32} or {@code i64}
     * @throws SignatureException an argument of these is not an integer, a value is too large for an {@code i32}, or there are not so
     *         many arguments; the arguments are then as before
     * @throws IllegalStateException the task runs in a bulk, or is blocking and may simply wait
     */
    void again(long... state);

    /** Argument {@code index} of type {@code i32}. */
    int i32(int index);

    /** Argument {@code index} of type {@code i64}. */
    long i64(int index);

    /** Argument {@code index} of type {@code f32}. */
    float f32(int index);

    /** Argument {@code index} of type {@code f64}. */
    double f64(int index);

    /** Argument {@code index} of type {@code bytes}: a read-only, little-endian view of linear memory, no copy. */
    ByteBuffer view(int index);

    /** Argument {@code index} of type {@code bytes}, copied. */
    byte[] bytes(int index);

    /** Argument {@code index} of type {@code string}. */
    String string(int index);

    /** Sets an {@code i32} result. */
    void result(int value);

    /** Sets an {@code i64} result. */
    void result(long value);

    /** Sets an {@code f32} result. */
    void result(float value);

    /** Sets an {@code f64} result. */
    void result(double value);

    /** Sets a {@code bytes} result; the array is copied. */
    void result(byte[] value);

    /** Sets a {@code string} result. */
    void result(String value);
}
