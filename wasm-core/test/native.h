/* native.h - the native stand-in for memory, table and host, shared by all tests.
 *
 * Overview
 *   The core's own sources are linked with native.c and one of two hosts: host_pthread.c (real threads) or host_seeded.c
 *   (coroutines on one thread, switched at every atomic operation by a seeded or exhaustive choice). A test is written
 *   once against this header and runs under both.
 *   Every test runs in a process of its own, with a time limit (main.c).
 */
#ifndef PN_TEST_NATIVE_H
#define PN_TEST_NATIVE_H

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "layout.h"

typedef struct test {
    const char *name;
    void (*body)(void);
} test;

/* Ended by an entry without a name. */
extern const test deque_tests[], litmus_tests[], injector_tests[], frame_tests[], heap_tests[], registry_tests[], core_tests[],
    range_tests[], worker_tests[], step_tests[], explore_tests[], fork_tests[], tree_tests[], limits_tests[],
    explore_fork_tests[], sdk_tests[], place_tests[], policy_tests[], ring_tests[], explore_ring_tests[], freeze_tests[],
    graph_tests[], live_tests[], explore_graph_tests[], explore_place_tests[], log_tests[], log_graph_tests[],
    wake_tests[], explore_wake_tests[], result_tests[], fork_end_tests[];

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) test_fail(__FILE__, __LINE__, #condition);                                                   \
    } while (0)
