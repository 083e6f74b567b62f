package dev.penny.cli;

import dev.penny.Penny;
import dev.penny.api.LoadOptions;
import dev.penny.api.ModuleInspection;
import dev.penny.api.TaskModule;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The MODULE of a command, checked as far as is possible without a runtime. */
sealed interface ModuleArgument {

    /** Loads the module. */
    TaskModule load(Penny penny, LoadOptions options);

    /** Says what is in the module without loading it. */
    ModuleInspection inspect(Penny penny, LoadOptions options);

    /** A {@code .wasm}, {@code .js} or {@code .mjs} file. */
    record ModuleFile(Path path) implements ModuleArgument {
        @Override
        public TaskModule load(Penny penny, LoadOptions options) {
            return penny.load(path, options);
        }

        @Override
        public ModuleInspection inspect(Penny penny, LoadOptions options) {
            return penny.inspect(path, options);
        }
    }

    /** A Java class with annotated methods. */
    record JavaClass(Class<?> tasks) implements ModuleArgument {
        @Override
        public TaskModule load(Penny penny, LoadOptions options) {
            return penny.register(tasks);
        }

        @Override
        public ModuleInspection inspect(Penny penny, LoadOptions options) {
            return penny.inspect(tasks);
        }
    }

    /**
     * Reads the argument.
     *
     * @param classPath where {@code java:} classes are looked for, as for {@code java -cp}; empty for none
     * @throws UsageException if there is no such file or class, or its kind is not known
     */
    static ModuleArgument parse(Terminal terminal, String text, String classPath) {
        if (text.startsWith("java:")) {
            return javaClass(text.substring("java:".length()), entries(terminal, classPath));
        }
        if (!classPath.isEmpty()) {
            throw new UsageException("--class-path is for java: modules: module=" + text);
        }
        return new ModuleFile(file(terminal, text));
    }

    private static Path file(Terminal terminal, String text) {
        Path path;
        try {
            path = terminal.resolve(text);
        } catch (InvalidPathException e) {
            throw new UsageException("not a file name: module='%s', reason=%s".formatted(text, e.getReason()), e);
        }
        if (!Files.exists(path)) {
            throw new UsageException("module not found: file=%s, directory=%s".formatted(text, terminal.directory()));
        }
        if (Files.isDirectory(path)) {
            throw new UsageException("module is a directory: file=" + text);
        }
        if (!text.endsWith(".wasm") && !text.endsWith(".js") && !text.endsWith(".mjs")) {
            throw new UsageException("unknown kind of module: module=%s, known: .wasm .js .mjs java:CLASS".formatted(text));
        }
        if (!Files.isReadable(path)) {
            throw new UsageException("cannot read the module: file=%s, reason=permission denied".formatted(text));
        }
        return path;
    }

    private static JavaClass javaClass(String name, List<Path> classPath) {
        URL[] urls = classPath.stream().map(ModuleArgument::url).toArray(URL[]::new);
        // Never closed: the class may load others for as long as its tasks run.
        ClassLoader loader = urls.length == 0
                ? ModuleArgument.class.getClassLoader() : new URLClassLoader(urls, ModuleArgument.class.getClassLoader());
        try {
            return new JavaClass(Class.forName(name, true, loader));
        } catch (ClassNotFoundException e) {
            String where = classPath.isEmpty() ? "none, see --class-path" : classPath.toString();
            throw new UsageException("class not found: class=%s, class-path=%s".formatted(name, where), e);
        } catch (ExceptionInInitializerError e) {
            throw new UsageException("class cannot be loaded: class=%s, reason=its static initializer threw %s".formatted(name, e.getCause()), e);
        } catch (LinkageError e) {
            throw new UsageException("class cannot be loaded: class=%s, reason=%s".formatted(name, e), e);
        }
    }

    private static List<Path> entries(Terminal terminal, String classPath) {
        List<Path> entries = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            if (entry.endsWith("/*")) {
                addJars(entry, terminal.resolve(entry.substring(0, entry.length() - 2)), entries);
            } else if (!entry.isEmpty()) {
                Path path = terminal.resolve(entry);
                if (!Files.exists(path)) {
                    throw new UsageException("class path entry not found: entry=%s, directory=%s".formatted(entry, terminal.directory()));
                }
                entries.add(path);
            }
        }
        return entries;
    }

    private static void addJars(String entry, Path directory, List<Path> entries) {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(directory, "*.jar")) {
            jars.forEach(entries::add);
        } catch (IOException | DirectoryIteratorException e) {
            throw new UsageException("class path entry not found: entry=%s, reason=%s".formatted(entry, Errors.reason(e)), e);
        }
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UsageException("not a class path entry: entry=" + path, e);
        }
    }
}
