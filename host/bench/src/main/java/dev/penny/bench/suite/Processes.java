package dev.penny.bench.suite;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.Consumer;

/** Starts {@link Child} in a JVM with this one's options. */
final class Processes {

    private Processes() { }

    /**
     * Runs a child and reads what it wrote.
     *
     * @param graal false leaves out the options that only GraalVM needs
     * @throws IllegalStateException it failed; its errors were printed
     */
    static <T> T measure(String name, int workers, Child.Mode mode, boolean graal, Class<T> type, Consumer<String> progress)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("penny-bench", ".json");
        Process process = new ProcessBuilder(command(name, workers, mode, graal, output))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        Thread killer = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(killer);
        Timer watchdog = new Timer("watchdog", true);
        watchdog.schedule(new TimerTask() {
            @Override
            public void run() {
                System.err.printf("bench: stopped, it took too long: name=%s, limit=%d s%n", name, mode.limit().toSeconds());
                process.destroy();
            }
        }, mode.limit().toMillis());
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                progress.accept(line);
            }
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException("benchmark failed: name=%s, exit code=%d".formatted(name, status));
            }
            return Results.read(output, type);
        } finally {
            watchdog.cancel();
            Runtime.getRuntime().removeShutdownHook(killer);
            Files.deleteIfExists(output);
        }
    }

    private static List<String> command(String name, int workers, Child.Mode mode, boolean graal, Path output) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> graal || !(option.contains("JVMCI") || option.contains("upgrade-module-path")))
                .forEach(command::add);
        if (name.startsWith("memory:")) {
            // As scripts/penny; both sides alike.
            command.add("-XX:+UseSerialGC");
        } else {
            // uts-t3: who waits in a ForkJoinPool runs other tasks on top, 1,572 levels each. There is no other way to give its threads room.
            command.add("-Xss8m");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName(), name, String.valueOf(workers),
                mode.text(), output.toString()));
        return command;
    }
}
