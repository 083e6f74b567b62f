package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.PennyException;
import dev.penny.api.TaskModule;
import dev.penny.internal.engine.LeakCheck;
import dev.penny.spi.ThreadBackend;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;

/** What graphs that guests build do alike in every language. */
abstract class GuestGraphContract {

    static Stream<Named<Supplier<ThreadBackend>>> backends() {
        return EveryBackendTest.backends();
    }

    /** The functions of the guest, loaded together with what its graphs call. */
    final TaskModule graphs(Penny penny) {
        penny.load(Guests.dist("arith.wasm"));
        return load(penny);
    }

    abstract TaskModule load(Penny penny);

    static void fails(TaskModule module, String function, String reason, Object... arguments) {
        PennyException failure = assertThrows(PennyException.class, () -> module.function(function).call(arguments));
        assertTrue(failure.getMessage().contains(reason), failure.getMessage());
    }

    @Test
    void aTaskMayBePinnedToAnyWorkerThatHasAThread() {
        try (Penny penny = Penny.builder().workers(3).backend("platform").build()) {
            TaskModule graphs = graphs(penny);
            for (int i = 0; i < 30; i++) {
                assertEquals(81, graphs.function("pinned").call(i % 3));
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }
}
