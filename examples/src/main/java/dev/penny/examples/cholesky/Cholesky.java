package dev.penny.examples.cholesky;

import dev.penny.Penny;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphTask;
import dev.penny.examples.runner.Answer;
import dev.penny.examples.runner.Example;
import dev.penny.examples.runner.Program;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Factors a symmetric positive definite matrix into L * L^T by tiles. The answer is L, row by row with zeros above the diagonal. Answers
 * agree if no element differs by more than {@link #ERROR_MAX} and L * L^T is the matrix within the same bound per row.
 *
 * <p>Source: A. Buttari, J. Langou, J. Kurzak, J. Dongarra: A class of parallel tiled linear algebra algorithms for multicore architectures
 * (Parallel Computing 35, 2009).
 *
 * @param folder holds the module
 * @param tiles tiles in a row
 * @param side rows of a tile
 */
public record Cholesky(Path folder, int tiles, int side) implements Example {

    /** Some 1000 rounding errors of the largest element that occurs. */
    static final double ERROR_MAX = 1e-12;

    /** 512 rows in 8 x 8 tiles. */
    public Cholesky(Path folder) {
        this(folder, 8, 64);
    }

    @Override
    public String name() {
        return "cholesky";
    }

    @Override
    public String about() {
        return "factors a matrix of %d rows in %d x %d tiles, kernels in wasm".formatted(rows(), tiles, tiles);
    }

    private int rows() {
        return tiles * side;
    }

    @Override
    public Program open(Penny penny) {
        TaskModule matrix = penny.register(Matrix.class);
        TaskModule kernels = penny.load(folder.resolve("tiles.wasm"));
        GraphBuilder graph = penny.graph(name());
        GraphTask[][] tile = new GraphTask[tiles][tiles];
        for (int row = 0; row < tiles; row++) {
            for (int column = 0; column <= row; column++) {
                tile[row][column] = graph.task("tile %d,%d".formatted(row, column), matrix.function("tile"), rows(), side, row, column);
            }
        }
        for (int k = 0; k < tiles; k++) {
            tile[k][k] = graph.task("potrf " + k, kernels.function("potrf"), tile[k][k]);
            for (int row = k + 1; row < tiles; row++) {
                tile[row][k] = graph.task("trsm %d,%d".formatted(row, k), kernels.function("trsm"), tile[k][k], tile[row][k]);
            }
            for (int row = k + 1; row < tiles; row++) {
                for (int column = k + 1; column < row; column++) {
                    tile[row][column] = graph.task("gemm %d,%d,%d".formatted(row, column, k), kernels.function("gemm"),
                            tile[row][column], tile[row][k], tile[column][k]);
                }
                tile[row][row] = graph.task("syrk %d,%d".formatted(row, k), kernels.function("syrk"), tile[row][row], tile[row][k]);
            }
        }
        return new Program(graph.build(), run -> answer(run, tile));
    }

    private Answer answer(GraphRun run, GraphTask[][] tile) {
        ByteBuffer factor = ByteBuffer.allocate(rows() * rows() * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int rowBytes = side * Double.BYTES;
        for (int row = 0; row < tiles; row++) {
            for (int column = 0; column <= row; column++) {
                byte[] bytes = run.result(tile[row][column], byte[].class);
                for (int i = 0; i < side; i++) {
                    factor.put(((row * side + i) * tiles + column) * rowBytes, bytes, i * rowBytes, rowBytes);
                }
            }
        }
        return new Answer(factor.array(), summary(factor));
    }

    private String summary(ByteBuffer factor) {
        double logarithm = 0;
        for (int i = 0; i < rows(); i++) {
            logarithm += 2 * Math.log(factor.getDouble((i * rows() + i) * Double.BYTES));
        }
        return "logarithm of the determinant %.9f".formatted(logarithm);
    }

    /** The textbook's three loops over the whole matrix. */
    @Override
    public Answer inSequence() {
        int n = rows();
        double[][] l = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = Matrix.element(n, i, j);
                for (int k = 0; k < j; k++) {
                    sum -= l[i][k] * l[j][k];
                }
                l[i][j] = i == j ? Math.sqrt(sum) : sum / l[j][j];
            }
        }
        ByteBuffer factor = ByteBuffer.allocate(n * n * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (double[] row : l) {
            for (double element : row) {
                factor.putDouble(element);
            }
        }
        return new Answer(factor.array(), summary(factor));
    }

    @Override
    public boolean agrees(Answer answer, Answer oracle) {
        double[] factor = doubles(answer);
        double[] expected = doubles(oracle);
        for (int i = 0; i < expected.length; i++) {
            // Not "greater": nothing compares with NaN.
            if (!(Math.abs(factor[i] - expected[i]) <= ERROR_MAX)) {
                return false;
            }
        }
        return factor.length == expected.length && residual(answer) <= ERROR_MAX * rows();
    }

    /** The largest difference between an element of L * L^T and of the matrix. */
    double residual(Answer answer) {
        double[] l = doubles(answer);
        int n = rows();
        double largest = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int k = 0; k <= j; k++) {
                    sum += l[i * n + k] * l[j * n + k];
                }
                largest = Math.max(largest, Math.abs(sum - Matrix.element(n, i, j)));
            }
        }
        return largest;
    }

    private static double[] doubles(Answer answer) {
        double[] doubles = new double[answer.bytes().length / Double.BYTES];
        answer.view().asDoubleBuffer().get(doubles);
        return doubles;
    }
}
