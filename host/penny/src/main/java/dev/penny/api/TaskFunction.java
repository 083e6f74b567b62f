package dev.penny.api;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;

/**
 * A named function of a loaded module, in whatever language. Safe for use by any number of threads.
 *
 * <p>Arguments are Java values of the signature's types ({@link ValueType#javaType}); integers are also accepted for wider
 * numeric parameters where no value is lost. Arguments are read at the call; the arrays may be reused afterwards.
 *
 * @param <R> the result's Java type; {@code Void} for none
 */
public interface TaskFunction<R> {

    /** The module it belongs to. */
    TaskModule module();

    /** Its name in the module. */
    String name();

    /** Its parameter and result types. */
    Signature signature();

    /** {@code module/function(signature)}, the name that identifies it. */
    default String mangledName() {
        return module().name() + "/" + name() + signature();
    }

    /**
     * The same function with other options for what is submitted through it. Those of this one are replaced, not added to.
     *
     * @throws IllegalArgumentException pinned to a worker that does not exist
     */
    TaskFunction<R> with(TaskOptions options);

    /**
     * Submits one task.
     *
     * <p>Blocks while its queue or argument memory is full, unless the builder says reject, or the caller is itself a task
     * (then the submission is queued without limit, so that workers cannot wait for each other).
     *
     * @throws SignatureException wrong arity, wrong type or a number out of range
     * @throws CapacityException an argument larger than argument memory, or full and the builder says reject
     * @throws ClosedException the scheduler is closed
     * @throws DeadlineException only from {@link #call} and the arrays below: the deadline passed; a handle fails with it instead
     */
    TaskHandle<R> submit(Object... arguments);

    /** {@link #submit} and wait for the result. @throws TaskFailedException the task failed, or one that it waited for */
    R call(Object... arguments);

    /**
     * One task per element; an element is the argument, or an {@code Object[]} of the arguments. It is read when the iterator returns it,
     * which may then reuse its arrays. What the iterator throws comes out of the results, behind the outcomes of all elements before it.
     */
    TaskResults<R> map(Iterator<?> inputs);

    /** As {@link #map(Iterator)}, all at once. @throws TaskFailedException the first failure in input order */
    List<R> mapAll(Iterable<?> inputs);

    /**
     * One task per number of {@code from..to}, {@code to} excluded, for functions of one number.
     *
     * @throws SignatureException the parameter's type does not hold every number of the range exactly
     */
    TaskResults<R> mapRange(long from, long to);

    /**
     * As {@link #mapRange} for functions with an integer result; no Java object is made per task.
     *
     * @throws TaskFailedException the first failure in input order
     */
    long[] mapRangeToLongs(long from, long to);

    /** As {@link #mapRangeToLongs} for functions with a floating point result. */
    double[] mapRangeToDoubles(long from, long to);

    /**
     * Runs the function with these arguments on all workers, again and again, until it does not get faster any more or the limit is
     * over: what follows meets compiled code. A function starts in an interpreter, some 50 times slower, and is compiled for all
     * workers at once. Results are dropped; what the function does besides returning one, it does many times.
     *
     * <p><b>Threads:</b> any but a task's; blocks.
     *
     * @param limit when to stop at the latest; a call that runs is waited for
     * @param arguments as for {@link #submit}, and typical: code that they do not reach stays cold
     * @throws SignatureException wrong arity, wrong type or a number out of range
     * @throws TaskFailedException a call failed
     */
    default WarmUp warmUp(Duration limit, Object... arguments) {
        return WarmUp.run(this, limit, arguments);
    }
}
