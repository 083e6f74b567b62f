package dev.penny.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Where results go: standard output, or a file that is replaced only once it is complete. The file is written under another name in the
 * same directory and then moved; if it stays incomplete it is kept as {@code NAME.partial}. A device or pipe is written directly.
 *
 * <p><b>Threads:</b> any.
 */
final class ResultTarget implements AutoCloseable {

    private final Terminal terminal;
    private final OutputStream out;
    private final Optional<Replacement> replacement;
    private boolean open = true;

    /** A file to be replaced and the one that will take its place. */
    private record Replacement(Path target, Path temporary) { }

    private ResultTarget(Terminal terminal, OutputStream out, Optional<Replacement> replacement) {
        this.terminal = terminal;
        this.out = out;
        this.replacement = replacement;
    }

    /** Results go to standard output. */
    static ResultTarget standardOutput(Terminal terminal) {
        return new ResultTarget(terminal, terminal.out(), Optional.empty());
    }

    /**
     * Results go to a file.
     *
     * @param name as the user gave it
     * @throws UsageException if it cannot be written there
     */
    static ResultTarget file(Terminal terminal, String name) {
        Path given = terminal.resolve(name);
        try {
            if (Files.isDirectory(given)) {
                throw new UsageException("cannot write: file=%s, reason=it is a directory".formatted(name));
            }
            if (Files.exists(given) && !Files.isRegularFile(given)) {
                return new ResultTarget(terminal, Files.newOutputStream(given, StandardOpenOption.WRITE), Optional.empty());
            }
            // A link stays a link to the new content.
            Path target = Files.exists(given) ? given.toRealPath() : given.toAbsolutePath();
            Path temporary = target.resolveSibling(".%s.%d.tmp".formatted(target.getFileName(), ProcessHandle.current().pid()));
            return new ResultTarget(terminal, Files.newOutputStream(temporary), Optional.of(new Replacement(target, temporary)));
        } catch (IOException e) {
            throw new UsageException("cannot write: file=%s, reason=%s".formatted(name, Errors.reason(e)), e);
        }
    }

    /**
     * Looks whether {@link #file} would find a place for it; for what is written at the end of a long run.
     *
     * @throws UsageException if not
     */
    static void requireWritable(Terminal terminal, String name) {
        Path path = terminal.resolve(name).toAbsolutePath();
        Path place = Files.exists(path) && !Files.isRegularFile(path) ? path : path.getParent();
        String reason = Files.isDirectory(path) ? "it is a directory" : !Files.exists(place) ? "no such file"
                : !Files.isWritable(place) ? "permission denied" : "";
        if (!reason.isEmpty()) {
            throw new UsageException("cannot write: file=%s, reason=%s".formatted(name, reason));
        }
    }

    OutputStream stream() {
        return out;
    }

    /** True if what is written appears on the user's screen. */
    boolean shown() {
        return out == terminal.out() && terminal.display().outShown();
    }

    /** Puts the complete results in place. */
    synchronized void complete() throws IOException {
        if (open) {
            open = false;
            closeStream();
            if (replacement.isPresent()) {
                move(replacement.get().temporary(), replacement.get().target());
            }
        }
    }

    /** Keeps results that are not complete under another name, and says so. */
    @Override
    public synchronized void close() throws IOException {
        if (!open) {
            return;
        }
        open = false;
        closeStream();
        if (replacement.isEmpty()) {
            return;
        }
        Path temporary = replacement.get().temporary();
        if (Files.size(temporary) == 0) {
            Files.delete(temporary);
            return;
        }
        Path target = replacement.get().target();
        Path partial = target.resolveSibling(target.getFileName() + ".partial");
        move(temporary, partial);
        terminal.err().println("penny: %s is not replaced, the results so far are in %s"
                .formatted(target.getFileName(), partial.getFileName()));
    }

    private void closeStream() throws IOException {
        if (out != terminal.out()) {
            out.close();
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
