package dev.penny.api.graph;

/**
 * A named value of a {@link Program}: an operand that is read, or what an instruction's result goes {@link Instruction#into into}.
 *
 * @param <T> the value's type
 */
public interface Variable<T> {

    /** For messages. */
    String name();

    /**
     * Its value after all instructions issued so far; waits for those up to the last that writes it.
     *
     * <p><b>Threads:</b> as its program.
     *
     * @throws dev.penny.api.GraphFailedException the instruction that should have written it failed or was skipped
     * @throws java.util.concurrent.CancellationException it was not run, since the program was cancelled
     */
    T get();
}
