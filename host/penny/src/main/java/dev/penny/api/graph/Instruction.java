package dev.penny.api.graph;

/** A call that is being written. All methods but {@link #issue} return it. <b>Threads:</b> as its {@link Program}. */
public interface Instruction {

    /**
     * Its result becomes the value of the variable.
     *
     * @throws dev.penny.api.SignatureException the function's result is not of the variable's type
     * @throws dev.penny.api.GraphException a variable of another program, or the second one
     */
    Instruction into(Variable<?> variable);

    /** It reads these bytes. @throws dev.penny.api.GraphException a range of another program's region */
    Instruction reads(Region.Range... ranges);

    /** It writes these bytes. @throws dev.penny.api.GraphException a range of another program's region */
    Instruction writes(Region.Range... ranges);

    /**
     * Issues it; waits while the window is full, or while argument memory, a queue or a {@link Storage} is.
     *
     * @return its number: instructions are counted from 0
     * @throws IllegalStateException it was issued already, or the program is closed
     * @throws java.util.concurrent.CancellationException the program was cancelled
     * @throws dev.penny.api.CapacityException its arguments are larger than argument memory, or it needs more places than there are
     * @throws dev.penny.api.ClosedException the Penny is closed
     */
    long issue();
}
