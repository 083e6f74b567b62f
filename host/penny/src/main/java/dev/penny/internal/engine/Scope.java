package dev.penny.internal.engine;

import dev.penny.api.Forked;
import dev.penny.api.Outcome;
import dev.penny.api.PennyException;
import dev.penny.api.ScopeOptions;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskScope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A scope on its worker's {@link ForkStack}: its children are the entries from {@code mark} on. Tasks of blocking functions are submitted
 * instead, since a fork would start them only when something waits; also those with options of their own.
 */
final class Scope implements TaskScope {

    /** In messages, where a task has its function. */
    static final String NAME = "penny.scope";

    private final Scheduler scheduler;
    private final ForkStack forks;
    private final ScopeOptions options;
    private final int mark;
    private final long startedNanos = System.nanoTime();
    private final List<SubmittedChild<?>> submitted = new ArrayList<>();
    /** The children on the stack, in the order of their forks. */
    private final List<Child<?>> open = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean cancelled;
    private boolean failureThrown;
    private boolean joining;
    private boolean ended;

    Scope(Scheduler scheduler, ForkStack forks, ScopeOptions options) {
        this.scheduler = scheduler;
        this.forks = forks;
        this.options = options;
        this.mark = forks.size();
    }

    // ---- forks

    @Override
    public <R> Forked<R> fork(Callable<? extends R> child) {
        checkBody("fork");
        ClosureChild<R> forked = new ClosureChild<>(this, child);
        open.add(forked);
        forks.fork(forked);
        return forked;
    }

    @Override
    public <R> Forked<R> fork(TaskFunction<R> task, Object... arguments) {
        checkBody("fork");
        if (!(task instanceof FunctionCalls<R> calls) || calls.loaded().scheduler() != scheduler) {
            throw new IllegalArgumentException("a function of another Penny: function=" + task.mangledName());
        }
        LoadedFunction<R> function = calls.loaded();
        Object[] prepared = function.marshaller().keep(arguments);
        if (function.isBlocking() || calls.terms() != scheduler.submitter().defaults()) {
            SubmittedChild<R> forked = new SubmittedChild<>(this, new SubmittedTask<>(scheduler, function, calls.terms(), prepared));
            if (!isCancelled()) {
                scheduler.submitter().submit(forked.task);
                submitted.add(forked);
            } else {
                forked.cancelled();
                forked.joined();
            }
            return forked;
        }
        FunctionChild<R> forked = new FunctionChild<>(this, function, prepared);
        open.add(forked.child);
        forks.fork(forked);
        return forked.child;
    }

    /** A fork lands on top of the stack, so what is there must be this scope's own. A scope within would take it for one of its children. */
    private void checkBody(String call) {
        if (ended || joining || Worker.forksOn(scheduler) != forks || forks.innermost == null || forks.size() != mark + open.size()) {
            throw new IllegalStateException("only the body of a scope may use it: call=%s, ended=%s; a child opens a scope of its own"
                    .formatted(call, ended));
        }
        if (forks.innermost != this) {
            throw new IllegalStateException("the body of an inner scope runs: call=%s; use the inner scope, or this one after it has ended"
                    .formatted(call));
        }
    }

    // ---- join

    @Override
    public void join() {
        checkBody("join");
        joining = true;
        try {
            runPrivate();
            if (isCancelled()) {
                cancelGiven();
            }
            collectGiven();
            open.clear();
            collectSubmitted();
        } catch (StackOverflowError e) {
            forks.overflowed();
            throw e;
        } finally {
            joining = false;
        }
        throwFailure();
    }

    private void runPrivate() {
        for (int i = 0; i < open.size(); i++) {
            Object job = forks.take(mark + i);
            if (job instanceof ForkJob task) {
                open.get(i).end(() -> task.run(forks));
            } else if (job != null) {
                ((ClosureChild<?>) job).call();
            }
            forks.unwind(mark + open.size(), null);
        }
    }

    private void cancelGiven() {
        for (int index = mark; index < forks.size(); index++) {
            if (forks.job(index) instanceof ForkJob job) {
                forks.cancel(job);
            }
        }
    }

    /** Newest first: the core gets back un-started frames in that order. */
    private void collectGiven() {
        for (int index = forks.size() - 1; index >= mark; index--) {
            Child<?> child = open.get(index - mark);
            if (forks.job(index) instanceof ForkJob job && job.frame() != 0) {
                child.collect(() -> forks.await(job));
            }
            child.joined();
            forks.pop(index);
        }
    }

    private void collectSubmitted() {
        for (SubmittedChild<?> child : submitted) {
            if (isCancelled()) {
                submitted.forEach(other -> other.task.cancelUnlessStarted());
            }
            child.collect(child::result);
            child.joined();
        }
        submitted.clear();
    }

