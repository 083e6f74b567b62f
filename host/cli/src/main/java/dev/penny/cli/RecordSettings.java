package dev.penny.cli;

import dev.penny.Penny;
import dev.penny.PennyBuilder;
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

    /** @throws UsageException both are given */
    void check() {
        if (record.isPresent() && replay.isPresent()) {
            throw new UsageException("--record and --replay exclude each other");
        }
    }

    /** @throws dev.penny.api.LoadException the recording cannot be read */
    void apply(PennyBuilder builder, Terminal terminal) {
        record.ifPresent(file -> builder.record(DECISIONS_MAX));
        replay.ifPresent(file -> builder.replay(Recording.load(terminal.directory().resolve(file))));
    }

    /**
     * After the run.
     *
     * @throws IOException the recording cannot be written
     * @throws dev.penny.api.CapacityException there were more decisions than there is room for
     */
    void finish(Penny penny, Terminal terminal) throws IOException {
        if (record.isPresent()) {
            penny.recording().save(terminal.directory().resolve(record.get()));
        }
    }
}
