package dev.penny.bench.startup;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs scripts/penny as a user does, each time in a fresh JVM.
 *
 * @param top the project's folder
 */
record Launcher(Path top) {

    /** How the JVM starts. */
    enum Start {
        /** Without AOT cache, the compiler on the upgrade module path. */
        PLAIN("plain"),
        /** As users get it. */
        CACHE("");

        private final String environment;

        Start(String environment) {
            this.environment = environment;
        }
    }

    /**
     * One command.
     *
     * @param wallMillis from before the launcher to its end
     * @param cpuMillis user and system time of launcher and JVM
     * @param lineMillis when each line of output arrived
     */
    record Run(double wallMillis, double cpuMillis, List<Double> lineMillis) { }

    /**
     * Runs a command to its end.
     *
     * @throws IllegalStateException if it fails
     */
    Run run(Start start, List<String> arguments) throws IOException, InterruptedException {
        Path times = Files.createTempFile("penny-times", ".txt");
        // bash tells the processor time of a process that has ended, which Java does not.
        List<String> command = new ArrayList<>(List.of("bash", "-c",
                "times=$1; shift; TIMEFORMAT='%U %S'; { time \"$@\" 2>&3; } 3>&2 2>\"$times\"", "bash", times.toString(),
                top.resolve("scripts/penny").toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).directory(top.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("PENNY_START", start.environment);
        long begin = System.nanoTime();
        Process process = builder.start();
        List<Double> lines = arrivals(process.getInputStream(), begin);
        int code = process.waitFor();
        double wall = (System.nanoTime() - begin) / 1e6;
        if (code != 0) {
            throw new IllegalStateException("the command failed: command=%s, code=%d".formatted(arguments, code));
        }
        String[] seconds = Files.readString(times).strip().split(" ");
        Files.delete(times);
        return new Run(wall, 1000 * (Double.parseDouble(seconds[0]) + Double.parseDouble(seconds[1])), lines);
    }

    private static List<Double> arrivals(InputStream stream, long begin) throws IOException {
        List<Double> lines = new ArrayList<>();
        byte[] block = new byte[1 << 16];
        try (InputStream in = new BufferedInputStream(stream)) {
            for (int count = in.read(block); count >= 0; count = in.read(block)) {
                double now = (System.nanoTime() - begin) / 1e6;
                for (int i = 0; i < count; i++) {
                    if (block[i] == '\n') {
                        lines.add(now);
                    }
                }
            }
        }
        return lines;
    }
}
