// Merge sort of 64-bit numbers: both halves at the same time, then one merge; short runs by insertion.

#define PENNY_NUMERIC_ONLY
#include "penny.h"
#include "penny_fork.h"
#include "memory.h"

enum { NUMBERS_MAX = 1 << 21, INSERTION_MAX = 32, FORK_MIN = 1024 };

static int64_t *numbers, *spare;  // room for the most

static void insertion_sort(int64_t from, int64_t to) {
    for (int64_t i = from + 1; i < to; i++) {
        int64_t number = numbers[i], j = i;
        for (; j > from && numbers[j - 1] > number; j--) numbers[j] = numbers[j - 1];
        numbers[j] = number;
    }
}

static void merge(int64_t from, int64_t middle, int64_t to) {
    for (int64_t i = from; i < middle; i++) spare[i] = numbers[i];
    int64_t left = from, right = middle, out = from;
    while (left < middle && right < to) numbers[out++] = spare[left] <= numbers[right] ? spare[left++] : numbers[right++];
    while (left < middle) numbers[out++] = spare[left++];
}

static void sort_sequential(int64_t from, int64_t to) {
    if (to - from <= INSERTION_MAX) {
        insertion_sort(from, to);
        return;
    }
    int64_t middle = from + (to - from) / 2;
    sort_sequential(from, middle);
    sort_sequential(middle, to);
    merge(from, middle, to);
}

static int64_t sort_task(int64_t from, int64_t to, int64_t unused, int64_t unused_too) {
    if (to - from <= FORK_MIN) {
        sort_sequential(from, to);
        return 0;
    }
    int64_t middle = from + (to - from) / 2;
    penny_join4(sort_task, (penny_words){from, middle, unused, unused_too}, sort_task, (penny_words){middle, to, unused, unused_too});
    merge(from, middle, to);
    return 0;
}

static void check_count(int32_t count) {
    if (count < 0 || count > NUMBERS_MAX) penny_fail("mergesort: count is not in 0..2097152");
}

// Numbers of a xorshift generator (Marsaglia 2003) that starts at 88172645463325252.
PENNY_EXPORT(fill, "(i32)->()")
void fill(int32_t count) {
    check_count(count);
    uint32_t bytes = NUMBERS_MAX * sizeof *numbers;
    if (!numbers) numbers = new_memory(bytes), spare = new_memory(bytes);
    uint64_t x = 88172645463325252u;
    for (int32_t i = 0; i < count; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        numbers[i] = (int64_t)x;
    }
}

PENNY_EXPORT(sort, "(i32)->()")
void sort(int32_t count) {
    check_count(count);
    sort_task(0, count, 0, 0);
}

PENNY_EXPORT(sequential, "(i32)->()")
void sequential(int32_t count) {
    check_count(count);
    sort_sequential(0, count);
}

// A polynomial over the numbers in their order, modulo 2^64.
PENNY_EXPORT(hash, "(i32)->i64")
int64_t hash(int32_t count) {
    check_count(count);
    uint64_t sum = 0;
    for (int32_t i = 0; i < count; i++) sum = sum * 31 + (uint64_t)numbers[i];
    return (int64_t)sum;
}