    private void throwFailure() {
        Throwable first = failure.get();
        if (first != null && !failureThrown && options.onFailure() == ScopeOptions.OnFailure.CANCEL_SIBLINGS) {
            failureThrown = true;
            throw JoinFailures.of(NAME, scheduler, first);
        }
        if (deadlinePassed()) {
            String reason = "the deadline passed: deadline=%s".formatted(options.deadline().orElseThrow());
            throw new TaskFailedException(NAME, reason, List.of(), new TimeoutException(reason));
        }
    }

    /** The body is over: joins what it left and closes the scope. */
    void end() {
        join();
        ended = true;
    }

    /** The body failed: nothing more starts, everything that runs is waited for. */
    void abort(Throwable cause) {
        cancelled = true;
        forks.unwind(mark, cause);
        open.clear();
        submitted.forEach(child -> child.task.cancelUnlessStarted());
        for (SubmittedChild<?> child : submitted) {
            child.collect(child::result);
        }
        submitted.clear();
        ended = true;
    }

    // ---- cancellation

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public boolean isCancelled() {
        return cancelled || deadlinePassed();
    }

    private boolean deadlinePassed() {
        return options.deadline().isPresent() && System.nanoTime() - startedNanos >= Terms.nanos(options.deadline().get());
    }

    private void childFailed(Throwable thrown) {
        if (!failure.compareAndSet(null, thrown)) {
            JoinFailures.suppress(failure.get(), thrown);
        }
        if (options.onFailure() == ScopeOptions.OnFailure.CANCEL_SIBLINGS) {
            cancelled = true;
        }
    }

    // ---- children

    /** What gives a child's result. */
    @FunctionalInterface
    private interface Ending {
        Object value() throws Throwable;
    }

    /** The outcome of one child: written by the worker that ran it, read after the join. */
    private static class Child<R> implements Forked<R> {

        final Scope scope;
        private R value;
        private RuntimeException thrown;
        private boolean isOver;
        private boolean isJoined;

        Child(Scope scope) {
            this.scope = scope;
        }

        /** Runs it, unless the scope was cancelled. */
        final void end(Ending ending) {
            if (scope.isCancelled()) {
                cancelled();
            } else {
                collect(ending);
            }
        }

        /** Takes the outcome, unless whoever gives it has set it already. */
        final void collect(Ending ending) {
            try {
                Object result = ending.value();
                if (!isOver) {
                    done(result);
                }
            } catch (ForkStack.NeverStarted e) {
                cancelled();
            } catch (Throwable e) {
                failed(e);
            }
        }

        @SuppressWarnings("unchecked")
        private void done(Object result) {
            value = (R) result;
            isOver = true;
        }

        private void failed(Throwable e) {
            thrown = JoinFailures.of(NAME, scope.scheduler, e);
            isOver = true;
            scope.childFailed(thrown);
        }

        final void cancelled() {
            thrown = new CancellationException("the scope was cancelled before this child started");
            isOver = true;
        }

        final void joined() {
            isJoined = true;
        }

        private void checkJoined() {
            if (!isJoined) {
                throw new IllegalStateException("the scope has not joined this child: call join() on the scope first");
            }
        }

        @Override
        public R get() {
            checkJoined();
            if (thrown != null) {
                throw thrown;
            }
            return value;
        }

        @Override
        public Outcome<R> outcome() {
            checkJoined();
            if (thrown == null) {
                return new Outcome.Done<>(value);
            }
            return new Outcome.Failed<>(thrown instanceof PennyException failure ? failure
                    : new TaskFailedException(NAME, thrown.getMessage(), List.of(), thrown));
        }
    }

    /** A closure. Never throws but for want of stack. */
    private static final class ClosureChild<R> extends Child<R> implements Callable<Void> {

        private final Callable<? extends R> closure;

        ClosureChild(Scope scope, Callable<? extends R> closure) {
            super(scope);
            this.closure = closure;
        }

        @Override
        public Void call() {
            end(closure::call);
            return null;
        }
    }

    /** A task of a function. */
    private static final class FunctionChild<R> extends FunctionJob {

        private final Child<R> child;

        FunctionChild(Scope scope, LoadedFunction<R> function, Object[] prepared) {
            super(scope.scheduler, function, prepared);
            this.child = new Child<>(scope);
        }

        @Override
        Object reclaimed(ForkStack forks) throws Throwable {
            if (child.scope.isCancelled()) {
                forks.release(this);
                throw new ForkStack.NeverStarted();
            }
            return super.reclaimed(forks);
        }
    }

    /** A task of a blocking function. */
    private static final class SubmittedChild<R> extends Child<R> {

        private final SubmittedTask<R> task;

        SubmittedChild(Scope scope, SubmittedTask<R> task) {
            super(scope);
            this.task = task;
        }

        /** Nobody but the scope can cancel the task. What its function throws, a {@link CancellationException} too, arrives wrapped. */
        private Object result() {
            try {
                return task.joinUnwrapped();
            } catch (CancellationException e) {
                throw new ForkStack.NeverStarted();
            }
        }
    }
}
