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
    /** What the filters take away on each side: 8 pixels the blur, 1 the edges. */
    static final int MARGIN = 9;

    private Pictures() { }

    /**
     * Decodes.
     *
     * @param png a file of at least 8 x 6 pixels
     * @return the picture as one piece
     */
    @Task
    public static byte[] decode(byte[] png) {
        byte[] picture = Png.decode(png);
        ByteBuffer piece = ByteBuffer.wrap(picture).order(ByteOrder.LITTLE_ENDIAN);
        if (Pieces.width(piece) < COLUMNS || Pieces.height(piece) < ROWS) {
            throw new IllegalArgumentException("too small: width=%d, height=%d, min=%dx%d"
                    .formatted(Pieces.width(piece), Pieces.height(piece), COLUMNS, ROWS));
        }
        return picture;
    }

    /**
     * Cuts out a tile with its margin. Beyond the picture's border its outermost pixels go on.
     *
     * @param picture a piece
     * @param column 0 to 7
     * @param row 0 to 5
     * @return a piece larger than the tile by 9 pixels on each side
     */
    @Task
    public static byte[] cut(ByteBuffer picture, int column, int row) {
        int width = Pieces.width(picture);
        int height = Pieces.height(picture);
        int left = column * width / COLUMNS - MARGIN;
        int right = (column + 1) * width / COLUMNS + MARGIN;
        int top = row * height / ROWS - MARGIN;
        int bottom = (row + 1) * height / ROWS + MARGIN;
        ByteBuffer piece = Pieces.create(left, top, right - left, bottom - top);
        byte[] rgb = new byte[width * Pieces.RGB];
        for (int y = top; y < bottom; y++) {
            picture.get(Pieces.HEADER_BYTES + Math.clamp(y, 0, height - 1) * rgb.length, rgb);
            for (int x = left; x < 0; x++) {
                piece.put(rgb, 0, Pieces.RGB);
            }
            int inside = Math.max(left, 0);
            piece.put(rgb, inside * Pieces.RGB, (Math.min(right, width) - inside) * Pieces.RGB);
            for (int x = width; x < right; x++) {
                piece.put(rgb, rgb.length - Pieces.RGB, Pieces.RGB);
            }
        }
        return piece.array();
    }

    /**
     * Compresses a row of tiles.
     *
     * @param a the leftmost tile; the others follow
     * @return a band of a PNG file
     */
    @Task
    public static byte[] pack(ByteBuffer a, ByteBuffer b, ByteBuffer c, ByteBuffer d, ByteBuffer e, ByteBuffer f, ByteBuffer g, ByteBuffer h) {
        List<ByteBuffer> tiles = List.of(a, b, c, d, e, f, g, h);
        int width = tiles.stream().mapToInt(Pieces::width).sum();
        int height = Pieces.height(a);
        byte[] rgb = new byte[width * height * Pieces.RGB];
        int at = 0;
        for (int y = 0; y < height; y++) {
            for (ByteBuffer tile : tiles) {
                int bytes = Pieces.width(tile) * Pieces.RGB;
                tile.get(Pieces.HEADER_BYTES + y * bytes, rgb, at, bytes);
                at += bytes;
            }
        }
        return Png.band(rgb, width, height);
    }

    /**
     * Joins the bands to a file.
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
