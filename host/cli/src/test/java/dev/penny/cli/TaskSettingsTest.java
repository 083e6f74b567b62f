package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** --priority, --pin and --deadline. */
class TaskSettingsTest {

    private static final String TASKS = "java:dev.penny.cli.TestTasks";

    private final TestTerminal terminal = new TestTerminal(Path.of(System.getProperty("penny.root")));

    @ParameterizedTest
    @CsvSource({"500ms,500", "2s,2000", "1.5s,1500", "10m,600000", "1H,3600000"})
    void readsLengthsOfTime(String text, long millis) {
        assertEquals(Duration.ofMillis(millis), new DurationParser().convert(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "s", "-1s", "0s", "0.0ms", "1d", "1 s", "1e3s", "9999999999s"})
    void refusesOtherTexts(String text) {
        assertThrows(TypeConversionException.class, () -> new DurationParser().convert(text));
    }

    @Test
    void aCallWithAllOfThem() {
        assertEquals(ExitCode.OK, terminal.run("call", TASKS, "add", "40", "2", "--workers", "2", "--priority", "high", "--pin", "1",
                "--deadline", "10m"), terminal.err());
        assertEquals("42\n", terminal.out());
    }

    @Test
    void aLateCallFails() {
        assertEquals(ExitCode.FAILED, terminal.run("call", TASKS, "pause", "3000", "--deadline", "50ms"));
        assertTrue(terminal.err().contains("deadline passed: function=TestTasks/pause(i32)->i32, deadline=0.05s"), terminal.err());
    }

    @Test
    void aLateMapDeliversWhatIsDoneAndSaysSo() {
        assertEquals(ExitCode.FAILED, terminal.run("map", TASKS, "nap", "--range", "0..1000000", "--workers", "2", "--deadline", "300ms"));
        assertTrue(terminal.err().contains("deadline passed: function=TestTasks/nap(i32)->i32, deadline=0.3s"), terminal.err());
        assertTrue(terminal.err().lines().anyMatch(
                line -> line.matches("penny: the deadline passed: \\d+ of 1000000 tasks delivered, the rest was not run")), terminal.err());
    }

    @Test
    void aMapInTimeIsComplete() {
        assertEquals(ExitCode.OK, terminal.run("map", TASKS, "nap", "--range", "0..5", "--pin", "0", "--priority", "low",
                "--deadline", "1h"), terminal.err());
        assertEquals("0  0\n1  1\n2  2\n3  3\n4  4\n", terminal.out());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--pin 2|worker out of range: value=2, min=0, max=1", "--pin -1|worker out of range: value=-1, min=0",
        "--deadline soon|not a length of time: value='soon'", "--deadline 0s|not a positive length of time: value='0s'",
        "--priority urgent|urgent"})
    void wrongOnesAreUsageErrors(String option, String message) {
        String[] words = option.split(" ");
        assertEquals(ExitCode.USAGE, terminal.run("call", TASKS, "add", "1", "2", "--workers", "2", words[0], words[1]), terminal.err());
        assertTrue(terminal.err().contains(message), terminal.err());
    }
}
