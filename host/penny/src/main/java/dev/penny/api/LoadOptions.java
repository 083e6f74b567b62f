package dev.penny.api;

import java.util.Optional;

/**
 * How a module is loaded.
 *
 * @param name empty for the file's name without extension
 * @param wasi empty refuses modules that import WASI
 * @param memoryLimitBytes largest linear memory an instance may declare (its maximum, for a shared one)
 */
public record LoadOptions(Optional<String> name, Optional<WasiOptions> wasi, long memoryLimitBytes) {

    /** Name from the file, no WASI, 256 MiB per memory. */
    public static final LoadOptions DEFAULT = new LoadOptions(Optional.empty(), Optional.empty(), 256L << 20);

    /** Checks the limit. */
    public LoadOptions {
        if (memoryLimitBytes < 65_536 || memoryLimitBytes > 32_767L * 65_536) {
            throw new IllegalArgumentException(
                    "memoryLimitBytes out of range: value=%d, min=65536, max=%d".formatted(memoryLimitBytes, 32_767L * 65_536));
        }
    }

    /** The same with this name: not blank, without a slash, not beginning with {@code penny:}; loading refuses others. */
    public LoadOptions named(String moduleName) {
        return new LoadOptions(Optional.of(moduleName), wasi, memoryLimitBytes);
    }

    /** The same with WASI allowed. */
    public LoadOptions withWasi(WasiOptions options) {
        return new LoadOptions(name, Optional.of(options), memoryLimitBytes);
    }

    /** The same with this memory limit. */
    public LoadOptions withMemoryLimit(long bytes) {
        return new LoadOptions(name, wasi, bytes);
    }
}
