// Sorts and sums arrays in shared memory on all workers, and says whether the result is right.

#include "penny_sort.h"

enum { COUNT_MAX = 1 << 18 };

static int64_t numbers[COUNT_MAX], scratch[COUNT_MAX];

static void check(int32_t count) {
    if (count < 0 || count > COUNT_MAX) penny_fail("sort: count is not in 0..262144");
}

static uint64_t fill(int32_t count, uint64_t seed) {
    uint64_t x = seed | 1, sum = 0;
    for (int32_t i = 0; i < count; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        numbers[i] = (int64_t)(x >> 20);
        sum += x >> 20;
    }
    return sum;
}

// Sorts `count` random numbers; 1 if they are in order and still have their sum. One call at a time: the arrays are shared.
PENNY_EXPORT(sorted, "(i32,i64)->i32")
int32_t sorted(int32_t count, int64_t seed) {
    check(count);
    uint64_t sum = fill(count, (uint64_t)seed), after = 0;
    penny_sort(numbers, scratch, count);
    for (int32_t i = 0; i < count; i++) {
        if (i > 0 && numbers[i - 1] > numbers[i]) return 0;
        after += (uint64_t)numbers[i];
    }
    return after == sum;
}

// The last prefix sum of `count` random numbers; the plain sum if `plain`.
PENNY_EXPORT(summed, "(i32,i64,i32)->i64")
int64_t summed(int32_t count, int64_t seed, int32_t plain) {
    check(count);
    uint64_t sum = fill(count, (uint64_t)seed);
    if (plain || count == 0) return (int64_t)sum;
    int64_t first = numbers[0], second = count > 1 ? numbers[1] : 0;
    penny_scan(numbers, scratch, count);
    if (numbers[0] != first || (count > 1 && numbers[1] != first + second)) return -1;
    return numbers[count - 1];
}
