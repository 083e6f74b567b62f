package dev.penny.internal.engine;

import dev.penny.internal.guest.GuestErrors;
import java.util.concurrent.Callable;

/**
 * A Java closure in a frame. The frame's only argument is the job's number in the {@link ForkTable}, where the thief finds it.
 *
 * <p><b>Threads:</b> {@link #runStolen} by the thief, the rest by the forker; {@code ended} hands the outcome over.
 */
final class ClosureJob extends ForkJob {

    private final ForkTable table;
    private final Callable<?> closure;
    private Object value;
    private Throwable thrown;
    private volatile boolean ended;

    ClosureJob(ForkTable table, Callable<?> closure) {
        this.table = table;
        this.closure = closure;
    }

    @Override
    int slot() {
        return table.slot();
    }

    @Override
    void place(int ref) {
        table.put(ref, this);
    }

    /** On the thief. What the closure throws is the joiner's, so the task itself does not fail. */
    void runStolen() {
        try {
            value = closure.call();
        } catch (Throwable e) {
            thrown = e;
        }
        ended = true;
    }

    @Override
    Object run(ForkStack forks) throws Exception {
        return closure.call();
    }

    @Override
    Object result(Worker worker, int ref) throws Throwable {
        if (!ended) {
            throw new IllegalStateException("a job ended without an outcome: frame=" + ref);
        }
        if (thrown != null) {
            throw thrown;
        }
        return value;
    }

    @Override
    Throwable failure(Throwable cause) {
        return GuestErrors.failure(ForkTable.NAME, cause);
    }

    @Override
    void released() {
        if (frame() != 0) {
            table.remove(frame());
        }
    }
}
