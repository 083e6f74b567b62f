package dev.penny.cli;

import dev.penny.api.TaskFunction;
import java.io.IOException;
import java.io.PrintStream;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One run of {@code penny map} with all that surrounds it: progress, output, Ctrl-C and the report at the end.
 *
 * <p>The first Ctrl-C, or another signal of {@link Interrupts}, ends the input; what was started is still delivered, for at most {@value #GRACE_MILLIS} ms. A second one, or a
 * run that waits for input that may never come, ends the process at once.
 */
final class MapSession {

    private static final int GRACE_MILLIS = 10_000;
    private static final int POLL_MILLIS = 50;
    private static final int ABANDON_MILLIS = 1_000;

    private final Terminal terminal;
    private final TaskFunction<?> function;
    private final InputSource source;
    private final ResultTarget target;
    private final Style style;
    private final TaskSettings settings;
    private final AtomicInteger interrupts = new AtomicInteger();
    private volatile int interruptedCode = ExitCode.INTERRUPTED;

    /**
     * How results and progress look.
     *
     * @param json one JSON object per line
     */
    record Style(boolean json, Progress.Mode progress) { }

    MapSession(Terminal terminal, TaskFunction<?> function, InputSource source, ResultTarget target, Style style) {
        this(terminal, function, source, target, style, new TaskSettings());
    }

    MapSession(Terminal terminal, TaskFunction<?> function, InputSource source, ResultTarget target, Style style, TaskSettings settings) {
        this.terminal = terminal;
        this.function = function;
        this.source = source;
        this.target = target;
        this.style = style;
        this.settings = settings;
    }

    /**
     * Runs it.
     *
     * @param interrupts from now on Ctrl-C ends the input
     * @return the exit code
     * @throws IOException if the results cannot be written
     */
    int run(Interrupts interrupts) throws IOException {
        MapRun.Summary summary;
        try (Progress progress = Progress.start(style.progress(), terminal, source);
                ResultOutput output = new ResultOutput(target.stream(), target.shown() ? progress : new Progress.Silent())) {
            MapRun run = new MapRun(function, settings, source, writer(output), progress);
            interrupts.replace(code -> interrupted(run, output, code));
            summary = run.run();
        }
        if (!summary.interrupted() && !summary.late() && summary.inputFailure().isEmpty()) {
            target.complete();
        }
        return report(summary, "not run");
    }

    private ResultWriter writer(ResultOutput output) throws IOException {
        ResultFormat format = new ResultFormat(function.signature().result());
        return style.json() ? new ResultWriter.Json(output, format, source.numeric()) : new ResultWriter.Plain(output, format);
    }

    private int report(MapRun.Summary summary, String fate) {
        PrintStream err = terminal.err();
        summary.failures().print(err, summary.delivered(), source.unit());
        if (summary.late()) {
            OptionalLong total = source.total();
            long delivered = summary.delivered() - summary.failures().count();
            err.println(total.isPresent()
                    ? "penny: the deadline passed: %d of %d %s delivered, the rest was not run".formatted(delivered, total.getAsLong(), source.unit())
                    : "penny: the deadline passed: %d %s delivered, the rest was not read".formatted(delivered, source.unit()));
        }
        if (summary.inputFailure().isPresent()) {
            err.println("penny: the rest of the input cannot be read: reason=" + Errors.reason(summary.inputFailure().get()));
        }
        if (summary.interrupted()) {
            OptionalLong total = source.total();
            err.println(total.isPresent()
                    ? "penny: interrupted: %d of %d %s delivered, %d %s".formatted(
                            summary.delivered(), total.getAsLong(), source.unit(), total.getAsLong() - summary.delivered(), fate)
                    : "penny: interrupted: %d %s delivered, the rest was not read".formatted(summary.delivered(), source.unit()));
            return interruptedCode;
        }
        return summary.failures().count() > 0 || summary.inputFailure().isPresent() || summary.late() ? ExitCode.FAILED : ExitCode.OK;
    }

    private void interrupted(MapRun run, ResultOutput output, int code) {
        interruptedCode = code;
        if (interrupts.incrementAndGet() > 1) {
            abandon(run, output);
            return;
        }
        run.stop();
        Thread.ofPlatform().daemon().name("penny-interrupt").start(() -> {
            int waiting = 0;
            for (int waited = 0; waited < GRACE_MILLIS && waiting < 3; waited += POLL_MILLIS) {
                pause(POLL_MILLIS);
                waiting = run.waitsForInput() ? waiting + 1 : 0;
            }
            abandon(run, output);
        });
    }

    /** Delivers what there is and ends the process, even if a task or whoever reads the results is stuck. */
    private void abandon(MapRun run, ResultOutput output) {
        Thread.ofPlatform().daemon().start(() -> {
            pause(ABANDON_MILLIS);
            Runtime.getRuntime().halt(interruptedCode);
        });
        MapRun.Summary summary = run.abandoned();
        try {
            output.close();
            target.close();
        } catch (IOException e) {
            terminal.err().println("penny: results are lost: reason=" + Errors.reason(e));
        }
        report(summary, "not finished or not run");
        Runtime.getRuntime().halt(interruptedCode);
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
