package dev.penny.internal.guest;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Map;
import java.util.Set;
import org.graalvm.polyglot.io.FileSystem;

/**
 * What a JavaScript module sees of the disk: the files in its own folder and below, for reading. A path is judged by where it really
 * leads, so links cannot lead out.
 */
final class ModuleFolder implements FileSystem {

    private final Path root;

    /** @throws IOException if the folder does not exist */
    ModuleFolder(Path folder) throws IOException {
        this.root = folder.toRealPath();
    }

    @Override
    public Path parsePath(URI uri) {
        return Path.of(uri);
    }

    @Override
    public Path parsePath(String path) {
        return Path.of(path);
    }

    @Override
    public void checkAccess(Path path, Set<? extends AccessMode> modes, LinkOption... linkOptions) throws IOException {
        if (modes.contains(AccessMode.WRITE) || modes.contains(AccessMode.EXECUTE)) {
            throw denied(path);
        }
        inside(path);
    }

    @Override
    public Path toAbsolutePath(Path path) {
        return root.resolve(path);
    }

    @Override
    public Path toRealPath(Path path, LinkOption... linkOptions) throws IOException {
        return inside(path);
    }

    @Override
    public SeekableByteChannel newByteChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        if (options.stream().anyMatch(option -> option != StandardOpenOption.READ)) {
            throw denied(path);
        }
        // The real path holds no link; should one appear meanwhile, it is not followed.
        return Files.newByteChannel(inside(path), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... linkOptions) throws IOException {
        return Files.readAttributes(inside(path), attributes);
    }

    @Override
    public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
        throw denied(path);
    }

    @Override
    public void delete(Path path) throws IOException {
        throw denied(path);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path path, DirectoryStream.Filter<? super Path> filter) throws IOException {
        throw denied(path);
    }

    /** Whether the path exists outside is not told either. */
    private Path inside(Path path) throws IOException {
        Path lexical = root.resolve(path).normalize();
        if (!lexical.startsWith(root)) {
            throw denied(path);
        }
        Path real = lexical.toRealPath();
        if (!real.startsWith(root)) {
            throw denied(path);
        }
        return real;
    }

    private static IOException denied(Path path) {
        return new AccessDeniedException(path.toString(), null, "modules may only read files in their own folder");
    }
}
