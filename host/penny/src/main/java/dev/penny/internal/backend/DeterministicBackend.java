package dev.penny.internal.backend;

import dev.penny.spi.ThreadBackend;
import java.util.List;

/**
 * All workers on the calling thread, one {@link WorkerBody#step} at a time, in an order drawn from a seed: same seed and same
 * submissions, same schedule, same {@link Crew#traceHash}. Makes no threads.
 */
public final class DeterministicBackend implements ThreadBackend {

    private final long seed;

    /** Seed 0. */
    public DeterministicBackend() {
        this(0);
    }

    /** With this seed. */
    public DeterministicBackend(long seed) {
        this.seed = seed;
    }

    @Override
    public String name() {
        return "deterministic";
    }

    @Override
    public ThreadBackend seeded(long newSeed) {
        return new DeterministicBackend(newSeed);
    }

    @Override
    public Crew start(List<? extends WorkerBody> bodies) {
        return new SteppedCrew(bodies, seed);
    }
}
