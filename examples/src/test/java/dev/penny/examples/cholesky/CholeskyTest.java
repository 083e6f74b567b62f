package dev.penny.examples.cholesky;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Penny;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskModule;
import dev.penny.examples.runner.Answer;
import dev.penny.examples.runner.Program;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Factors of other sizes, errors that the bounds must catch, and matrices that have no factor. */
@Timeout(120)
class CholeskyTest {

    private static final Path FOLDER = Path.of(System.getProperty("penny.root"), "examples/cholesky");

    @ParameterizedTest
    @CsvSource({"1,1", "1,40", "7,1", "3,17", "5,32"})
    void anyTilingGivesTheSameFactor(int tiles, int side) {
        Cholesky example = new Cholesky(FOLDER, tiles, side);
        try (Penny penny = Penny.builder().workers(2).build(); Program program = example.open(penny)) {
            Answer answer = program.run();
            assertTrue(example.agrees(answer, example.inSequence()));
            // Stronger than the bound: the kernels round like the three loops.
            assertArrayEquals(example.inSequence().bytes(), answer.bytes());
        }
    }

    @Test
    void anErrorBeyondTheBoundIsNoticed() {
        Cholesky example = new Cholesky(FOLDER, 2, 8);
        Answer oracle = example.inSequence();
        for (double error : new double[] {1e-11, -1e-11, Double.NaN, 1}) {
            ByteBuffer wrong = oracle.view();
            wrong.putDouble(8 * (5 * 16 + 3), wrong.getDouble(8 * (5 * 16 + 3)) + error);
            Answer answer = new Answer(wrong.array(), "");
            assertFalse(example.agrees(answer, oracle), "error " + error);
            assertFalse(example.residual(answer) <= Math.abs(error) / 1000, "residual of error " + error);
        }
    }

    @Test
    void kernelsRefuseWhatTheyCannotFactor() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskModule kernels = penny.load(FOLDER.resolve("tiles.wasm"));
            for (double wrong : new double[] {0, -1, Double.NaN}) {
                byte[] tile = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN).putDouble(4).putDouble(0).putDouble(0).putDouble(wrong).array();
                assertThrows(TaskFailedException.class, () -> kernels.function("potrf").call((Object) tile), "pivot " + wrong);
            }
            for (int bytes : new int[] {0, 7, 16, 33}) {
                assertThrows(TaskFailedException.class, () -> kernels.function("potrf").call((Object) new byte[bytes]), "bytes " + bytes);
            }
            assertThrows(TaskFailedException.class, () -> kernels.function("trsm").call(new byte[8], new byte[32]));
            assertThrows(TaskFailedException.class, () -> kernels.function("gemm").call(new byte[32], new byte[32], new byte[8]));
        }
    }
}
