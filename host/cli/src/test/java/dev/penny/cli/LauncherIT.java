package dev.penny.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** scripts/penny from odd places. */
@Timeout(300)
class LauncherIT {

    private static final Path ROOT = Path.of(System.getProperty("penny.root"));
    private static final String ARITH = ROOT + "/guest-modules/dist/arith.wasm";

    @TempDir
    Path directory;

    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectories(directory.resolve("a folder, with spaces"));
    }

    private List<String> run(Map<String, String> environment, Path script, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of(script.toString()), Stream.of(arguments)).toList())
                .directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(100, TimeUnit.SECONDS), "still running");
        assertEquals(0, process.exitValue(), text);
        return text.lines().toList();
    }

    @Test
    void startsThroughLinksFromAnyFolder() throws IOException, InterruptedException {
        Path link = Files.createSymbolicLink(directory.resolve("penny link"), ROOT.resolve("scripts/penny"));
        Path relative = Files.createSymbolicLink(folder.resolve("again"), Path.of("../penny link"));
        Files.copy(Path.of(ARITH), folder.resolve("my arith.wasm"));
        assertEquals(List.of("42"), run(Map.of(), link, "call", "my arith.wasm", "add", "40", "2"));
        assertEquals(List.of("42"), run(Map.of(), relative, "call", "./my arith.wasm", "add", "40", "2"));
    }

    /** Else java's own files would be read as standard input, or written to. */
    @Test
    void closedStreamsAreNotGivenToOtherFiles() throws IOException, InterruptedException {
        String penny = "'" + ROOT.resolve("scripts/penny") + "' map '" + ARITH + "' square ";
        Path bash = Path.of("/bin/bash");
        assertEquals(List.of(), run(Map.of(), bash, "-c", penny + "--lines - <&-"));
        assertEquals(List.of("penny: input or output failed: reason=Bad file descriptor", "1"),
                run(Map.of(), bash, "-c", penny + "--range 0..3 >&- || echo $?"));
        assertEquals(List.of("0  0"), run(Map.of(), bash, "-c", penny + "--range 0..1 2>&-"));
    }

    @Test
    void readsFileNamesInAnyLocale() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("é ü.txt"), "abc");
        assertEquals(List.of("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  é ü.txt"),
                run(Map.of("LC_ALL", "C"), ROOT.resolve("scripts/penny"), "map", ROOT + "/guest-modules/dist/sha256.wasm", "sha256",
                        "--files", "*.txt"));
    }

    @Test
    void passesJavaOptions() throws IOException, InterruptedException {
        assertEquals(List.of("42"), run(Map.of("PENNY_JAVA_OPTS", "-XX:+UseParallelGC -Xmx128m"), ROOT.resolve("scripts/penny"), "call",
                ARITH, "add", "40", "2"));
    }

    @Test
    void javaOptionsOfAllVariablesReplaceItsOwn() throws IOException, InterruptedException {
        for (Map<String, String> options : List.of(Map.of("JDK_JAVA_OPTIONS", "-XX:+UseParallelGC"),
                Map.of("JAVA_TOOL_OPTIONS", "-XX:+UseParallelGC"), Map.of("PENNY_JAVA_OPTS", "-Xmx60m"))) {
            // Java itself says on standard error which of them it has read.
            assertEquals("42", run(options, ROOT.resolve("scripts/penny"), "call", ARITH, "add", "40", "2").getLast());
        }
    }

    @Test
    void passesOverAJdkThatIsTooOld() throws IOException, InterruptedException {
        Path old = directory.resolve("old jdk");
        Files.createDirectories(old.resolve("bin"));
        for (String tool : List.of("bin/java", "bin/javac")) {
            Files.writeString(old.resolve(tool), "#!/bin/sh\nexit 1\n");
            assertTrue(old.resolve(tool).toFile().setExecutable(true));
        }
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"21.0.1\"\n");
        String path = Path.of(System.getProperty("java.home"), "bin") + ":" + System.getenv("PATH");
        assertEquals(List.of("42"), run(Map.of("JAVA_HOME", old.toString(), "PATH", path), ROOT.resolve("scripts/penny"), "call", ARITH,
                "add", "40", "2"));
    }

    @Test
    void compilesItsTasks() throws IOException, InterruptedException {
        assertTrue(run(Map.of(), ROOT.resolve("scripts/penny"), "doctor", "--json").contains("  \"jit\" : true,"));
    }

    @Test
    void completionIsValidShell() throws IOException, InterruptedException {
        Path script = folder.resolve("completion");
        Files.write(script, run(Map.of(), ROOT.resolve("scripts/penny"), "completion"));
        Process bash = new ProcessBuilder("bash", "-c", "source \"$1\" && complete -p penny", "bash",
                script.toString()).redirectErrorStream(true).start();
        String text = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, bash.waitFor(), text);
        assertTrue(text.contains("_complete_penny"), text);
    }

    /** A checkout with the real jars and a cache of its own, which counts as usable. */
    private Path checkout(byte[] cache) throws IOException, InterruptedException {
        Path top = Files.createDirectories(directory.resolve("checkout"));
        for (String name : List.of("scripts", "docs", "guest-modules", "examples", "wasm-core", "host/jit", "host/penny", "host/cli/src",
                "host/cli/target/dist/jit")) {
            Files.createDirectories(top.resolve(name).getParent());
            Files.createSymbolicLink(top.resolve(name), ROOT.resolve(name));
        }
        // Files with their times, or the launcher would build.
        for (String name : List.of("pom.xml", "host/cli/pom.xml")) {
            Files.copy(ROOT.resolve(name), top.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Path dist = top.resolve("host/cli/target/dist");
        for (String folder : List.of("lib", "start")) {
            Files.createDirectories(dist.resolve(folder));
            try (DirectoryStream<Path> jars = Files.newDirectoryStream(ROOT.resolve("host/cli/target/dist").resolve(folder), "*.jar")) {
                for (Path jar : jars) {
                    Files.createSymbolicLink(dist.resolve(folder).resolve(jar.getFileName()), jar);
                }
            }
        }
        Path start = dist.resolve("start");
        Files.write(start.resolve("penny.aot"), cache);
        String home = System.getProperty("java.home");
        Files.writeString(start.resolve("state"), home + "\n" + Files.readString(Path.of(home, "release")) + "usable\n");
        return top;
    }

    @Test
    void aBrokenCacheIsNotUsedAndNotMentioned() throws IOException, InterruptedException {
        Map<String, String> sameJdk = Map.of("JAVA_HOME", System.getProperty("java.home"));
        byte[] garbage = new byte[1 << 16];
        new Random(1).nextBytes(garbage);
        Path top = checkout(garbage);
        Path script = top.resolve("scripts/penny");
        assertEquals(List.of("42"), run(sameJdk, script, "call", ARITH, "add", "40", "2"));
        assertTrue(run(sameJdk, script, "doctor", "--json").contains("  \"jit\" : true,"));
        Files.delete(top.resolve("host/cli/target/dist/start/penny.aot"));
        assertEquals(List.of("42"), run(sameJdk, script, "call", ARITH, "add", "40", "2"));
    }

    @Test
    void startsPlainlyWhenAsked() throws IOException, InterruptedException {
        assertEquals(List.of("42"), run(Map.of("PENNY_START", "plain"), ROOT.resolve("scripts/penny"), "call", ARITH, "add", "40", "2"));
    }
}
