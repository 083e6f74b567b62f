package dev.penny.internal.engine;

/**
 * A child that its forker may give away: as long as it is private it is an object on the worker's {@link ForkStack}, given away it lives
 * in a JOB frame of the core, where other workers find it.
 *
 * <p><b>Threads:</b> the forker's worker, except where a subclass says otherwise.
 */
abstract class ForkJob {

    /** The frame it was given away in; 0 while it is private. */
    private int frame;

    final int frame() {
        return frame;
    }

    final void frame(int ref) {
        frame = ref;
    }

    /** The slot that runs it on another worker. */
    abstract int slot();

    /** Takes the memory that its arguments need in a frame; false if there is none now. */
    boolean prepare() {
        return true;
    }

    /** Fills the record of its frame. */
    abstract void place(int ref);

    /** Runs it here; it is private. */
    abstract Object run(ForkStack forks) throws Throwable;

    /** Runs it here; it was given away, but nobody began it. Its frame is released. */
    Object reclaimed(ForkStack forks) throws Throwable {
        forks.release(this);
        return run(forks);
    }

    /** Its result, after another worker ended it. */
    abstract Object result(Worker worker, int ref) throws Throwable;

    /** What the failure of its frame means; the cause is the core's or the guest's. */
    abstract Throwable failure(Throwable cause);

    /** The frame is about to be released: gives back what {@link #prepare} took. */
    void released() { }
}
