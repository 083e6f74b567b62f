// Overview: fork and join for guests in C. Tasks that fork run on all workers; forks that nobody steals cost a few nanoseconds.
//
//     static int64_t fib(int64_t n) {
//         if (n < 2) return n;
//         penny_pair both = penny_join(fib, n - 1, fib, n - 2);
//         return both.first + both.second;
//     }
//
// How: a fork stays in a list of this instance until a heartbeat of the host, which comes at least every millisecond. Then the oldest
// fork of the list is promoted: other workers may take it. A join of a fork that was not taken is a direct call.
//
// What a fork may use: a taken fork runs in another worker's instance. A module with a memory of its own must pass everything by value,
// addresses mean nothing there. A module with shared memory (guest-modules/c-shared) may pass addresses.
//
// A fork that fails makes the task that joins it fail with the same cause. Forks end before the task that made them.
//
// Not for tasks in the middle of a penny_alloc result: a taken fork must not return addresses of its arena either.

#ifndef PENNY_FORK_H
#define PENNY_FORK_H

#ifdef PENNY_GRAPH_H
#error "include penny_fork.h before penny_graph.h"
#endif

#include "penny.h"

// How many forks may wait at once to be taken; deeper ones are only ever run here.
// Thread-local variables are part of the module's file, so there are fewer of them.
#ifndef PENNY_FORKS_MAX
#if defined(__wasm_atomics__)
#define PENNY_FORKS_MAX 256
#else
#define PENNY_FORKS_MAX 1024
#endif
#endif

// How many parts of loops may be given away and not joined, done or not.
#ifndef PENNY_HALVES_MAX
#if defined(__wasm_atomics__)
#define PENNY_HALVES_MAX 256
#else
#define PENNY_HALVES_MAX 2048
#endif
#endif

// What belongs to one worker. Instances of a module with shared memory have thread-local variables for it.
#if defined(__wasm_atomics__)
#define PENNY_OF_WORKER PENNY_SHARED_DEFINITION _Thread_local
#else
#define PENNY_OF_WORKER PENNY_SHARED_DEFINITION
#endif

// ---- Types ---------------------------------------------------------------------------------------------------------------------

typedef int64_t (*penny_task)(int64_t);
typedef int64_t (*penny_task4)(int64_t, int64_t, int64_t, int64_t);
typedef int64_t (*penny_body)(int64_t index, int64_t a, int64_t b, int64_t c);
typedef int64_t (*penny_combine)(int64_t left, int64_t right);

typedef struct {
    int64_t first, second;
} penny_pair;

typedef struct {
    int64_t a, b, c, d;
} penny_words;

// ---- Imports -------------------------------------------------------------------------------------------------------------------

#define PENNY_IMPORT(name) __attribute__((import_module("penny"), import_name(name)))

// Bit 0: a fork should be promoted now. Bit 1: ask again at the next fork.
PENNY_IMPORT("poll") int32_t penny_host_poll(void);
// Promotes a fork: its handle, or 0 when there is no room.
PENNY_IMPORT("fork")
int32_t penny_host_fork(uint32_t run, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g);
// 1: nobody took it, run it here; 0: it has ended, see penny_host_result. Traps when it failed.
PENNY_IMPORT("join") int32_t penny_host_join(int32_t handle);
PENNY_IMPORT("result") int64_t penny_host_result(void);
PENNY_IMPORT("cancelled") int32_t penny_host_cancelled(void);
PENNY_IMPORT("function") int32_t penny_host_function(const char *name, uint32_t name_bytes);
PENNY_IMPORT("spawn")
int32_t penny_host_spawn(int32_t function, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g);
PENNY_IMPORT("await") int64_t penny_host_await(int32_t handle);

// ---- The list of forks ---------------------------------------------------------------------------------------------------------

enum { PENNY_RUN_TASK = 1 << 28, PENNY_RUN_TASK4 = 2 << 28, PENNY_RUN_LOOP = 3 << 28, PENNY_RUN_FUNCTION = (1 << 28) - 1 };
enum { PENNY_WORDS = 7 };

// A fork, or a loop that is running.
typedef struct {
    // Low half: what to run, PENNY_RUN_* and a function. High half: 0, or the handle of a promoted fork; of a loop: the newest part
    // given away, as an index into penny_halves + 1.
    uint64_t head;
    int64_t words[PENNY_WORDS];  // arguments. Loop: index now, end, body and combine, a, b, c, identity
} penny_fork_record;

