package dev.penny.internal.engine;

import dev.penny.api.PennyException;
import dev.penny.api.TaskFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** Runnables as tasks of one Java function, which looks them up by number. */
public final class TaskExecutorService extends AbstractExecutorService {

    private final ExecutorFunction function;
    private final Map<Long, Runnable> mine = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition emptied = lock.newCondition();
    private volatile boolean shutdown;

    /** An executor over the function that runs numbered runnables. */
    public TaskExecutorService(ExecutorFunction function) {
        this.function = function;
    }

    /** The runnables of all executors of a scheduler, and the task function that runs one. */
    public static final class ExecutorFunction {
        private final Map<Long, Runnable> waiting = new ConcurrentHashMap<>();
        private final AtomicLong numbers = new AtomicLong();
        private volatile LoadedFunction<?> task;

        void bind(TaskFunction<?> taskFunction) {
            task = (LoadedFunction<?>) taskFunction;
        }

        void run(long number) {
            Runnable runnable = waiting.remove(number);
            if (runnable != null) {
                runnable.run();
            }
        }
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Runnable runnable, T value) {
        return newTaskFor(Executors.callable(runnable, value));
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Callable<T> callable) {
        return new ExecutorTask<>(function.task.scheduler(), callable);
    }

    /** A future that helps when a task waits for it, and drives where waiting threads do that. */
    private static final class ExecutorTask<T> extends FutureTask<T> {

        private final Scheduler scheduler;
        private volatile Thread waiting;

        ExecutorTask(Scheduler scheduler, Callable<T> callable) {
            super(callable);
            this.scheduler = scheduler;
        }

        private void await(long timeoutNanos) throws InterruptedException {
            Waiter.awaitInterruptibly(scheduler, this::isDone, wake -> waiting = Thread.currentThread(), super::get, timeoutNanos);
        }

        @Override
        protected void setException(Throwable failure) {
            super.setException(failure);
        }

        @Override
        protected void done() {
            LockSupport.unpark(waiting);
        }

        @Override
        public T get() throws InterruptedException, ExecutionException {
            await(Long.MAX_VALUE);
            return super.get();
        }

        @Override
        public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
            await(unit.toNanos(timeout));
            return super.get(0, unit);
        }
    }

    @Override
    public void execute(Runnable command) {
        if (shutdown) {
            throw new RejectedExecutionException("the executor is shut down: task=" + command);
        }
        long number = function.numbers.incrementAndGet();
        mine.put(number, command);
        function.waiting.put(number, () -> {
            try {
                command.run();
            } finally {
                ended(number);
            }
        });
        try {
            function.task.submit(number).whenComplete((result, failure) -> endIfNeverRun(number, command, failure));
        } catch (PennyException e) {
            function.waiting.remove(number);
            ended(number);
            throw new RejectedExecutionException(e.getMessage(), e);
        }
    }

    /** For a task that the scheduler took and then never ran, because it was closed or broke: nobody else would tell. */
    private void endIfNeverRun(long number, Runnable command, Throwable failure) {
        if (failure != null && function.waiting.remove(number) != null) {
            if (command instanceof ExecutorTask<?> task) {
                task.setException(failure);
            }
            ended(number);
        }
    }

    private void ended(long number) {
        mine.remove(number);
        if (shutdown && mine.isEmpty()) {
            signalEmptied();
        }
    }

    private void signalEmptied() {
        lock.lock();
        try {
            emptied.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void shutdown() {
        shutdown = true;
        signalEmptied();
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown = true;
        List<Runnable> neverStarted = new ArrayList<>();
        mine.forEach((number, command) -> {
            if (function.waiting.remove(number) != null) {
                neverStarted.add(command);
                mine.remove(number);
            }
        });
        signalEmptied();
        return neverStarted;
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown && mine.isEmpty();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        Waiter.awaitInterruptibly(function.task.scheduler(), this::isTerminated, wake -> { }, this::awaitEmptied, unit.toNanos(timeout));
        return isTerminated();
    }

    private void awaitEmptied(long time, TimeUnit unit) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!isTerminated()) {
                emptied.await(time, unit);
            }
        } finally {
            lock.unlock();
        }
    }
}
