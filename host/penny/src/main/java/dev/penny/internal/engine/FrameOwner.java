package dev.penny.internal.engine;

import dev.penny.api.PennyException;

/** The Java side of a host frame: who waits for it. */
sealed interface FrameOwner permits SubmittedTask, BulkChunk, GraphExecution {

    /**
     * The frame is final. Called once, on a worker; takes the results out of linear memory and gives frame and memory back.
     *
     * @param worker whose recorded failure is this frame's, if it failed
     */
    void completed(Worker worker, int frame, int state);

    /** An item of a bulk frame failed; called before {@link #completed}, perhaps by several workers at once. */
    void itemFailed(int item, PennyException cause);

    /** What has not started never starts; whoever waits for it gets the cause. Before the frame is queued, or at any time after. */
    void cancel(PennyException cause);

    /** The scheduler ended before the frame ran, or broke; the frame is not touched any more. */
    void abandon(PennyException cause);
}
