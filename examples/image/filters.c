// Filters over pieces of a picture. A piece is five int32 (left, top, width, height, channels) and then its pixels, row by row. `blur` and
// `edges` need neighbours, so their result is smaller than their argument: by 8 and by 1 pixel on each side.
//
// All arithmetic is on integers, so that any order and any language give the same pixels.

#include "penny.h"

enum { HEADER_BYTES = 20, RGB = 3, BLUR_RADIUS = 8, BLUR_TAPS = 2 * BLUR_RADIUS + 1, SIDE_MAX = 1 << 14 };

typedef struct {
    int32_t left, top, width, height, channels;
} header;

typedef struct {
    header head;
    const uint8_t *pixels;
} piece;

// The 16th row of Pascal's triangle, which is close to a Gaussian of standard deviation 2; the sum is 65536.
static const uint32_t weights[BLUR_TAPS] = {1, 16, 120, 560, 1820, 4368, 8008, 11440, 12870, 11440, 8008, 4368, 1820, 560, 120, 16, 1};

static piece read_piece(const uint8_t *bytes, uint32_t length, int32_t channels, int32_t margin) {
    piece read;
    if (length < HEADER_BYTES) penny_fail("filters: a piece is shorter than its header");
    memcpy(&read.head, bytes, HEADER_BYTES);
    read.pixels = bytes + HEADER_BYTES;
    header h = read.head;
    if (h.channels != channels) penny_fail("filters: a piece with another number of channels");
    if (h.width <= 2 * margin || h.height <= 2 * margin || h.width > SIDE_MAX || h.height > SIDE_MAX) {
        penny_fail("filters: a piece too small or too large for this filter");
    }
    if ((uint64_t)h.width * (uint32_t)h.height * (uint32_t)channels != length - HEADER_BYTES) penny_fail("filters: a piece of another length");
    return read;
}

static uint8_t *take(uint32_t bytes) {
    uint8_t *memory = penny_alloc(bytes);
    if (!memory) penny_fail("filters: no memory");
    return memory;
}

// A new piece: `of` without `margin` pixels on each side. Its pixels are at *pixels.
static uint8_t *new_piece(header of, int32_t margin, int32_t channels, uint8_t **pixels, uint32_t *bytes) {
    header made = {of.left + margin, of.top + margin, of.width - 2 * margin, of.height - 2 * margin, channels};
    *bytes = HEADER_BYTES + (uint32_t)(made.width * made.height * channels);
    uint8_t *memory = take(*bytes);
    memcpy(memory, &made, HEADER_BYTES);
    *pixels = memory + HEADER_BYTES;
    return memory;
}

// Gaussian blur, first along rows, then along columns. What lies between has 8 bits behind the point.
PENNY_EXPORT(blur, "(bytes)->bytes")
penny_bytes blur(const uint8_t *bytes, uint32_t length) {
    piece in = read_piece(bytes, length, RGB, BLUR_RADIUS);
    uint32_t result_bytes;
    uint8_t *pixels, *result = new_piece(in.head, BLUR_RADIUS, RGB, &pixels, &result_bytes);
    int32_t row = (in.head.width - 2 * BLUR_RADIUS) * RGB, rows = in.head.height;
    uint16_t *between = (uint16_t *)take((uint32_t)(row * rows) * 2);
    for (int32_t y = 0; y < rows; y++) {
        const uint8_t *from = in.pixels + y * in.head.width * RGB;
        for (int32_t i = 0; i < row; i++) {
            uint32_t sum = 128;
            for (int32_t tap = 0; tap < BLUR_TAPS; tap++) sum += weights[tap] * from[i + tap * RGB];
            between[y * row + i] = (uint16_t)(sum >> 8);
        }
    }
    for (int32_t y = 0; y < rows - 2 * BLUR_RADIUS; y++) {
        const uint16_t *from = between + y * row;
        for (int32_t i = 0; i < row; i++) {
            uint32_t sum = 1u << 23;
            for (int32_t tap = 0; tap < BLUR_TAPS; tap++) sum += weights[tap] * from[i + tap * row];
            pixels[y * row + i] = (uint8_t)(sum >> 24);
        }
    }
    return penny_result(result, result_bytes);
}

static int32_t luma(const uint8_t *rgb) {
    return (77 * rgb[0] + 150 * rgb[1] + 29 * rgb[2]) >> 8;
}

// How steep the brightness is at each pixel (Sobel): one channel, 0 flat, 255 an edge.
PENNY_EXPORT(edges, "(bytes)->bytes")
penny_bytes edges(const uint8_t *bytes, uint32_t length) {
    piece in = read_piece(bytes, length, RGB, 1);
    uint32_t result_bytes;
    uint8_t *pixels, *result = new_piece(in.head, 1, 1, &pixels, &result_bytes);
    int32_t width = in.head.width, height = in.head.height;
    int16_t *bright = (int16_t *)take((uint32_t)(width * height) * 2);
    for (int32_t i = 0; i < width * height; i++) bright[i] = (int16_t)luma(in.pixels + i * RGB);
    for (int32_t y = 1; y < height - 1; y++) {
        for (int32_t x = 1; x < width - 1; x++) {
            const int16_t *above = bright + (y - 1) * width + x, *here = above + width, *below = here + width;
            int32_t across = above[1] + 2 * here[1] + below[1] - above[-1] - 2 * here[-1] - below[-1];
            int32_t down = below[-1] + 2 * below[0] + below[1] - above[-1] - 2 * above[0] - above[1];
            int32_t steep = (across < 0 ? -across : across) + (down < 0 ? -down : down);
            *pixels++ = (uint8_t)(steep > 255 ? 255 : steep);
        }
    }
    return penny_result(result, result_bytes);
}

// Darkens a blurred piece where there are edges; the piece of edges is smaller by 1 on each side.
PENNY_EXPORT(ink, "(bytes,bytes)->bytes")
penny_bytes ink(const uint8_t *blurred, uint32_t blurred_bytes, const uint8_t *edges_of, uint32_t edges_bytes) {
    piece colour = read_piece(blurred, blurred_bytes, RGB, 1), lines = read_piece(edges_of, edges_bytes, 1, 0);
    if (lines.head.width != colour.head.width - 2 || lines.head.height != colour.head.height - 2) {
        penny_fail("ink: the edges are not those of the picture");
    }
    uint32_t result_bytes;
    uint8_t *pixels, *result = new_piece(colour.head, 1, RGB, &pixels, &result_bytes);
    for (int32_t y = 0; y < lines.head.height; y++) {
        const uint8_t *from = colour.pixels + ((y + 1) * colour.head.width + 1) * RGB;
        for (int32_t x = 0; x < lines.head.width; x++) {
            uint32_t light = 255u - *lines.pixels++;
            for (int32_t channel = 0; channel < RGB; channel++) *pixels++ = (uint8_t)((*from++ * light + 127) / 255);
        }
    }
    return penny_result(result, result_bytes);
}
