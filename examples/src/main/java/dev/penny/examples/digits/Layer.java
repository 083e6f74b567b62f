package dev.penny.examples.digits;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A layer of a network.
 *
 * @param weights per output a row of one weight per input
 * @param biases one per output
 */
record Layer(float[][] weights, float[] biases) {

    /** As the module reads it: outputs and inputs as {@code int}, weights, biases; little-endian. */
    byte[] bytes() {
        int inputs = weights[0].length;
        ByteBuffer bytes = ByteBuffer.allocate(8 + 4 * biases.length * (inputs + 1)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(biases.length).putInt(inputs);
        for (float[] row : weights) {
            for (float weight : row) {
                bytes.putFloat(weight);
            }
        }
        for (float bias : biases) {
            bytes.putFloat(bias);
        }
        return bytes.array();
    }

    /** The inverse of {@link #bytes()}. */
    static Layer of(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        float[][] weights = new float[bytes.getInt()][bytes.getInt()];
        float[] biases = new float[weights.length];
        for (float[] row : weights) {
            for (int i = 0; i < row.length; i++) {
                row[i] = bytes.getFloat();
            }
        }
        for (int i = 0; i < biases.length; i++) {
            biases[i] = bytes.getFloat();
        }
        return new Layer(weights, biases);
    }

    /** What it makes of a vector, summed from left to right. */
    float[] apply(float[] input, boolean rectify) {
        float[] output = new float[biases.length];
        for (int o = 0; o < output.length; o++) {
            float sum = biases[o];
            for (int i = 0; i < input.length; i++) {
                sum += weights[o][i] * input[i];
            }
            output[o] = rectify && sum < 0 ? 0 : sum;
        }
        return output;
    }
}