// A part of a loop that was given away.
typedef struct {
    int32_t handle, older;
    int64_t start, end;
} penny_half;

enum { PENNY_FORK_BYTES = sizeof(penny_fork_record), PENNY_FORKS_END = (PENNY_FORKS_MAX + 1) * PENNY_FORK_BYTES };

// Records below `promoted` are promoted, or loops with nothing left to give; from there to `top` they are not. From PENNY_FORKS_END on
// forks have no record and are never promoted.
typedef struct {
    uint32_t top, promoted;  // in bytes; not less than one record, which stays empty
    int32_t halves_top;      // never used from here on
    int32_t halves_free;     // list through `older`, as index + 1
} penny_fork_list;

PENNY_OF_WORKER penny_fork_list penny_forks = {.top = PENNY_FORK_BYTES, .promoted = PENNY_FORK_BYTES};
PENNY_OF_WORKER penny_fork_record penny_fork_records[PENNY_FORKS_MAX + 1];
PENNY_OF_WORKER penny_half penny_halves[PENNY_HALVES_MAX];

// A fork goes straight onto the list if `top` is less than this: PENNY_FORKS_END, or less than any `top` when a beat has come. The host
// writes 1 then, and a new instance has 0. So one comparison looks for room and for a beat. A wasm global, for the host writes it while
// the guest runs, and because looking at it costs least.
PENNY_SHARED_DEFINITION __attribute__((address_space(1))) int32_t penny_beat_flag;
__asm__(".export_name penny_beat_flag, penny_beat_flag\n");

static inline penny_fork_record *penny_fork_at(uint32_t offset) {
    return (penny_fork_record *)((char *)penny_fork_records + offset);
}

static inline uint32_t penny_run_of(const penny_fork_record *fork) {
    return (uint32_t)fork->head;
}

static inline int32_t penny_handle_of(const penny_fork_record *fork) {
    return (int32_t)(fork->head >> 32);
}

static inline void penny_set_handle(penny_fork_record *fork, int32_t handle) {
    fork->head = (uint64_t)(uint32_t)handle << 32 | penny_run_of(fork);
}

static inline int32_t penny_half_new(void) {
    int32_t half = penny_forks.halves_free - 1;
    if (half >= 0) penny_forks.halves_free = penny_halves[half].older;
    else if (penny_forks.halves_top < PENNY_HALVES_MAX) half = penny_forks.halves_top++;
    return half;
}

static inline void penny_half_free(int32_t half) {
    penny_halves[half].older = penny_forks.halves_free;
    penny_forks.halves_free = half + 1;
}

static inline int penny_loop_has_half(const penny_fork_record *loop) {
    return loop->words[1] - (loop->words[0] + 1) >= 1;
}

// Gives the upper half of what is left of a loop away, if there is room.
static inline void penny_loop_split(penny_fork_record *loop) {
    int64_t next = loop->words[0] + 1, end = loop->words[1];
    int64_t middle = next + (end - next) / 2;
    int32_t half = penny_half_new();
    if (half < 0) return;
    const int64_t *w = loop->words;
    int32_t handle = penny_host_fork(PENNY_RUN_LOOP, middle, end, w[2], w[3], w[4], w[5], w[6]);
    if (handle == 0) {
        penny_half_free(half);
        return;
    }
    penny_halves[half] = (penny_half){handle, penny_handle_of(loop), middle, end};
    penny_set_handle(loop, half + 1);
    loop->words[1] = middle;
}

// What there is no room for now stays the oldest.
static inline void penny_promote_oldest(void) {
    for (; penny_forks.promoted < penny_forks.top && penny_forks.promoted < PENNY_FORKS_END; penny_forks.promoted += PENNY_FORK_BYTES) {
        penny_fork_record *fork = penny_fork_at(penny_forks.promoted);
        const int64_t *w = fork->words;
        if (penny_run_of(fork) == PENNY_RUN_LOOP) {
            if (!penny_loop_has_half(fork)) continue;
            penny_loop_split(fork);
            return;
        }
        int32_t handle = penny_host_fork(penny_run_of(fork), w[0], w[1], w[2], w[3], w[4], w[5], w[6]);
        if (handle == 0) return;
        penny_set_handle(fork, handle);
        penny_forks.promoted += PENNY_FORK_BYTES;
        return;
    }
}

