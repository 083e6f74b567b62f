package dev.penny.internal.guest;

import dev.penny.internal.core.WorkerLink;
import dev.penny.internal.guest.Guest.BoundFunction;
import java.util.List;

/** Puts thunks that call {@link WorkerLink#invoke} into a worker's table. */
interface ThunkBinder {

    /** For the slots of these functions. <b>Threads:</b> the thread that runs the worker. */
    void bindInvokeThunks(WorkerLink link, List<BoundFunction> functions);
}
