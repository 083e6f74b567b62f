package dev.penny.cli;

import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code penny call}. */
@Command(name = "call", mixinStandardHelpOptions = true, sortOptions = false,
        customSynopsis = "penny call MODULE FUNCTION [ARGS...] [OPTIONS]",
        description = "Calls one task function and prints its result.",
        footer = {"", "Bytes are printed in hexadecimal. Before an argument that starts with a dash and is not a number write --.",
            "", "  penny call arith.wasm add 40 2", "  penny call sha256.wasm sha256 @README.md",
            "  penny call 'java:org.example.Tasks' twice 21 --class-path tasks.jar"})
final class CallCommand implements Callable<Integer> {

    @ParentCommand
    private PennyCommand penny;

    @Parameters(index = "0", paramLabel = "MODULE", description = "A .wasm, .js or .mjs file, or java:CLASS.")
    private String module;

    @Parameters(index = "1", paramLabel = "FUNCTION", description = "Its name, or name(types)->type if the module does not tell its types.")
    private String function;

    @Parameters(index = "2..*", arity = "0..*", paramLabel = "ARGS",
            description = "One per parameter. Bytes as hex:C0FFEE, @FILE or plain text; a string as text or @FILE.")
    private List<String> texts = new ArrayList<>();

    @Mixin
    private RuntimeOptions options = new RuntimeOptions();

    @Mixin
    private TaskSettings settings = new TaskSettings();

    /**
     * A call without any option, read without picocli: its classes are in no AOT cache, and loading them takes longer than the call. Empty
     * for every other command line, which picocli reads.
     */
    static Optional<CallCommand> plain(Terminal terminal, String... arguments) {
        if (arguments.length < 3 || !arguments[0].equals("call") || Arrays.stream(arguments).anyMatch(text -> text.startsWith("-"))) {
            return Optional.empty();
        }
        CallCommand command = new CallCommand();
        command.penny = new PennyCommand(terminal);
        command.module = arguments[1];
        command.function = arguments[2];
        command.texts = List.of(arguments).subList(3, arguments.length);
        return Optional.of(command);
    }

    /** What was given, however it was read. */
    List<String> words() {
        return Stream.concat(Stream.of(module, function), texts.stream()).toList();
    }

    @Override
    public Integer call() throws IOException {
        Terminal terminal = penny.terminal();
        options.check();
        FunctionArgument wanted = FunctionArgument.parse(function);
        ModuleArgument source = ModuleArgument.parse(terminal, module, options.classPath());
        try (Penny runtime = options.start(fileBytes(terminal))) {
            TaskFunction<Object> found = wanted.in(source.load(runtime, options.loadOptions(module)));
            Object[] arguments = new ValueParser(terminal.directory()).arguments(found, texts);
            Optional<Object> result = Optional.ofNullable(settings.on(found).call(arguments));
            if (result.isPresent()) {
                print(terminal, new ResultFormat(found.signature().result()).text(result));
            }
            return ExitCode.OK;
        }
    }

    private static void print(Terminal terminal, String text) throws IOException {
        // A task's text must not drive the user's terminal; a file or pipe gets it as it is.
        String shown = terminal.display().outShown() ? text.lines().map(Text::oneLine).reduce((a, b) -> a + "\n" + b).orElse("") : text;
        terminal.out().write((shown + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** All arguments of a call are in memory at once. */
    private long fileBytes(Terminal terminal) {
        long bytes = 0;
        for (String text : texts) {
            if (text.startsWith("@")) {
                try {
                    bytes += Files.size(terminal.resolve(text.substring(1)));
                } catch (IOException e) {
                    // It may be a plain string; if it is a file, reading it says what is wrong.
                    continue;
                }
            }
        }
        return bytes;
    }
}
