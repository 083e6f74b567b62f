package dev.penny.internal.engine;

import dev.penny.api.Signature;
import dev.penny.internal.core.TaskForks;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** The forks of guests that name functions: each is a {@link FunctionJob}, or a submission if the function blocks. */
final class NamedForks implements TaskForks {

    private static final Object NOT_BEGUN = new Object();
    private static final Object NO_RESULT = "()";

    private final Scheduler scheduler;
    private final ForkStack forks;

    NamedForks(Scheduler scheduler, ForkStack forks) {
        this.scheduler = scheduler;
        this.forks = forks;
    }

    private record Function(LoadedFunction<?> loaded) implements Target {

        @Override
        public String name() {
            return loaded.mangledName();
        }

        @Override
        public Signature signature() {
            return loaded.signature();
        }

        @Override
        public boolean blocking() {
            return loaded.isBlocking();
        }
    }

    /** A fork that its forker calls itself if it gets it back. */
    private static final class GivenJob extends FunctionJob implements Given {

        GivenJob(Scheduler scheduler, LoadedFunction<?> function, Object[] prepared) {
            super(scheduler, function, prepared);
        }

        @Override
        Object reclaimed(ForkStack forks) {
            forks.release(this);
            return NOT_BEGUN;
        }
    }

    private record GivenTask(SubmittedTask<?> task) implements Given { }

    @Override
    public boolean beatDue() {
        return forks.worker().workerForks().beatDue();
    }

    @Override
    public Target target(String name) {
        return new Function(scheduler.modules().named(name));
    }

    private static LoadedFunction<?> loaded(Target target) {
        return ((Function) target).loaded();
    }

    @Override
    public Optional<Given> give(Target target, Object[] arguments) {
        LoadedFunction<?> function = loaded(target);
        Object[] prepared = function.marshaller().prepare(arguments);
        if (function.isBlocking()) {
            SubmittedTask<?> task = new SubmittedTask<>(scheduler, function, scheduler.submitter().defaults(), prepared);
            scheduler.submitter().submit(task);
            return Optional.of(new GivenTask(task));
        }
        GivenJob job = new GivenJob(scheduler, function, prepared);
        return forks.give(job) ? Optional.of(job) : Optional.empty();
    }

    @Override
    public Optional<Object> await(Given given) throws Throwable {
        Object result = switch (given) {
            case GivenJob job -> forks.await(job);
            case GivenTask waiting -> waiting.task().joinUnwrapped();
            default -> throw new IllegalArgumentException(given.toString());
        };
        return result == NOT_BEGUN ? Optional.empty() : Optional.of(result == null ? NO_RESULT : result);
    }

    @Override
    public void drop(Given given) {
        switch (given) {
            case GivenJob job -> {
                forks.cancel(job);
                forks.drop(job, null);
            }
            case GivenTask waiting -> {
                waiting.task().cancelUnlessStarted();
                try {
                    waiting.task().join();
                } catch (java.util.concurrent.CompletionException | CancellationException e) {
                    // Whoever drops it is failing already.
                }
            }
            default -> throw new IllegalArgumentException(given.toString());
        }
    }

    @Override
    public Object call(Target target, Object[] arguments) throws Throwable {
        LoadedFunction<?> function = loaded(target);
        Object[] prepared = function.marshaller().prepare(arguments);
        Object result;
        if (function.isBlocking()) {
            SubmittedTask<?> task = new SubmittedTask<>(scheduler, function, scheduler.submitter().defaults(), prepared);
            scheduler.submitter().submit(task);
            result = task.joinUnwrapped();
        } else {
            result = new FunctionJob(scheduler, function, prepared).run(forks);
        }
        return result == null ? NO_RESULT : result;
    }
}
