package dev.penny.examples.routes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Penny;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskModule;
import dev.penny.examples.runner.Noise;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A* finds ways that can be walked and that none is cheaper than. */
@Timeout(120)
class RoutesTest {

    private static final Path FOLDER = Path.of(System.getProperty("penny.root"), "examples/routes");
    private static final int SIDE = 24;

    @Test
    void waysAreConnectedAndAsCheapAsRelaxationFindsThem() {
        int reached = 0;
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskModule astar = penny.load(FOLDER.resolve("astar.js"));
            for (int seed = 0; seed < 12; seed++) {
                byte[] map = Terrain.map(seed, SIDE, SIDE);
                int from = Noise.below(map.length, 1, seed);
                int[] costs = costs(map, from);
                for (int way = 0; way < 6; way++) {
                    int to = Noise.below(map.length, 2 + seed, way);
                    byte[] found = (byte[]) astar.function("route").call(map, SIDE, from, to);
                    assertEquals(costs[to], astar.function("cost").call(map, found), "map %d, way %d".formatted(seed, way));
                    reached += found.length == 0 ? 0 : 1;
                    walk(map, found, from, to);
                }
            }
        }
        assertTrue(reached > 20 && reached < 72, "reached: " + reached);
    }

    /** Bellman and Ford's relaxation, which needs no order and no estimate; -1 out of reach. */
    private static int[] costs(byte[] map, int from) {
        int[] costs = new int[map.length];
        Arrays.fill(costs, -1);
        costs[from] = map[from] == 0 ? -1 : 0;
        for (boolean changed = true; changed;) {
            changed = false;
            for (int cell = 0; cell < map.length; cell++) {
                for (int next : new int[] {cell - SIDE, cell % SIDE == 0 ? -1 : cell - 1, cell % SIDE == SIDE - 1 ? -1 : cell + 1, cell + SIDE}) {
                    if (costs[cell] >= 0 && next >= 0 && next < map.length && map[next] != 0
                            && (costs[next] < 0 || costs[cell] + map[next] < costs[next])) {
                        costs[next] = costs[cell] + map[next];
                        changed = true;
                    }
                }
            }
        }
        return costs;
    }

    private static void walk(byte[] map, byte[] way, int from, int to) {
        if (way.length == 0) {
            return;
        }
        ByteBuffer cells = ByteBuffer.wrap(way).order(ByteOrder.LITTLE_ENDIAN);
        int at = cells.getInt();
        assertEquals(from, at);
        while (cells.hasRemaining()) {
            int next = cells.getInt();
            assertEquals(1, Math.abs(next % SIDE - at % SIDE) + Math.abs(next / SIDE - at / SIDE), "a step");
            assertTrue(map[next] != 0, "no wall");
            at = next;
        }
        assertEquals(to, at);
    }

    @Test
    void whatIsNoMapIsRefused() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskModule astar = penny.load(FOLDER.resolve("astar.js"));
            for (int[] wrong : new int[][] {{0, 0, 0}, {5, 0, 0}, {4, -1, 0}, {4, 0, 16}, {-4, 0, 1}}) {
                assertThrows(TaskFailedException.class,
                        () -> astar.function("route").call(new byte[16], wrong[0], wrong[1], wrong[2]), Arrays.toString(wrong));
            }
        }
    }
}
