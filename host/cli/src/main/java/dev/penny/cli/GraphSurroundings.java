package dev.penny.cli;

import dev.penny.Penny;
import dev.penny.PennyBuilder;
import dev.penny.api.LoadOptions;
import dev.penny.api.PennyException;
import dev.penny.api.RuntimeUnusableException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import dev.penny.api.ValueType;
import dev.penny.api.WasiOptions;
import dev.penny.cli.graph.ModuleSource;
import dev.penny.cli.graph.Refusal;
import dev.penny.cli.graph.Surroundings;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine.TypeConversionException;

/**
 * Files and modules as a graph file sees them: from its own folder. The runtime starts when the first module is asked for; by then the
 * sizes of all inputs are known.
 */
final class GraphSurroundings implements Surroundings, AutoCloseable {

    private final Terminal terminal;
    private final RuntimeOptions options;
    private final OptionFiles optionFiles;
    private final Consumer<PennyBuilder> more;
    private final Map<String, TaskModule> modules = new HashMap<>();
    private final Set<String> counted = new HashSet<>();
    private long inputBytes;
    private Optional<Penny> penny = Optional.empty();

    /**
     * In the directory of this terminal.
     *
     * @param optionFiles what the graph may neither read nor write
     * @param more settings of the runtime besides the options
     */
    GraphSurroundings(Terminal terminal, RuntimeOptions options, OptionFiles optionFiles, Consumer<PennyBuilder> more) {
        this.terminal = terminal;
        this.options = options;
        this.optionFiles = optionFiles;
        this.more = more;
    }

    /** The runtime, started at the first call. */
    Penny penny() {
        if (penny.isEmpty()) {
            penny = Optional.of(options.start(inputBytes, more));
        }
        return penny.get();
    }

    @Override
    public List<String> files(List<String> globs) {
        return refusing(() -> FileInputs.names(terminal.directory(), globs));
    }

    @Override
    public String input(String file) {
        Path path = resolve(file);
        String reason = !Files.exists(path) ? "no such file" : Files.isDirectory(path) ? "it is a directory"
                : Files.isReadable(path) ? "" : "permission denied";
        if (!reason.isEmpty()) {
            throw new Refusal("cannot read: file=%s, reason=%s".formatted(file, reason));
        }
        try {
            long bytes = Files.size(path);
            if (bytes > RuntimeOptions.ARGUMENT_BYTES_MAX) {
                throw new Refusal("file too large: file=%s, bytes=%d, max=%d".formatted(file, bytes, RuntimeOptions.ARGUMENT_BYTES_MAX));
            }
            String identity = requireNoOptionFile(path, file);
            if (counted.add(identity)) {
                inputBytes += bytes;
            }
            return identity;
        } catch (IOException e) {
            throw new Refusal("cannot read: file=%s, reason=%s".formatted(file, Errors.reason(e)), e);
        }
    }

    @Override
    public String identity(String file) {
        return OptionFiles.identity(resolve(file));
    }

    @Override
    public String output(String file) {
        Path path = resolve(file);
        if (Files.isDirectory(path)) {
            throw new Refusal("cannot write: file=%s, reason=it is a directory".formatted(file));
        }
        for (Path folder = path.toAbsolutePath().getParent(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder)) {
                if (!Files.isDirectory(folder)) {
                    throw new Refusal("cannot write: file=%s, reason=%s is not a folder".formatted(file, folder.getFileName()));
                }
                if (!Files.isWritable(folder) && !Files.exists(path)) {
                    throw new Refusal("cannot write: file=%s, reason=permission denied, folder=%s".formatted(file, folder));
                }
                break;
            }
        }
        return requireNoOptionFile(path, file);
    }

    @Override
    public void load(String name, ModuleSource source) {
        Penny runtime = penny();
        modules.put(name, refusing(() -> {
            List<String> classPath = new ArrayList<>(source.classPath());
            boolean java = source.module().startsWith("java:");
            if (!java) {
                requireNoOptionFile(resolve(source.module()), source.module());
            } else if (!options.classPath().isEmpty()) {
                classPath.add(options.classPath());
            }
            ModuleArgument argument = ModuleArgument.parse(terminal, source.module(), String.join(File.pathSeparator, classPath));
            LoadOptions load = options.loadOptions(source.module()).named(name);
            if (source.wasi() && load.wasi().isEmpty()) {
                load = load.withWasi(WasiOptions.DEFAULT);
            }
            if (source.memory().isPresent()) {
                load = load.withMemoryLimit(size(source.memory().get()));
            }
            return argument.load(runtime, load);
        }));
    }

    @Override
    public TaskFunction<?> function(String module, String function) {
        return refusing(() -> FunctionArgument.parse(function).in(modules.get(module)));
    }

    @Override
    public Object value(ValueType type, String text) {
        return refusing(() -> ValueParser.value(type, text));
    }

    @Override
    public int workers() {
        return penny().workers();
    }

    @Override
    public void close() {
        penny.ifPresent(Penny::close);
    }

    private static long size(String text) {
        try {
            return new SizeParser().convert(text);
        } catch (TypeConversionException e) {
            throw new Refusal(e.getMessage(), e);
        }
    }

    private Path resolve(String file) {
        try {
            return terminal.resolve(file);
        } catch (InvalidPathException e) {
            throw new Refusal("not a file name: file='%s', reason=%s".formatted(file, e.getReason()), e);
        }
    }

    /** @return the same for every name of the same file */
    private String requireNoOptionFile(Path path, String file) {
        String identity = OptionFiles.identity(path);
        optionFiles.of(identity).ifPresent(option -> {
            throw new Refusal("%s names this file: file=%s".formatted(option, file));
        });
        return identity;
    }

    private static <T> T refusing(Supplier<T> step) {
        try {
            return step.get();
        } catch (RuntimeUnusableException e) {
            throw e;
        } catch (UsageException | PennyException e) {
            throw new Refusal(e.getMessage(), e);
        }
    }
}
