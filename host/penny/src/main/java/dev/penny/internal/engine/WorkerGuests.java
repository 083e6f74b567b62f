package dev.penny.internal.engine;

import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.guest.Guest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The guest instances that one worker has made, bound when a slot of theirs is first dispatched. <b>Threads:</b> the worker's own. */
final class WorkerGuests {

    private final Worker worker;
    private final Scheduler scheduler;
    private final Map<Guest, BoundGuest> guests = new HashMap<>();

    WorkerGuests(Worker worker, Scheduler scheduler) {
        this.worker = worker;
        this.scheduler = scheduler;
    }

    /** Called by an unbound table entry: binds the module of the slot that is being dispatched. */
    int bind() {
        int slot = worker.memory().getInt(worker.blockRef() + CoreLayout.WORKER_CURRENT_SLOT);
        try {
            Guest guest = scheduler.modules().function(slot).guest();
            BoundGuest bound = guests.get(guest);
            if (bound == null) {
                bound = new BoundGuest(guest.instantiate(worker), new ArrayList<>());
                guests.put(guest, bound);
            }
            List<Guest.BoundFunction> missing = scheduler.modules().boundFunctions(guest);
            missing.removeIf(bound.slots()::contains);
            bound.instance().bind(missing);
            bound.slots().addAll(missing);
            return slot;
        } catch (Throwable e) {
            worker.fail(e);
            return -1;
        }
    }

    /** What a trap leaves of a guest cannot be trusted: the next dispatch makes a new instance. */
    void discardTrapped(int slot) {
        Guest guest = scheduler.modules().function(slot).guest();
        BoundGuest bound = guests.get(guest);
        if (bound != null && !bound.instance().survivesTrap()) {
            guests.remove(guest);
            bound.slots().forEach(function -> worker.core().table().unbind(function.slot(), 1));
            bound.instance().close();
        }
    }

    /** Closes all guest instances; no thread runs this worker any more. */
    void close() {
        guests.values().forEach(bound -> bound.instance().close());
        guests.clear();
    }

    private record BoundGuest(Guest.GuestInstance instance, List<Guest.BoundFunction> slots) { }
}
