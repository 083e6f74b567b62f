package dev.penny.cli;

import dev.penny.Penny;
import dev.penny.PennyBuilder;
import dev.penny.api.CapacityException;
import dev.penny.api.Policy;
import dev.penny.api.Recording;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of commands whose schedule can be recorded and replayed. */
final class RecordSettings {

    /** Room per worker; a decision takes 24 bytes. */
    private static final int DECISIONS_MAX = 1 << 17;

    @Option(names = "--record", paramLabel = "FILE", description = "Write what the workers decide to FILE, for --replay.")
    private Optional<String> record = Optional.empty();

    @Option(names = "--replay", paramLabel = "FILE",
            description = "Make the workers decide what FILE says: the same command, its workers, seed and policy.")
    private Optional<String> replay = Optional.empty();

    private Optional<Recording> recording = Optional.empty();

    /** True if there is something to do. */
    boolean wanted() {
        return record.isPresent() || replay.isPresent();
    }

    /**
     * Looks at both files, before anything runs.
     *
     * @throws UsageException both are given, or the recording could not be written
     * @throws dev.penny.api.LoadException the recording cannot be read
     */
    void check(Terminal terminal) {
        if (record.isPresent() && replay.isPresent()) {
            throw new UsageException("--record and --replay exclude each other");
        }
        record.ifPresent(file -> ResultTarget.requireWritable(terminal, file));
        recording = replay.map(file -> Recording.load(terminal.directory().resolve(file)));
    }

    /**
     * The same for a command that runs a graph.
     *
     * @throws UsageException the policy is not work stealing, with which alone graphs are recorded
     */
    void checkForGraph(Terminal terminal, Optional<String> policy) {
        check(terminal);
        Optional<String> used = record.isPresent() ? policy : recording.map(found -> found.policy().name());
        used.filter(name -> !name.equals(Policy.WORK_STEALING.name())).ifPresent(name -> {
            String where = replay.map(file -> ", recording=" + file).orElse("");
            throw new UsageException("graphs are recorded with work stealing only: policy=%s%s".formatted(name, where));
        });
    }

    /** Adds both files. */
    void addFiles(OptionFiles files) {
        record.ifPresent(file -> files.add("--record", file));
        replay.ifPresent(file -> files.add("--replay", file));
    }

    /** After the check. */
    void apply(PennyBuilder builder) {
        record.ifPresent(_ -> builder.record(DECISIONS_MAX));
        recording.ifPresent(builder::replay);
    }

    /**
     * After the run.
     *
     * @return false if there is no recording: too much was decided, or it could not be written; the user has been told
     */
    boolean finish(Penny penny, Terminal terminal) {
        if (record.isEmpty()) {
            return true;
        }
        try {
            byte[] bytes = penny.recording().toBytes();
            try (ResultTarget target = ResultTarget.file(terminal, record.get())) {
                target.stream().write(bytes);
                target.complete();
            }
            return true;
        } catch (CapacityException | UsageException e) {
            terminal.err().println("penny: not recorded: " + e.getMessage());
        } catch (IOException e) {
            terminal.err().println("penny: not recorded: file=%s, reason=%s".formatted(record.get(), Errors.reason(e)));
        }
        return false;
    }
}
