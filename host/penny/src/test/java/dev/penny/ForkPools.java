package dev.penny;

import dev.penny.spi.ThreadBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Supplier;

/** The pools that fork and join is tested on: every backend, with one worker and with more. */
final class ForkPools {

    private ForkPools() { }

    /** One of them. */
    record Pool(String name, int workers, Supplier<ThreadBackend> backend) {

        Penny start() {
            return Penny.builder().workers(workers).memoryBytes(16 << 20).backend(backend.get()).build();
        }

        @Override
        public String toString() {
            return name + " " + workers;
        }
    }

    static List<Pool> all() {
        List<Pool> pools = new ArrayList<>();
        for (ThreadBackend backend : Backends.installed()) {
            for (int workers : new int[] {1, 2, 4}) {
                pools.add(new Pool(backend.name(), workers, () -> backend));
            }
        }
        pools.add(new Pool("one-thread executor", 2, () -> Backends.over((Executor) Executors.newSingleThreadExecutor(ForkPools::daemon))));
        pools.add(new Pool("own fork-join pool", 3, () -> Backends.over(new ForkJoinPool(2))));
        return pools;
    }

    private static Thread daemon(Runnable runnable) {
        Thread thread = new Thread(runnable, "one");
        thread.setDaemon(true);
        return thread;
    }
}
