package dev.penny.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every benchmark in small: all sides, through Penny's own scheduler, give the known answer. */
class JobsTest {

    private static Setup setup;

    @BeforeAll
    static void open() {
        setup = new Setup(2);
    }

    @AfterAll
    static void close() throws Exception {
        setup.close();
    }

    static List<String> names() {
        return Catalog.names().stream()
                .filter(name -> !List.of(Catalog.IDLE, Catalog.MEMORY).contains(name) && !Catalog.isFigure(name)).toList();
    }

    @ParameterizedTest
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    @MethodSource("names")
    void allSidesComputeTheSame(String name) {
        Job job = Catalog.entry(name).small().get();
        List<Side> sides = job.sides(setup);
        assertTrue(sides.stream().anyMatch(side -> side.peer() == Peer.PENNY), "Penny takes part");
        assertTrue(sides.stream().anyMatch(side -> side.peer() != Peer.PENNY), "so does a peer");
        assertTrue(job.units() > 0 && job.tasks() > 0);
        for (Side side : sides) {
            side.prepare().run();
            assertEquals(job.expected(), side.answer().applyAsLong(side.run().getAsLong()), side.label());
        }
        assertEquals(sides.size(), sides.stream().map(Side::label).distinct().count(), "every side once");
        assertFalse(sides.stream().anyMatch(side -> side.peer() == Peer.PENNY_ONE), "that is a name for results only");
    }
}
