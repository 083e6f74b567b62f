package dev.penny.bench.experiment;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;

/** A process of Node with two threads that send each other messages, for comparison; the time is Node's own. */
final class NodeMessages implements AutoCloseable {

    /** Ways of Node, as in the data. */
    static final List<String> WAYS = List.of("post-message", "shared-words");

    private final Process process;
    private final BufferedReader answers;
    private final Writer commands;

    private NodeMessages(Process process) {
        this.process = process;
        this.answers = process.inputReader();
        this.commands = process.outputWriter();
    }

    /** @throws IllegalStateException there is no Node */
    static NodeMessages start() {
        Path script = Path.of(System.getProperty("penny.root", "."), "host/bench/src/main/js/messages.mjs");
        try {
            return new NodeMessages(new ProcessBuilder("node", script.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start());
        } catch (IOException e) {
            throw new IllegalStateException("Node cannot be started: command=node %s, reason=%s".formatted(script, e.getMessage()), e);
        }
    }

    /**
     * What one run took.
     *
     * @param nanos of the whole run
     * @param sum of what was received
     */
    record Answer(long nanos, long sum) { }

    /** Sends that many messages. */
    Answer run(String way, int bytes, int messages) {
        try {
            commands.write("%s %d %d%n".formatted(way, bytes, messages));
            commands.flush();
            String line = answers.readLine();
            if (line == null) {
                throw new IllegalStateException("Node ended: way=%s, bytes=%d, exit code=%d".formatted(way, bytes, process.waitFor()));
            }
            String[] parts = line.split(" ");
            return new Answer(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("Node failed: way=%s, bytes=%d, reason=%s".formatted(way, bytes, e), e);
        }
    }

    @Override
    public void close() throws Exception {
        commands.close();
        process.destroy();
        process.waitFor();
    }
}
