// The longest common subsequence of two texts by the table of all prefixes, in square blocks: the blocks of one antidiagonal depend only on
// those of the two before it, so they are computed at the same time, one antidiagonal after the other.

#define PENNY_NUMERIC_ONLY
#include "penny.h"
#include "penny_fork.h"
#include "memory.h"

enum { LENGTH_MAX = 4096, BLOCK = 128 };

static uint8_t left[LENGTH_MAX], top[LENGTH_MAX];
static uint16_t (*table)[LENGTH_MAX + 1];  // row and column 0 stay zero

static int64_t block(int64_t row, int64_t diagonal, int64_t unused, int64_t unused_too) {
    (void)unused, (void)unused_too;
    int32_t first_row = (int32_t)row * BLOCK, first_column = (int32_t)(diagonal - row) * BLOCK;
    for (int32_t i = first_row; i < first_row + BLOCK; i++) {
        const uint16_t *above = table[i];
        uint16_t *here = table[i + 1];
        for (int32_t j = first_column; j < first_column + BLOCK; j++) {
            here[j + 1] = left[i] == top[j] ? (uint16_t)(above[j] + 1) : above[j + 1] > here[j] ? above[j + 1] : here[j];
        }
    }
    return 0;
}

static inline int64_t first_row(int64_t diagonal, int64_t blocks) {
    return diagonal < blocks ? 0 : diagonal - blocks + 1;
}

static inline int64_t last_row(int64_t diagonal, int64_t blocks) {
    return diagonal < blocks ? diagonal : blocks - 1;
}

static void check(int32_t length) {
    if (length < BLOCK || length > LENGTH_MAX || length % BLOCK != 0) penny_fail("wavefront: length is not a multiple of 128 up to 4096");
}

// Two texts over four letters from a xorshift generator (Marsaglia 2003) that starts at 88172645463325252.
PENNY_EXPORT(fill, "(i32)->()")
void fill(int32_t length) {
    check(length);
    if (!table) table = new_memory((LENGTH_MAX + 1) * sizeof *table);
    uint64_t x = 88172645463325252u;
    for (int32_t i = 0; i < length; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        left[i] = x & 3, top[i] = x >> 32 & 3;
    }
}

PENNY_EXPORT(wavefront, "(i32)->i64")
int64_t wavefront(int32_t length) {
    check(length);
    int64_t blocks = length / BLOCK;
    for (int64_t diagonal = 0; diagonal < 2 * blocks - 1; diagonal++) {
        penny_parallel_for(first_row(diagonal, blocks), last_row(diagonal, blocks) + 1, block, diagonal, 0, 0);
    }
    return table[length][length];
}

PENNY_EXPORT(sequential, "(i32)->i64")
int64_t sequential(int32_t length) {
    check(length);
    int64_t blocks = length / BLOCK;
    for (int64_t diagonal = 0; diagonal < 2 * blocks - 1; diagonal++) {
        for (int64_t row = first_row(diagonal, blocks); row <= last_row(diagonal, blocks); row++) block(row, diagonal, 0, 0);
    }
    return table[length][length];
}
