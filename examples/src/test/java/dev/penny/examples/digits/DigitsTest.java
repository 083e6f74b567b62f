package dev.penny.examples.digits;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Penny;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskModule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The network reads well, its weights are those that training gives, and its layers refuse what is no layer. */
@Timeout(120)
class DigitsTest {

    private static final Path FOLDER = Path.of(System.getProperty("penny.root"), "examples/digits");

    @Test
    void theNetworkReadsDigitsItHasNotSeen() {
        Digits example = new Digits(FOLDER);
        int right = example.correct(new String(example.inSequence().bytes(), StandardCharsets.UTF_8));
        assertTrue(right > 0.98 * example.batches() * example.size(), "right: " + right);
    }

    @Test
    void theCommittedWeightsAreThoseOfTheTraining() {
        Layer[] layers = Training.train();
        assertArrayEquals(layers[0].bytes(), dev.penny.examples.runner.Files.bytes(FOLDER.resolve("hidden.weights")));
        assertArrayEquals(layers[1].bytes(), dev.penny.examples.runner.Files.bytes(FOLDER.resolve("output.weights")));
        assertArrayEquals(layers[0].bytes(), Layer.of(layers[0].bytes()).bytes());
    }

    @Test
    void layersRefuseWhatIsNoLayer() {
        byte[] layer = new Layer(new float[][] {{1, 2}, {3, 4}, {-5, -6}}, new float[] {0.5f, 0, 0}).bytes();
        byte[] input = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(10).putFloat(100).array();
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskModule layers = penny.load(FOLDER.resolve("layers.wasm"));
            byte[] expected = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putFloat(210.5f).putFloat(430).putFloat(0).array();
            assertArrayEquals(expected, (byte[]) layers.function("rectified").call(layer, input));
            for (int[] size : new int[][] {{0, 2}, {3, 0}, {4, 2}, {1 << 30, 1 << 30}, {-1, -1}}) {
                byte[] wrong = ByteBuffer.wrap(layer.clone()).order(ByteOrder.LITTLE_ENDIAN).putInt(size[0]).putInt(size[1]).array();
                assertThrows(TaskFailedException.class, () -> layers.function("linear").call(wrong, input));
            }
            assertThrows(TaskFailedException.class, () -> layers.function("linear").call(new byte[4], input));
            assertThrows(TaskFailedException.class, () -> layers.function("linear").call(layer, new byte[12]));
        }
    }
}
