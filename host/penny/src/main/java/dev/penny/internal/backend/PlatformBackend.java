package dev.penny.internal.backend;

import dev.penny.spi.ThreadBackend;
import java.util.List;

/** One daemon platform thread per worker. The default. */
public final class PlatformBackend implements ThreadBackend {

    /** Interpreted wasm and JavaScript take several KiB of Java stack per call; the pages are only used if the stack gets deep. */
    private static final long STACK_BYTES = 16L << 20;

    @Override
    public String name() {
        return "platform";
    }

    @Override
    public Crew start(List<? extends WorkerBody> bodies) {
        return new ThreadCrew(bodies, () -> Thread.ofPlatform().daemon().stackSize(STACK_BYTES));
    }
}
