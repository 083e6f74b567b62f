// Overview: prefix sums and sorting over arrays in shared memory, built on forks. For modules with shared memory only: a taken fork runs in
// another worker's instance, and only there an address means the same in all of them.

#ifndef PENNY_SORT_H
#define PENNY_SORT_H

#include "penny_fork.h"

#if !defined(__wasm_atomics__)
#error "penny_sort.h works on shared memory: compile with -matomics -mbulk-memory and link with --shared-memory, see docs/guests.md"
#endif

enum { PENNY_SORT_GRAIN = 64, PENNY_MERGE_GRAIN = 2048, PENNY_SCAN_BLOCK = 4096 };

static inline int64_t penny_word(const void *address) {
    return (int64_t)(uintptr_t)address;
}

static inline int64_t *penny_longs(int64_t word) {
    return (int64_t *)(uintptr_t)word;
}

// ---- Sort ----------------------------------------------------------------------------------------------------------------------

static inline void penny_insertion_sort(int64_t *array, int64_t count) {
    for (int64_t i = 1; i < count; i++) {
        int64_t value = array[i], at = i;
        for (; at > 0 && array[at - 1] > value; at--) array[at] = array[at - 1];
        array[at] = value;
    }
}

// How many of `sorted` are below `value`.
static inline int64_t penny_lower_bound(const int64_t *sorted, int64_t count, int64_t value) {
    int64_t lo = 0;
    while (count > 0) {
        int64_t half = count / 2;
        if (sorted[lo + half] < value) {
            lo += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return lo;
}

static inline void penny_merge_plain(const int64_t *a, int64_t a_count, const int64_t *b, int64_t b_count, int64_t *to) {
    while (a_count > 0 && b_count > 0) {
        if (*b < *a) *to++ = *b++, b_count--;
        else *to++ = *a++, a_count--;
    }
    while (a_count-- > 0) *to++ = *a++;
    while (b_count-- > 0) *to++ = *b++;
}

// Merges a and b, the counts packed in one word, into `to`: splits the longer at its middle and the other where that value belongs.
PENNY_SHARED_DEFINITION int64_t penny_merge(int64_t a_word, int64_t b_word, int64_t counts, int64_t to_word) {
    const int64_t *a = penny_longs(a_word), *b = penny_longs(b_word);
    int64_t a_count = counts >> 32, b_count = counts & 0xffffffff;
    int64_t *to = penny_longs(to_word);
    if (a_count + b_count <= PENNY_MERGE_GRAIN) {
        penny_merge_plain(a, a_count, b, b_count, to);
        return 0;
    }
    int64_t a_half, b_half;
    if (a_count >= b_count) {
        a_half = a_count / 2;
        b_half = penny_lower_bound(b, b_count, a[a_half]);
    } else {
        b_half = b_count / 2;
        a_half = penny_lower_bound(a, a_count, b[b_half]);
    }
    penny_join4(penny_merge, (penny_words){a_word, b_word, a_half << 32 | b_half, to_word}, penny_merge,
                (penny_words){penny_word(a + a_half), penny_word(b + b_half), (a_count - a_half) << 32 | (b_count - b_half),
                              penny_word(to + a_half + b_half)});
    return 0;
}

// Sorts `array`; the result is in `scratch` when `into_scratch`, else in `array`.
PENNY_SHARED_DEFINITION int64_t penny_sort_part(int64_t array_word, int64_t scratch_word, int64_t count, int64_t into_scratch) {
    int64_t *array = penny_longs(array_word), *scratch = penny_longs(scratch_word);
    if (count <= PENNY_SORT_GRAIN) {
        penny_insertion_sort(array, count);
        if (into_scratch) __builtin_memcpy(scratch, array, (size_t)count * sizeof *array);
        return 0;
    }
    int64_t half = count / 2;
    penny_join4(penny_sort_part, (penny_words){array_word, scratch_word, half, !into_scratch}, penny_sort_part,
                (penny_words){penny_word(array + half), penny_word(scratch + half), count - half, !into_scratch});
    int64_t from = into_scratch ? array_word : scratch_word, to = into_scratch ? scratch_word : array_word;
    return penny_merge(from, from + half * (int64_t)sizeof *array, half << 32 | (count - half), to);
}

// Sorts ascending, stable among equal numbers as a matter of course. `scratch` has room for `count` numbers; count < 2^31.
static inline void penny_sort(int64_t *array, int64_t *scratch, int64_t count) {
    penny_sort_part(penny_word(array), penny_word(scratch), count, 0);
}

// ---- Scan ----------------------------------------------------------------------------------------------------------------------

static inline int64_t penny_scan_end(int64_t block, int64_t count) {
    int64_t end = (block + 1) * PENNY_SCAN_BLOCK;
    return end < count ? end : count;
}

PENNY_SHARED_DEFINITION int64_t penny_scan_sum(int64_t block, int64_t array_word, int64_t sums_word, int64_t count) {
    const int64_t *array = penny_longs(array_word);
    int64_t sum = 0;
    for (int64_t i = block * PENNY_SCAN_BLOCK; i < penny_scan_end(block, count); i++) sum += array[i];
    penny_longs(sums_word)[block] = sum;
    return 0;
}

PENNY_SHARED_DEFINITION int64_t penny_scan_write(int64_t block, int64_t array_word, int64_t sums_word, int64_t count) {
    int64_t *array = penny_longs(array_word);
    int64_t sum = penny_longs(sums_word)[block];
    for (int64_t i = block * PENNY_SCAN_BLOCK; i < penny_scan_end(block, count); i++) array[i] = sum += array[i];
    return 0;
}

// Room that penny_scan needs beside the array, in numbers.
static inline int64_t penny_scan_scratch(int64_t count) {
    return (count + PENNY_SCAN_BLOCK - 1) / PENNY_SCAN_BLOCK;
}

// Makes array[i] the sum of array[0..i]. Two passes over blocks: their sums, then the numbers.
static inline void penny_scan(int64_t *array, int64_t *scratch, int64_t count) {
    int64_t blocks = penny_scan_scratch(count), before = 0;
    penny_parallel_for(0, blocks, penny_scan_sum, penny_word(array), penny_word(scratch), count);
    for (int64_t block = 0; block < blocks; block++) {
        int64_t sum = scratch[block];
        scratch[block] = before;
        before += sum;
    }
    penny_parallel_for(0, blocks, penny_scan_write, penny_word(array), penny_word(scratch), count);
}

#endif
