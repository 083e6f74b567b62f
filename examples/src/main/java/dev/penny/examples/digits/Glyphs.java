package dev.penny.examples.digits;

import dev.penny.api.Task;
import dev.penny.examples.runner.Noise;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Pictures of digits with much noise: 5 x 7 pixels, each an {@code f32}, 1 ink and 0 paper. */
public final class Glyphs {

    /** Pixels of a digit. */
    static final int PIXELS = 35;
    /** Digits. */
    static final int CLASSES = 10;

    private static final double NOISE = 0.55;
    private static final double FLIPPED = 0.04;
    private static final String[] SHAPES = {
        ".###.#...##..###.#.###..##...#.###.", "..#...##....#....#....#....#...###.", ".###.#...#....#...#...#...#...#####",
        "#####...#...#.....#.....##...#.###.", "...#...##..#.#.#..#.#####...#....#.", "######....####.....#....##...#.###.",
        "..##..#...#....####.#...##...#.###.", "#####....#...#...#...#....#....#...", ".###.#...##...#.###.#...##...#.###.",
        ".###.#...##...#.####....#...#..##.."};

    private Glyphs() { }

    /** The digit that picture {@code index} of a series shows. */
    static int digit(int series, int index) {
        return Noise.below(CLASSES, 1000L + series, index);
    }

    /** A picture of it. */
    static float[] picture(int series, int index) {
        String shape = SHAPES[digit(series, index)];
        float[] pixels = new float[PIXELS];
        for (int i = 0; i < PIXELS; i++) {
            long at = (long) index * PIXELS + i;
            boolean flipped = Noise.unit(2000L + series, at) < FLIPPED;
            double ink = shape.charAt(i) == '#' != flipped ? 1 : 0;
            pixels[i] = (float) (ink + NOISE * (2 * Noise.unit(3000L + series, at) - 1));
        }
        return pixels;
    }

    /**
     * Pictures one after another.
     *
     * @param series which of many
     * @param count how many
     * @return {@code 35 * count} little-endian {@code f32}
     */
    @Task
    public static byte[] pictures(int series, int count) {
        ByteBuffer pictures = ByteBuffer.allocate(Math.multiplyExact(count, PIXELS * Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        for (int index = 0; index < count; index++) {
            for (float pixel : picture(series, index)) {
                pictures.putFloat(pixel);
            }
        }
        return pictures.array();
    }
}