PENNY_SHARED_DEFINITION __attribute__((noinline)) void penny_beat(void) {
    int32_t due = penny_host_poll();
    penny_beat_flag = due & 2 ? 1 : PENNY_FORKS_END;
    if (due & 1) penny_promote_oldest();
}

static inline void penny_look_for_beat(void) {
    if (__builtin_expect((uint32_t)penny_beat_flag < PENNY_FORK_BYTES, 0)) penny_beat();
}

static inline int penny_is_full(uint32_t top) {
    return top >= PENNY_FORKS_END;
}

// The record for a fork at `top`, with what it runs; the caller writes its words. pre: not full.
static inline penny_fork_record *penny_push(uint32_t top, uint32_t kind, uintptr_t function) {
    penny_fork_record *fork = penny_fork_at(top);
    fork->head = kind | (uint32_t)function;
    penny_forks.top = top + PENNY_FORK_BYTES;
    return fork;
}

// For a fork that does not go straight onto the list.
PENNY_SHARED_DEFINITION __attribute__((noinline)) void penny_push_slowly(uint32_t top, uint32_t run, int64_t a, int64_t b, int64_t c,
                                                                         int64_t d) {
    penny_forks.top = top + PENNY_FORK_BYTES;
    if (!penny_is_full(top)) *penny_fork_at(top) = (penny_fork_record){.head = run, .words = {a, b, c, d}};
    penny_look_for_beat();
}

static inline int penny_goes_straight(uint32_t top) {
    return __builtin_expect(top < (uint32_t)penny_beat_flag, 1);
}

// Around what may run other tasks here, in the middle of this one. They must not promote its forks: those would be theirs. One that trapped
// has left its own behind.
typedef struct {
    uint32_t top, promoted, arena_base;
} penny_wait;

static inline penny_wait penny_wait_begin(void) {
    penny_wait wait = {penny_forks.top, penny_forks.promoted, penny_arena_keep()};
    penny_forks.promoted = penny_forks.top;
    return wait;
}

static inline void penny_wait_end(penny_wait wait) {
    penny_forks.top = wait.top;
    penny_forks.promoted = wait.promoted;
    penny_arena_restore(wait.arena_base);
}

static inline int penny_join_handle(int32_t handle) {
    penny_wait wait = penny_wait_begin();
    int mine = penny_host_join(handle);
    penny_wait_end(wait);
    return mine;
}

// Takes a promoted fork off the list, the newest. 1: the caller runs it; 0: it has ended elsewhere, see penny_host_result.
PENNY_SHARED_DEFINITION __attribute__((noinline)) int penny_join_promoted(uint32_t top) {
    penny_forks.promoted = top;
    return penny_join_handle(penny_handle_of(penny_fork_at(top)));
}

static inline int penny_is_mine(uint32_t top) {
    penny_forks.top = top;
    return __builtin_expect(penny_forks.promoted <= top, 1) || penny_join_promoted(top);
}

// ---- Join ----------------------------------------------------------------------------------------------------------------------

// f(x) here, g(y) here or elsewhere.
static inline penny_pair penny_join(penny_task f, int64_t x, penny_task g, int64_t y) {
    penny_pair both;
    uint32_t top = penny_forks.top;
    if (penny_goes_straight(top)) penny_push(top, PENNY_RUN_TASK, (uintptr_t)g)->words[0] = y;
    else penny_push_slowly(top, PENNY_RUN_TASK | (uint32_t)(uintptr_t)g, y, 0, 0, 0);
    both.first = f(x);
    both.second = penny_is_mine(top) ? g(y) : penny_host_result();
    return both;
}

static inline penny_pair penny_join4(penny_task4 f, penny_words x, penny_task4 g, penny_words y) {
    penny_pair both;
    uint32_t top = penny_forks.top;
    if (penny_goes_straight(top)) {
        penny_fork_record *fork = penny_push(top, PENNY_RUN_TASK4, (uintptr_t)g);
        fork->words[0] = y.a;
        fork->words[1] = y.b;
        fork->words[2] = y.c;
        fork->words[3] = y.d;
    } else {
        penny_push_slowly(top, PENNY_RUN_TASK4 | (uint32_t)(uintptr_t)g, y.a, y.b, y.c, y.d);
    }
    both.first = f(x.a, x.b, x.c, x.d);
    both.second = penny_is_mine(top) ? g(y.a, y.b, y.c, y.d) : penny_host_result();
    return both;
}