#define CHECK_EQ(actual, expected)                                                                                     \
    do {                                                                                                               \
        uint64_t actual_ = (uint64_t)(actual), expected_ = (uint64_t)(expected);                                       \
        if (actual_ != expected_) test_fail_eq(__FILE__, __LINE__, #actual, actual_, expected_);                       \
    } while (0)
_Noreturn void test_fail(const char *file, int line, const char *what);
_Noreturn void test_fail_eq(const char *file, int line, const char *what, uint64_t actual, uint64_t expected);
/* Says how to repeat the run; the host of the build defines it. */
void test_print_replay(void);

/* Runs `statement`, which must panic with PN_PANIC_<code>. One thread only. */
#define CHECK_PANIC(code, statement)                                                                                   \
    do {                                                                                                               \
        panic_expected = 1;                                                                                            \
        if (setjmp(panic_return) == 0) {                                                                               \
            statement;                                                                                                 \
            test_fail(__FILE__, __LINE__, "no panic: " #statement);                                                    \
        }                                                                                                              \
        CHECK_EQ(panic_code, PN_PANIC_##code);                                                                         \
    } while (0)
extern int panic_expected;
extern uint32_t panic_code;
extern jmp_buf panic_return;

/* Rounds of a stress loop: fewer under a sanitizer or the seeded runner, fewer still with --quick. */
uint32_t rounds(uint32_t plain);
extern int test_quick;

/* A random number of the test's own, from --seed; the same under every host. */
uint32_t test_random(uint32_t below);
extern uint64_t test_seed;

/* What memory_new makes the policy: work stealing unless a test says otherwise. Inboxes and ring are small. */
extern uint32_t test_policy;

/* ---- memory and configuration ---- */

/* A fresh zeroed memory with small defaults in the configuration words. */
pn_globals *memory_new(uint32_t bytes);
/* penny_init must succeed. */
void memory_init(void);
/* memory_new, the words a test cares about, memory_init. */
void core_new(uint32_t workers, uint32_t deque_capacity, uint32_t injector_capacity, uint32_t frame_count);

/* ---- the vtable ---- */

typedef uint32_t (*task_function)(uint32_t record);
enum { SLOT_COUNT = 64 };
extern task_function vtable[SLOT_COUNT];
/* The worker the calling thread runs, for task functions. */
uint32_t current_worker(void);
/* Leaves a task function the way a wasm trap does: past the core, back to the host's call. */
_Noreturn void task_trap(void);
/* penny_worker_run or penny_worker_step as the host calls it: after a trap it calls penny_worker_fail and goes on. */
uint32_t worker_run(uint32_t worker, uint32_t dispatches_max);
uint32_t worker_step(uint32_t worker);
/* What the loop does when it has found nothing: sleep, unless there is something after all. */
void worker_rest(pn_worker *worker);
uint64_t *record_of(uint32_t record);

/* ---- the host's side of frames ---- */

pn_ref host_frame(uint32_t index);
/* Host frame `index` as a READY frame of a kind, all else 0. */
pn_ref frame_ready(uint32_t index, uint32_t kind, uint32_t slot);
/* Host frame `index` as a READY single call with one argument. */
pn_ref frame_single(uint32_t index, uint32_t slot, uint64_t argument);
/* Host frame `index` as a READY bulk of `count` items; argument of item i: first + i. Block number `block` of equal size. */
pn_ref frame_bulk(uint32_t index, uint32_t block, uint32_t slot, uint32_t count, uint64_t first);
pn_block *block_of(pn_ref frame);
uint8_t item_status(pn_ref frame, uint32_t item);
uint64_t *item_record(pn_ref frame, uint32_t item);
/* As the host does it: push, then wake one sleeper. Returns 0 when the injector is full. */
uint32_t host_inject(pn_ref frame);
/* Before its push: another priority than NORMAL; a worker to be pinned to. */
pn_ref frame_priority(pn_ref frame, uint32_t priority);
pn_ref frame_pinned(pn_ref frame, uint32_t worker);
/* Stores the command and wakes everyone. */
void host_command(uint32_t command);
/* What the host does before penny_worker_fail; may be 0. */
extern void (*on_trap)(uint32_t worker);
/* What penny_host_wait does instead of resting; may be 0. */
extern void (*on_wait)(uint32_t worker);
/* What penny_host_complete does beside counting; may be 0. */
extern void (*on_complete)(uint32_t worker, uint32_t frame);
/* What it does for a node that fails or has NOTIFY, with its coming state, and for a live graph, and what penny_host_trace does. */
extern void (*on_node)(uint32_t worker, uint32_t node, uint32_t state);
extern void (*on_trace)(uint32_t node, uint32_t event);
/* Completed frames so far, all of them, and by host frame index. */
extern pn_word completed_count;
uint32_t completions_of(pn_ref frame);

/* Sum of one counter over all workers: COUNTER(executed). */
#define COUNTER(field) counter_sum(offsetof(pn_counters, field))
uint64_t counter_sum(size_t offset);
/* Every frame, result block and chunk was given back. Call it when the workers have ended. */
void check_nothing_leaked(void);

/* ---- threads; one implementation per host ---- */

void host_spawn(void (*body)(void *), void *argument);
/* Waits for every spawned thread. */
void host_join(void);
/* Waits until `ready(argument)` is non-zero. Not for the thread that called host_spawn under the seeded host. */
void host_wait(uint32_t (*ready)(void *), void *argument);
/* Waits while the worker's sleeper bit is set. */
void host_park(uint32_t worker);
void host_wake(uint32_t worker);
/* Rests until the worker is woken, however long: production wakes up by itself now and then, and would hide a lost
 * wake-up. */
void host_rest(uint32_t worker);
/* A word of the calling thread's own: the worker it runs. */
uint32_t *host_worker_slot(void);

/* ---- a pool on top of them (pool.c) ---- */

/* Spawns a thread per worker that runs the loop until STOP; each starts when it is first unparked, as in production. */
void pool_start(uint32_t dispatches_max);
/* Waits until `count` frames are completed. For spawned threads. */
void pool_wait_completed(uint32_t count);
/* Injects, waiting while the injector is full. For spawned threads. */
void pool_inject(pn_ref frame);
/* Runs `body` as one more thread, then STOP, then joins everything. */
void pool_run(void (*body)(void *), void *argument);

#endif
