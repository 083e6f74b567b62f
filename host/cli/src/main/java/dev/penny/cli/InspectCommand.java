package dev.penny.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code penny inspect}. */
@Command(name = "inspect", mixinStandardHelpOptions = true,
        description = "Shows a module's functions, imports (and whether Penny has them), memory and features.")
final class InspectCommand implements Callable<Integer> {

    @ParentCommand
    private PennyCommand penny;

    @Parameters(paramLabel = "MODULE", description = "A .wasm, .js or .mjs file, or java:CLASS.")
    private String module;

    @Option(names = "--json", description = "As one JSON object.")
    private boolean json;

    @Option(names = "--class-path", paramLabel = "PATH", description = "Where the class of java:CLASS is found, as for java -cp.")
    private String classPath = "";

    @Override
    public Integer call() {
        ModuleArgument.parse(penny.terminal(), module, classPath);
        throw new UnsupportedOperationException("inspect: not there yet");
    }
}
