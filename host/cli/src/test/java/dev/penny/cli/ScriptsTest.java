package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
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
        for (String script : List.of("penny", "render-mandelbrot", "warmup", "lib/jdk.sh", "lib/start.sh")) {
            assertEquals("", bash(0, "bash -n \"$1\"", ROOT.resolve("scripts").resolve(script).toString()));
        }
    }

    /** What lib/start.sh says of the cache in {@code dist} for the JDK {@code home}. */
    private static String startResult(Path dist, Path home) throws IOException, InterruptedException {
        String script = "set -euo pipefail; top=$1 dist=$2 JAVA_HOME=$3; . \"$1/scripts/lib/start.sh\"; find_start_result; echo \"$start_result\"";
        return bash(0, script, ROOT.toString(), dist.toString(), home.toString()).strip();
    }

    @Test
    void aCacheCountsOnlyForTheJdkAndTheJarsItWasMadeFor() throws IOException, InterruptedException {
        Path dist = directory.resolve("a dist");
        Path jar = Files.createDirectories(dist.resolve("lib")).resolve("a.jar");
        Files.writeString(jar, "");
        Path home = Files.createDirectories(directory.resolve("a jdk"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"25.0.3\"\nSOURCE=\"x\"\n");
        assertEquals("", startResult(dist, home), "none made");

        Path state = Files.createDirectories(dist.resolve("start")).resolve("state");
        String jdk = home + "\n" + Files.readString(home.resolve("release"));
        for (String result : List.of("usable", "failed")) {
            Files.writeString(state, jdk + result + "\n");
            assertEquals(result, startResult(dist, home));
        }
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"25.0.4\"\nSOURCE=\"x\"\n");
        assertEquals("", startResult(dist, home), "the JDK was updated");
        Files.writeString(state, home + "\n" + Files.readString(home.resolve("release")) + "usable\n");
        assertEquals("usable", startResult(dist, home));
        Files.setLastModifiedTime(jar, FileTime.fromMillis(Files.getLastModifiedTime(state).toMillis() + 2000));
        assertEquals("", startResult(dist, home), "a jar is newer");
    }

    @Test
    void aRecordingThatFailsIsNotTriedAgain() throws IOException, InterruptedException {
        Path dist = Files.createDirectories(directory.resolve("dist"));
        Path jar = Files.createDirectories(dist.resolve("start")).resolve("penny-jit-1.jar");
        Files.writeString(jar, "no jar");
        Path home = Files.createDirectories(directory.resolve("jdk"));
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho called >>'" + directory.resolve("calls") + "'\nexit 1\n");
        assertTrue(java.toFile().setExecutable(true));
        assertEquals("", bash(0, "set -euo pipefail; top=$1 dist=$2 JAVA_HOME=$3; . \"$1/scripts/lib/start.sh\"; start_record",
                ROOT.toString(), dist.toString(), home.toString()));
        assertEquals("failed", startResult(dist, home));
        assertEquals(List.of("called"), Files.readAllLines(directory.resolve("calls")));
        assertTrue(Files.notExists(dist.resolve("start/recording")));
    }
}
