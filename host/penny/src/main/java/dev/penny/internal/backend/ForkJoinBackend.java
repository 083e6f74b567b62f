package dev.penny.internal.backend;

import dev.penny.spi.ThreadBackend;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;

/** Workers run on the threads of a {@link ForkJoinPool} and give them back when idle. */
public final class ForkJoinBackend implements ThreadBackend {

    private final ForkJoinPool pool;

    /** On the common pool. */
    public ForkJoinBackend() {
        this(ForkJoinPool.commonPool());
    }

    /** On this pool, which the caller keeps open until the scheduler is closed. */
    public ForkJoinBackend(ForkJoinPool pool) {
        this.pool = Objects.requireNonNull(pool, "pool");
    }

    @Override
    public String name() {
        return "fork-join";
    }

    @Override
    public Crew start(List<? extends WorkerBody> bodies) {
        // Externally: on the stack-like queue of a pool thread it would come before what others submitted.
        return new PoolCrew(name(), task -> pool.externalSubmit(ForkJoinTask.adapt(task)), bodies);
    }
}
