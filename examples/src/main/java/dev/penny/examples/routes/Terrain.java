package dev.penny.examples.routes;

import dev.penny.api.Task;
import dev.penny.examples.runner.Noise;

/** Maps: hills that are slow to cross, and walls with holes. */
public final class Terrain {

    private static final int COST_MAX = 9;
    private static final int WALL_EVERY = 8;

    private Terrain() { }

    /**
     * A map.
     *
     * @param seed which of many
     * @param width cells in a row
     * @param height rows
     * @return one byte per cell, row by row: what a step onto it costs, 1 to 9, or 0 for a wall
     */
    @Task
    public static byte[] map(int seed, int width, int height) {
        byte[] cells = new byte[Math.multiplyExact(width, height)];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                boolean wall = (x % WALL_EVERY == 4 || y % WALL_EVERY == 4) && Noise.below(3, seed, (long) y * width + x) != 0;
                int hill = Noise.below(COST_MAX, seed + 1000L, (long) (y / 5) * width + x / 5);
                cells[y * width + x] = (byte) (wall ? 0 : 1 + (hill + Noise.below(3, seed + 2000L, (long) y * width + x)) % COST_MAX);
            }
        }
        return cells;
    }
}
