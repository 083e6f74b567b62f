package dev.penny.examples.image;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * PNG files. Decoding is the JDK's, for which {@link Scanlines} is the other way. Encoding is by bands of rows that are compressed one
 * apart from the other, hence by several tasks at once: each band ends its deflate blocks on a byte, so that bands behind one another are
 * one stream.
 *
 * <p>A band is width, height, the Adler-32 sum and the number of its filtered bytes as {@code int}, then the chunks of the file that have
 * its compressed bytes.
 *
 * <p>Source: W3C, Portable Network Graphics (Third Edition); RFC 1950.
 */
final class Png {

    /** How a row is filtered. */
    static final int FILTER_NONE = 0;
    static final int FILTER_SUB = 1;
    static final int FILTER_UP = 2;
    static final int FILTER_AVERAGE = 3;
    static final int FILTER_PAETH = 4;

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int BAND_HEADER_BYTES = 16;
    private static final long ADLER_BASE = 65_521;
    private static final byte[] BEGIN_OF_STREAM = {0x78, (byte) 0x9c};
    /** An empty last block. */
    private static final byte[] END_OF_STREAM = {3, 0};

    private Png() { }

    /** Pixels of a PNG file as a piece. */
    static byte[] decode(byte[] file) {
        BufferedImage image;
        try {
            // Not from a stream of its own, for which ImageIO makes a temporary file.
            image = ImageIO.read(new MemoryCacheImageInputStream(new ByteArrayInputStream(file)));
        } catch (IOException e) {
            throw new IllegalArgumentException("not a readable PNG: bytes=%d, reason=%s".formatted(file.length, e.getMessage()), e);
        }
        if (image == null) {
            throw new IllegalArgumentException("not a picture: bytes=" + file.length);
        }
        int pixels = image.getWidth() * image.getHeight();
        ByteBuffer piece = Pieces.create(0, 0, image.getWidth(), image.getHeight());
        if (image.getType() == BufferedImage.TYPE_3BYTE_BGR) {
            byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
            byte[] rgb = piece.array();
            for (int i = 0; i < pixels; i++) {
                int from = Pieces.RGB * i;
                int to = Pieces.HEADER_BYTES + from;
                rgb[to] = bgr[from + 2];
                rgb[to + 1] = bgr[from + 1];
                rgb[to + 2] = bgr[from];
            }
            return rgb;
        }
        for (int argb : image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth())) {
            piece.put((byte) (argb >> 16)).put((byte) (argb >> 8)).put((byte) argb);
        }
        return piece.array();
    }

    /** Compresses rows of RGB pixels, maybe none. */
    static byte[] band(byte[] rgb, int width, int height) {
        byte[] filtered = filtered(rgb, width * Pieces.RGB, height);
        Adler32 adler = new Adler32();
        adler.update(filtered);
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(filtered.length / 2);
        try (Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true)) {
            deflater.setInput(filtered);
            byte[] buffer = new byte[1 << 16];
            int count;
            do {
                count = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
                compressed.write(buffer, 0, count);
            } while (count == buffer.length);
        }
        byte[] chunk = chunk("IDAT", compressed.toByteArray());
        return newBand(width, height, (int) adler.getValue(), filtered.length, chunk.length).put(chunk).array();
    }

    private static ByteBuffer newBand(int width, int height, int adler, int filteredBytes, int chunkBytes) {
        return ByteBuffer.allocate(BAND_HEADER_BYTES + chunkBytes).order(ByteOrder.LITTLE_ENDIAN)
                .putInt(width).putInt(height).putInt(adler).putInt(filteredBytes);
    }

    /** Several bands as one. */
    static byte[] join(List<ByteBuffer> bands) {
        int height = 0;
        int filteredBytes = 0;
        int chunkBytes = 0;
        long low = 1;
        long high = 0;
        for (ByteBuffer band : bands) {
            height += band.getInt(4);
            filteredBytes += band.getInt(12);
            chunkBytes += band.limit() - BAND_HEADER_BYTES;
            long adler = Integer.toUnsignedLong(band.getInt(8));
            high = (high + (adler >>> 16) + band.getInt(12) % ADLER_BASE * (low + ADLER_BASE - 1)) % ADLER_BASE;
            low = (low + (adler & 0xffff) + ADLER_BASE - 1) % ADLER_BASE;
        }
        ByteBuffer joined = newBand(bands.getFirst().getInt(0), height, (int) (high << 16 | low), filteredBytes, chunkBytes);
        bands.forEach(band -> joined.put(chunks(band)));
        return joined.array();
    }

    private static ByteBuffer chunks(ByteBuffer band) {
        return band.slice(BAND_HEADER_BYTES, band.limit() - BAND_HEADER_BYTES);
    }

    /** Rows as differences from their neighbours. The first row uses none above, which is another band's. */
    private static byte[] filtered(byte[] rgb, int rowBytes, int height) {
        byte[] out = new byte[(rowBytes + 1) * height];
        for (int y = 0; y < height; y++) {
            int row = y * rowBytes;
            int to = y * (rowBytes + 1);
            out[to++] = (byte) (y == 0 ? FILTER_SUB : FILTER_PAETH);
            for (int i = 0; i < rowBytes; i++) {
                int left = i < Pieces.RGB ? 0 : rgb[row + i - Pieces.RGB] & 255;
                int above = y == 0 ? 0 : rgb[row - rowBytes + i] & 255;
                int corner = y == 0 || i < Pieces.RGB ? 0 : rgb[row - rowBytes + i - Pieces.RGB] & 255;
                out[to++] = (byte) (rgb[row + i] - (y == 0 ? left : paeth(left, above, corner)));
            }
        }
        return out;
    }

    /** Whichever of the three is nearest to {@code left + above - corner}. */
    static int paeth(int left, int above, int corner) {
        int toLeft = Math.abs(above - corner);
        int toAbove = Math.abs(left - corner);
        int toCorner = Math.abs(left + above - 2 * corner);
        if (toLeft <= toAbove && toLeft <= toCorner) {
            return left;
        }
        return toAbove <= toCorner ? above : corner;
    }

    /** A PNG file of bands, from top to bottom, with a description that picture viewers show. */
    static byte[] file(List<ByteBuffer> bands, String description) {
        ByteBuffer picture = ByteBuffer.wrap(join(bands)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = chunk("IHDR", ByteBuffer.allocate(13).putInt(picture.getInt(0)).putInt(picture.getInt(4))
                .put(new byte[] {8, 2, 0, 0, 0}).array());
        byte[] text = description.isEmpty() ? new byte[0]
                : chunk("tEXt", ("Description\0" + description).getBytes(StandardCharsets.ISO_8859_1));
        byte[] begin = chunk("IDAT", BEGIN_OF_STREAM);
        byte[] end = chunk("IDAT", ByteBuffer.allocate(END_OF_STREAM.length + 4).put(END_OF_STREAM).putInt(picture.getInt(8)).array());
        byte[] last = chunk("IEND", new byte[0]);
        ByteBuffer pixels = chunks(picture);
        int bytes = SIGNATURE.length + header.length + text.length + begin.length + pixels.limit() + end.length + last.length;
        return ByteBuffer.allocate(bytes).put(SIGNATURE).put(header).put(text).put(begin).put(pixels).put(end).put(last).array();
    }

    private static byte[] chunk(String type, byte[] content) {
        ByteBuffer chunk = ByteBuffer.allocate(content.length + 12).putInt(content.length)
                .put(type.getBytes(StandardCharsets.US_ASCII)).put(content);
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, content.length + 4);
        return chunk.putInt((int) crc.getValue()).array();
    }
}
