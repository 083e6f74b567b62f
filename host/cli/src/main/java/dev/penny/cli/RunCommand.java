package dev.penny.cli;

import dev.penny.cli.graph.DotWriter;
import dev.penny.cli.graph.GraphFileException;
import dev.penny.cli.graph.Plan;
import dev.penny.cli.graph.Planner;
import dev.penny.cli.graph.Refusal;
import dev.penny.cli.graph.SvgWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code penny run}. */
@Command(name = "run", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Runs the task graph that a YAML or JSON file describes (docs/graph-files.md).",
        customSynopsis = "penny run FILE.yaml [OPTIONS]",
        footer = {"", "Names in the file are relative to its folder. All mistakes in it are shown at once, with line and column.",
            "A task that fails takes those with it that need it; everything else runs, and what succeeded is written.", "",
            "Ctrl-C starts no more tasks and waits for those that run; a second Ctrl-C quits at once.", "",
            "  penny run checksums.yaml", "  penny run checksums.yaml --dry-run --graph plan.svg",
            "  penny run checksums.yaml --var title=Today --trace trace.json",
            "  penny run checksums.yaml --record run.penny"})
final class RunCommand implements Callable<Integer> {

    private static final int FILE_BYTES_MAX = 3 << 20;

    @ParentCommand
    private PennyCommand penny;

    @Parameters(paramLabel = "FILE.yaml", description = "The graph file.")
    private String file;

    @Option(names = "--dry-run", description = "Check everything, modules and types too, and print the plan instead of running it.")
    private boolean dryRun;

    @Option(names = "--graph", paramLabel = "FILE", description = "Draw the plan into FILE: .svg, or .dot for Graphviz; repeat for both.")
    private List<String> drawings = new ArrayList<>();

    @Option(names = "--trace", paramLabel = "FILE", description = "Write who ran what, where and when, for Perfetto or chrome://tracing.")
    private Optional<String> trace = Optional.empty();

    @Option(names = "--var", paramLabel = "NAME=VALUE", description = "Another value for a variable of the file; repeat for more.")
    private Map<String, String> variables = new LinkedHashMap<>();

    @Option(names = "--deadline", paramLabel = "TIME", converter = DurationParser.class,
            description = "Start nothing after this much time: 500ms, 2s, 10m.")
    private Optional<Duration> deadline = Optional.empty();

    @Option(names = "--progress", paramLabel = "auto|always|never", defaultValue = "auto",
            description = "Progress bar on standard error; auto: if that is a terminal.")
    private Progress.Mode progress;

    @Mixin
    private RuntimeOptions options;

    @Mixin
    private RecordSettings records;