// combine(f(x), g(y)). Cheaper than penny_join where its value is returned, since the compiler then turns the call of g into a loop.
static inline int64_t penny_join_reduce(penny_task f, int64_t x, penny_task g, int64_t y, penny_combine combine) {
    uint32_t top = penny_forks.top;
    if (penny_goes_straight(top)) penny_push(top, PENNY_RUN_TASK, (uintptr_t)g)->words[0] = y;
    else penny_push_slowly(top, PENNY_RUN_TASK | (uint32_t)(uintptr_t)g, y, 0, 0, 0);
    int64_t first = f(x);
    if (penny_is_mine(top)) return combine(first, g(y));
    return combine(first, penny_host_result());
}

// ---- Scope ---------------------------------------------------------------------------------------------------------------------

// Any number of forks, all of which end in penny_scope_end. Scopes nest like blocks.
typedef struct {
    uint32_t base;
} penny_scope;

static inline penny_scope penny_scope_begin(void) {
    return (penny_scope){penny_forks.top};
}

static inline void penny_store_result(int64_t *result, int64_t value) {
    if (result) *result = value;
}

// `result` is written in penny_scope_end at the latest; 0: not wanted.
static inline void penny_scope_fork4(penny_scope *scope, penny_task4 task, penny_words words, int64_t *result) {
    uint32_t top = penny_forks.top;
    (void)scope;
    if (penny_is_full(top)) {
        penny_look_for_beat();
        penny_store_result(result, task(words.a, words.b, words.c, words.d));
        return;
    }
    penny_fork_record *fork = penny_push(top, PENNY_RUN_TASK4, (uintptr_t)task);
    fork->words[0] = words.a;
    fork->words[1] = words.b;
    fork->words[2] = words.c;
    fork->words[3] = words.d;
    fork->words[6] = (int64_t)(uintptr_t)result;
    penny_look_for_beat();
}

static inline void penny_scope_fork(penny_scope *scope, penny_task task, int64_t x, int64_t *result) {
    uint32_t top = penny_forks.top;
    (void)scope;
    if (penny_is_full(top)) {
        penny_look_for_beat();
        penny_store_result(result, task(x));
        return;
    }
    penny_fork_record *fork = penny_push(top, PENNY_RUN_TASK, (uintptr_t)task);
    fork->words[0] = x;
    fork->words[6] = (int64_t)(uintptr_t)result;
    penny_look_for_beat();
}

static inline int64_t penny_call(uint32_t run, const int64_t *w) {
    uintptr_t function = run & PENNY_RUN_FUNCTION;
    if ((run & ~PENNY_RUN_FUNCTION) == PENNY_RUN_TASK) return ((penny_task)function)(w[0]);
    return ((penny_task4)function)(w[0], w[1], w[2], w[3]);
}

// Newest first, so that what was not taken runs like calls.
static inline void penny_scope_end(penny_scope *scope) {
    while (penny_forks.top > scope->base) {
        uint32_t top = penny_forks.top - PENNY_FORK_BYTES;
        penny_fork_record fork = *penny_fork_at(top);  // a copy: what runs in the join reuses the place
        int64_t value = penny_is_mine(top) ? penny_call(penny_run_of(&fork), fork.words) : penny_host_result();
        penny_store_result((int64_t *)(uintptr_t)fork.words[6], value);
    }
}

// ---- Loops ---------------------------------------------------------------------------------------------------------------------

static inline uint64_t penny_pack(penny_body body, penny_combine combine) {
    return (uint64_t)(uint32_t)(uintptr_t)combine << 32 | (uint32_t)(uintptr_t)body;
}

PENNY_SHARED_DEFINITION int64_t penny_loop_elsewhere(int64_t lo, int64_t hi, int64_t functions, int64_t a, int64_t b, int64_t c,
                                                     int64_t identity);

// Joins what a loop gave away, newest first: that is from left to right.
PENNY_SHARED_DEFINITION __attribute__((noinline)) int64_t penny_loop_join(penny_fork_record loop, int64_t sum) {
    penny_combine combine = (penny_combine)(uintptr_t)((uint64_t)loop.words[2] >> 32);
    int32_t half = penny_handle_of(&loop);
    while (half > 0) {
        penny_half given = penny_halves[half - 1];
        int64_t value;
        penny_half_free(half - 1);
        if (penny_join_handle(given.handle)) {
            const int64_t *w = loop.words;
            value = penny_loop_elsewhere(given.start, given.end, w[2], w[3], w[4], w[5], w[6]);
        } else {
            value = penny_host_result();
        }
        if (combine) sum = combine(sum, value);
        half = given.older;
    }
    return sum;
}

