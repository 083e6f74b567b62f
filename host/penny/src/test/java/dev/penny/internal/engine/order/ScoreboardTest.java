package dev.penny.internal.engine.order;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The scoreboard by itself: edges as strings, and random accesses against a model that keeps every byte. */
class ScoreboardTest {

    private final Set<String> told = new TreeSet<>();
    private final Scoreboard.Edges edges = (hazard, predecessor) -> told.add(switch (hazard) {
        case READ_AFTER_WRITE -> "RAW ";
        case WRITE_AFTER_READ -> "WAR ";
        case WRITE_AFTER_WRITE -> "WAW ";
    } + predecessor);

    private String told() {
        String all = String.join(", ", told);
        told.clear();
        return all;
    }

    @Test
    void aReaderWaitsForTheLastWriter() {
        Scoreboard board = new Scoreboard();
        int x = board.resource();
        board.read(x, 0, edges);
        assertEquals("", told());
        board.write(x, 1, false, edges);
        assertEquals("WAR 0", told());
        board.read(x, 2, edges);
        board.read(x, 3, edges);
        assertEquals("RAW 1", told());
        board.write(x, 4, false, edges);
        assertEquals("WAR 2, WAR 3, WAW 1", told());
        board.write(x, 5, false, edges);
        assertEquals("WAW 4", told());
        assertEquals(5, board.writer(x));
    }

    @Test
    void nobodyWaitsForItself() {
        Scoreboard board = new Scoreboard();
        int x = board.resource();
        board.read(x, 0, edges);
        board.write(x, 0, false, edges);
        assertEquals("", told());
        int bytes = board.region();
        board.read(bytes, 0, 10, 1, edges);
        board.write(bytes, 5, 15, 1, edges);
        assertEquals("", told());
    }

    @Test
    void nobodyWaitsForWhatHasRetired() {
        Scoreboard board = new Scoreboard();
        int x = board.resource();
        board.write(x, 0, false, edges);
        board.read(x, 1, edges);
        told();
        board.retired(2);
        board.read(x, 2, edges);
        assertEquals("", told());
        assertEquals(Scoreboard.NOBODY, board.writer(x));
        board.write(x, 3, false, edges);
        assertEquals("WAR 2", told());
    }

    @Test
    void aRenamedWriteWaitsForNobody() {
        Scoreboard board = new Scoreboard();
        int x = board.resource();
        board.write(x, 0, true, edges);
        board.read(x, 1, edges);
        assertEquals("RAW 0", told());
        board.write(x, 2, true, edges);
        assertEquals("", told());
        board.read(x, 3, edges);
        assertEquals("RAW 2", told());
    }

    @Test
    void rangesConflictWhereTheyOverlap() {
        Scoreboard board = new Scoreboard();
        int r = board.region();
        board.write(r, 0, 100, 0, edges);
        board.write(r, 40, 60, 1, edges);
        assertEquals("WAW 0", told());
        board.read(r, 39, 41, 2, edges);
        assertEquals("RAW 0, RAW 1", told());
        board.read(r, 60, 100, 3, edges);
        assertEquals("RAW 0", told());
        board.write(r, 100, 200, 4, edges);
        assertEquals("", told());
        board.write(r, 59, 61, 5, edges);
        assertEquals("WAR 3, WAW 0, WAW 1", told());
        int other = board.region();
        board.write(other, 0, 100, 6, edges);
        assertEquals("", told());
    }

    /** What must be told, byte by byte. */
    private static final class Model {
        private final long[] writers;
        private final List<TreeSet<Long>> readers = new ArrayList<>();

        Model(int size) {
            writers = new long[size];
            java.util.Arrays.fill(writers, Scoreboard.NOBODY);
            for (int i = 0; i < size; i++) {
                readers.add(new TreeSet<>());
            }
        }

        void access(boolean write, int from, int to, long number, long oldest, Scoreboard.Edges edges) {
            for (int i = from; i < to; i++) {
                if (writers[i] >= oldest && writers[i] != number) {
                    edges.edge(write ? Hazard.WRITE_AFTER_WRITE : Hazard.READ_AFTER_WRITE, writers[i]);
                }
                if (write) {
                    readers.get(i).stream().filter(reader -> reader >= oldest && reader != number)
                            .forEach(reader -> edges.edge(Hazard.WRITE_AFTER_READ, reader));
                    writers[i] = number;
                    readers.get(i).clear();
                } else {
                    readers.get(i).add(number);
                }
            }
        }
    }

    @Test
    void randomRangesHaveTheEdgesOfTheirBytes() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            int size = 1 + random.nextInt(200);
            Scoreboard board = new Scoreboard();
            int region = board.region();
            Model model = new Model(size);
            long oldest = 0;
            for (long number = 0; number < 200; number++) {
                oldest = Math.max(oldest, number - random.nextInt(40));
                board.retired(oldest);
                int count = 1 + random.nextInt(3);
                for (int access = 0; access < count; access++) {
                    int from = random.nextInt(size);
                    int to = from + 1 + random.nextInt(size - from);
                    boolean write = access > 0 && random.nextBoolean() || random.nextInt(4) == 0;
                    if (write) {
                        board.write(region, from, to, number, edges);
                    } else {
                        board.read(region, from, to, number, edges);
                    }
                    String found = told();
                    model.access(write, from, to, number, oldest, edges);
                    assertEquals(told(), found, "seed=%d, number=%d, %s %d..%d"
                            .formatted(seed, number, write ? "write" : "read", from, to));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Hazard.class)
    void aKindThatIsLeftOutIsNotTold(Hazard dropped) {
        Scoreboard board = new Scoreboard(EnumSet.complementOf(EnumSet.of(dropped)));
        int x = board.resource();
        int r = board.region();
        Set<Hazard> kinds = EnumSet.noneOf(Hazard.class);
        for (long number = 0; number < 10; number++) {
            if (number % 3 == 0) {
                board.read(x, number, (hazard, predecessor) -> kinds.add(hazard));
                board.read(r, 0, 5 + number, number, (hazard, predecessor) -> kinds.add(hazard));
            } else {
                board.write(x, number, false, (hazard, predecessor) -> kinds.add(hazard));
                board.write(r, 3, 8 + number, number, (hazard, predecessor) -> kinds.add(hazard));
            }
        }
        assertEquals(EnumSet.complementOf(EnumSet.of(dropped)), kinds);
    }

    /** However long a program runs, the scoreboard keeps about what its window holds. */
    @Test
    void whatHasRetiredIsForgotten() {
        Scoreboard board = new Scoreboard();
        int region = board.region();
        Random random = new Random(1);
        for (long number = 0; number < 20_000; number++) {
            board.retired(Math.max(0, number - 16));
            long at = 10L * random.nextInt(1_000_000);
            board.read(region, at, at + 3, number, edges);
            board.write(region, at + 5, at + 7, number, edges);
        }
        assertTrue(board.runs(region) <= 128, "runs=" + board.runs(region));
    }
}
