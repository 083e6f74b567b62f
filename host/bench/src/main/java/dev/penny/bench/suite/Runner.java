package dev.penny.bench.suite;

import dev.penny.api.WorkerCounters;
import java.lang.management.ManagementFactory;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Measures one benchmark in this JVM. All sides are warmed up together; then every round runs each side once, one after the other, forwards
 * and backwards in turn, so that a change of the machine's speed hits all sides alike and no side always follows the same other.
 */
public final class Runner {

    private static final double STEADY = 0.05;
    private static final int STEADY_CYCLES = 3;
    private static final long SLICE_NANOS = 200_000_000;

    private final String name;
    private final Job job;
    private final Job small;
    private final Plan plan;
    private final Setup setup;
    private final Consumer<String> progress;
    private final List<Side> sides;
    private final int[] repeats;

    /** {@code small} is the same in small, for the warm-up; {@code progress} takes a short text now and then. */
    public Runner(String name, Job job, Job small, Plan plan, Setup setup, Consumer<String> progress) {
        this.name = name;
        this.job = job;
        this.small = small;
        this.plan = plan;
        this.setup = setup;
        this.progress = progress;
        this.sides = job.sides(setup);
        this.repeats = new int[sides.size()];
    }

    /** Warms up, measures, checks every answer. @throws WrongAnswerException a side computed something else */
    public Run run() {
        double loadBefore = load();
        long start = System.nanoTime();
        warmUp();
        settle();
        long warmupMillis = (System.nanoTime() - start) / 1_000_000;
        System.gc();

        Map<String, Long> before = counters();
        double[][] nanos = new double[sides.size()][plan.rounds().max()];
        double[] serial = new double[plan.rounds().max()];
        long expected = job.expected();
        long runs = 0;
        long deadline = System.nanoTime() + plan.rounds().time().toNanos();
        int round = 0;
        for (; round < plan.rounds().max() && (round < plan.rounds().min() || System.nanoTime() < deadline); round++) {
            progress.accept("round %d of %d..%d".formatted(round + 1, plan.rounds().min(), plan.rounds().max()));
            CompilerThreads.awaitQuiet(plan.rounds().quiet());
            serial[round] = SerialProbe.nanos();
            for (int i = 0; i < sides.size(); i++) {
                int index = round % 2 == 0 ? i : sides.size() - 1 - i;
                nanos[index][round] = (double) timed(sides.get(index), repeats[index], expected) / repeats[index] / job.units();
                runs += isCounted(sides.get(index)) ? repeats[index] : 0;
            }
        }
        List<Run.Times> times = new ArrayList<>();
        for (int i = 0; i < sides.size(); i++) {
            times.add(new Run.Times(sides.get(i).peer(), sides.get(i).workers(), Arrays.copyOf(nanos[i], round)));
        }
        return new Run(name, job.units(), job.tasks(), expected, warmupMillis, Arrays.copyOf(serial, round), loadBefore, load(),
                times, perRun(before, counters(), runs));
    }

    /** Rounds as they will be measured, until nothing is compiled in them any more. */
    private void settle() {
        progress.accept("waiting for the compilers");
        long expected = job.expected();
        CompilerThreads.settle(plan.warmup().settle(), () -> {
            for (int i = 0; i < sides.size(); i++) {
                timed(sides.get(i), repeats[i], expected);
            }
        });
    }

    /** The first runs are interpreted, 20 to 50 times slower: in small they do not take long. */
    private void warmUpInSmall() {
        long start = System.nanoTime();
        List<Side> smallSides = small.sides(setup);
        do {
            for (Side side : smallSides) {
                progress.accept("warm-up in small, " + side.label());
                long slice = System.nanoTime();
                do {
                    timed(side, 1, small.expected());
                } while (System.nanoTime() - slice < SLICE_NANOS / 4);
            }
        } while (System.nanoTime() - start < plan.warmup().min().toNanos() / 2);
    }

    /** Runs every side in slices of time until none gets faster any more, then fixes how often a short run is repeated. */
    private void warmUp() {
        long start = System.nanoTime();
        if (!plan.warmup().max().isZero()) {
            warmUpInSmall();
        }
        long expected = job.expected();
        double[] best = new double[sides.size()];
        Arrays.fill(best, Double.MAX_VALUE);
        int steady = 0;
        for (int cycle = 1; ; cycle++) {
            boolean improved = false;
            for (int i = 0; i < sides.size(); i++) {
                progress.accept("warm-up %d, %s".formatted(cycle, sides.get(i).label()));
                double before = best[i];
                long slice = System.nanoTime();
                do {
                    best[i] = Math.min(best[i], timed(sides.get(i), 1, expected));
                } while (!plan.warmup().max().isZero() && System.nanoTime() - slice < SLICE_NANOS);
                improved |= best[i] < before * (1 - STEADY);
            }
            steady = improved ? 0 : steady + 1;
            long spent = System.nanoTime() - start;
            if (spent >= plan.warmup().max().toNanos() || (steady >= STEADY_CYCLES && spent >= plan.warmup().min().toNanos())) {
                break;
            }
        }
        for (int i = 0; i < repeats.length; i++) {
            repeats[i] = (int) Math.clamp(Math.ceil(plan.rounds().run().toNanos() / best[i]), 1, 1_000_000);
        }
    }

    /** Nanoseconds of {@code count} runs, without preparation and check. */
    private long timed(Side side, int count, long expected) {
        long total = 0;
        for (int i = 0; i < count; i++) {
            side.prepare().run();
            long start = System.nanoTime();
            long result = side.run().getAsLong();
            total += System.nanoTime() - start;
            long answer = side.answer().applyAsLong(result);
            if (answer != expected) {
                throw new WrongAnswerException("wrong answer: benchmark=%s, side=%s, answer=%d, expected=%d"
                        .formatted(name, side.label(), answer, expected));
            }
        }
        return Math.max(total, 1);
    }

    private boolean isCounted(Side side) {
        return side.peer() == Peer.PENNY && side.workers() == setup.workers();
    }

    /** Every counter that {@link WorkerCounters} has, summed over the workers. */
    private Map<String, Long> counters() {
        Map<String, Long> sums = new TreeMap<>();
        if (sides.stream().noneMatch(this::isCounted)) {
            return sums;
        }
        for (WorkerCounters worker : setup.penny(setup.workers()).counters()) {
            for (RecordComponent component : WorkerCounters.class.getRecordComponents()) {
                if (component.getType() == long.class) {
                    sums.merge(component.getName(), read(component, worker), Long::sum);
                }
            }
        }
        return sums;
    }

    private static long read(RecordComponent component, WorkerCounters worker) {
        try {
            return (long) component.getAccessor().invoke(worker);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("counter cannot be read: name=" + component.getName(), e);
        }
    }

    private static Map<String, Double> perRun(Map<String, Long> before, Map<String, Long> after, long runs) {
        Map<String, Double> result = new TreeMap<>();
        after.forEach((key, value) -> result.put(key, (double) (value - before.get(key)) / Math.max(runs, 1)));
        return result;
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    /** A side computed something else than the known answer. */
    public static final class WrongAnswerException extends RuntimeException {

        private static final long serialVersionUID = 1;

        WrongAnswerException(String message) {
            super(message);
        }
    }
}
