// A shared guest: one memory for all workers, an instance with its own stack and thread-local variables for each of them.
// Tasks divide one array among the workers. No bytes or strings: the arena of penny.h belongs to one instance alone.

#define PENNY_NUMERIC_ONLY
#include "penny.h"

#ifndef __wasm_atomics__
#error "without -matomics clang silently compiles atomics to plain loads and stores"
#endif

enum { ELEMENT_COUNT = 1 << 20 };

// Tasks on disjoint ranges need no atomics; that fill comes before sum is the caller's business.
static uint32_t elements[ELEMENT_COUNT];

static _Atomic uint64_t total;
static _Thread_local int32_t sums_here;

static void check(int32_t from, int32_t to) {
    if (from < 0 || from > to || to > ELEMENT_COUNT) penny_fail("shared-array: the range is not inside 0..1048576");
}

// Elements from..to-1 become the squares of their indices, modulo 2^32.
PENNY_EXPORT(fill, "(i32,i32)->()")
void fill(int32_t from, int32_t to) {
    check(from, to);
    for (int32_t i = from; i < to; i++) elements[i] = (uint32_t)i * (uint32_t)i;
}

// The sum of elements from..to-1; it is also added to the total.
PENNY_EXPORT(sum, "(i32,i32)->i64")
int64_t sum(int32_t from, int32_t to) {
    check(from, to);
    uint64_t result = 0;
    for (int32_t i = from; i < to; i++) result += elements[i];
    __c11_atomic_fetch_add(&total, result, __ATOMIC_RELAXED);  // relaxed: only the number counts, nothing is published with it
    sums_here++;
    return (int64_t)result;
}

PENNY_EXPORT(total, "()->i64")
int64_t total_now(void) {
    return (int64_t)__c11_atomic_load(&total, __ATOMIC_RELAXED);
}

// How many sums this worker has computed.
PENNY_EXPORT(sums_here, "()->i32")
int32_t sums_of_worker(void) {
    return sums_here;
}
