package dev.penny.examples.image;

import dev.penny.api.Task;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The tasks in Java: reading and writing PNG, and cutting a picture into 8 x 6 tiles. */
public final class Pictures {

    /** Tiles in a row. */
    static final int COLUMNS = 8;
    /** Rows of tiles. */
    static final int ROWS = 6;
    /** Bands that a row of tiles is compressed in. */
    static final int PARTS = 8;
    /** What the filters take away on each side: 8 pixels the blur, 1 the edges. */
    static final int MARGIN = 9;

    private Pictures() { }

    /**
     * Unpacks the rows of a picture.
     *
     * @param png a file of at least 8 x 6 pixels
     * @return {@link Scanlines}
     */
    @Task
    public static byte[] decode(byte[] png) {
        byte[] scanlines = Scanlines.read(png);
        ByteBuffer rows = ByteBuffer.wrap(scanlines).order(ByteOrder.LITTLE_ENDIAN);
        if (Scanlines.width(rows) < COLUMNS || Scanlines.height(rows) < ROWS) {
            throw new IllegalArgumentException("too small: width=%d, height=%d, min=%dx%d"
                    .formatted(Scanlines.width(rows), Scanlines.height(rows), COLUMNS, ROWS));
        }
        return scanlines;
    }

    /**
     * The pixels of a row of tiles. Beyond the picture's border its outermost rows go on.
     *
     * @param scanlines the whole picture
     * @param above the result for the row of tiles above, which has the pixels that the filters of this one need; empty for row 0
     * @param row 0 to 5
     * @return a piece as wide as the picture and higher than the tiles by 9 pixels above and below
     */
    @Task
    public static byte[] restore(ByteBuffer scanlines, ByteBuffer above, int row) {
        int height = Scanlines.height(scanlines);
        int rowBytes = Scanlines.width(scanlines) * Pieces.RGB;
        int top = row * height / ROWS - MARGIN;
        int bottom = (row + 1) * height / ROWS + MARGIN;
        byte[] rgb = Pieces.create(0, top, Scanlines.width(scanlines), bottom - top).array();
        int known = row == 0 ? 0 : Math.min(bottom, Pieces.top(above) + Pieces.height(above));
        if (row > 0) {
            above.get(Pieces.HEADER_BYTES + (top - Pieces.top(above)) * rowBytes, rgb, Pieces.HEADER_BYTES, (known - top) * rowBytes);
        }
        for (int y = known; y < bottom; y++) {
            int at = Pieces.HEADER_BYTES + (y - top) * rowBytes;
            if (y < height) {
                Scanlines.restore(scanlines, y, rgb, at);
            } else {
                System.arraycopy(rgb, at - rowBytes, rgb, at, rowBytes);
            }
        }
        // Only now: for the filters of the first row there are zeros above it.
        for (int y = top; row == 0 && y < 0; y++) {
            System.arraycopy(rgb, Pieces.HEADER_BYTES - top * rowBytes, rgb, Pieces.HEADER_BYTES + (y - top) * rowBytes, rowBytes);
        }
        return rgb;
    }

    /**
     * Cuts out a tile with its margin. Beyond the picture's border its outermost pixels go on.
     *
     * @param rows from {@link #restore}
     * @param column 0 to 7
     * @return a piece larger than the tile by 9 pixels on each side
     */
    @Task
    public static byte[] cut(ByteBuffer rows, int column) {
        int width = Pieces.width(rows);
        int height = Pieces.height(rows);
        int left = column * width / COLUMNS - MARGIN;
        int right = (column + 1) * width / COLUMNS + MARGIN;
        int first = Math.max(left, 0);
        int last = Math.min(right, width);
        ByteBuffer piece = Pieces.create(left, Pieces.top(rows), right - left, height);
        byte[] pixel = new byte[Pieces.RGB];
        for (int y = 0; y < height; y++) {
            int from = Pieces.HEADER_BYTES + y * width * Pieces.RGB;
            rows.get(from, pixel);
            for (int x = left; x < first; x++) {
                piece.put(pixel);
            }
            piece.put(piece.position(), rows, from + first * Pieces.RGB, (last - first) * Pieces.RGB);
            piece.position(piece.position() + (last - first) * Pieces.RGB);
            rows.get(from + (width - 1) * Pieces.RGB, pixel);
            for (int x = last; x < right; x++) {
                piece.put(pixel);
            }
        }
        return piece.array();
    }

    /**
     * Puts a row of tiles together.
     *
     * @param a the leftmost tile; the others follow
     * @return one piece
     */
    @Task
    public static byte[] assemble(ByteBuffer a, ByteBuffer b, ByteBuffer c, ByteBuffer d, ByteBuffer e, ByteBuffer f, ByteBuffer g,
            ByteBuffer h) {
        List<ByteBuffer> tiles = List.of(a, b, c, d, e, f, g, h);
        int width = tiles.stream().mapToInt(Pieces::width).sum();
        int height = Pieces.height(a);
        byte[] rgb = Pieces.create(0, Pieces.top(a), width, height).array();
        int at = Pieces.HEADER_BYTES;
        for (int y = 0; y < height; y++) {
            for (ByteBuffer tile : tiles) {
                int bytes = Pieces.width(tile) * Pieces.RGB;
                tile.get(Pieces.HEADER_BYTES + y * bytes, rgb, at, bytes);
                at += bytes;
            }
        }
        return rgb;
    }

    /**
     * Compresses a part of a row of tiles. This is most of the work of the whole graph, so the parts are small: all workers must have some
     * until the end.
     *
     * @param rows from {@link #assemble}
     * @param part 0 to 7, from the top
     * @return a band of a PNG file
     */
    @Task
    public static byte[] pack(ByteBuffer rows, int part) {
        int width = Pieces.width(rows);
        int top = part * Pieces.height(rows) / PARTS;
        int bottom = (part + 1) * Pieces.height(rows) / PARTS;
        byte[] rgb = new byte[(bottom - top) * width * Pieces.RGB];
        rows.get(Pieces.HEADER_BYTES + top * width * Pieces.RGB, rgb);
        return Png.band(rgb, width, bottom - top);
    }

    /**
     * Joins the bands of a row of tiles.
     *
     * @param a the topmost band; the others follow
     * @return a band
     */
    @Task
    public static byte[] join(ByteBuffer a, ByteBuffer b, ByteBuffer c, ByteBuffer d, ByteBuffer e, ByteBuffer f, ByteBuffer g,
            ByteBuffer h) {
        return Png.join(List.of(a, b, c, d, e, f, g, h));
    }

    /**
     * Joins the bands of all rows to a file.
     *
     * @param a the topmost band; the others follow
     * @param caption goes into the file as its description
     * @return a PNG file
     */
    @Task
    public static byte[] encode(ByteBuffer a, ByteBuffer b, ByteBuffer c, ByteBuffer d, ByteBuffer e, ByteBuffer f, String caption) {
        return Png.file(List.of(a, b, c, d, e, f), caption);
    }
}
