package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows runs, and prints what the README says. */
@Timeout(300)
class ReadmeIT {

    private static final Path ROOT = Path.of(System.getProperty("penny.root"));

    /** A fenced block; {@code expected} is the {@code text} block right behind it. */
    private record Block(String language, List<String> lines, Optional<List<String>> expected) { }

    @TestFactory
    Stream<DynamicTest> everyCommandRuns() throws IOException {
        return blocks().stream().filter(block -> block.language().equals("sh")).flatMap(block -> block.lines().stream()
                .filter(line -> line.startsWith("scripts/penny"))
                .map(line -> DynamicTest.dynamicTest(line, () -> {
                    List<String> output = run(List.of("bash", "-c", line));
                    assertFalse(output.isEmpty(), "no output");
                    block.expected().ifPresent(expected -> assertEquals(expected, output));
                })));
    }

    @Test
    void theFirstCommandAgreesWithSha256sum() throws IOException {
        String command = blocks().stream().filter(block -> block.language().equals("sh")).findFirst().orElseThrow()
                .lines().getFirst();
        assertTrue(command.startsWith("scripts/penny map guest-modules/dist/sha256.wasm"), command);
        List<String> ours = run(List.of("bash", "-c", command));
        List<String> arguments = new ArrayList<>(List.of("sha256sum", "--"));
        ours.forEach(line -> arguments.add(line.substring(line.indexOf("  ") + 2)));
        assertTrue(ours.size() > 50, "files: " + ours.size());
        assertEquals(run(arguments), ours);
    }

    @Test
    void theJavaExampleCompilesAndPrintsWhatItSays(@TempDir Path folder) throws IOException {
        Block example = blocks().stream().filter(block -> block.language().equals("java")).findFirst().orElseThrow();
        Path source = folder.resolve("Quickstart.java");
        Files.write(source, example.lines());
        String libraries = ROOT.resolve("host/cli/target/dist/lib") + "/*";
        try (Stream<Path> jars = Files.list(ROOT.resolve("host/cli/target/dist/lib"))) {
            String classPath = String.join(java.io.File.pathSeparator, jars.map(Path::toString).toList());
            assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, "-Xlint:all", "-Werror", "-proc:none",
                    "-cp", classPath, "-d", folder.toString(), source.toString()));
        }
        List<String> output = run(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(), "@scripts/jvm.args",
                "--upgrade-module-path=" + ROOT.resolve("host/cli/target/dist/jit"),
                "-cp", folder + java.io.File.pathSeparator + libraries, "Quickstart"));
        assertEquals(example.expected().orElseThrow(), output);
    }

    @Test
    void javaScriptIsNotInitialisedForAWasmCall() throws IOException {
        ProcessBuilder builder = new ProcessBuilder("scripts/penny", "call", "guest-modules/dist/arith.wasm", "add", "40", "2");
        // Initialised, not loaded: a cache of the start brings classes of JavaScript along, for commands that use it.
        builder.environment().put("PENNY_JAVA_OPTS", "-Xlog:class+init:stdout");
        List<String> output = run(builder);
        assertTrue(output.contains("42"), "no result");
        assertTrue(output.stream().anyMatch(line -> line.contains("'org/graalvm/wasm/WasmLanguage'")), "the log names no classes");
        assertTrue(output.stream().noneMatch(line -> line.contains("'com/oracle/truffle/js/runtime/JSRealm'")), "JavaScript was initialised");
    }

    private static List<String> run(List<String> command) throws IOException {
        return run(new ProcessBuilder(command));
    }

    private static List<String> run(ProcessBuilder builder) throws IOException {
        Path errors = Files.createTempFile("penny", ".err");
        try {
            Process process = builder.directory(ROOT.toFile()).redirectError(errors.toFile()).start();
            process.getOutputStream().close();
            List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            assertTrue(process.waitFor(1, TimeUnit.MINUTES), "does not end");
            assertEquals(0, process.exitValue(), () -> builder.command() + ": " + text(errors));
            return lines;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            Files.deleteIfExists(errors);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static List<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        List<String> lines = Files.readAllLines(ROOT.resolve("README.md"));
        for (int start = 0; start < lines.size(); start++) {
            if (lines.get(start).startsWith("```")) {
                int end = lines.subList(start + 1, lines.size()).indexOf("```") + start + 1;
                String language = lines.get(start).substring(3);
                List<String> content = List.copyOf(lines.subList(start + 1, end));
                boolean follows = language.equals("text") && !blocks.isEmpty() && lines.get(start - 1).equals("```");
                if (follows) {
                    Block shown = blocks.removeLast();
                    blocks.add(new Block(shown.language(), shown.lines(), Optional.of(content)));
                } else {
                    blocks.add(new Block(language, content, Optional.empty()));
                }
                start = end;
            }
        }
        return blocks;
    }
}
