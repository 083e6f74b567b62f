package dev.penny.cli;

import dev.penny.Penny;
import dev.penny.PennyBuilder;
import dev.penny.api.CapacityException;
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

    /** @throws UsageException both are given, or the recording could not be written */
    void check(Terminal terminal) {
        if (record.isPresent() && replay.isPresent()) {
            throw new UsageException("--record and --replay exclude each other");
        }
        record.ifPresent(file -> ResultTarget.requireWritable(terminal, file));
    }

    /** @throws dev.penny.api.LoadException the recording cannot be read */
    void apply(PennyBuilder builder, Terminal terminal) {
        record.ifPresent(file -> builder.record(DECISIONS_MAX));
        replay.ifPresent(file -> builder.replay(Recording.load(terminal.directory().resolve(file))));
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
            byte[] recording = penny.recording().toBytes();
            try (ResultTarget target = ResultTarget.file(terminal, record.get())) {
                target.stream().write(recording);
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
