package dev.penny.examples.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The rows of a picture as PNG compresses them: a byte that names a filter, then the differences from neighbours. Only unpacking them has
 * to be done in one go. A row needs the one above it, but what needs the first rows of a picture need not wait for the last.
 *
 * <p>Width and height as {@code int}, little-endian, then the rows from the top.
 *
 * <p>Source: W3C, Portable Network Graphics (Third Edition), sections 5 and 9.
 */
final class Scanlines {

    private static final int HEADER_BYTES = 8;
    private static final long SIGNATURE = 0x89504e470d0a1a0aL;
    private static final int SIGNATURE_BYTES = 8;
    /** Length and type before the content of a chunk, a checksum behind it. */
    private static final int CHUNK_BYTES = 12;
    private static final int IHDR = 0x49484452;
    private static final int IHDR_BYTES = 13;
    private static final int IDAT = 0x49444154;
    /** 8 bits a channel, RGB, compression and filters as usual. */
    private static final int RGB_OF_8_BITS = 0x08020000;
    private static final int NOT_INTERLACED = 0;

    private Scanlines() { }

    /** Unpacks a PNG file. What is not plain RGB is decoded by the JDK and comes without filters. */
    static byte[] read(byte[] file) {
        ByteBuffer chunks = ByteBuffer.wrap(file);
        if (!isPlain(chunks)) {
            return unfiltered(ByteBuffer.wrap(Png.decode(file)).order(ByteOrder.LITTLE_ENDIAN));
        }
        ByteBuffer rows = create(chunks.getInt(16), chunks.getInt(20));
        try (Inflater inflater = new Inflater()) {
            int at = SIGNATURE_BYTES;
            while (rows.hasRemaining()) {
                int bytes = at > file.length - CHUNK_BYTES ? -1 : chunks.getInt(at);
                if (bytes < 0 || bytes > file.length - CHUNK_BYTES - at) {
                    throw new IllegalArgumentException("the file ends early: bytes=%d, pixel bytes=%d, expected=%d"
                            .formatted(file.length, rows.position(), rows.capacity()));
                }
                if (chunks.getInt(at + 4) == IDAT) {
                    inflater.setInput(file, at + 8, bytes);
                    inflate(inflater, rows);
                }
                at += CHUNK_BYTES + bytes;
            }
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("damaged: bytes=%d, reason=%s".formatted(file.length, e.getMessage()), e);
        }
        return rows.array();
    }

    private static boolean isPlain(ByteBuffer file) {
        return file.limit() > SIGNATURE_BYTES + CHUNK_BYTES + IHDR_BYTES && file.getLong(0) == SIGNATURE && file.getInt(8) == IHDR_BYTES
                && file.getInt(12) == IHDR && file.getInt(16) > 0 && file.getInt(20) > 0 && file.getInt(24) == RGB_OF_8_BITS
                && file.get(28) == NOT_INTERLACED;
    }

    private static void inflate(Inflater inflater, ByteBuffer rows) throws DataFormatException {
        while (rows.hasRemaining() && !inflater.needsInput()) {
            if (inflater.inflate(rows) == 0 && !inflater.needsInput()) {
                throw new DataFormatException("the compressed pixels end early");
            }
        }
    }

    private static ByteBuffer create(int width, int height) {
        int rowBytes = Math.addExact(1, Math.multiplyExact(width, Pieces.RGB));
        return ByteBuffer.allocate(Math.addExact(HEADER_BYTES, Math.multiplyExact(rowBytes, height)))
                .order(ByteOrder.LITTLE_ENDIAN).putInt(width).putInt(height);
    }

    private static byte[] unfiltered(ByteBuffer piece) {
        ByteBuffer rows = create(Pieces.width(piece), Pieces.height(piece));
        int rowBytes = Pieces.width(piece) * Pieces.RGB;
        for (int y = 0; y < Pieces.height(piece); y++) {
            rows.put((byte) Png.FILTER_NONE).put(piece.array(), Pieces.HEADER_BYTES + y * rowBytes, rowBytes);
        }
        return rows.array();
    }

    /** Pixels from left to right. */
    static int width(ByteBuffer rows) {
        return rows.getInt(0);
    }

    /** Rows. */
    static int height(ByteBuffer rows) {
        return rows.getInt(4);
    }

    /**
     * Pixels of row {@code y}, stored in {@code rgb} from {@code at} on. The row above lies right before it; it counts as zero above the
     * first.
     */
    static void restore(ByteBuffer rows, int y, byte[] rgb, int at) {
        int rowBytes = width(rows) * Pieces.RGB;
        int from = HEADER_BYTES + y * (rowBytes + 1);
        rows.get(from + 1, rgb, at, rowBytes);
        undo(rows.get(from), rgb, at, rowBytes);
    }

    private static void undo(int filter, byte[] rgb, int at, int rowBytes) {
        int end = at + rowBytes;
        switch (filter) {
            case Png.FILTER_NONE -> { }
            case Png.FILTER_SUB -> {
                for (int i = at + Pieces.RGB; i < end; i++) {
                    rgb[i] = (byte) (rgb[i] + rgb[i - Pieces.RGB]);
                }
            }
            case Png.FILTER_UP -> {
                for (int i = at; i < end; i++) {
                    rgb[i] = (byte) (rgb[i] + rgb[i - rowBytes]);
                }
            }
            case Png.FILTER_AVERAGE -> {
                for (int i = at; i < end; i++) {
                    int left = i < at + Pieces.RGB ? 0 : rgb[i - Pieces.RGB] & 255;
                    rgb[i] = (byte) (rgb[i] + (left + (rgb[i - rowBytes] & 255)) / 2);
                }
            }
            case Png.FILTER_PAETH -> {
                for (int i = at; i < end; i++) {
                    boolean first = i < at + Pieces.RGB;
                    int left = first ? 0 : rgb[i - Pieces.RGB] & 255;
                    int corner = first ? 0 : rgb[i - rowBytes - Pieces.RGB] & 255;
                    rgb[i] = (byte) (rgb[i] + Png.paeth(left, rgb[i - rowBytes] & 255, corner));
                }
            }
            default -> throw new IllegalArgumentException("damaged: filter=%d, max=%d".formatted(filter, Png.FILTER_PAETH));
        }
    }
}
