package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final TestTerminal terminal = new TestTerminal(Path.of("").toAbsolutePath());

    private static InputSource range() {
        return new RangeInputs(RangeInputs.Bounds.parse("0..200"));
    }

    @Test
    void isShownOnATerminalOnly() {
        assertInstanceOf(Progress.Silent.class, Progress.start(Progress.Mode.AUTO, terminal.terminal(), range()));
        assertInstanceOf(Progress.Silent.class, Progress.start(Progress.Mode.NEVER, terminal.display(true, true).terminal(), range()));
        try (Progress bar = Progress.start(Progress.Mode.AUTO, terminal.display(false, true).terminal(), range())) {
            assertInstanceOf(Progress.Bar.class, bar);
        }
    }

    @Test
    void showsCountRateAndTime() {
        try (Progress bar = Progress.start(Progress.Mode.ALWAYS, terminal.terminal(), range())) {
            for (int i = 0; i < 200; i++) {
                bar.step();
            }
        }
        String last = terminal.err().substring(terminal.err().lastIndexOf('\r') + 1);
        assertTrue(last.contains("100%") && last.contains("200/200") && last.contains("/s"), last);
        assertTrue(last.strip().length() < 80 + 3, last);
    }

    @Test
    void copesWithAnUnknownTotal() {
        InputSource lines = LineInputs.of(new ByteArrayInputStream(new byte[0]), 10);
        try (Progress bar = Progress.start(Progress.Mode.ALWAYS, terminal.terminal(), lines)) {
            bar.step();
        }
        assertTrue(terminal.err().contains("1/?"), terminal.err());
    }

    @Test
    void makesRoomForResultsOnTheSameTerminal() throws IOException {
        Terminal here = terminal.display(true, true).terminal();
        try (Progress bar = Progress.start(Progress.Mode.AUTO, here, range())) {
            bar.around(() -> here.err().print("RESULT"));
        }
        assertTrue(terminal.err().contains("\r\u001b[KRESULT"), terminal.err());
    }
}
