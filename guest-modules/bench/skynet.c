// Skynet: a tree of tasks in which every inner task has ten; the leaves return their number, the inner ones the sum of theirs. The ten are
// the rounds of a loop of which any part may be taken, the usual way to fork many tasks of a kind here.

#define PENNY_NUMERIC_ONLY
#include "penny.h"
#include "penny_fork.h"

enum { FANOUT = 10 };

static int64_t sum_plain(int64_t index, int64_t first, int64_t share) {
    first += index * share;
    if (share == 1) return first;
    int64_t sum = 0;
    for (int64_t i = 0; i < FANOUT; i++) sum += sum_plain(i, first, share / FANOUT);
    return sum;
}

static int64_t add(int64_t left, int64_t right) {
    return left + right;
}

static int64_t sum_child(int64_t index, int64_t first, int64_t share, int64_t unused) {
    (void)unused;
    first += index * share;
    return share == 1 ? first : penny_reduce(0, FANOUT, sum_child, first, share / FANOUT, 0, add, 0);
}

static void check(int32_t leaves) {
    int64_t power = 1;
    while (power < leaves) power *= FANOUT;
    if (power != leaves) penny_fail("skynet: leaves is not a power of ten");
}

PENNY_EXPORT(skynet, "(i32)->i64")
int64_t skynet(int32_t leaves) {
    check(leaves);
    return sum_child(0, 0, leaves, 0);
}

PENNY_EXPORT(sequential, "(i32)->i64")
int64_t sequential(int32_t leaves) {
    check(leaves);
    return sum_plain(0, 0, leaves);
}
