package dev.penny.cli;

import dev.penny.Penny;
import dev.penny.api.DeadlineException;
import dev.penny.api.GraphFailedException;
import dev.penny.api.ValueType;
import dev.penny.api.graph.GraphEvent;
import dev.penny.api.graph.GraphListener;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphRunOptions;
import dev.penny.api.graph.NodeOutcome;
import dev.penny.cli.graph.Plan;
import dev.penny.cli.graph.PlannedTask;
import dev.penny.cli.graph.TraceRecorder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One run of a graph with all that surrounds it: progress, trace, results, Ctrl-C and the report at the end.
 *
 * <p>Files are written by tasks of the graph as soon as their content is there. The first Ctrl-C and the deadline keep what has not
 * started from starting; what runs goes on, for at most {@value #GRACE_MILLIS} ms after Ctrl-C. A second Ctrl-C ends the process at once.
 */
final class GraphSession {

    private static final int GRACE_MILLIS = 10_000;
    private static final int ABANDON_MILLIS = 1_000;

    private final Terminal terminal;
    private final Penny penny;
    private final Plan plan;
    private final OutputFiles files;
    private final Wishes wishes;
    private final AtomicInteger interrupts = new AtomicInteger();
    private volatile int interruptedCode = ExitCode.INTERRUPTED;

    /**
     * What the command line asks of a run.
     *
     * @param trace where the trace goes
     */
    record Wishes(Progress.Mode progress, Optional<ResultTarget> trace, Optional<Duration> deadline) { }

    GraphSession(Terminal terminal, Penny penny, Plan plan, OutputFiles files, Wishes wishes) {
        this.terminal = terminal;
        this.penny = penny;
        this.plan = plan;
        this.files = files;
        this.wishes = wishes;
    }

    /**
     * Runs it.
     *
     * @param folder where the graph file is, for relative names
     * @param interrupts from now on Ctrl-C cancels the run
     * @return the exit code
     * @throws IOException a result cannot be printed or the trace not be written
     */
    int run(Terminal folder, Interrupts interrupts) throws IOException {
        GraphBuild build = GraphBuild.of(penny, plan, new OwnFunctions(folder, files));
        try (var _ = build.graph()) {
            TraceRecorder trace = new TraceRecorder(plan);
            long start = System.nanoTime();
            Optional<GraphFailedException> failure;
            boolean late = false;
            GraphRun run;
            try (Progress progress = Progress.start(wishes.progress(), terminal, "tasks", OptionalLong.of(plan.tasks().size()))) {
                run = build.graph().run(options(trace, progress));
                interrupts.replace(code -> interrupted(run, code));
                failure = join(run);
                late = wishes.deadline().isPresent() && System.nanoTime() - start >= wishes.deadline().get().toNanos();
            }
            Duration time = Duration.ofNanos(System.nanoTime() - start);
            boolean rescued = deliver(build, run);
            writeTrace(trace);
            GraphReport report = new GraphReport(plan, build, run, failure);
            report.print(terminal.err(), time, penny.workers(), files.written());
            return code(report, late, rescued);
        }
    }

    private int code(GraphReport report, boolean late, boolean delivered) {
        if (interrupts.get() > 0 && report.incomplete()) {
            terminal.err().println("penny: interrupted");
            return interruptedCode;
        }
        if (late && report.incomplete()) {
            terminal.err().println("penny: deadline passed: graph=%s, deadline=%s"
                    .formatted(Text.message(plan.name()), text(wishes.deadline().orElseThrow())));
            return ExitCode.FAILED;
        }
        return report.failed() || !delivered ? ExitCode.FAILED : ExitCode.OK;
    }

    private GraphRunOptions options(TraceRecorder trace, Progress progress) {
        GraphRunOptions options = GraphRunOptions.defaults();
        if (wishes.deadline().isPresent()) {
            options = options.deadline(wishes.deadline().get());
        }
        boolean traced = wishes.trace().isPresent();
        // A listener costs a call into Java for each task.
        if (!traced && progress instanceof Progress.Silent) {
            return options;
        }
        GraphListener steps = event -> {
            if (event instanceof GraphEvent.TaskEnded ended && ended.ending() != GraphEvent.Ending.WAITS) {
                progress.step();
            }
            if (traced) {
                trace.happened(event);
            }
        };
        return options.listener(steps);
    }

    private static Optional<GraphFailedException> join(GraphRun run) {
        try {
            run.join();
            return Optional.empty();
        } catch (GraphFailedException e) {
            return Optional.of(e);
        } catch (DeadlineException | CancellationException e) {
            // The outcomes tell which tasks have not started.
            return Optional.empty();
        }
    }

    /** Prints what is to be printed, and writes files whose content is there although their task was cancelled. */
    private boolean deliver(GraphBuild build, GraphRun run) throws IOException {
        boolean delivered = true;
        for (Plan.Output output : plan.outputs()) {
            if (!done(build, run, output.task())) {
                continue;
            }
            Optional<Object> value = Optional.ofNullable(run.result(build.tasks().get(output.task())));
            if (output.file().isEmpty()) {
                print(output, value);
            } else if (run.outcome(build.tasks().get(output.writer().orElseThrow())) instanceof NodeOutcome.Cancelled) {
                delivered &= rescue(output.file().get(), value.orElseThrow());
            }
        }
        return delivered;
    }

    private boolean rescue(String file, Object value) {
        try {
            files.write(file, OwnFunctions.content(value));
            return true;
        } catch (IOException | UsageException e) {
            terminal.err().println("penny: " + Text.message(e.getMessage()));
            return false;
        }
    }

    private static boolean done(GraphBuild build, GraphRun run, PlannedTask task) {
        return run.outcome(build.tasks().get(task)) instanceof NodeOutcome.Done;
    }

    private void print(Plan.Output output, Optional<Object> value) throws IOException {
        Optional<ValueType> type = output.task().signature().flatMap(types -> types.result());
        ResultFormat format = new ResultFormat(type);
        boolean shown = terminal.display().outShown();
        String line = output.labelled() ? "%s  %s".formatted(format.line(value), Text.oneLine(output.task().name()))
                : shown ? format.text(value).lines().map(Text::oneLine).reduce((a, b) -> a + "\n" + b).orElse("") : format.text(value);
        terminal.out().write((line.endsWith("\n") ? line : line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void writeTrace(TraceRecorder trace) throws IOException {
        if (wishes.trace().isPresent()) {
            trace.write(wishes.trace().get().stream());
            wishes.trace().get().complete();
        }
    }

    private void interrupted(GraphRun run, int code) {
        interruptedCode = code;
        if (interrupts.incrementAndGet() > 1) {
            abandon();
            return;
        }
        run.cancel();
        Thread.ofPlatform().daemon().name("penny-interrupt").start(() -> {
            pause(GRACE_MILLIS);
            abandon();
        });
    }

    /** Ends the process, even if a task is stuck. */
    private void abandon() {
        Thread.ofPlatform().daemon().start(() -> {
            pause(ABANDON_MILLIS);
            Runtime.getRuntime().halt(interruptedCode);
        });
        files.abandon();
        wishes.trace().ifPresent(trace -> {
            try {
                trace.close();
            } catch (IOException e) {
                terminal.err().println("penny: a temporary file may be left: reason=" + Errors.reason(e));
            }
        });
        terminal.err().println("penny: interrupted: tasks that ran are not finished, files written: %d".formatted(files.written()));
        Runtime.getRuntime().halt(interruptedCode);
    }

    private static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
