package dev.penny.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentCommandTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return ExperimentCommand.run(new PrintStream(out, true), new PrintStream(err, true), arguments);
    }

    @Test
    void theListHasEveryExperiment() {
        assertEquals(0, run("--list"));
        String text = out.toString(StandardCharsets.UTF_8);
        Experiments.ALL.forEach(experiment -> assertTrue(text.contains(experiment.name() + "  " + experiment.title()), text));
    }

    @Test
    void helpNamesTheOptions() {
        assertEquals(0, run("--help"));
        String text = out.toString(StandardCharsets.UTF_8);
        List.of("--all", "--quick", "--out", "--plot", "--force", "--smoke").forEach(option -> assertTrue(text.contains(option), option));
    }

    @Test
    void wrongCommandLinesAreRefused() {
        assertEquals(2, run());
        assertEquals(2, run("E-1", "--all"));
        assertEquals(2, run("E-1", "--smoke", "--quick"));
        assertEquals(2, run("E-1", "--slow"));
        assertEquals(2, run("E-10"));
        String text = err.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("name=E-10") && text.contains("E-1 E-2"), text);
    }

    @Test
    void plotDrawsFromDataAndLeavesThePagesAlone(@TempDir Path folder) throws Exception {
        Path page = Pages.of(Path.of(System.getProperty("penny.root", "."))).page(Experiments.select(List.of("E-8")).getFirst());
        String before = Files.readString(page);
        assertEquals(2, run("E-8", "--plot", "--out", folder.toString()), "nothing measured there");
        Files.writeString(folder.resolve("E-8.csv"), "bytes,variant,round,ns\n0,one-thread,1,5\n0,shared-words,1,50\n");
        assertEquals(0, run("e-8", "--plot", "--out", folder.toString()));
        assertTrue(Files.readString(folder.resolve("E-8-time.svg")).contains("<svg"));
        assertEquals(before, Files.readString(page));
    }
}
