package dev.penny.cli.graph;

import java.util.List;
import java.util.Optional;

/**
 * A module as a graph file names it.
 *
 * @param module a {@code .wasm}, {@code .js} or {@code .mjs} file, or {@code java:CLASS}
 * @param classPath where the class is looked for
 * @param wasi whether it may use WASI
 * @param memory the most memory an instance may have, like {@code 64M}
 */
public record ModuleSource(String module, List<String> classPath, boolean wasi, Optional<String> memory) {

    /** Copies the list. */
    public ModuleSource {
        classPath = List.copyOf(classPath);
    }
}
