package dev.penny.cli;

import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line {@code penny}. */
@Command(name = "penny", mixinStandardHelpOptions = true, versionProvider = PennyCommand.Version.class,
        description = "Runs task functions written in WebAssembly, JavaScript or Java in parallel on all cores.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Exit codes: 0 done, 1 a task failed, 2 wrong command line or module, 69 no usable runtime,",
            "70 a fault of Penny, 130 interrupted."})
final class PennyCommand implements Runnable {

    /** In the order of the help text. */
    private static final List<Class<?>> COMMANDS = List.of(CallCommand.class, MapCommand.class, RunCommand.class, InspectCommand.class,
            DoctorCommand.class, LayoutCommand.class, CompletionCommand.class);

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show stack traces of errors.")
    private boolean debug;

    PennyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        // Messages of modules (penny.log) and of Penny come through the platform's logger: one line each, as everything else.
        System.setProperty("java.util.logging.SimpleFormatter.format", "penny: %4$s: %5$s%6$s%n");
        System.exit(run(Terminal.ofProcess(), arguments));
    }

    /** Runs one command. */
    static int run(Terminal terminal, String... arguments) {
        boolean debug = List.of(arguments).contains("--debug");
        try {
            Optional<CallCommand> plain = CallCommand.plain(terminal, arguments);
            if (plain.isPresent()) {
                return plain.get().call();
            }
            KeptFailure out = new KeptFailure(terminal.out());
            int code = commandLine(terminal, out, arguments).execute(arguments);
            return code != ExitCode.OK || out.failure().isEmpty() ? code : Errors.report(out.failure().get(), terminal.err(), debug);
        } catch (Exception | Error e) {
            // picocli lets errors through.
            return Errors.report(e, terminal.err(), debug);
        }
    }

    /** The commands these arguments may name, as picocli knows them. */
    static CommandLine commandLine(Terminal terminal, String... arguments) {
        return commandLine(terminal, terminal.out(), arguments);
    }

    private static CommandLine commandLine(Terminal terminal, OutputStream out, String... arguments) {
        PennyCommand root = new PennyCommand(terminal);
        CommandLine commandLine = new CommandLine(root);
        needed(arguments).forEach(commandLine::addSubcommand);
        commandLine.getSubcommands().values().forEach(command -> command.getCommandSpec().versionProvider(new Version()));
        return commandLine
                // An argument of a call that starts with a dash is no cluster of -h and -V.
                .setPosixClusteredShortOptionsAllowed(false)
                // @file is how bytes are given to "call".
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(100)
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(terminal.err(), true))
                .setParameterExceptionHandler((error, _) -> Errors.report(error, terminal.err(), root.debug))
                .setExecutionExceptionHandler((error, _, _) -> Errors.report(error, terminal.err(), root.debug));
    }

    /** Reading the annotations of all commands takes longer than running one: only help, mistakes and completion need all of them. */
    private static List<Class<?>> needed(String... arguments) {
        if (arguments.length == 0) {
            return COMMANDS;
        }
        List<Class<?>> named = COMMANDS.stream().filter(command -> command != CompletionCommand.class
                && command.getAnnotation(Command.class).name().equals(arguments[0])).toList();
        return named.isEmpty() ? COMMANDS : named;
    }

    /** The streams and directory of the commands. */
    Terminal terminal() {
        return terminal;
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "no command given: known: "
                + String.join(" ", spec.subcommands().keySet()));
    }

    /** Reads the version from the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Optional.ofNullable(PennyCommand.class.getPackage().getImplementationVersion()).orElse("development");
            return new String[] {"penny %s (JDK %s)".formatted(version, Runtime.version())};
        }
    }
}
