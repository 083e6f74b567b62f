package dev.penny.examples.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Pieces of pictures as the filters know them: left, top, width, height, channels as {@code int}, then pixels; little-endian. */
final class Pieces {

    /** Where the pixels begin. */
    static final int HEADER_BYTES = 20;
    /** Red, green and blue. */
    static final int RGB = 3;

    private Pieces() { }

    /** A piece in colour whose pixels are to be written behind {@link #HEADER_BYTES}. */
    static ByteBuffer create(int left, int top, int width, int height) {
        return ByteBuffer.allocate(Math.addExact(HEADER_BYTES, Math.multiplyExact(Math.multiplyExact(width, height), RGB)))
                .order(ByteOrder.LITTLE_ENDIAN).putInt(left).putInt(top).putInt(width).putInt(height).putInt(RGB);
    }

    /** Where the first row lies in the picture; negative above it. */
    static int top(ByteBuffer piece) {
        return piece.getInt(4);
    }

    /** Pixels from the left edge of a row to the right. */
    static int width(ByteBuffer piece) {
        return piece.getInt(8);
    }

    /** Rows. */
    static int height(ByteBuffer piece) {
        return piece.getInt(12);
    }
}
