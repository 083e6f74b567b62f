package dev.penny.api.graph;

import dev.penny.api.TaskFunction;

/**
 * Tasks that are issued in program order and run out of order, as instructions of a processor do: each says what it reads and writes, and
 * starts as soon as nothing before it, that it conflicts with, is still to end. The results are those of running one after the other.
 *
 * <p>Three kinds of things can be read and written: {@link Variable variables}, whose values Penny keeps and passes on in linear memory;
 * {@link Region regions}, bytes that the tasks reach by themselves, in ranges; {@link Place places}, which Penny hands out from a
 * {@link Storage} that the tasks reach by themselves. Two instructions conflict when they touch the same and one of them writes.
 *
 * <p>Instructions <i>retire</i> in program order: only then does a variable have its new value for {@link Variable#get}. An instruction
 * that fails leaves what it would have written without a value: what reads that is skipped, everything else runs, and {@link #sync}
 * tells.
 *
 * <p><b>Threads:</b> one at a time, but for {@link #cancel}; inside a task, what waits runs other tasks meanwhile.
 */
public interface Program extends AutoCloseable {

    /** How it runs. */
    ProgramOptions options();

    /**
     * A named value. Its type is that of {@code initial}: {@code Integer Long Float Double byte[] String}.
     *
     * @param name for messages; not blank
     * @throws IllegalArgumentException a value of another type
     */
    <T> Variable<T> variable(String name, T initial);

    /**
     * Bytes that tasks reach by themselves: an array, the shared memory of a module, a file. Penny keeps accesses in order and does not
     * touch the bytes; so renaming does not apply.
     *
     * @param name for messages; not blank
     * @param sizeBytes at least 1
     */
    Region region(String name, long sizeBytes);

    /**
     * A row of places of equal size that tasks reach by themselves, to be handed out by Penny. With renaming there should be as many spare
     * places as writes may be under way: an instruction that finds none waits.
     *
     * @param name for messages; not blank
     * @param first what the first place is called in arguments, for instance its offset
     * @param stride from one place to the next, not 0 unless there is one only
     * @param count at least 1
     * @throws IllegalArgumentException a number out of range, or places whose numbers do not fit into 64 bits
     */
    Storage storage(String name, long first, long stride, int count);

    /**
     * Starts an instruction; {@link Instruction#issue} issues it.
     *
     * @param function what it runs; its options give priority and worker, a deadline is refused
     * @param operands one per parameter: a value as for {@link TaskFunction#submit}; a {@link Variable} of exactly the parameter's type,
     *         which is read; an access to a {@link Place}, for a parameter of type {@code i32} or {@code i64}
     * @throws dev.penny.api.SignatureException wrong arity or type
     * @throws dev.penny.api.GraphException an operand of another program, or a function with a deadline
     */
    Instruction call(TaskFunction<?> function, Object... operands);

    /**
     * Waits until everything issued has retired.
     *
     * @throws dev.penny.api.GraphFailedException instructions have failed since the last {@code sync}; it names them and the chains of
     *         those that were skipped because of them. The program goes on
     * @throws java.util.concurrent.CancellationException none failed, but the program was cancelled, also if by then all had run; it says
     *         how many were not run
     * @throws dev.penny.api.ClosedException the Penny was closed before they ended
     */
    void sync();

    /**
     * What has not started never starts, and nothing more can be issued. What runs is not interrupted but can ask
     * ({@link dev.penny.api.TaskCall#cancelled}). May be called by any thread.
     */
    void cancel();

    /** What happened so far. */
    ProgramCounters counters();

    /**
     * {@link #sync}, then gives the memory back; values of variables stay readable. That the program was cancelled is no failure here.
     * Idempotent.
     *
     * @throws dev.penny.api.GraphFailedException as {@code sync}; the memory is given back all the same
     */
    @Override
    void close();
}
