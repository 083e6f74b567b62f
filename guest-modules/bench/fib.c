// Fibonacci numbers by double recursion, without a cut-off: a task is one addition, so the time is the cost of fork and join.

#define PENNY_NUMERIC_ONLY
#include "penny.h"
#include "penny_fork.h"

static int64_t fib_sequential(int64_t n) {
    return n < 2 ? n : fib_sequential(n - 1) + fib_sequential(n - 2);
}

static int64_t fib_task(int64_t n) {
    if (n < 2) return n;
    penny_pair both = penny_join(fib_task, n - 1, fib_task, n - 2);
    return both.first + both.second;
}

PENNY_EXPORT(fib, "(i32)->i64")
int64_t fib(int32_t n) {
    return fib_task(n);
}

PENNY_EXPORT(sequential, "(i32)->i64")
int64_t sequential(int32_t n) {
    return fib_sequential(n);
}
