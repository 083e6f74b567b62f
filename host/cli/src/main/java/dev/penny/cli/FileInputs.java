package dev.penny.cli;

import dev.penny.api.TaskFunction;
import dev.penny.api.ValueType;
import dev.penny.cli.GlobPattern.Segment;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * The contents of the files that some globs match, sorted by name, each file once. A file is read when its turn comes; one that
 * cannot be read is an {@linkplain MapInput.Unusable unusable} input, and so is a directory that cannot be listed.
 */
final class FileInputs implements InputSource {

    private final Map<Name, Found> found;
    private final Iterator<Map.Entry<Name, Found>> rest;

    /** Sorted by what is shown. Two files whose names are not valid text may be shown alike. */
    private record Name(String label, Path path) implements Comparable<Name> {

        private static final Comparator<Name> ORDER = Comparator.comparing(Name::label).thenComparing(Name::path);

        @Override
        public int compareTo(Name other) {
            return ORDER.compare(this, other);
        }
    }

    private sealed interface Found {
        record File(long bytes) implements Found { }

        record Unlisted(String reason) implements Found { }
    }

    private FileInputs(Map<Name, Found> found) {
        this.found = found;
        this.rest = found.entrySet().iterator();
    }

    /**
     * Finds the files.
     *
     * @param directory relative globs start here
     * @throws UsageException if a glob matches no file
     */
    static FileInputs find(Path directory, List<String> globs) {
        Search search = new Search(directory);
        globs.forEach(search::add);
        return new FileInputs(search.found);
    }

    /**
     * Only the names, sorted.
     *
     * @throws UsageException if a glob matches no file, or a directory cannot be listed
     */
    static List<String> names(Path directory, List<String> globs) {
        FileInputs inputs = find(directory, globs);
        inputs.found.forEach((name, one) -> {
            if (one instanceof Found.Unlisted(String reason)) {
                throw new UsageException("cannot list the directory: directory=%s, reason=%s".formatted(name.label(), reason));
            }
        });
        return inputs.found.keySet().stream().map(Name::label).toList();
    }

    @Override
    public String unit() {
        return "files";
    }

    @Override
    public OptionalLong total() {
        return OptionalLong.of(found.size());
    }

    @Override
    public long largestBytes() {
        return found.values().stream().mapToLong(one -> one instanceof Found.File file ? file.bytes() : 0).max().orElse(0);
    }

    @Override
    public void check(TaskFunction<?> function) {
        if (!function.signature().parameters().getFirst().isBlock()) {
            throw new UsageException("--files needs a function of one bytes or string: function=" + function.mangledName());
        }
    }

    @Override
    public Optional<MapInput> next(ValueType type) {
        if (!rest.hasNext()) {
            return Optional.empty();
        }
        Map.Entry<Name, Found> entry = rest.next();
        Name name = entry.getKey();
        return Optional.of(switch (entry.getValue()) {
            case Found.File _ -> read(name.label(), name.path(), type);
            case Found.Unlisted(String reason) -> new MapInput.Unusable(name.label(), "cannot list the directory: " + reason);
        });
    }

    @Override
    public void close() { }

    private static MapInput read(String name, Path path, ValueType type) {
        byte[] content;
        try {
            long bytes = Files.size(path);
            if (bytes > RuntimeOptions.ARGUMENT_BYTES_MAX) {
                return new MapInput.Unusable(name, "file too large: bytes=%d, max=%d".formatted(bytes, RuntimeOptions.ARGUMENT_BYTES_MAX));
            }
            content = Files.readAllBytes(path);
        } catch (IOException | OutOfMemoryError e) {
            return new MapInput.Unusable(name, "cannot read the file: " + Errors.reason(e));
        }
        if (type == ValueType.BYTES) {
            return new MapInput.Ready(name, content);
        }
        return Text.utf8(content).<MapInput>map(text -> new MapInput.Ready(name, text))
                .orElseGet(() -> new MapInput.Unusable(name, "the file is not UTF-8 text, which a string parameter needs"));
    }

    /** Collects the files that globs match. */
    private static final class Search {

        private final Path directory;
        private final Map<Name, Found> found = new TreeMap<>();
        private final Set<Path> seen = new HashSet<>();
        private int matches;

        Search(Path directory) {
            this.directory = directory;
        }

        void add(String glob) {
            matches = 0;
            try {
                // A shell may have expanded the glob already, and a name may have wildcard characters in it.
                if (Files.exists(directory.resolve(glob))) {
                    addFile(directory.resolve(glob), glob);
                } else {
                    for (GlobPattern pattern : GlobPattern.parse(glob)) {
                        walk(pattern.segments(), directory.resolve(pattern.root()), pattern.root());
                    }
                }
            } catch (InvalidPathException e) {
                throw new UsageException("not a file name: glob='%s', reason=%s".formatted(glob, e.getReason()), e);
            }
            if (matches == 0) {
                throw new UsageException("no file matches: glob='%s', directory=%s".formatted(glob, directory));
            }
        }

        private void walk(List<Segment> segments, Path at, String label) {
            if (segments.isEmpty()) {
                return;
            }
            List<Segment> rest = segments.subList(1, segments.size());
            switch (segments.getFirst()) {
                case Segment.Literal(String name) -> enter(rest, at.resolve(name), label + name);
                case Segment.Wildcard wildcard -> {
                    for (Path entry : list(at, label)) {
                        String name = entry.getFileName().toString();
                        if (wildcard.matches(name)) {
                            enter(rest, entry, label + name);
                        }
                    }
                }
                case Segment.AnyDirectories _ -> walkAll(segments, rest, at, label);
            }
        }

        private void walkAll(List<Segment> segments, List<Segment> rest, Path at, String label) {
            walk(rest, at, label);
            for (Path entry : list(at, label)) {
                String name = entry.getFileName().toString();
                if (name.startsWith(".")) {
                    continue;
                }
                // Links to directories are not followed, so that a cycle ends.
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    walk(segments, entry, label + name + "/");
                } else if (rest.isEmpty()) {
                    addFile(entry, label + name);
                }
            }
        }

        private void enter(List<Segment> rest, Path path, String label) {
            if (rest.isEmpty()) {
                addFile(path, label);
            } else if (Files.isDirectory(path)) {
                walk(rest, path, label + "/");
            }
        }

        private List<Path> list(Path at, String label) {
            List<Path> entries = new ArrayList<>();
            if (!Files.isDirectory(at)) {
                return entries;
            }
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(at)) {
                stream.forEach(entries::add);
            } catch (IOException | DirectoryIteratorException e) {
                matches++;
                found.put(new Name(label.isEmpty() ? "." : label, at), new Found.Unlisted(Errors.reason(e)));
            }
            return entries;
        }

        private void addFile(Path path, String label) {
            if (!Files.exists(path) || Files.isDirectory(path)) {
                return;
            }
            matches++;
            if (seen.add(path.toAbsolutePath().normalize())) {
                found.put(new Name(label, path), new Found.File(sizeOf(path)));
            }
        }

        private static long sizeOf(Path path) {
            try {
                return Files.size(path);
            } catch (IOException e) {
                // Reading it will fail as well and tell the reason.
                return 0;
            }
        }
    }
}
