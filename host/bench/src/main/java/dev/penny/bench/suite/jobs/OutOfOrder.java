package dev.penny.bench.suite.jobs;

import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import dev.penny.api.graph.ProgramOptions;
import dev.penny.bench.suite.Job;
import dev.penny.bench.suite.Peer;
import dev.penny.bench.suite.Setup;
import dev.penny.bench.suite.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Calls half of which conflict, issued in program order: out of order with renaming, in order, and in Java without tasks. */
public final class OutOfOrder implements Job {

    private static final double CONFLICTS = 0.5;

    private final ConflictingCalls calls;
    private final int steps;

    /** {@code count} calls that compute for {@code steps} steps each, a nanosecond or two per step. */
    public OutOfOrder(int count, int steps) {
        this.steps = steps;
        this.calls = new ConflictingCalls(count, CONFLICTS, this::compute);
    }

    private long compute(long value, long number) {
        long x = value + number | 1;
        for (int i = 0; i < steps; i++) {
            x = Xorshift.after(x);
        }
        return x;
    }

    @Override
    public long expected() {
        return calls.inJava();
    }

    @Override
    public long tasks() {
        return calls.count();
    }

    @Override
    public List<Side> sides(Setup setup) {
        List<Side> sides = new ArrayList<>();
        for (int workers : setup.workerCounts()) {
            Penny penny = setup.penny(workers);
            TaskFunction<Object> task = calls.register(penny, "calls-%d-%d".formatted(calls.count(), steps));
            ProgramOptions options = ProgramOptions.defaults();
            sides.add(side(Peer.IN_ORDER, workers, penny, task, options.order(ProgramOptions.Order.IN_ORDER)));
            sides.add(side(Peer.PENNY, workers, penny, task, options));
        }
        sides.add(Side.of(Peer.JAVA_SEQUENTIAL, 1, calls::inJava));
        return sides;
    }

    /** A program per run, made and closed outside of the time. */
    private Side side(Peer peer, int workers, Penny penny, TaskFunction<Object> task, ProgramOptions options) {
        AtomicReference<ConflictingCalls.Issue> issue = new AtomicReference<>();
        return new Side(peer, workers, () -> issue.set(calls.program(penny, task, options)), () -> {
            issue.get().run();
            return 0;
        }, _ -> {
            try (ConflictingCalls.Issue run = issue.get()) {
                return run.sum();
            }
        });
    }
}
