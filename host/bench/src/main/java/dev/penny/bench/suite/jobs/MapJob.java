package dev.penny.bench.suite.jobs;

import dev.penny.bench.suite.Job;
import dev.penny.bench.suite.Peer;
import dev.penny.bench.suite.Setup;
import dev.penny.bench.suite.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.IntToLongFunction;

/** A job of independent items: the same function for every number of {@code 0..items()}; the answer is the sum over the items. */
abstract class MapJob implements Job {

    private Endive endive;

    /** How many. */
    abstract int items();

    /** All items on Penny with that many workers. */
    abstract long onPenny(Setup setup, int workers);

    /** All items by one call of sequential wasm. */
    abstract long inWasm(Setup setup);

    /** One item in Java. */
    abstract long inJava(int item);

    /** The module that Endive runs, in {@code guest-modules}. */
    abstract String module();

    /** Makes what runs one item in Endive; called once per thread. */
    abstract IntToLongFunction inEndive(Endive.Instance instance);

    @Override
    public final long tasks() {
        return items();
    }

    @Override
    public final List<Side> sides(Setup setup) {
        List<Side> sides = new ArrayList<>();
        for (int workers : setup.workerCounts()) {
            sides.add(Side.of(Peer.PENNY, workers, () -> onPenny(setup, workers)));
            ExecutorService pool = setup.pool(workers);
            sides.add(Side.of(Peer.FORK_JOIN_POOL, workers, () -> inPool(pool, this::inJava)));
            ThreadLocal<IntToLongFunction> endive = ThreadLocal.withInitial(() -> inEndive(compiled().instance()));
            sides.add(Side.of(Peer.ENDIVE, workers, () -> inPool(pool, item -> endive.get().applyAsLong(item))));
        }
        sides.add(Side.of(Peer.WASM_SEQUENTIAL, 1, () -> inWasm(setup)));
        sides.add(Side.of(Peer.JAVA_SEQUENTIAL, 1, () -> sum(this::inJava)));
        return sides;
    }

    private synchronized Endive compiled() {
        if (endive == null) {
            endive = new Endive(module());
        }
        return endive;
    }

    private long sum(IntToLongFunction function) {
        long sum = 0;
        for (int item = 0; item < items(); item++) {
            sum += function.applyAsLong(item);
        }
        return sum;
    }

    private long inPool(ExecutorService pool, IntToLongFunction function) {
        List<Callable<Long>> calls = new ArrayList<>(items());
        for (int item = 0; item < items(); item++) {
            int number = item;
            calls.add(() -> function.applyAsLong(number));
        }
        try {
            long sum = 0;
            for (Future<Long> result : pool.invokeAll(calls)) {
                sum += result.get();
            }
            return sum;
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("a pool's task failed: " + e, e);
        }
    }
}
