package dev.penny.examples.digits;

import dev.penny.examples.runner.Noise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Trains the network whose weights are in {@code examples/digits}: 35 inputs, 24 rectified neurons, 10 outputs; stochastic gradient descent
 * on the cross entropy of a softmax. {@link StrictMath} and a fixed order make every machine learn the same weights.
 */
final class Training {

    private static final int HIDDEN = 24;
    private static final int PICTURES = 60_000;
    private static final float RATE = 0.02f;
    /** A series that the example does not use. */
    private static final int SERIES = 99;

    private Training() { }

    /** Writes {@code hidden.weights} and {@code output.weights} into the folder named by the only argument. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: java ... dev.penny.examples.digits.Training FOLDER");
            System.exit(64);
        }
        Layer[] layers = train();
        Files.write(Path.of(arguments[0], "hidden.weights"), layers[0].bytes());
        Files.write(Path.of(arguments[0], "output.weights"), layers[1].bytes());
    }

    static Layer[] train() {
        Layer hidden = random(1, HIDDEN, Glyphs.PIXELS);
        Layer output = random(2, Glyphs.CLASSES, HIDDEN);
        for (int index = 0; index < PICTURES; index++) {
            float[] input = Glyphs.picture(SERIES, index);
            float[] middle = hidden.apply(input, true);
            float[] error = softmax(output.apply(middle, false));
            error[Glyphs.digit(SERIES, index)] -= 1;
            float[] back = new float[HIDDEN];
            for (int h = 0; h < HIDDEN; h++) {
                for (int o = 0; o < error.length; o++) {
                    back[h] += middle[h] > 0 ? output.weights()[o][h] * error[o] : 0;
                }
            }
            descend(output, middle, error);
            descend(hidden, input, back);
        }
        return new Layer[] {hidden, output};
    }

    private static Layer random(int seed, int outputs, int inputs) {
        Layer layer = new Layer(new float[outputs][inputs], new float[outputs]);
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                layer.weights()[o][i] = (float) ((2 * Noise.unit(seed, (long) o * inputs + i) - 1) / StrictMath.sqrt(inputs));
            }
        }
        return layer;
    }

    private static float[] softmax(float[] scores) {
        float highest = scores[0];
        for (float score : scores) {
            highest = Math.max(highest, score);
        }
        float[] shares = new float[scores.length];
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            shares[i] = (float) StrictMath.exp(scores[i] - highest);
            sum += shares[i];
        }
        for (int i = 0; i < scores.length; i++) {
            shares[i] = (float) (shares[i] / sum);
        }
        return shares;
    }

    private static void descend(Layer layer, float[] input, float[] error) {
        for (int o = 0; o < error.length; o++) {
            for (int i = 0; i < input.length; i++) {
                layer.weights()[o][i] -= RATE * error[o] * input[i];
            }
            layer.biases()[o] -= RATE * error[o];
        }
    }
}
