package dev.penny.bench.experiment;

import dev.penny.Penny;
import dev.penny.api.TaskCall;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A number of tasks that go round: each does a step of work and yields, until all its steps are done. So the same number of tasks is always
 * ready or running. The steps write down when they could have started, when they did and when they ended ({@link TaskLog}).
 */
final class Circulation {

    /** The column with the share of steps that ran on the same thread as the step of the same task before. */
    static final String SAME_WORKER = "same_worker";
    private static final long LIMIT_SECONDS = 120;

    private final int workers;
    private final TaskFunction<?> function;
    private final TaskFunction<?> blocking;
    private volatile Run current;

    /** What a step does. */
    @FunctionalInterface
    interface Step {

        /** Returns something that depends on the work. */
        long run(int task, int step);
    }

    /**
     * What goes round.
     *
     * @param tasks how many
     * @param steps of each
     * @param blockingEvery every so-many-th step is a task of its own of a blocking function, which holds no worker; or
     *         {@link #NEVER}
     * @param step what a step does
     * @param expected the sum of what all steps return
     */
    record Load(int tasks, int steps, int blockingEvery, Step step, long expected) {

        static final int NEVER = Integer.MAX_VALUE;

        /** Computes what is expected. */
        static Load of(int tasks, int steps, int blockingEvery, Step step) {
            long sum = 0;
            for (int task = 0; task < tasks; task++) {
                for (int number = 0; number < steps; number++) {
                    sum += step.run(task, number);
                }
            }
            return new Load(tasks, steps, blockingEvery, step, sum);
        }

        int total() {
            return tasks * steps;
        }

        boolean isBlocking(int number) {
            return blockingEvery != NEVER && number / tasks % blockingEvery == blockingEvery - 1;
        }
    }

    /** On all workers of {@code penny}. */
    Circulation(Penny penny) {
        workers = penny.workers();
        TaskModule module = penny.javaModule("circulation")
                .function("step", "(i32)->()", call -> current.step(call))
                .blockingFunction("blocking-step", "(i32)->()", call -> current.blockingStep(call.i32(0))).register();
        function = module.function("step");
        blocking = module.function("blocking-step");
    }

    /** A step that only computes: that many steps of {@link Work}. */
    static Step computing(long workSteps) {
        return (task, step) -> Work.steps((long) task * 31 + step, workSteps) & 0xFF;
    }

    /** Runs all steps; times are per step. */
    Map<String, Double> run(Load load) {
        Run run = new Run(load);
        current = run;
        return run.all();
    }

    private final class Run {

        private final Load load;
        private final TaskLog log;
        private final CountDownLatch done;
        private final AtomicLong sum = new AtomicLong();
        private long begun;

        Run(Load load) {
            this.load = load;
            this.log = new TaskLog(load.total());
            this.done = new CountDownLatch(load.tasks());
        }

        void step(TaskCall call) {
            int number = call.i32(0);
            work(number);
            int next = number + load.tasks();
            if (next >= load.total()) {
                done.countDown();
            } else if (load.isBlocking(next)) {
                log.ready(next);
                blocking.submit(next);
            } else {
                log.ready(next);
                call.again(next);
            }
        }

        void blockingStep(int number) {
            work(number);
            int next = number + load.tasks();
            if (next < load.total()) {
                log.ready(next);
                function.submit(next);
            } else {
                done.countDown();
            }
        }

        private void work(int number) {
            log.started(number);
            sum.addAndGet(load.step().run(number % load.tasks(), number / load.tasks()));
            log.ended(number);
        }

        Map<String, Double> all() {
            Map<String, Double> columns = Trials.timed(load.total(), () -> {
                begun = System.nanoTime();
                for (int task = 0; task < load.tasks(); task++) {
                    log.ready(task);
                    function.submit(task);
                }
                await();
            });
            if (sum.get() != load.expected()) {
                throw new IllegalStateException("wrong sum of steps: sum=%d, expected=%d, tasks=%d, steps=%d"
                        .formatted(sum.get(), load.expected(), load.tasks(), load.steps()));
            }
            columns.putAll(log.waits());
            if (load.blockingEvery() == Load.NEVER) {
                columns.put(TaskLog.UTILISATION, log.busyNanos() / (columns.get(Point.Trial.NANOS) * load.total() * workers));
            }
            columns.put(TaskLog.GAP, log.longestGapNanos(begun));
            columns.put(SAME_WORKER, sameWorker());
            return columns;
        }

        private void await() {
            try {
                if (!done.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("tasks did not end: left=%d, tasks=%d, limit=%d s"
                            .formatted(done.getCount(), load.tasks(), LIMIT_SECONDS));
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while measuring", e);
            }
        }

        private double sameWorker() {
            int same = 0;
            for (int number = load.tasks(); number < load.total(); number++) {
                same += log.thread(number) == log.thread(number - load.tasks()) ? 1 : 0;
            }
            return (double) same / Math.max(1, load.total() - load.tasks());
        }
    }
}
