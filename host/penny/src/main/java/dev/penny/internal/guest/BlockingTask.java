package dev.penny.internal.guest;

import dev.penny.api.JavaTask;
import dev.penny.api.PennyException;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.HostTask;
import dev.penny.internal.core.WorkerLink;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A blocking Java task behind a slot of one worker. A first dispatch hands a copy of the arguments to a virtual thread and lets the
 * worker go with "wait". The virtual thread computes, leaves the outcome in {@link Waiting} and has the frame resumed; the second
 * dispatch, perhaps on another worker, finds the outcome there and stores it.
 *
 * <p>Ordering: the outcome is written before {@link WorkerLink#resume}, whose sequentially consistent store the worker reads before it
 * dispatches again.
 */
final class BlockingTask implements HostTask {

    private final WorkerLink link;
    private final Waiting waiting;
    private final CallShape shape;
    private final String threadName;
    private final JavaTask task;

    BlockingTask(WorkerLink link, Waiting waiting, CallShape shape, String threadName, JavaTask task) {
        this.link = link;
        this.waiting = waiting;
        this.shape = shape;
        this.threadName = threadName;
        this.task = task;
    }

    @Override
    public int run(int record) throws Throwable {
        int frame = link.currentFrame();
        long ticket = link.memory().getLong(frame + CoreLayout.FRAME_TICKET);
        Suspended suspended = waiting.byFrame.remove(frame);
        if (suspended != null && suspended.ticket == ticket) {
            if (suspended.failure != null) {
                throw suspended.failure;
            }
            suspended.call.store(link, record);
            return CoreLayout.OUTCOME_DONE;
        }
        start(new Suspended(frame, ticket, new DetachedCall(shape, link, frame, record)));
        return CoreLayout.OUTCOME_WAIT;
    }

    private void start(Suspended suspended) {
        waiting.byFrame.put(suspended.frame, suspended);
        try {
            link.blockingThreads().start(threadName, () -> compute(suspended));
        } catch (Throwable e) {
            waiting.byFrame.remove(suspended.frame);
            throw e;
        }
    }

    private void compute(Suspended suspended) {
        try {
            task.run(suspended.call);
        } catch (PennyException e) {
            suspended.failure = shape.thrown(e);
        } catch (Throwable e) {
            suspended.failure = e;
        }
        link.resume(suspended.frame);
    }

    /**
     * The suspended tasks of one module by frame. A task that is cancelled between its resumption and its second dispatch leaves its
     * entry behind; the frame's next ticket tells that it is not meant.
     */
    static final class Waiting {
        private final ConcurrentHashMap<Integer, Suspended> byFrame = new ConcurrentHashMap<>();
    }

    private static final class Suspended {
        private final int frame;
        private final long ticket;
        private final DetachedCall call;
        private Throwable failure;

        Suspended(int frame, long ticket, DetachedCall call) {
            this.frame = frame;
            this.ticket = ticket;
            this.call = call;
        }
    }
}
