package dev.penny.internal.engine;

import dev.penny.api.ClosedException;
import dev.penny.api.Outcome;
import dev.penny.api.PennyException;
import dev.penny.api.TaskResults;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;

/** A map of a blocking function: one frame per input, since an item of a bulk frame cannot leave its worker. */
final class SingleRun<R> implements TaskResults<R> {

    /** Blocking tasks cost a virtual thread each, so many may wait at once. */
    private static final int WINDOW_MAX = 1024;
    /** Between two looks whether a task that was told that it is cancelled has ended. */
    private static final int LOOK_MILLIS = 1;

    private final Scheduler scheduler;
    private final LoadedFunction<R> function;
    private final Terms terms;
    private final Inputs inputs;
    private final int windowMax;
    private final InFlight inFlight;
    private final ArrayDeque<Object> window = new ArrayDeque<>();
    /** Their outcomes were told early, because the run was cancelled. */
    private final List<SubmittedTask<?>> cancelled = new ArrayList<>();

    SingleRun(Scheduler scheduler, LoadedFunction<R> function, Terms terms, Iterator<?> inputs) {
        this.scheduler = scheduler;
        this.function = function;
        // The clock of the whole run is the only one.
        this.terms = new Terms(terms.placement(), 0);
        this.inFlight = new InFlight(scheduler, function, terms);
        this.inputs = new Inputs(inputs);
        this.windowMax = Math.min(WINDOW_MAX, terms.placement().queue().capacity());
    }

    @Override
    public boolean hasNext() {
        boolean more = !window.isEmpty() || !(inFlight.cause() instanceof ClosedException) && inputs.hasNext();
        if (!more) {
            inFlight.finish();
            inputs.throwFailure();
        }
        return more;
    }

    @Override
    public Outcome<R> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        while (window.size() < windowMax && inFlight.cause() == null && inputs.hasNext()) {
            window.add(submit(inputs.next()));
        }
        if (window.isEmpty()) {
            inputs.next();
            return new Outcome.Failed<>(inFlight.cause());
        }
        return switch (window.remove()) {
            case PennyException refusal -> new Outcome.Failed<>(refusal);
            case SubmittedTask<?> task -> outcome(task);
            case Object other -> throw new IllegalStateException(other.toString());
        };
    }

    private Object submit(Object input) {
        try {
            Object[] arguments = function.marshaller().prepare(input instanceof Object[] several ? several : new Object[] {input});
            SubmittedTask<R> task = new SubmittedTask<>(scheduler, function, terms, arguments);
            task.setMayBeCancelledEarly();
            inFlight.add(task);
            scheduler.submitter().submit(task);
            return task;
        } catch (PennyException refusal) {
            return refusal;
        }
    }

    @SuppressWarnings("unchecked")
    private Outcome<R> outcome(SubmittedTask<?> task) {
        try {
            return new Outcome.Done<>((R) task.joinUnwrapped());
        } catch (PennyException failure) {
            if (inFlight.cause() != null) {
                cancelled.add(task);
            }
            return new Outcome.Failed<>(failure);
        } catch (CancellationException e) {
            return new Outcome.Failed<>(new ClosedException("cancelled: function=" + function.mangledName(), e));
        } finally {
            inFlight.remove(task);
        }
    }

    @Override
    public void cancel() {
        inFlight.cancel(scheduler.cancelledFailure(function));
    }

    @Override
    public void close() {
        inFlight.finish();
        cancel();
        for (Object entry : window) {
            if (entry instanceof SubmittedTask<?> task) {
                cancelled.add(task);
            }
        }
        window.clear();
        for (SubmittedTask<?> task : cancelled) {
            Waiter.await(scheduler, () -> !task.stillRuns(), wake -> { }, (time, unit) -> Thread.sleep(LOOK_MILLIS));
        }
        cancelled.clear();
    }
}
