package dev.penny.api;

import java.util.List;
import java.util.Map;

/**
 * What a module may see of WASI preview 1. There are no files and no network; random and clocks are the host's.
 *
 * @param arguments {@code argv}, the program's name first
 * @param environment environment variables
 * @param outputLimitBytes standard output and error together, per task; more is dropped and said so once
 */
public record WasiOptions(List<String> arguments, Map<String, String> environment, int outputLimitBytes) {

    /** No arguments, empty environment, 64 KiB of output. */
    public static final WasiOptions DEFAULT = new WasiOptions(List.of(), Map.of(), 64 * 1024);

    /** Copies and checks. */
    public WasiOptions {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        if (outputLimitBytes < 0) {
            throw new IllegalArgumentException("outputLimitBytes must not be negative: " + outputLimitBytes);
        }
    }
}