    @Override
    public Integer call() throws IOException {
        Terminal terminal = penny.terminal();
        options.check();
        if (dryRun && records.wanted()) {
            throw new UsageException("--dry-run runs nothing to record or replay: leave --record and --replay out");
        }
        records.checkForGraph(terminal, options.policy());
        drawings.forEach(RunCommand::checkDrawing);
        OptionFiles optionFiles = optionFiles(terminal);
        Path path = path(terminal);
        String text = text(path);
        Path folder = Optional.ofNullable(path.toAbsolutePath().getParent()).orElse(terminal.directory());
        Terminal inFolder = new Terminal(folder, terminal.in(), terminal.out(), terminal.err(), terminal.display());
        try (Interrupts interrupts = Interrupts.listen(code -> quit(terminal, code));
                GraphSurroundings surroundings = new GraphSurroundings(inFolder, options, optionFiles, records::apply)) {
            Plan plan = Planner.plan(file, text, variables, surroundings);
            for (String drawing : drawings) {
                draw(terminal, plan, drawing);
            }
            if (dryRun) {
                terminal.out().write(PlanText.of(plan).getBytes(StandardCharsets.UTF_8));
                return ExitCode.OK;
            }
            return run(terminal, inFolder, plan, surroundings, interrupts);
        } catch (GraphFileException e) {
            e.mistakes().forEach(mistake -> terminal.err().println("penny: " + mistake));
            int count = e.mistakes().size();
            terminal.err().println("penny: %s%d mistake%s in %s: nothing was run"
                    .formatted(e.more() ? "more than " : "", count, count == 1 ? "" : "s", file));
            return ExitCode.USAGE;
        } catch (Refusal e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    private int run(Terminal terminal, Terminal inFolder, Plan plan, GraphSurroundings surroundings, Interrupts interrupts)
            throws IOException {
        Optional<ResultTarget> target = trace.map(name -> ResultTarget.file(terminal, name));
        interrupts.replace(code -> {
            target.ifPresent(open -> close(open, terminal));
            quit(terminal, code);
        });
        try {
            OutputFiles files = new OutputFiles(inFolder);
            GraphSession.Wishes wishes = new GraphSession.Wishes(progress, target, deadline);
            int code = new GraphSession(terminal, surroundings.penny(), plan, files, wishes).run(inFolder, interrupts);
            return records.finish(surroundings.penny(), terminal) || code != ExitCode.OK ? code : ExitCode.FAILED;
        } finally {
            if (target.isPresent()) {
                target.get().close();
            }
        }
    }

    private OptionFiles optionFiles(Terminal terminal) {
        OptionFiles files = new OptionFiles(terminal);
        drawings.forEach(drawing -> files.add("--graph", drawing));
        trace.ifPresent(name -> files.add("--trace", name));
        records.addFiles(files);
        return files;
    }

    private static void close(ResultTarget target, Terminal terminal) {
        try {
            target.close();
        } catch (IOException e) {
            terminal.err().println("penny: a temporary file may be left: reason=" + Errors.reason(e));
        }
    }

    private Path path(Terminal terminal) {
        try {
            Path path = terminal.resolve(file);
            if (!Files.exists(path)) {
                throw new UsageException("graph file not found: file=%s, directory=%s".formatted(file, terminal.directory()));
            }
            return path;
        } catch (InvalidPathException e) {
            throw new UsageException("not a file name: file='%s', reason=%s".formatted(file, e.getReason()), e);
        }
    }

    private String text(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            // A device or a pipe has no size beforehand, and perhaps no end.
            byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
            if (bytes.length > FILE_BYTES_MAX) {
                throw new UsageException("graph file too large: file=%s, bytes=%d, max=%d"
                        .formatted(file, Math.max(bytes.length, Files.size(path)), FILE_BYTES_MAX));
            }
            return Text.utf8(bytes).orElseThrow(() -> new UsageException(notText(bytes)));
        } catch (IOException e) {
            throw new UsageException("cannot read: file=%s, reason=%s".formatted(file, Errors.reason(e)), e);
        }
    }

    private String notText(byte[] bytes) {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        CharBuffer before = CharBuffer.allocate(bytes.length + 1);
        StandardCharsets.UTF_8.newDecoder().decode(left, before, true);
        String text = before.flip().toString();
        int lineStart = text.lastIndexOf('\n') + 1;
        return "graph file is not UTF-8 text: file=%s, line=%d, column=%d, byte=0x%02x".formatted(file,
                text.chars().filter(c -> c == '\n').count() + 1, text.codePointCount(lineStart, text.length()) + 1, left.get(left.position()));
    }

    private static void checkDrawing(String name) {
        if (!name.endsWith(".svg") && !name.endsWith(".dot")) {
            throw new UsageException("unknown kind of drawing: file=%s, known: .svg .dot".formatted(name));
        }
    }

    private static void draw(Terminal terminal, Plan plan, String name) throws IOException {
        String drawing = name.endsWith(".svg") ? SvgWriter.write(plan) : DotWriter.write(plan);
        try (ResultTarget target = ResultTarget.file(terminal, name)) {
            target.stream().write(drawing.getBytes(StandardCharsets.UTF_8));
            target.complete();
        }
    }

    private static void quit(Terminal terminal, int code) {
        terminal.err().println("penny: interrupted: nothing was run");
        Runtime.getRuntime().halt(code);
    }
}
