// Every way to fork, each with an answer that is easy to know: docs/guests.md shows them.

#define PENNY_NUMERIC_ONLY
#include "penny_fork.h"

static int64_t add(int64_t left, int64_t right) {
    return left + right;
}

static int64_t square(int64_t index, int64_t a, int64_t b, int64_t c) {
    (void)a, (void)b, (void)c;
    return index * index % 1009;
}

// The sum of the squares below n, modulo 1009 each, by a loop that gives parts of itself away.
PENNY_EXPORT(squares, "(i64)->i64")
int64_t squares(int64_t n) {
    return penny_reduce(0, n, square, 0, 0, 0, add, 0);
}

static int64_t row(int64_t index, int64_t columns, int64_t b, int64_t c) {
    (void)b, (void)c;
    return index + penny_reduce(0, columns, square, 0, 0, 0, add, 0);
}

// A loop in a loop.
PENNY_EXPORT(table, "(i64,i64)->i64")
int64_t table(int64_t rows, int64_t columns) {
    return penny_reduce(0, rows, row, columns, 0, 0, add, 0);
}

// Appends digit after digit: right only if the parts are combined in order.
static int64_t append(int64_t left, int64_t right) {
    return (left * 31 + right) % 1000000007;
}

static int64_t power(int64_t n) {
    int64_t value = 1;
    for (int64_t i = 0; i < n; i++) value = value * 31 % 1000000007;
    return value;
}

// Two numbers in one word: a hash and how many numbers it is of.
static int64_t digest_of(int64_t index, int64_t a, int64_t b, int64_t c) {
    (void)a, (void)b, (void)c;
    return (int64_t)1 << 32 | (index % 1000);
}

static int64_t digest_join(int64_t left, int64_t right) {
    int64_t right_count = right >> 32, count = (left >> 32) + right_count;
    int64_t hash = ((left & 0xffffffff) * power(right_count) + (right & 0xffffffff)) % 1000000007;
    return count << 32 | hash;
}

PENNY_EXPORT(digest, "(i64)->i64")
int64_t digest(int64_t n) {
    return penny_reduce(0, n, digest_of, 0, 0, 0, digest_join, 0) & 0xffffffff;
}

PENNY_EXPORT(digest_plain, "(i64)->i64")
int64_t digest_plain(int64_t n) {
    int64_t hash = 0;
    for (int64_t i = 0; i < n; i++) hash = append(hash, i % 1000);
    return hash;
}

static int64_t leaves_of(int64_t depth, int64_t width, int64_t c, int64_t d) {
    int64_t counts[10], sum = 0;
    (void)c, (void)d;
    if (depth == 0) return 1;
    penny_scope scope = penny_scope_begin();
    for (int64_t i = 0; i < width; i++) penny_scope_fork4(&scope, leaves_of, (penny_words){depth - 1, width, 0, 0}, &counts[i]);
    penny_scope_end(&scope);
    for (int64_t i = 0; i < width; i++) sum += counts[i];
    return sum;
}

// The leaves of a tree, each node a scope with `width` forks.
PENNY_EXPORT(leaves, "(i64,i64)->i64")
int64_t leaves(int64_t depth, int64_t width) {
    if (width < 0 || width > 10) penny_fail("leaves: width is not in 0..10");
    return leaves_of(depth, width, 0, 0);
}

static int64_t one(int64_t x) {
    return x;
}

static int64_t skewed_of(int64_t depth) {
    if (depth == 0) return 0;
    penny_pair both = penny_join(skewed_of, depth - 1, one, 1);
    return both.first + both.second;
}

// A tree as deep as it has nodes.
PENNY_EXPORT(skewed, "(i64)->i64")
int64_t skewed(int64_t depth) {
    return skewed_of(depth);
}

static int64_t failing_of(int64_t n) {
    if (n == 7) penny_fail("forks: seven");
    if (n < 2) return n;
    penny_pair both = penny_join(failing_of, n - 1, failing_of, n - 2);
    return both.first + both.second;
}

// Fibonacci, but the seventh traps.
PENNY_EXPORT(failing, "(i64)->i64")
int64_t failing(int64_t n) {
    return failing_of(n);
}

// Forks a function of another module twice.
PENNY_EXPORT(foreign, "(i32)->i64")
int64_t foreign(int32_t n) {
    int32_t function = penny_function("arith/square");
    if (function == 0) penny_fail("forks: arith/square is not loaded");
    int32_t first = penny_spawn(function, (penny_words){n, 0, 0, 0});
    int32_t second = penny_spawn(function, (penny_words){n + 1, 0, 0, 0});
    if (first == 0 || second == 0) penny_fail("forks: no room");
    return penny_await(second) + penny_await(first);
}

static int64_t count_until_cancelled(int64_t n) {
    int64_t i = 0;
    while (i < n && !penny_is_cancelled()) i++;
    return i;
}

// Counts to n twice, at the same time if it can; stops when the task is cancelled.
PENNY_EXPORT(patient, "(i64)->i64")
int64_t patient(int64_t n) {
    penny_pair both = penny_join(count_until_cancelled, n, count_until_cancelled, n);
    return both.first + both.second;
}

// Waits for what it has not forked.
PENNY_EXPORT(lies, "(i32)->i64")
int64_t lies(int32_t handle) {
    return penny_await(handle);
}

// Forks, waits for a function that may run tasks of this module here and go on when they trap, and only then joins its forks.
PENNY_EXPORT(unharmed, "(i64)->i64")
int64_t unharmed(int64_t n) {
    int32_t function = penny_function("tolerant/fails");
    if (function == 0) penny_fail("forks: tolerant/fails is not loaded");
    int64_t values[3];
    penny_scope scope = penny_scope_begin();
    for (int64_t i = 0; i < 3; i++) penny_scope_fork(&scope, one, n + i, &values[i]);
    int32_t handle = penny_spawn(function, (penny_words){n, 0, 0, 0});
    if (handle == 0) penny_fail("forks: no room");
    int64_t failed = penny_await(handle);
    penny_scope_end(&scope);
    return failed * (values[0] + values[1] + values[2]);
}

// The sum of the numbers below n without forks. clang writes it in closed form, with a product of 128 bits.
PENNY_EXPORT(plain_sum, "(i64)->i64")
int64_t plain_sum(int64_t n) {
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++) sum += i;
    return sum;
}
