package dev.penny.bench.experiment;

import dev.penny.bench.suite.Child;
import dev.penny.bench.suite.Machine;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of the experiments. */
@Command(name = "scripts/experiment", mixinStandardHelpOptions = true, usageHelpAutoWidth = true,
        description = {"Runs experiments of docs/experiments and writes their data and pictures.",
            "Without --out: data and pictures to docs/results/experiments, and the tables of the pages are made again."},
        footer = {"", "Exit codes: 0 done, 1 an experiment failed or computed a wrong answer, 2 wrong command line, 3 the machine was too "
            + "unsteady for the results of some, which were left out."})
public final class ExperimentCommand implements Callable<Integer> {

    /** A fixed serial loop may spread this much. */
    static final double SPREAD_MAX = 0.15;
    static final int UNSTEADY = 3;

    @Parameters(paramLabel = "NAME", description = "E-1 to E-9; --list shows them.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--all", description = "All experiments, each in a JVM of its own: about 35 minutes on two processors.")
    private boolean all;

    @Option(names = "--quick", description = "Fewer parameters and rounds: all within about 6 minutes.")
    private boolean quick;

    @Option(names = "--smoke", description = "The smallest parameters once: shows that it runs, measures nothing and writes nothing.")
    private boolean smoke;

    @Option(names = "--plot", description = "Draw the pictures and make the tables again from the data, without running anything.")
    private boolean plot;

    @Option(names = "--out", paramLabel = "DIR", description = "Write data and pictures there, and leave the pages alone.")
    private Path folder;

    @Option(names = "--force", description = "Write results although the machine was unsteady. Not for publishing.")
    private boolean force;

    @Option(names = "--list", description = "List the experiments.")
    private boolean list;

    private final PrintStream out;
    private final PrintStream err;

    private ExperimentCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Runs it and ends the process. */
    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    static int run(PrintStream out, PrintStream err, String... arguments) {
        return new CommandLine(new ExperimentCommand(out, err))
                .setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true))
                .setParameterExceptionHandler((error, _) -> failed(err, 2, error))
                .setExecutionExceptionHandler((error, _, _) -> failed(err, error instanceof IllegalArgumentException ? 2 : 1, error))
                .execute(arguments);
    }

    private static int failed(PrintStream err, int code, Exception error) {
        err.println("experiment: " + (error.getMessage() == null ? error : error.getMessage()));
        return code;
    }

    @Override
    public Integer call() throws Exception {
        if (list) {
            Experiments.ALL.forEach(experiment -> out.printf("%s  %s%n", experiment.name(), experiment.title()));
            return 0;
        }
        if (all == !names.isEmpty()) {
            throw new IllegalArgumentException("name some experiments or say --all: names=%s, all=%s, known=%s"
                    .formatted(names, all, String.join(" ", Experiments.names())));
        }
        if (smoke && (quick || plot || folder != null)) {
            throw new IllegalArgumentException("--smoke measures nothing: leave out --quick, --plot and --out");
        }
        List<Experiment> chosen = all ? Experiments.ALL : Experiments.select(names);
        if (plot) {
            for (Experiment experiment : chosen) {
                show(experiment, pages().read(experiment));
            }
            return 0;
        }
        return smoke || chosen.size() == 1 ? here(chosen) : apart(chosen);
    }

    private Pages pages() {
        Pages usual = Pages.of(Path.of(System.getProperty("penny.root", ".")));
        return folder == null ? usual : new Pages(folder, usual.pages());
    }

    private void show(Experiment experiment, Data data) throws IOException {
        pages().draw(experiment, data).forEach(out::println);
        if (folder == null) {
            pages().refresh(experiment, data).forEach(out::println);
        }
    }

    /** In this JVM. */
    private int here(List<Experiment> chosen) throws IOException {
        Child.requireCompiler();
        for (Experiment experiment : chosen) {
            Effort effort = smoke ? Effort.SMOKE : quick ? Effort.QUICK : Effort.FULL;
            Measuring measuring = new Measuring(experiment, effort, smoke ? _ -> { } : err::println);
            Data data = measuring.run(facts(experiment, effort));
            if (smoke) {
                // Nothing is written, but all that would be is made.
                Pages.tables(experiment, data);
                experiment.plots(data);
                out.println("ran " + experiment.name());
                continue;
            }
            if (measuring.serialSpread() > SPREAD_MAX && !force) {
                err.printf(Locale.ROOT, "experiment: the machine was unsteady, nothing is written: name=%s, spread of a serial "
                        + "loop=%.0f %%, limit=%.0f %%; run it when nothing else runs, or look at it with --force%n", experiment.name(),
                        100 * measuring.serialSpread(), 100 * SPREAD_MAX);
                return UNSTEADY;
            }
            pages().write(experiment, data);
            out.println(pages().csv(experiment));
            // From the file, as --plot does: it has fewer digits.
            show(experiment, pages().read(experiment));
        }
        return 0;
    }

    private static Map<String, String> facts(Experiment experiment, Effort effort) {
        Map<String, String> facts = new LinkedHashMap<>();
        String mode = effort.mode().name().toLowerCase(Locale.ROOT);
        facts.put("experiment", experiment.name());
        facts.put("command", "scripts/experiment " + experiment.name() + (effort.mode() == Effort.Mode.QUICK ? " --quick" : ""));
        facts.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        facts.put("mode", mode);
        facts.putAll(Machine.describe());
        facts.put("load", String.format(Locale.ROOT, "%.1f", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
        return facts;
    }

    /** Each in a JVM of its own, because compiled code depends on everything that ran before it. */
    private int apart(List<Experiment> chosen) throws IOException, InterruptedException {
        int worst = 0;
        for (Experiment experiment : chosen) {
            Process process = new ProcessBuilder(command(experiment)).inheritIO().start();
            Thread killer = new Thread(process::destroy);
            Runtime.getRuntime().addShutdownHook(killer);
            int status = process.waitFor();
            Runtime.getRuntime().removeShutdownHook(killer);
            if (status != 0) {
                err.println("experiment: failed: name=%s, exit code=%d".formatted(experiment.name(), status));
                worst = status == UNSTEADY && worst == 0 ? UNSTEADY : status == UNSTEADY ? worst : 1;
            }
        }
        return worst;
    }

    private List<String> command(Experiment experiment) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ExperimentCommand.class.getName(), experiment.name()));
        if (quick) {
            command.add("--quick");
        }
        if (force) {
            command.add("--force");
        }
        if (folder != null) {
            command.addAll(List.of("--out", folder.toString()));
        }
        return command;
    }
}
