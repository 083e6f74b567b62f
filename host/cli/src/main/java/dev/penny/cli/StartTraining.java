package dev.penny.cli;

import dev.penny.Penny;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What scripts/penny runs to record an AOT cache: the commands people use, long enough for the compiler's own methods to be profiled.
 * It fails if anything does, and then the launcher stays with the start it knows to work.
 */
final class StartTraining {

    private static final List<List<String>> COMMANDS = List.of(
            List.of("call", "dist/arith.wasm", "add", "40", "2"),
            List.of("call", "js/arith.js", "add", "40", "2"),
            List.of("map", "js/wordcount.js", "count", "--lines", "js/wordcount.js"),
            List.of("map", "dist/sha256.wasm", "sha256", "--files", "dist/*.wasm"),
            List.of("map", "dist/mandelbrot.wasm", "row", "--range", "0..600"),
            List.of("inspect", "dist/sha256.wasm"),
            List.of("run", "../examples/checksums/checksums.yaml", "--dry-run"));

    private StartTraining() { }

    /** Runs the commands in the folder of the example modules, the one argument. */
    public static void main(String[] arguments) {
        if (!Penny.report().ok()) {
            throw new IllegalStateException("the compiler is not active: " + Penny.report().jit());
        }
        Terminal terminal = new Terminal(Path.of(arguments[0]), InputStream.nullInputStream(), OutputStream.nullOutputStream(),
                new PrintStream(System.err, true, StandardCharsets.UTF_8), Terminal.Display.NONE);
        for (List<String> command : COMMANDS) {
            int code = PennyCommand.run(terminal, command.toArray(String[]::new));
            if (code != ExitCode.OK) {
                throw new IllegalStateException("a command failed: command=%s, code=%d".formatted(command, code));
            }
        }
    }
}
