package dev.penny.examples.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.examples.runner.Noise;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures taken apart and restored in rows of tiles, against the JDK's decoder. */
class ScanlinesTest {

    private static final int FILTERS = 5;

    @ParameterizedTest
    @CsvSource({"8,6", "9,7", "8,400", "131,61"})
    void rowsOfEveryFilterAreThoseOfTheJdk(int width, int height) throws IOException {
        byte[] rgb = noise(width, height);
        for (int seed = 0; seed < 8; seed++) {
            byte[] file = file(width, height, filtered(rgb, width, height, seed), 1 + seed * 97);
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int at = 3 * (y * width + x);
                    int pixel = (rgb[at] & 255) << 16 | (rgb[at + 1] & 255) << 8 | rgb[at + 2] & 255;
                    assertEquals(pixel, image.getRGB(x, y) & 0xffffff, "the test's own file, seed=" + seed);
                }
            }
            assertRestored(rgb, width, height, file, "seed=" + seed);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_INT_ARGB, BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_BYTE_INDEXED,
            BufferedImage.TYPE_BYTE_BINARY, BufferedImage.TYPE_USHORT_GRAY})
    void filesOfEveryKindOfPictureAreRead(int type) throws IOException {
        int width = 50;
        int height = 40;
        BufferedImage image = new BufferedImage(width, height, type);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, Noise.below(1 << 24, 5, i) | 0xff000000);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(image, "png", out));
        byte[] piece = Png.decode(out.toByteArray());
        assertRestored(Arrays.copyOfRange(piece, Pieces.HEADER_BYTES, piece.length), width, height, out.toByteArray(), "type=" + type);
    }

    @Test
    void aFileCutOffAnywhereIsRefused() {
        byte[] rgb = noise(20, 10);
        byte[] file = file(20, 10, filtered(rgb, 20, 10, 3), 10_000);
        int needed = file.length - 12;
        for (int bytes = 0; bytes < needed; bytes++) {
            byte[] part = Arrays.copyOf(file, bytes);
            assertThrows(IllegalArgumentException.class, () -> Scanlines.read(part), () -> "bytes=" + part.length);
        }
        assertRestored(rgb, 20, 10, Arrays.copyOf(file, needed), "without the end");
    }

    @Test
    void tooFewPixelsAndUnknownFiltersAreRefused() {
        byte[] rows = filtered(noise(20, 10), 20, 10, 3);
        String few = assertThrows(IllegalArgumentException.class,
                () -> Scanlines.read(file(20, 10, Arrays.copyOf(rows, rows.length - 1), 50))).getMessage();
        assertTrue(few.contains("pixel bytes=617, expected=618"), few);
        rows[0] = FILTERS;
        ByteBuffer scanlines = buffer(Scanlines.read(file(20, 10, rows, 50)));
        String unknown = assertThrows(IllegalArgumentException.class, () -> Pictures.restore(scanlines, ByteBuffer.allocate(0), 0)).getMessage();
        assertTrue(unknown.contains("filter=5"), unknown);
    }

    /** Every row of tiles, with its margin. */
    private static void assertRestored(byte[] rgb, int width, int height, byte[] file, String what) {
        ByteBuffer scanlines = buffer(Scanlines.read(file));
        ByteBuffer above = ByteBuffer.allocate(0);
        for (int row = 0; row < Pictures.ROWS; row++) {
            ByteBuffer rows = buffer(Pictures.restore(scanlines, above, row));
            int top = row * height / Pictures.ROWS - Pictures.MARGIN;
            int bottom = (row + 1) * height / Pictures.ROWS + Pictures.MARGIN;
            assertEquals(width, Pieces.width(rows));
            assertEquals(top, Pieces.top(rows));
            assertEquals(bottom - top, Pieces.height(rows));
            for (int y = top; y < bottom; y++) {
                byte[] expected = Arrays.copyOfRange(rgb, Math.clamp(y, 0, height - 1) * width * 3, (Math.clamp(y, 0, height - 1) + 1) * width * 3);
                byte[] found = new byte[width * 3];
                rows.get(Pieces.HEADER_BYTES + (y - top) * width * 3, found);
                assertArrayEquals(expected, found, what + ", row of tiles=" + row + ", y=" + y);
            }
            above = rows;
        }
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] noise(int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Noise.below(256, 78, i);
        }
        return rgb;
    }

    /** Each row by a filter drawn from the seed. */
    private static byte[] filtered(byte[] rgb, int width, int height, int seed) {
        ByteBuffer out = ByteBuffer.allocate((3 * width + 1) * height);
        for (int y = 0; y < height; y++) {
            int filter = Noise.below(FILTERS, 79 + seed, y);
            out.put((byte) filter);
            for (int i = 0; i < 3 * width; i++) {
                int a = pixel(rgb, width, i - 3, y);
                int b = pixel(rgb, width, i, y - 1);
                int c = pixel(rgb, width, i - 3, y - 1);
                int predicted = switch (filter) {
                    case 0 -> 0;
                    case 1 -> a;
                    case 2 -> b;
                    case 3 -> (a + b) / 2;
                    default -> nearest(a + b - c, a, b, c);
                };
                out.put((byte) (pixel(rgb, width, i, y) - predicted));
            }
        }
        return out.array();
    }

    private static int pixel(byte[] rgb, int width, int i, int y) {
        return i < 0 || y < 0 ? 0 : rgb[3 * width * y + i] & 255;
    }

    /** The first of those nearest to the estimate. */
    private static int nearest(int estimate, int... candidates) {
        int best = candidates[0];
        for (int candidate : candidates) {
            best = Math.abs(estimate - candidate) < Math.abs(estimate - best) ? candidate : best;
        }
        return best;
    }

    /** A file whose compressed bytes come in chunks of {@code chunkBytes}, with a chunk between that means nothing. */
    private static byte[] file(int width, int height, byte[] rows, int chunkBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        chunk(out, "IHDR", ByteBuffer.allocate(13).putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0}).array());
        chunk(out, "tEXt", "Comment\0nothing".getBytes(StandardCharsets.ISO_8859_1));
        byte[] compressed = new byte[rows.length * 2 + 100];
        int length;
        try (Deflater deflater = new Deflater()) {
            deflater.setInput(rows);
            deflater.finish();
            length = deflater.deflate(compressed);
        }
        for (int from = 0; from < length; from += chunkBytes) {
            chunk(out, "IDAT", Arrays.copyOfRange(compressed, from, Math.min(length, from + chunkBytes)));
        }
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] content) {
        ByteBuffer chunk = ByteBuffer.allocate(content.length + 12).putInt(content.length)
                .put(type.getBytes(StandardCharsets.US_ASCII)).put(content);
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, content.length + 4);
        out.writeBytes(chunk.putInt((int) crc.getValue()).array());
    }
}
