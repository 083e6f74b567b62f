// The rows of guest-modules/c/mandelbrot.c one after another in one call: the sequential version of a map over the rows.

#include "mandelbrot.c"

// The rows `from` to `to` - 1 of the default picture; the sum of all pixels.
PENNY_EXPORT(rows, "(i32,i32)->i64")
int64_t rows(int32_t from, int32_t to) {
    int64_t sum = 0;
    for (int32_t y = from; y < to; y++) {
        const uint32_t *pixels = (const uint32_t *)(uintptr_t)(row(y) >> 32);
        for (int32_t x = 0; x < ROW_WIDTH; x++) sum += pixels[x];
        penny_reset();
    }
    return sum;
}
