package dev.penny.cli;

import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * Makes a PNG of the rows that {@code penny map mandelbrot.wasm row --range 0..HEIGHT} prints: one row per line in hexadecimal, a pixel
 * is a little-endian {@code u32}, the smooth escape count in 1/65536, 0 inside the set.
 */
final class MandelbrotImage {

    private static final double COUNT_UNIT = 65_536.0;
    private static final int INSIDE = 0x000008;
    /** Colours around a circle: position 0 to 1, then red, green and blue. */
    private static final double[][] PALETTE = {
        {0.0, 4, 12, 60}, {0.16, 32, 107, 203}, {0.42, 237, 255, 255}, {0.6425, 255, 170, 0}, {0.8575, 60, 10, 20}, {1.0, 4, 12, 60}};
    /** Turns around the palette per doubling of the escape count. */
    private static final double TURNS_PER_DOUBLING = 0.21;
    /** Puts blue into the corners of the picture. */
    private static final double START = 0.66;

    private MandelbrotImage() { }

    /** Reads rows from standard input and writes the file named by the only argument. */
    public static void main(String[] arguments) throws IOException {
        System.setProperty("java.awt.headless", "true");
        if (arguments.length != 1) {
            System.err.println("usage: penny map mandelbrot.wasm row --range 0..800 | java ... dev.penny.cli.MandelbrotImage FILE.png");
            System.exit(ExitCode.USAGE);
        }
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            BufferedImage image = image(in.lines().map(MandelbrotImage::row).toList());
            if (!ImageIO.write(image, "png", Path.of(arguments[0]).toFile())) {
                throw new IOException("this JDK writes no PNG");
            }
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            System.err.println("penny: no picture: file=%s, reason=%s".formatted(arguments[0], e.getMessage()));
            System.exit(ExitCode.FAILED);
        }
    }

    /** The escape counts of a line of output. */
    static int[] row(String line) {
        int end = line.indexOf(' ');
        ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(end < 0 ? line : line.substring(0, end))).order(ByteOrder.LITTLE_ENDIAN);
        int[] counts = new int[bytes.remaining() / Integer.BYTES];
        bytes.asIntBuffer().get(counts);
        return counts;
    }

    /** The picture of these rows. */
    static BufferedImage image(List<int[]> rows) {
        if (rows.isEmpty() || rows.getFirst().length == 0) {
            throw new IllegalArgumentException("there are no rows");
        }
        int width = rows.getFirst().length;
        BufferedImage image = new BufferedImage(width, rows.size(), BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < rows.size(); y++) {
            int[] counts = rows.get(y);
            if (counts.length != width) {
                throw new IllegalArgumentException(
                        "rows differ in length: row=%d, pixels=%d, expected=%d".formatted(y, counts.length, width));
            }
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, colour(counts[x]));
            }
        }
        return image;
    }

    private static int colour(int count) {
        if (count == 0) {
            return INSIDE;
        }
        double doublings = Math.log(1 + Integer.toUnsignedLong(count) / COUNT_UNIT) / Math.log(2);
        double position = (doublings * TURNS_PER_DOUBLING + START) % 1;
        int next = 1;
        while (PALETTE[next][0] < position) {
            next++;
        }
        double[] from = PALETTE[next - 1];
        double[] to = PALETTE[next];
        double share = (position - from[0]) / (to[0] - from[0]);
        double smooth = share * share * (3 - 2 * share);
        int rgb = 0;
        for (int channel = 1; channel <= 3; channel++) {
            rgb = rgb << 8 | (int) Math.round(from[channel] + smooth * (to[channel] - from[channel]));
        }
        return rgb;
    }
}
