package dev.penny.internal.engine;

import dev.penny.api.Recording;

/** Whether the workers' decisions are recorded, or taken from a recording. */
public sealed interface Logging {

    /** Neither. */
    record Off() implements Logging { }

    /**
     * They are recorded.
     *
     * @param decisions room per worker
     */
    record Record(int decisions) implements Logging { }

    /** They are taken from a recording. */
    record Replay(Recording recording) implements Logging { }
}
