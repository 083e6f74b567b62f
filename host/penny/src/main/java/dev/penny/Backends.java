package dev.penny;

import dev.penny.internal.backend.ExecutorBackend;
import dev.penny.internal.backend.ForkJoinBackend;
import dev.penny.spi.ThreadBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/** Backends for {@link PennyBuilder#backend(ThreadBackend)} and {@link Penny#swapBackend}. */
public final class Backends {

    private Backends() { }

    /** Those that are installed, found by {@link ServiceLoader}. */
    public static List<ThreadBackend> installed() {
        List<ThreadBackend> found = new ArrayList<>();
        ServiceLoader.load(ThreadBackend.class, Backends.class.getClassLoader()).forEach(found::add);
        return found;
    }

    /** Workers on the threads of any executor, which the caller shuts down; an idle worker gives its thread back. */
    public static ThreadBackend over(Executor executor) {
        return new ExecutorBackend(executor);
    }

    /** Workers on the threads of a fork-join pool. */
    public static ThreadBackend over(ForkJoinPool pool) {
        return new ForkJoinBackend(pool);
    }
}
