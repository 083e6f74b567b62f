// C += A * B by halving all three dimensions: the four products that go to different quarters of C at the same time, then the other four.

#define PENNY_NUMERIC_ONLY
#include "penny.h"
#include "penny_fork.h"
#include "memory.h"

enum { SIZE_MAX_ROWS = 1024, BLOCK = 64 };

static double *a, *b, *c;  // row by row, room for the largest
static int32_t size;

static void multiply_block(int64_t row, int64_t column, int64_t inner) {
    for (int64_t i = row; i < row + BLOCK; i++) {
        double *sums = &c[i * size + column];
        for (int64_t k = inner; k < inner + BLOCK; k++) {
            double factor = a[i * size + k];
            const double *factors = &b[k * size + column];
            for (int32_t j = 0; j < BLOCK; j++) sums[j] += factor * factors[j];
        }
    }
}

static void multiply_sequential(int64_t row, int64_t column, int64_t inner, int64_t edge) {
    if (edge == BLOCK) {
        multiply_block(row, column, inner);
        return;
    }
    int64_t half = edge / 2;
    for (int64_t k = inner; k < inner + edge; k += half) {
        multiply_sequential(row, column, k, half);
        multiply_sequential(row, column + half, k, half);
        multiply_sequential(row + half, column, k, half);
        multiply_sequential(row + half, column + half, k, half);
    }
}

static int64_t multiply_task(int64_t row, int64_t column, int64_t inner, int64_t edge) {
    if (edge == BLOCK) {
        multiply_block(row, column, inner);
        return 0;
    }
    int64_t half = edge / 2;
    for (int64_t k = inner; k < inner + edge; k += half) {
        penny_scope scope = penny_scope_begin();
        penny_scope_fork4(&scope, multiply_task, (penny_words){row, column, k, half}, 0);
        penny_scope_fork4(&scope, multiply_task, (penny_words){row, column + half, k, half}, 0);
        penny_scope_fork4(&scope, multiply_task, (penny_words){row + half, column, k, half}, 0);
        penny_scope_fork4(&scope, multiply_task, (penny_words){row + half, column + half, k, half}, 0);
        penny_scope_end(&scope);
    }
    return 0;
}

// A and B of small whole numbers, so that every sum is exact whatever the order of the additions; C zero.
PENNY_EXPORT(fill, "(i32)->()")
void fill(int32_t rows) {
    if (rows < BLOCK || rows > SIZE_MAX_ROWS || (rows & (rows - 1)) != 0) penny_fail("matmul: rows is not a power of two in 64..1024");
    uint32_t bytes = SIZE_MAX_ROWS * SIZE_MAX_ROWS * sizeof *a;
    if (!a) a = new_memory(bytes), b = new_memory(bytes), c = new_memory(bytes);
    size = rows;
    for (int32_t i = 0; i < rows; i++) {
        for (int32_t j = 0; j < rows; j++) {
            a[i * rows + j] = (i * 3 + j * 5) % 7 - 3;
            b[i * rows + j] = (i * 2 + j * 7) % 11 - 5;
            c[i * rows + j] = 0;
        }
    }
}

PENNY_EXPORT(multiply, "()->()")
void multiply(void) {
    multiply_task(0, 0, 0, size);
}

PENNY_EXPORT(sequential, "()->()")
void sequential(void) {
    multiply_sequential(0, 0, 0, size);
}

// The sum of C[i][j] * (i % 13 + 1) * (j % 17 + 1).
PENNY_EXPORT(check, "()->i64")
int64_t check(void) {
    double sum = 0;
    for (int32_t i = 0; i < size; i++) {
        for (int32_t j = 0; j < size; j++) sum += c[i * size + j] * (i % 13 + 1) * (j % 17 + 1);
    }
    return (int64_t)sum;
}
