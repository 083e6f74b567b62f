// Layers of a neural network on f32. Weights are two uint32 (outputs, inputs), then a row of `inputs` weights per output, then a bias per
// output. Inputs and outputs are vectors one after another. Sums run from left to right, so that every language rounds alike.

#include "penny.h"

enum { NEURONS_MAX = 4096 };

static penny_bytes layer(const uint8_t *weights, uint32_t weights_bytes, const uint8_t *input, uint32_t input_bytes, int rectify) {
    uint32_t size[2];
    if (weights_bytes < sizeof size) penny_fail("layers: weights without sizes");
    memcpy(size, weights, sizeof size);
    uint32_t outputs = size[0], inputs = size[1];
    if (outputs == 0 || inputs == 0 || outputs > NEURONS_MAX || inputs > NEURONS_MAX) penny_fail("layers: sizes are not in 1..4096");
    if (weights_bytes != sizeof size + 4 * outputs * (inputs + 1)) penny_fail("layers: weights of another length than their sizes say");
    if (input_bytes % (4 * inputs) != 0) penny_fail("layers: the input is not a number of vectors of this layer");
    const float *w = (const float *)(weights + sizeof size), *biases = w + outputs * inputs, *x = (const float *)input;
    uint32_t vectors = input_bytes / (4 * inputs);
    float *y = penny_alloc(4 * vectors * outputs);
    if (!y) penny_fail("layers: no memory");
    for (uint32_t v = 0; v < vectors; v++, x += inputs) {
        for (uint32_t o = 0; o < outputs; o++) {
            float sum = biases[o];
            for (uint32_t i = 0; i < inputs; i++) sum += w[o * inputs + i] * x[i];
            y[v * outputs + o] = rectify && sum < 0 ? 0 : sum;
        }
    }
    return penny_result(y, 4 * vectors * outputs);
}

// weights * input + biases
PENNY_EXPORT(linear, "(bytes,bytes)->bytes")
penny_bytes linear(const uint8_t *weights, uint32_t weights_bytes, const uint8_t *input, uint32_t input_bytes) {
    return layer(weights, weights_bytes, input, input_bytes, 0);
}

// max(0, weights * input + biases)
PENNY_EXPORT(rectified, "(bytes,bytes)->bytes")
penny_bytes rectified(const uint8_t *weights, uint32_t weights_bytes, const uint8_t *input, uint32_t input_bytes) {
    return layer(weights, weights_bytes, input, input_bytes, 1);
}
