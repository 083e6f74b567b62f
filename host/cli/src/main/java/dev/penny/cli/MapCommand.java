package dev.penny.cli;

import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code penny map}. */
@Command(name = "map", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Applies a task function to every input on all cores and prints the results in input order.",
        customSynopsis = "penny map MODULE FUNCTION (--files GLOB... | --lines FILE | --range A..B) [OPTIONS]",
        footer = {"", "One line per input: RESULT  INPUT. Bytes are printed in hexadecimal, line breaks in text as \\n.",
            "Failed inputs are listed on standard error at the end.", "",
            "Ctrl-C stops reading inputs and delivers what was started; a second Ctrl-C quits at once.", "",
            "  penny map sha256.wasm sha256 --files 'src/**/*.java'",
            "  penny map wordcount.js count --lines README.md",
            "  penny map mandelbrot.wasm row --range 0..800 --out rows.txt"})
final class MapCommand implements Callable<Integer> {

    @ParentCommand
    private PennyCommand penny;

    @Parameters(index = "0", paramLabel = "MODULE", description = "A .wasm, .js or .mjs file, or java:CLASS.")
    private String module;

    @Parameters(index = "1", paramLabel = "FUNCTION",
            description = "A function of one parameter: name, or name(type)->type if the module does not tell its types.")
    private String function;

    @ArgGroup(multiplicity = "1")
    private Inputs inputs;

    @Option(names = "--json", description = "One JSON object per input: {\"input\":..,\"result\":..} or {\"input\":..,\"error\":..}.")
    private boolean json;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the results to FILE, which is replaced only when they are complete.")
    private Optional<String> out = Optional.empty();

    @Option(names = "--progress", paramLabel = "auto|always|never", defaultValue = "auto",
            description = "Progress bar on standard error; auto: if that is a terminal.")
    private Progress.Mode progress;

    @Mixin
    private RuntimeOptions options;

    @Mixin
    private TaskSettings settings;

    @Mixin
    private RecordSettings records;

    /** Exactly one of these. */
    static final class Inputs {

        @Option(names = "--files", paramLabel = "GLOB", arity = "1..*",
                description = {"The contents of the files that match, sorted by name, each once. Quote the globs:",
                    "* ? [a-z] {a,b} and ** for any directories; a leading dot must be given."})
        private List<String> globs = new ArrayList<>();

        @Option(names = "--lines", paramLabel = "FILE", description = "The lines of FILE; - for standard input.")
        private Optional<String> lines = Optional.empty();

        @Option(names = "--range", paramLabel = "A..B", description = "The numbers from A up to, but without, B: 0..3 is 0 1 2.")
        private Optional<String> range = Optional.empty();

        InputSource open(Terminal terminal) {
            if (lines.isPresent()) {
                return LineInputs.open(terminal, lines.get());
            }
            if (range.isPresent()) {
                return new RangeInputs(RangeInputs.Bounds.parse(range.get()));
            }
            return FileInputs.find(terminal.directory(), globs);
        }
    }

    @Override
    public Integer call() throws IOException {
        Terminal terminal = penny.terminal();
        options.check();
        records.check(terminal);
        checkFiles(terminal);
        FunctionArgument wanted = FunctionArgument.parse(function);
        ModuleArgument modules = ModuleArgument.parse(terminal, module, options.classPath());
        try (InputSource source = inputs.open(terminal);
                ResultTarget target = target(terminal);
                Interrupts interrupts = Interrupts.listen(code -> quit(target, terminal, code))) {
            try (Penny runtime = options.start(source.largestBytes(), records::apply)) {
                TaskFunction<?> found = wanted.in(modules.load(runtime, options.loadOptions(module)));
                if (found.signature().parameters().size() != 1) {
                    throw new UsageException("map needs a function of one parameter: function=%s, parameters=%d"
                            .formatted(found.mangledName(), found.signature().parameters().size()));
                }
                source.check(found);
                settings.check(found);
                int code = new MapSession(terminal, found, source, target, new MapSession.Style(json, progress), settings).run(interrupts);
                return records.finish(runtime, terminal) || code != ExitCode.OK ? code : ExitCode.FAILED;
            }
        }
    }

    /** {@code --out} may replace what {@code --lines} reads, as {@code sponge} does: it is replaced when everything is there. */
    private void checkFiles(Terminal terminal) {
        OptionFiles files = new OptionFiles(terminal);
        records.addFiles(files);
        inputs.lines.filter(name -> !name.equals("-")).ifPresent(name -> files.refuse("--lines", name));
        out.ifPresent(name -> files.add("--out", name));
        if (!module.startsWith("java:")) {
            files.refuse("the module", module);
        }
    }

    /** A signal before the first task. */
    private static void quit(ResultTarget target, Terminal terminal, int code) {
        try {
            target.close();
        } catch (IOException e) {
            terminal.err().println("penny: a temporary file may be left: reason=" + Errors.reason(e));
        }
        terminal.err().println("penny: interrupted: nothing was run");
        Runtime.getRuntime().halt(code);
    }

    private ResultTarget target(Terminal terminal) {
        return out.map(name -> ResultTarget.file(terminal, name)).orElseGet(() -> ResultTarget.standardOutput(terminal));
    }
}
