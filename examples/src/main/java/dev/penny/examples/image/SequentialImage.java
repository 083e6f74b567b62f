package dev.penny.examples.image;

import dev.penny.examples.runner.Answer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The whole picture at once, pixel by pixel as the definition says: the picture goes on beyond its border, is blurred there too, and has
 * its edges inked inside.
 */
final class SequentialImage {

    private static final int RADIUS = 8;

    private final ByteBuffer picture;
    private final int width;
    private final int height;
    /** Blurred pixels, with a border of one pixel. */
    private final int[][][] blurred;

    SequentialImage(byte[] piece) {
        this.picture = ByteBuffer.wrap(piece).order(ByteOrder.LITTLE_ENDIAN);
        this.width = Pieces.width(picture);
        this.height = Pieces.height(picture);
        this.blurred = blur();
    }

    /** The file and the caption. */
    Answer answer() {
        byte[] rgb = new byte[width * height * Pieces.RGB];
        long[] levels = new long[256];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int light = 255 - edge(x, y);
                int[] inked = new int[Pieces.RGB];
                for (int channel = 0; channel < Pieces.RGB; channel++) {
                    inked[channel] = (blurred[y + 1][x + 1][channel] * light + 127) / 255;
                    rgb[(y * width + x) * Pieces.RGB + channel] = (byte) inked[channel];
                }
                levels[brightness(inked)]++;
            }
        }
        String caption = caption(levels);
        ByteBuffer band = ByteBuffer.wrap(Png.band(rgb, width, height)).order(ByteOrder.LITTLE_ENDIAN);
        return new Answer(Png.file(List.of(band), caption), caption);
    }

    private int source(int x, int y, int channel) {
        int pixel = Math.clamp(y, 0, height - 1) * width + Math.clamp(x, 0, width - 1);
        return picture.get(Pieces.HEADER_BYTES + pixel * Pieces.RGB + channel) & 255;
    }

    /** Binomial coefficients, which add up to 65536. */
    private static long[] weights() {
        long[] weights = new long[2 * RADIUS + 1];
        weights[0] = 1;
        for (int i = 1; i < weights.length; i++) {
            weights[i] = weights[i - 1] * (2 * RADIUS + 1 - i) / i;
        }
        return weights;
    }

    private int[][][] blur() {
        long[] weights = weights();
        // Row y of `rows` lies at y - 1 - RADIUS of the picture.
        int[][][] rows = new int[height + 2 * RADIUS + 2][width + 2][Pieces.RGB];
        for (int y = 0; y < rows.length; y++) {
            for (int x = 0; x < width + 2; x++) {
                for (int channel = 0; channel < Pieces.RGB; channel++) {
                    long sum = 128;
                    for (int tap = -RADIUS; tap <= RADIUS; tap++) {
                        sum += weights[tap + RADIUS] * source(x - 1 + tap, y - 1 - RADIUS, channel);
                    }
                    rows[y][x][channel] = (int) (sum >> 8);
                }
            }
        }
        int[][][] result = new int[height + 2][width + 2][Pieces.RGB];
        for (int y = 0; y < height + 2; y++) {
            for (int x = 0; x < width + 2; x++) {
                for (int channel = 0; channel < Pieces.RGB; channel++) {
                    long sum = 1 << 23;
                    for (int tap = 0; tap < weights.length; tap++) {
                        sum += weights[tap] * rows[y + tap][x][channel];
                    }
                    result[y][x][channel] = (int) (sum >> 24);
                }
            }
        }
        return result;
    }

    private static int brightness(int[] rgb) {
        return (77 * rgb[0] + 150 * rgb[1] + 29 * rgb[2]) >> 8;
    }

    private int light(int x, int y) {
        return brightness(blurred[y + 1][x + 1]);
    }

    private int edge(int x, int y) {
        int across = light(x + 1, y - 1) + 2 * light(x + 1, y) + light(x + 1, y + 1)
                - light(x - 1, y - 1) - 2 * light(x - 1, y) - light(x - 1, y + 1);
        int down = light(x - 1, y + 1) + 2 * light(x, y + 1) + light(x + 1, y + 1)
                - light(x - 1, y - 1) - 2 * light(x, y - 1) - light(x + 1, y - 1);
        return Math.min(255, Math.abs(across) + Math.abs(down));
    }

    private String caption(long[] levels) {
        long pixels = (long) width * height;
        long light = 0;
        long dark = 0;
        long bright = 0;
        for (int level = 0; level < levels.length; level++) {
            light += level * levels[level];
            dark += level < 64 ? levels[level] : 0;
            bright += level >= 192 ? levels[level] : 0;
        }
        int median = 0;
        for (long below = levels[0]; 2 * below < pixels; below += levels[median]) {
            median++;
        }
        String mood = light > 170 * pixels ? "bright" : light < 85 * pixels ? "dark" : "balanced";
        return "a %s picture of %d pixels: mean %d, median %d, %d %% dark, %d %% bright".formatted(mood, pixels,
                Math.round((double) light / pixels), median, Math.round(100.0 * dark / pixels), Math.round(100.0 * bright / pixels));
    }
}
