package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** scripts/jvm.args, scripts/lib/jdk.sh and the shell scripts of the command line. */
class ScriptsTest {

    private static final Path ROOT = Path.of(System.getProperty("penny.root"));

    @TempDir
    Path directory;

    private static String bash(int expected, String script, String... arguments) throws IOException, InterruptedException {
        List<String> command = Stream.concat(Stream.of("bash", "-c", script, "bash"), Stream.of(arguments)).toList();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(expected, process.waitFor(), text);
        return text;
    }

    @Test
    void launcherAndBuildUseTheSameOptions() throws IOException {
        String pom = Files.readString(ROOT.resolve("pom.xml"));
        String line = pom.lines().filter(text -> text.contains("<penny.jvm.args>")).findFirst().orElseThrow();
        String expected = line.strip().replaceAll("</?penny.jvm.args>", "").replace("\"${penny.jit.dir}\"", "target/jit");
        String options = Files.readAllLines(ROOT.resolve("scripts/jvm.args")).stream()
                .filter(text -> !text.startsWith("#")).collect(Collectors.joining(" "));
        assertEquals(expected, options);
    }

    @Test
    void readsTheVersionOfAJdk() throws IOException, InterruptedException {
        for (List<String> jdk : List.of(List.of("old", "17.0.2", "17"), List.of("new home", "25.0.3", "25"), List.of("early", "26", "26"),
                List.of("ancient", "1.8.0_402", "1"))) {
            Path bin = Files.createDirectories(directory.resolve(jdk.get(0)).resolve("bin"));
            for (String tool : List.of("java", "javac")) {
                Files.writeString(bin.resolve(tool), "#!/bin/sh\nexit 1\n");
                assertTrue(bin.resolve(tool).toFile().setExecutable(true));
            }
            Files.writeString(bin.resolveSibling("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"%s\"\n".formatted(jdk.get(1)));
            assertEquals(jdk.get(2), bash(0, ". \"$1\"; jdk_major \"$2\"", ROOT + "/scripts/lib/jdk.sh",
                    bin.getParent().toString()).strip());
        }
        String found = bash(0, ". \"$1\"; JAVA_HOME=$2 find_jdk", ROOT + "/scripts/lib/jdk.sh", directory + "/new home");
        assertEquals(directory + "/new home", found.strip());
    }

    @Test
    void scriptsHaveNoSyntaxErrors() throws IOException, InterruptedException {
        for (String script : List.of("penny", "render-mandelbrot", "lib/jdk.sh")) {
            assertEquals("", bash(0, "bash -n \"$1\"", ROOT.resolve("scripts").resolve(script).toString()));
        }
    }
}
