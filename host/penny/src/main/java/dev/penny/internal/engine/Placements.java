package dev.penny.internal.engine;

import dev.penny.api.PennyException;
import dev.penny.api.TaskOptions;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * All placements of a scheduler, and how many tasks are spilled beside their queues.
 *
 * <p><b>Threads:</b> any.
 */
final class Placements {

    /** By {@code PRIORITY_*}, then by worker. */
    private final List<Placement> all;
    private final int workers;
    private final AtomicInteger spilledCount = new AtomicInteger();

    /** Reads where the core laid the queues out. */
    Placements(CoreMemory memory) {
        this.workers = memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_WORKER_COUNT);
        List<Placement> made = new ArrayList<>();
        made.add(CoreLayout.PRIORITY_NORMAL, Placement.ofPriority(memory, CoreLayout.PRIORITY_NORMAL, "normal"));
        made.add(CoreLayout.PRIORITY_HIGH, Placement.ofPriority(memory, CoreLayout.PRIORITY_HIGH, "high"));
        made.add(CoreLayout.PRIORITY_LOW, Placement.ofPriority(memory, CoreLayout.PRIORITY_LOW, "low"));
        for (int worker = 0; worker < workers; worker++) {
            made.add(Placement.ofWorker(memory, worker));
        }
        this.all = List.copyOf(made);
    }

    int workers() {
        return workers;
    }

    /** Where what has no options goes. */
    Placement normal() {
        return all.get(CoreLayout.PRIORITY_NORMAL);
    }

    Placement high() {
        return all.get(CoreLayout.PRIORITY_HIGH);
    }

    /** @throws IllegalArgumentException pinned to a worker that does not exist */
    Placement of(TaskOptions options) {
        if (options.worker().isPresent()) {
            int worker = options.worker().getAsInt();
            if (worker >= workers) {
                throw new IllegalArgumentException("worker out of range: value=%d, min=0, max=%d".formatted(worker, workers - 1));
            }
            return all.get(CoreLayout.PRIORITY_COUNT + worker);
        }
        return all.get(switch (options.priority()) {
            case HIGH -> CoreLayout.PRIORITY_HIGH;
            case NORMAL -> CoreLayout.PRIORITY_NORMAL;
            case LOW -> CoreLayout.PRIORITY_LOW;
        });
    }

    /** The one that a frame with these flags comes back to. */
    Placement ofFlags(int flags) {
        int pin = flags >>> CoreLayout.FLAG_PIN_SHIFT;
        int priority = flags >>> CoreLayout.FLAG_PRIORITY_SHIFT & 3;
        return all.get(pin == 0 ? priority : CoreLayout.PRIORITY_COUNT + pin - 1);
    }

    // ---- what a task submitted while its queue was full

    void spill(SubmittedTask<?> task) {
        spilledCount.incrementAndGet();
        task.terms().placement().spilled().add(task);
    }

    void spill(int node, Placement placement) {
        spilledCount.incrementAndGet();
        placement.spilledNodes().add(node);
    }

    boolean nothingSpilled() {
        return spilledCount.get() == 0;
    }

    /** Pushes a node into the queue of a placement, if there is room. */
    @FunctionalInterface
    interface NodePush {
        boolean tryPush(int node, Placement placement);
    }

    /** Starts what is spilled, as far as {@code tryStart} and {@code push} say that there is room; true if something was started. */
    boolean startSpilled(Predicate<SubmittedTask<?>> tryStart, NodePush push) {
        if (nothingSpilled()) {
            return false;
        }
        boolean started = false;
        for (Placement placement : all) {
            started |= startSpilledNodes(placement, push) | startSpilled(placement, tryStart);
        }
        return started;
    }

    private boolean startSpilled(Placement placement, Predicate<SubmittedTask<?>> tryStart) {
        boolean started = false;
        SubmittedTask<?> task;
        while ((task = placement.spilled().poll()) != null) {
            if (!tryStart.test(task)) {
                placement.spilled().add(task);
                return started;
            }
            spilledCount.decrementAndGet();
            started = true;
        }
        return started;
    }

    private boolean startSpilledNodes(Placement placement, NodePush push) {
        boolean started = false;
        Integer node;
        while ((node = placement.spilledNodes().poll()) != null) {
            if (!push.tryPush(node, placement)) {
                placement.spilledNodes().add(node);
                return started;
            }
            spilledCount.decrementAndGet();
            started = true;
        }
        return started;
    }

    /** Fails all that is spilled; nodes fail with their graph. */
    void abandonSpilled(PennyException cause) {
        for (Placement placement : all) {
            SubmittedTask<?> task;
            while ((task = placement.spilled().poll()) != null) {
                spilledCount.decrementAndGet();
                task.abandon(cause);
            }
            while (placement.spilledNodes().poll() != null) {
                spilledCount.decrementAndGet();
            }
        }
    }
}