static inline int64_t penny_loop(int64_t lo, int64_t hi, penny_body body, int64_t a, int64_t b, int64_t c, penny_combine combine,
                                 int64_t identity) {
    int64_t sum = identity;
    uint32_t top = penny_forks.top;
    if (penny_is_full(top)) {
        for (int64_t i = lo; i < hi; i++) {
            penny_look_for_beat();
            int64_t value = body(i, a, b, c);
            if (combine) sum = combine(sum, value);
        }
        return sum;
    }
    penny_fork_record *loop = penny_push(top, PENNY_RUN_LOOP, 0);
    int64_t words[PENNY_WORDS] = {lo, hi, (int64_t)penny_pack(body, combine), a, b, c, identity};
    for (int k = 0; k < PENNY_WORDS; k++) loop->words[k] = words[k];
    for (int64_t i = lo; i < loop->words[1]; i++) {
        loop->words[0] = i;
        penny_look_for_beat();
        int64_t value = body(i, a, b, c);
        if (combine) sum = combine(sum, value);
    }
    penny_forks.top = top;
    if (penny_forks.promoted > top) penny_forks.promoted = top;
    return penny_handle_of(loop) == 0 ? sum : penny_loop_join(*loop, sum);
}

PENNY_SHARED_DEFINITION __attribute__((noinline)) int64_t penny_loop_elsewhere(int64_t lo, int64_t hi, int64_t functions, int64_t a,
                                                                                int64_t b, int64_t c, int64_t identity) {
    penny_body body = (penny_body)(uintptr_t)(uint32_t)functions;
    penny_combine combine = (penny_combine)(uintptr_t)((uint64_t)functions >> 32);
    return penny_loop(lo, hi, body, a, b, c, combine, identity);
}

// body(i, a, b, c) for lo <= i < hi, in any order and on any worker. Returns when all have run.
static inline void penny_parallel_for(int64_t lo, int64_t hi, penny_body body, int64_t a, int64_t b, int64_t c) {
    penny_loop(lo, hi, body, a, b, c, 0, 0);
}

// combine(...combine(combine(identity, body(lo)), body(lo + 1))...): from left to right. Parts that other workers take start from the
// identity too, so combine must be associative and the identity neutral.
static inline int64_t penny_reduce(int64_t lo, int64_t hi, penny_body body, int64_t a, int64_t b, int64_t c, penny_combine combine,
                                   int64_t identity) {
    return penny_loop(lo, hi, body, a, b, c, combine, identity);
}

// ---- Functions of other modules ------------------------------------------------------------------------------------------------

// Finds "module/function" in whatever language, arguments and result being numbers. 0: not loaded.
static inline int32_t penny_function(const char *name) {
    return penny_host_function(name, penny_text_bytes(name));
}

// Lets it run on any worker; 0: no room now. An f64 argument is passed as its bits.
static inline int32_t penny_spawn(int32_t function, penny_words words) {
    return penny_host_spawn(function, words.a, words.b, words.c, words.d, 0, 0, 0);
}

// Its result; runs it here when nobody has. Once for every spawn.
static inline int64_t penny_await(int32_t handle) {
    penny_wait wait = penny_wait_begin();
    int64_t result = penny_host_await(handle);
    penny_wait_end(wait);
    return result;
}

// ---- Cancellation --------------------------------------------------------------------------------------------------------------

// Whether the task, or the one it was forked for, was cancelled: a long one may look now and then, and end early.
static inline int penny_is_cancelled(void) {
    return penny_host_cancelled() != 0;
}

// ---- What a worker that took a fork runs ---------------------------------------------------------------------------------------

PENNY_SHARED_DEFINITION __attribute__((export_name("penny_job"))) int64_t penny_job(int64_t run, int64_t a, int64_t b, int64_t c,
                                                                                     int64_t d, int64_t e, int64_t f, int64_t g) {
    if ((uint32_t)run == PENNY_RUN_LOOP) return penny_loop_elsewhere(a, b, c, d, e, f, g);
    return penny_call((uint32_t)run, (int64_t[]){a, b, c, d});
}

#endif
