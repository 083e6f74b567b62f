package dev.penny.internal.backend;

import dev.penny.spi.ThreadBackend;
import java.util.List;

/** One daemon platform thread per worker. The default. */
public final class PlatformBackend implements ThreadBackend {

    @Override
    public String name() {
        return "platform";
    }

    @Override
    public Crew start(List<? extends WorkerBody> bodies) {
        return new ThreadCrew(bodies, () -> Thread.ofPlatform().daemon());
    }
}
