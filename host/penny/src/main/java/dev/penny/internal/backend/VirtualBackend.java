package dev.penny.internal.backend;

import dev.penny.spi.ThreadBackend;
import java.util.List;

/** One virtual thread per worker; they share the carriers of the JDK's scheduler with the application's other virtual threads. */
public final class VirtualBackend implements ThreadBackend {

    @Override
    public String name() {
        return "virtual";
    }

    @Override
    public Crew start(List<? extends WorkerBody> bodies) {
        return new ThreadCrew(bodies, Thread::ofVirtual);
    }
}
