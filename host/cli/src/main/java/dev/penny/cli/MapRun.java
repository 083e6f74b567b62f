package dev.penny.cli;

import dev.penny.api.DeadlineException;
import dev.penny.api.Outcome;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskResults;
import dev.penny.cli.MapFeed.Entry;
import java.io.IOException;
import java.util.Optional;

/** Applies a function to every input and writes the results in the order of the inputs, in bounded memory. */
final class MapRun {

    private final TaskFunction<?> function;
    private final TaskSettings settings;
    private final ResultWriter writer;
    private final Progress progress;
    private final MapFeed feed;
    private final Failures failures = new Failures();
    private long delivered;
    private boolean late;

    /**
     * How it ended.
     *
     * @param delivered inputs with a result or a reason why they have none
     * @param interrupted the user stopped it before the end
     * @param late the deadline stopped it before the end
     * @param inputFailure why the rest of the input could not be read
     */
    record Summary(long delivered, Failures failures, boolean interrupted, boolean late, Optional<IOException> inputFailure) { }

    MapRun(TaskFunction<?> function, InputSource source, ResultWriter writer, Progress progress) {
        this(function, new TaskSettings(), source, writer, progress);
    }

    MapRun(TaskFunction<?> function, TaskSettings settings, InputSource source, ResultWriter writer, Progress progress) {
        this.function = function;
        this.settings = settings;
        this.writer = writer;
        this.progress = progress;
        this.feed = new MapFeed(source, function.signature().parameters().getFirst());
    }

    /** Ends the input here; what was pulled is still delivered. Any thread. */
    void stop() {
        feed.stop();
    }

    /** True if all that was started is delivered and the next input is not there yet. Any thread. */
    boolean waitsForInput() {
        return feed.waitsForInput();
    }

    /**
     * Runs to the end of the input.
     *
     * @throws IOException if the results cannot be written
     */
    Summary run() throws IOException {
        while (!feed.ended()) {
            try (TaskResults<?> results = settings.on(function).map(feed)) {
                while (results.hasNext()) {
                    deliver(results.next());
                }
            }
            deliverUnusable();
        }
        return summary();
    }

    /** What has been delivered so far, for a run that will not be waited for. No line is half counted. Any thread. */
    synchronized Summary abandoned() {
        return new Summary(delivered, failures, true, late, feed.failure());
    }

    private synchronized Summary summary() {
        boolean cutShort = feed.stopped() && !feed.exhausted();
        return new Summary(delivered, failures, cutShort && !late, cutShort && late, feed.failure());
    }

    private synchronized void deliver(Outcome<?> outcome) throws IOException {
        deliverUnusable();
        Entry entry = feed.take()
                .orElseThrow(() -> new IllegalStateException("more results than inputs: function=" + function.mangledName()));
        switch (outcome) {
            case Outcome.Done<?> done -> writer.done(entry.name(), Optional.ofNullable(done.value()));
            case Outcome.Failed<?> failed -> {
                String reason = failed.cause().getMessage();
                if (failed.cause() instanceof DeadlineException tooLate) {
                    reason = settings.late(tooLate);
                    late = true;
                    feed.stop();
                }
                fail(entry.name(), reason);
            }
        }
        count();
    }

    private synchronized void deliverUnusable() throws IOException {
        while (feed.unusableIsNext()) {
            Entry entry = feed.take().orElseThrow();
            fail(entry.name(), entry.reason().orElseThrow());
            count();
        }
    }

    private void fail(String name, String reason) throws IOException {
        failures.add(name, reason);
        writer.failed(name, reason);
    }

    private void count() {
        delivered++;
        progress.step();
    }
}
