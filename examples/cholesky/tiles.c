// The four kernels of a tiled Cholesky factorisation A = L * L^T. A tile is a square of f64, row by row; its side follows from its length.
//
// Every element is reduced by its products in ascending order, as in the textbook's three loops, so that tiles change no rounding.

#include "penny.h"

enum { SIDE_MAX = 1024 };

static uint32_t side_of(uint32_t bytes) {
    uint32_t side = 1;
    while (side < SIDE_MAX && side * side * sizeof(double) < bytes) side++;
    if (side * side * sizeof(double) != bytes) penny_fail("tiles: not a square of f64 of at most 1024 x 1024");
    return side;
}

static uint32_t common_side(uint32_t bytes, uint32_t other_bytes) {
    if (bytes != other_bytes) penny_fail("tiles: tiles of different sizes");
    return side_of(bytes);
}

static double *copy_of(const double *tile, uint32_t bytes) {
    double *copy = penny_alloc(bytes);
    if (!copy) penny_fail("tiles: no memory");
    if (tile) memcpy(copy, tile, bytes);
    return copy;
}

// The factor of a tile on the diagonal; above the diagonal 0.
PENNY_EXPORT(potrf, "(bytes)->bytes")
penny_bytes potrf(const uint8_t *tile, uint32_t bytes) {
    uint32_t n = side_of(bytes);
    double *a = copy_of((const double *)tile, bytes);
    for (uint32_t j = 0; j < n; j++) {
        if (!(a[j * n + j] > 0)) penny_fail("potrf: the matrix is not positive definite");
        double root = __builtin_sqrt(a[j * n + j]);
        a[j * n + j] = root;
        for (uint32_t i = j + 1; i < n; i++) a[i * n + j] /= root;
        for (uint32_t i = j + 1; i < n; i++) {
            double left = a[i * n + j];
            for (uint32_t k = j + 1; k <= i; k++) a[i * n + k] -= left * a[k * n + j];
        }
        for (uint32_t k = j + 1; k < n; k++) a[j * n + k] = 0;
    }
    return penny_result(a, bytes);
}

// X with X * L^T = A: a tile below the diagonal.
PENNY_EXPORT(trsm, "(bytes,bytes)->bytes")
penny_bytes trsm(const uint8_t *factor, uint32_t factor_bytes, const uint8_t *tile, uint32_t bytes) {
    uint32_t n = common_side(factor_bytes, bytes);
    const double *l = (const double *)factor;
    double *x = copy_of((const double *)tile, bytes);
    for (uint32_t i = 0; i < n; i++) {
        double *row = x + i * n;
        for (uint32_t j = 0; j < n; j++) {
            double sum = row[j];
            for (uint32_t k = 0; k < j; k++) sum -= row[k] * l[j * n + k];
            row[j] = sum / l[j * n + j];
        }
    }
    return penny_result(x, bytes);
}

// C - A * B^T. B is turned first, so that the innermost loop walks along rows.
static penny_bytes minus_product(const uint8_t *c, const uint8_t *a, const uint8_t *b, uint32_t bytes, uint32_t n) {
    double *result = copy_of((const double *)c, bytes), *turned = copy_of(0, bytes);
    const double *left = (const double *)a, *right = (const double *)b;
    for (uint32_t j = 0; j < n; j++) {
        for (uint32_t k = 0; k < n; k++) turned[k * n + j] = right[j * n + k];
    }
    for (uint32_t i = 0; i < n; i++) {
        double *row = result + i * n;
        for (uint32_t k = 0; k < n; k++) {
            double factor = left[i * n + k];
            const double *along = turned + k * n;
            for (uint32_t j = 0; j < n; j++) row[j] -= factor * along[j];
        }
    }
    return penny_result(result, bytes);
}

// C - A * A^T, a tile on the diagonal.
PENNY_EXPORT(syrk, "(bytes,bytes)->bytes")
penny_bytes syrk(const uint8_t *c, uint32_t bytes, const uint8_t *a, uint32_t a_bytes) {
    return minus_product(c, a, a, bytes, common_side(bytes, a_bytes));
}

// C - A * B^T, any other tile.
PENNY_EXPORT(gemm, "(bytes,bytes,bytes)->bytes")
penny_bytes gemm(const uint8_t *c, uint32_t bytes, const uint8_t *a, uint32_t a_bytes, const uint8_t *b, uint32_t b_bytes) {
    uint32_t n = common_side(bytes, a_bytes);
    common_side(bytes, b_bytes);
    return minus_product(c, a, b, bytes, n);
}
