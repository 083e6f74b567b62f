// How many ways there are to place n queens on an n x n board so that none attacks another: one task per safe placement, no cut-off.

#define PENNY_NUMERIC_ONLY
#include "penny.h"
#include "penny_fork.h"

enum { QUEENS_MAX = 15 };

// The columns of the queens so far, four bits each, the newest lowest.
typedef uint64_t board;

static inline int safe(board queens, int64_t row, int64_t column) {
    for (int64_t distance = 1; distance <= row; distance++, queens >>= 4) {
        int64_t other = (int64_t)(queens & 15);
        if (other == column || other == column - distance || other == column + distance) return 0;
    }
    return 1;
}

static int64_t place_sequential(int64_t n, int64_t row, int64_t queens) {
    if (row == n) return 1;
    int64_t solutions = 0;
    for (int64_t column = 0; column < n; column++) {
        if (safe((board)queens, row, column)) solutions += place_sequential(n, row + 1, queens << 4 | column);
    }
    return solutions;
}

static int64_t add(int64_t left, int64_t right) {
    return left + right;
}

static int64_t place_task(int64_t column, int64_t n, int64_t row, int64_t queens) {
    if (!safe((board)queens, row, column)) return 0;
    return row + 1 == n ? 1 : penny_reduce(0, n, place_task, n, row + 1, queens << 4 | column, add, 0);
}

static void check(int32_t n) {
    if (n < 1 || n > QUEENS_MAX) penny_fail("nqueens: n is not in 1..15");
}

PENNY_EXPORT(nqueens, "(i32)->i64")
int64_t nqueens(int32_t n) {
    check(n);
    return penny_reduce(0, n, place_task, n, 0, 0, add, 0);
}

PENNY_EXPORT(sequential, "(i32)->i64")
int64_t sequential(int32_t n) {
    check(n);
    return place_sequential(n, 0, 0);
}
