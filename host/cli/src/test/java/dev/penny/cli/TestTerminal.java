package dev.penny.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A terminal that remembers. */
final class TestTerminal {

    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Path directory;
    private String in = "";
    private Terminal.Display display = Terminal.Display.NONE;

    TestTerminal(Path directory) {
        this.directory = directory;
    }

    TestTerminal in(String text) {
        in = text;
        return this;
    }

    TestTerminal display(boolean outShown, boolean errShown) {
        display = new Terminal.Display(outShown, errShown, 80);
        return this;
    }

    Terminal terminal() {
        return new Terminal(directory, new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)), out,
                new PrintStream(err, true, StandardCharsets.UTF_8), display);
    }

    int run(String... arguments) {
        return PennyCommand.run(terminal(), arguments);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    List<String> outLines() {
        return out().lines().toList();
    }

    List<String> errLines() {
        return err().lines().toList();
    }
}
