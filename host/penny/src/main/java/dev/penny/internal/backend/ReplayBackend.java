package dev.penny.internal.backend;

import dev.penny.spi.ThreadBackend;
import java.util.List;

/**
 * One thread per worker, of which one at a time runs: the one whose decision is the next in a recording. So whoever waits in the middle of
 * a task keeps its stack, which the deterministic backend with its one stack cannot give it.
 */
public final class ReplayBackend implements ThreadBackend {

    @Override
    public String name() {
        return "replay";
    }

    @Override
    public Crew start(List<? extends WorkerBody> bodies) {
        return new ReplayCrew(bodies);
    }
}
