package dev.penny.examples.cholesky;

import dev.penny.api.Task;
import dev.penny.examples.runner.Noise;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The matrix that is factored: symmetric, between -1 and 1, and positive definite because its diagonal outweighs the rest of each row. */
public final class Matrix {

    private Matrix() { }

    /** An element of the matrix with {@code n} rows. */
    static double element(int n, int row, int column) {
        return row == column ? n : 2 * Noise.unit(Math.max(row, column), Math.min(row, column)) - 1;
    }

    /**
     * A tile of it.
     *
     * @param n rows of the matrix
     * @param side rows of a tile
     * @param row which tile from above, from 0
     * @param column which tile from the left, from 0
     * @return {@code side * side} little-endian {@code f64}, row by row
     */
    @Task
    public static byte[] tile(int n, int side, int row, int column) {
        ByteBuffer tile = ByteBuffer.allocate(Math.multiplyExact(side * side, Double.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < side; i++) {
            for (int j = 0; j < side; j++) {
                tile.putDouble(element(n, row * side + i, column * side + j));
            }
        }
        return tile.array();
    }
}
