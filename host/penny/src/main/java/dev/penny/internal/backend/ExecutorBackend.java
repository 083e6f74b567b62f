package dev.penny.internal.backend;

import dev.penny.spi.ThreadBackend;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;

/** Workers run on any {@link Executor} that has threads of its own and give them back when idle. */
public final class ExecutorBackend implements ThreadBackend {

    private final Executor executor;

    /** On this executor, which the caller keeps open until the scheduler is closed. */
    public ExecutorBackend(Executor executor) {
        this.executor = Objects.requireNonNull(executor, "executor");
    }

    @Override
    public String name() {
        return "executor";
    }

    @Override
    public Crew start(List<? extends WorkerBody> bodies) {
        return new PoolCrew(name(), executor, bodies);
    }
}
