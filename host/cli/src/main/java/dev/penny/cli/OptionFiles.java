package dev.penny.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The files that options of one command line name, each for one purpose only: none of them may take the place of another. */
final class OptionFiles {

    private final Terminal terminal;
    private final Map<String, String> options = new HashMap<>();

    /** Relative names start in the directory of this terminal. */
    OptionFiles(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * An option names a file. Devices and pipes keep nothing that could be lost: several options may have one.
     *
     * @throws UsageException another one names it too, or it is not a file name
     */
    void add(String option, String file) {
        Path path = resolve(option, file);
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            return;
        }
        String other = options.put(identity(path), option);
        if (other != null) {
            throw new UsageException("two options for one file: file=%s, options=%s and %s".formatted(file, other, option));
        }
    }

    /** The option that names the file of this {@link #identity}, if one does. */
    Optional<String> of(String identity) {
        return Optional.ofNullable(options.get(identity));
    }

    /**
     * Something else is in this file.
     *
     * @throws UsageException an option names it
     */
    void refuse(String what, String file) {
        of(identity(resolve(what, file))).ifPresent(option -> {
            throw new UsageException("%s names the file of %s: file=%s".formatted(option, what, file));
        });
    }

    /** The same for every name of one file. */
    static String identity(Path path) {
        try {
            return path.toRealPath().toString();
        } catch (IOException _) {
            return path.toAbsolutePath().normalize().toString();
        }
    }

    private Path resolve(String what, String file) {
        try {
            return terminal.resolve(file);
        } catch (InvalidPathException e) {
            throw new UsageException("not a file name: %s='%s', reason=%s".formatted(what, file, e.getReason()), e);
        }
    }
}
