package dev.penny;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.Recording.Kind;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;

/** Which kinds of decisions have been replayed: what a run decides depends on how its workers meet. */
final class ReplayedKinds {

    private static final int ROUNDS_MAX = 20;

    private ReplayedKinds() { }

    /** Repeats a check that returns the kinds it has replayed until all these were among them. */
    static void checkUntilSeen(Supplier<Set<Kind>> check, Kind... wanted) {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (int round = 0; round < ROUNDS_MAX && !kinds.containsAll(Set.of(wanted)); round++) {
            kinds.addAll(check.get());
        }
        assertTrue(kinds.containsAll(Set.of(wanted)), kinds::toString);
    }
}
