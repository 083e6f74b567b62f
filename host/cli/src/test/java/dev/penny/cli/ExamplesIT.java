package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** The commands of {@code examples/README.md} run, and give the answers of the sequential programs. */
@Timeout(300)
class ExamplesIT {

    private static final Path ROOT = Path.of(System.getProperty("penny.root"));
    /** What graph files print whose answer is known without running them. */
    private static final Map<String, String> KNOWN = Map.of(
            "scripts/penny run examples/wordcount/rhyme.yaml", "task 5\\ntwo 5\\none 4\\ntook 3\\nworker 3\\n  top");

    @TestFactory
    Stream<DynamicTest> everyCommandRuns() throws IOException {
        List<String> commands = Files.readAllLines(ROOT.resolve("examples/README.md")).stream()
                .filter(line -> line.startsWith("scripts/example") || line.startsWith("scripts/penny run")).toList();
        assertTrue(commands.size() > 12, commands::toString);
        return commands.stream().map(command -> DynamicTest.dynamicTest(command, () -> {
            List<String> output = run(command);
            assertFalse(output.isEmpty(), "no output");
            if (command.startsWith("scripts/example")) {
                assertEquals(1, output.stream().filter(line -> line.endsWith(", agrees")).count(), output::toString);
            }
            if (KNOWN.containsKey(command)) {
                assertEquals(KNOWN.get(command), output.getFirst());
            }
        }));
    }

    @Test
    void theGraphFileOfThePictureGivesTheCaptionOfTheProgram() throws IOException {
        List<String> program = run("scripts/example image");
        assertTrue(run("scripts/penny run examples/image/image.yaml").stream().anyMatch(line -> line.contains(program.getLast())), program::toString);
    }

    private static List<String> run(String command) throws IOException {
        Path errors = Files.createTempFile("penny", ".err");
        try {
            Process process = new ProcessBuilder("bash", "-c", command).directory(ROOT.toFile()).redirectError(errors.toFile()).start();
            process.getOutputStream().close();
            List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            assertTrue(process.waitFor(2, TimeUnit.MINUTES), "does not end");
            String text = Files.readString(errors);
            assertEquals(0, process.exitValue(), () -> command + ": " + text);
            return lines;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            Files.deleteIfExists(errors);
        }
    }
}
