package dev.penny.api.graph;

import java.util.Objects;

/**
 * A name for a place of a {@link Storage}. Instructions get the place as an argument. With renaming, each {@link #write} takes a fresh
 * place, so that earlier instructions may still use the old one.
 */
public interface Place {

    /** For messages. */
    String name();

    /** As an operand: the instruction reads what is there. */
    Access read();

    /** As an operand: the instruction writes all of it and does not read what was there. */
    Access write();

    /** As an operand: the instruction changes what is there, in place; it is never renamed. */
    Access update();

    /**
     * Where it is after all instructions issued so far, as arguments call it. Waits for those up to the last that writes it.
     *
     * <p><b>Threads:</b> as its program.
     *
     * @throws dev.penny.api.GraphFailedException the instruction that should have written it failed or was skipped
     * @throws java.util.concurrent.CancellationException it was not run, since the program was cancelled
     */
    long get();

    /** How an instruction uses a place. */
    record Access(Place place, Mode mode) {
        /** A use of a place. */
        public Access {
            Objects.requireNonNull(place, "place");
            Objects.requireNonNull(mode, "mode");
        }
    }

    /** What an instruction does with a place. */
    enum Mode {
        /** It reads. */
        READ,
        /** It writes all of it. */
        WRITE,
        /** It reads and writes. */
        UPDATE
    }
}
