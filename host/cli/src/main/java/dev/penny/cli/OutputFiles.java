package dev.penny.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The files that the tasks of a graph write, each complete or as it was. <b>Threads:</b> any. */
final class OutputFiles {

    private final Terminal terminal;
    private final Set<ResultTarget> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger written = new AtomicInteger();

    /** Relative names start in the directory of this terminal. */
    OutputFiles(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * Puts this content into a file; its folders are made.
     *
     * @throws IOException it cannot be written; the file is as it was
     */
    void write(String name, byte[] content) throws IOException {
        try {
            Optional<Path> folder = Optional.ofNullable(terminal.resolve(name).toAbsolutePath().getParent());
            if (folder.isPresent()) {
                Files.createDirectories(folder.get());
            }
            ResultTarget target = ResultTarget.file(terminal, name);
            open.add(target);
            try (target) {
                target.stream().write(content);
                target.complete();
            } finally {
                open.remove(target);
            }
        } catch (IOException e) {
            throw new IOException("cannot write: file=%s, reason=%s".formatted(name, Errors.reason(e)), e);
        }
        written.incrementAndGet();
    }

    /** How many are in place. */
    int written() {
        return written.get();
    }

    /** Keeps what is half written under other names; for a process that ends now. */
    void abandon() {
        for (ResultTarget target : open) {
            try {
                target.close();
            } catch (IOException e) {
                terminal.err().println("penny: a temporary file may be left: reason=" + Errors.reason(e));
            }
        }
    }
}
