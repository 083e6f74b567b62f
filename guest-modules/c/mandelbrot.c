// The Mandelbrot set, one picture row per task. The view is 3 wide and 2 high around (-0.75, 0), fitted into width x height pixels.

#include "penny.h"

enum { ROW_WIDTH = 1200, ROW_HEIGHT = 800, ROW_ITERATIONS = 1000 };
enum { SIZE_MAX_PIXELS = 65536, ITERATIONS_MAX = 65535 };

// Far outside the set |z| doubles its logarithm at every step; 256 makes the smooth count below smooth to the eye.
static const double ESCAPE_RADIUS_SQUARED = 65536.0;

typedef struct {
    uint32_t iterations;  // 0: did not escape
    double radius_squared;
} escape;

typedef struct {
    double left, imaginary, step;
} row_view;

static inline escape escape_of(double real, double imaginary, uint32_t iterations_max) {
    double x = 0, y = 0, xx = 0, yy = 0;
    for (uint32_t n = 1; n <= iterations_max; n++) {
        y = 2 * x * y + imaginary;
        x = xx - yy + real;
        xx = x * x;
        yy = y * y;
        if (xx + yy > ESCAPE_RADIUS_SQUARED) return (escape){n, xx + yy};
    }
    return (escape){0, 0};
}

static void check(int32_t y, int32_t width, int32_t height, int32_t iterations) {
    if (width < 1 || width > SIZE_MAX_PIXELS) penny_fail("mandelbrot: width is not in 1..65536");
    if (height < 1 || height > SIZE_MAX_PIXELS) penny_fail("mandelbrot: height is not in 1..65536");
    if (y < 0 || y >= height) penny_fail("mandelbrot: y is not in 0..height-1");
    if (iterations < 1 || iterations > ITERATIONS_MAX) penny_fail("mandelbrot: iterations is not in 1..65535");
}

static row_view view_of(int32_t y, int32_t width, int32_t height) {
    double across = 3.0 / width, down = 2.0 / height;
    double step = across > down ? across : down;
    return (row_view){-0.75 - step * (width - 1) / 2, step * (height - 1) / 2 - step * y, step};
}

// log2 of a finite x >= 1: the exponent, and 2/ln 2 * (t + t^3/3 + ...) with t = (m-1)/(m+1) <= 1/3 for the mantissa m in 1..2.
static double log2_of(double x) {
    union { double number; uint64_t bits; } parts = {x};
    int32_t exponent = (int32_t)(parts.bits >> 52) - 1023;
    parts.bits = (parts.bits & 0xfffffffffffffu) | (uint64_t)1023 << 52;
    double t = (parts.number - 1) / (parts.number + 1), tt = t * t;
    double series = t * (1 + tt * (1.0 / 3 + tt * (1.0 / 5 + tt * (1.0 / 7 + tt / 9))));
    return exponent + 2.8853900817779268 * series;
}

// The count at which |z| would have been exactly the escape radius, in 1/65536: between iterations - 1 and iterations.
static uint32_t smooth_count(escape found) {
    if (found.iterations == 0) return 0;
    double overshoot = log2_of(log2_of(found.radius_squared) / 16);
    return (uint32_t)((found.iterations - overshoot) * 65536.0);
}

// One pixel is a little-endian u32: the smooth escape count in 1/65536, 0 inside the set.
PENNY_EXPORT(render, "(i32,i32,i32,i32)->bytes")
penny_bytes render(int32_t y, int32_t width, int32_t height, int32_t iterations) {
    check(y, width, height, iterations);
    uint32_t *pixels = penny_alloc((uint32_t)width * sizeof *pixels);
    if (!pixels) penny_fail("mandelbrot: no memory for the row");
    row_view view = view_of(y, width, height);
    for (int32_t i = 0; i < width; i++) {
        pixels[i] = smooth_count(escape_of(view.left + view.step * i, view.imaginary, (uint32_t)iterations));
    }
    return penny_result(pixels, (uint32_t)width * sizeof *pixels);
}

PENNY_EXPORT(row, "(i32)->bytes")
penny_bytes row(int32_t y) {
    return render(y, ROW_WIDTH, ROW_HEIGHT, ROW_ITERATIONS);
}

// The sum of the plain escape counts of a row: the same work as render, without memory.
PENNY_EXPORT(checksum, "(i32,i32,i32,i32)->i64")
int64_t checksum(int32_t y, int32_t width, int32_t height, int32_t iterations) {
    check(y, width, height, iterations);
    row_view view = view_of(y, width, height);
    int64_t sum = 0;
    for (int32_t i = 0; i < width; i++) {
        sum += escape_of(view.left + view.step * i, view.imaginary, (uint32_t)iterations).iterations;
    }
    return sum;
}
