package dev.penny.bench.suite.jobs;

import dev.penny.api.TaskFunction;
import dev.penny.bench.suite.Job;
import dev.penny.bench.suite.Peer;
import dev.penny.bench.suite.Setup;
import dev.penny.bench.suite.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinTask;

/**
 * A job whose tasks fork: a guest module with a parallel and a sequential version of the same function, and both in Java. The Java peer
 * keeps its data in fields and is used by one side at a time.
 */
abstract class ForkJoinJob implements Job {

    private final String module;
    private final String parallel;
    private final Object[] arguments;

    /** The guest's function {@code sequential} takes the same arguments as {@code parallel}. */
    ForkJoinJob(String module, String parallel, Object... arguments) {
        this.module = module;
        this.parallel = parallel;
        this.arguments = arguments;
    }

    /** The root task in Java. */
    abstract ForkJoinTask<Long> task();

    /** The same without forks. */
    abstract long sequential();

    /** Before each run in Java. */
    void prepare() { }

    /** From the result in Java to the answer. */
    long answer(long result) {
        return result;
    }

    /** A call of the guest before each run; empty for none. */
    List<Object> guestPrepare() {
        return List.of();
    }

    /** A call of the guest that gives the answer after each run; empty if the function itself does. */
    List<Object> guestAnswer() {
        return List.of();
    }

    @Override
    public final List<Side> sides(Setup setup) {
        List<Side> sides = new ArrayList<>();
        for (int workers : setup.workerCounts()) {
            // The larger number of workers comes first, so Penny's two sides are neighbours and each is one of its peer's.
            int at = workers == 1 ? sides.size() : 0;
            sides.add(at, guest(setup, workers, Peer.PENNY, parallel));
            sides.add(workers == 1 ? sides.size() : 0, java(Peer.FORK_JOIN_POOL, workers, () -> setup.pool(workers).invoke(task())));
        }
        sides.add(guest(setup, 1, Peer.WASM_SEQUENTIAL, "sequential"));
        sides.add(java(Peer.JAVA_SEQUENTIAL, 1, this::sequential));
        sides.addAll(more(setup));
        return sides;
    }

    /** Further sides. */
    List<Side> more(Setup setup) {
        return List.of();
    }

    private Side guest(Setup setup, int workers, Peer peer, String name) {
        TaskFunction<Object> function = setup.function(workers, module, name);
        List<Object> before = guestPrepare();
        List<Object> after = guestAnswer();
        return new Side(peer, workers, () -> call(setup, workers, before), () -> Setup.number(function.call(arguments)),
                result -> after.isEmpty() ? result : call(setup, workers, after));
    }

    private long call(Setup setup, int workers, List<Object> call) {
        return call.isEmpty() ? 0 : Setup.number(setup.function(workers, module, (String) call.getFirst())
                .call(call.subList(1, call.size()).toArray()));
    }

    private Side java(Peer peer, int workers, java.util.function.LongSupplier run) {
        return new Side(peer, workers, this::prepare, run, this::answer);
    }
}
