package dev.penny.bench.experiment;

import dev.penny.Penny;
import dev.penny.api.Priority;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskOptions;
import dev.penny.bench.suite.Statistics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Tasks that one thread submits as fast as it can, in turn with low, normal and high priority, to Penny or to a pool of threads. */
final class Arrivals implements AutoCloseable {

    /** The column with the 99th percentile of the waits of tasks with high priority. */
    static final String HIGH_P99 = "high_wait_p99_ns";
    private static final long LIMIT_SECONDS = 120;

    private final Queue queue;
    private volatile Run current;

    /** Where the tasks go. */
    private interface Queue extends AutoCloseable {

        void submit(int task, Priority priority);

        @Override
        void close();
    }

    private Arrivals(java.util.function.Function<Arrivals, Queue> queue) {
        this.queue = queue.apply(this);
    }

    /** To a Penny, which is not closed with this. */
    static Arrivals at(Penny penny) {
        return new Arrivals(self -> {
            TaskFunction<?> function = penny.javaModule("arrivals").function("task", "(i32)->()", call -> self.current.task(call.i32(0)))
                    .register().function("task");
            Map<Priority, TaskFunction<?>> functions = new EnumMap<>(Priority.class);
            for (Priority priority : Priority.values()) {
                functions.put(priority, function.with(TaskOptions.defaults().priority(priority)));
            }
            return new Queue() {

                @Override
                public void submit(int task, Priority priority) {
                    functions.get(priority).submit(task);
                }

                @Override
                public void close() { }
            };
        });
    }

    /** A task of a pool. */
    private record Job(Arrivals arrivals, int task, Priority priority) implements Runnable {

        @Override
        public void run() {
            arrivals.current.task(task);
        }
    }

    /** To threads that take from one queue, with priorities in their order. */
    static Arrivals atOneQueue(int threads, boolean priorities) {
        var queue = priorities ? new PriorityBlockingQueue<Runnable>(1 << 12,
                Comparator.comparing((Runnable job) -> rank(((Job) job).priority())).thenComparing(job -> ((Job) job).task()))
                : new LinkedBlockingQueue<Runnable>();
        return at(List.of(new ThreadPoolExecutor(threads, threads, 0, TimeUnit.SECONDS, queue)));
    }

    /** The smaller the earlier. */
    private static int rank(Priority priority) {
        return switch (priority) {
            case HIGH -> 0;
            case NORMAL -> 1;
            case LOW -> 2;
        };
    }

    /** To threads with a queue each, in turn; none looks into another's. */
    static Arrivals atQueuePerThread(int threads) {
        List<ExecutorService> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            all.add(new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()));
        }
        return at(all);
    }

    /** To these in turn; closed with this. */
    static Arrivals at(List<? extends ExecutorService> executors) {
        return new Arrivals(self -> new Queue() {

            @Override
            public void submit(int task, Priority priority) {
                executors.get(task % executors.size()).execute(new Job(self, task, priority));
            }

            @Override
            public void close() {
                executors.forEach(ExecutorService::close);
            }
        });
    }

    /** Submits {@code tasks} tasks and waits for all; times are per task. */
    Map<String, Double> run(int tasks, boolean priorities, long workSteps) {
        Run run = new Run(tasks, priorities, workSteps);
        current = run;
        return run.all();
    }

    private final class Run {

        private final TaskLog log;
        private final int tasks;
        private final boolean priorities;
        private final long workSteps;
        private final CountDownLatch done;
        private final AtomicLong sum = new AtomicLong();

        Run(int tasks, boolean priorities, long workSteps) {
            this.tasks = tasks;
            this.priorities = priorities;
            this.workSteps = workSteps;
            this.log = new TaskLog(tasks);
            this.done = new CountDownLatch(tasks);
        }

        void task(int task) {
            log.started(task);
            if (Work.steps(task, workSteps) != 0) {
                sum.addAndGet(task);
            }
            log.ended(task);
            done.countDown();
        }

        private Priority priority(int task) {
            return priorities ? Priority.values()[task % 3] : Priority.NORMAL;
        }

        Map<String, Double> all() {
            Map<String, Double> columns = Trials.timed(tasks, () -> {
                for (int task = 0; task < tasks; task++) {
                    log.ready(task);
                    queue.submit(task, priority(task));
                }
                await();
            });
            if (sum.get() != (long) tasks * (tasks - 1) / 2) {
                throw new IllegalStateException("wrong sum of tasks: sum=%d, tasks=%d".formatted(sum.get(), tasks));
            }
            columns.putAll(log.waits());
            if (priorities) {
                double[] high = java.util.stream.IntStream.range(0, tasks).filter(task -> priority(task) == Priority.HIGH)
                        .mapToDouble(log::waitOf).toArray();
                columns.put(HIGH_P99, Statistics.quantile(0.99, high));
            }
            return columns;
        }

        private void await() {
            try {
                if (!done.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("tasks did not end: left=%d, tasks=%d, limit=%d s"
                            .formatted(done.getCount(), tasks, LIMIT_SECONDS));
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while measuring", e);
            }
        }
    }

    @Override
    public void close() {
        queue.close();
    }
}
