package dev.penny.internal.engine;

import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.Injector;
import dev.penny.internal.core.Sleepers;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Where frames of one priority, or pinned to one worker, go: their queue, what is spilled beside it, and whom a push wakes.
 *
 * <p><b>Threads:</b> any.
 */
final class Placement {

    private static final int ANY_WORKER = -1;

    private final Injector queue;
    private final String name;
    private final int flags;
    private final int worker;
    private final ConcurrentLinkedQueue<SubmittedTask<?>> spilled = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Integer> spilledNodes = new ConcurrentLinkedQueue<>();

    private Placement(Injector queue, String name, int flags, int worker) {
        this.queue = queue;
        this.name = name;
        this.flags = flags;
        this.worker = worker;
    }

    /** The injector of a {@code PRIORITY_*}. */
    static Placement ofPriority(CoreMemory memory, int priority, String name) {
        return new Placement(Injector.ofPriority(memory, priority), name, priority << CoreLayout.FLAG_PRIORITY_SHIFT, ANY_WORKER);
    }

    /** False if its tasks are pinned to another worker. */
    boolean allows(int index) {
        return worker == ANY_WORKER || worker == index;
    }

    boolean isPinned() {
        return worker != ANY_WORKER;
    }

    /** The mailbox of a worker. */
    static Placement ofWorker(CoreMemory memory, int worker) {
        return new Placement(Injector.mailbox(memory, worker), "worker " + worker, worker + 1 << CoreLayout.FLAG_PIN_SHIFT, worker);
    }

    Injector queue() {
        return queue;
    }

    /** For messages. */
    String name() {
        return name;
    }

    /** What its frames have in their flags. */
    int flags() {
        return flags;
    }

    ConcurrentLinkedQueue<SubmittedTask<?>> spilled() {
        return spilled;
    }

    /** Nodes that are ready and found the queue full. */
    ConcurrentLinkedQueue<Integer> spilledNodes() {
        return spilledNodes;
    }

    /** After a push: claims who must run it, if he sleeps; {@link Sleepers#NONE} if nobody is to be unparked. */
    int claimSleeper(Sleepers sleepers) {
        if (worker == ANY_WORKER) {
            return sleepers.claimAny();
        }
        return sleepers.claim(worker) ? worker : Sleepers.NONE;
    }
}
