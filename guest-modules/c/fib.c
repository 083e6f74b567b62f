// Fibonacci numbers, the plain way and with forks: what a fork costs when there is nothing else to do.

#define PENNY_NUMERIC_ONLY
#include "penny_fork.h"

enum { FIB_MAX = 60 };

static int64_t plain(int64_t n) {
    return n < 2 ? n : plain(n - 1) + plain(n - 2);
}

static inline int64_t add(int64_t left, int64_t right) {
    return left + right;
}

static int64_t forked(int64_t n) {
    return n < 2 ? n : penny_join_reduce(forked, n - 1, forked, n - 2, add);
}

static int64_t paired(int64_t n) {
    if (n < 2) return n;
    penny_pair both = penny_join(paired, n - 1, paired, n - 2);
    return both.first + both.second;
}

static int64_t checked(int32_t n, penny_task fib) {
    if (n < 0 || n > FIB_MAX) penny_fail("fib: n is not in 0..60");
    return fib(n);
}

PENNY_EXPORT(fib, "(i32)->i64")
int64_t fib(int32_t n) {
    return checked(n, forked);
}

PENNY_EXPORT(fib_paired, "(i32)->i64")
int64_t fib_paired(int32_t n) {
    return checked(n, paired);
}

PENNY_EXPORT(sequential, "(i32)->i64")
int64_t sequential(int32_t n) {
    return checked(n, plain);
}
