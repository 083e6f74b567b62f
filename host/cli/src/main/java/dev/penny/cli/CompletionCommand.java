package dev.penny.cli;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code penny completion}. */
@Command(name = "completion", aliases = "generate-completion", mixinStandardHelpOptions = true,
        description = "Prints a completion script for bash and zsh: source <(penny completion)")
final class CompletionCommand implements Callable<Integer> {

    @ParentCommand
    private PennyCommand penny;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        String script = AutoComplete.bash("penny", spec.root().commandLine());
        penny.terminal().out().write(script.getBytes(StandardCharsets.UTF_8));
        return ExitCode.OK;
    }
}
