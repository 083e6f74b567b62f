/* sdk.c - the C SDK of the guests (guest-modules/sdk/penny_fork.h) on the native core: what a fork costs, and that its list
 * of private forks survives whatever runs while it waits. Counter build only; real threads. */
#include "native.h"
#include "penny/penny.h"

enum { SLOT_ROOT = 1, SLOT_JOB, SLOT_OTHER };

static _Thread_local int64_t job_result;

static pn_ref new_job(uint32_t slot, uint32_t run, const int64_t *words) {
    pn_ref job = penny_fork_alloc(current_worker(), slot);
    if (job == 0) return 0;
    uint64_t *record = record_of(job + PN_RECORD_OFFSET);
    record[1] = run;
    for (int i = 0; i < 7; i++) record[2 + i] = (uint64_t)words[i];
    penny_fork_push(current_worker(), job);
    return job;
}

/* 1: not started, the caller runs it. */
static int32_t end_of_job(pn_ref job, int runs_by_core) {
    uint32_t worker = current_worker();
    uint32_t state = penny_join(worker, job);
    CHECK(state != 0); /* it is a child of the task that joins it */
    if (state == PN_FRAME_READY && runs_by_core) state = penny_fork_run(worker, job);
    CHECK(state == PN_FRAME_READY || state == PN_FRAME_DONE);
    job_result = (int64_t)record_of(job + PN_RECORD_OFFSET)[0];
    penny_fork_release(worker, job);
    return state == PN_FRAME_READY;
}

/* The guest's view. Its names are its own: penny_join is another function there. */
#pragma clang diagnostic ignored "-Wunknown-attributes"
#pragma clang diagnostic ignored "-Wignored-attributes"
#define __wasm32__ 1
#define __wasm_atomics__ 1 /* one list per thread */
#define PENNY_NUMERIC_ONLY
#define penny_join guest_join
#define address_space(number) /* a wasm global there; here one for all threads: the tests do not clear it while others run */
#define __asm__(...)
#include "penny_fork.h"

int32_t penny_host_poll(void) {
    return (int32_t)penny_poll(current_worker());
}

int32_t penny_host_fork(uint32_t run, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g) {
    return (int32_t)new_job(SLOT_JOB, run, (int64_t[]){a, b, c, d, e, f, g});
}

int32_t penny_host_join(int32_t handle) {
    return end_of_job((pn_ref)handle, 0);
}

int64_t penny_host_result(void) {
    return job_result;
}

int32_t penny_host_spawn(int32_t function, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g) {
    return (int32_t)new_job((uint32_t)function, 0, (int64_t[]){a, b, c, d, e, f, g});
}

int64_t penny_host_await(int32_t handle) {
    end_of_job((pn_ref)handle, 1);
    return job_result;
}

int32_t penny_host_function(const char *name, uint32_t name_bytes) {
    (void)name, (void)name_bytes;
    return SLOT_OTHER;
}

void penny_log(int32_t level, const char *text, uint32_t text_bytes) {
    (void)level, (void)text, (void)text_bytes;
}

static uint32_t run_job(uint32_t record) {
    const int64_t *w = (const int64_t *)record_of(record);
    record_of(record)[0] = (uint64_t)penny_job(w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8]);
    return PN_OUTCOME_DONE;
}

/* ---- tasks ---- */

static int64_t fib(int64_t n) {
    if (n < 2) return n;
    penny_pair both = guest_join(fib, n - 1, fib, n - 2);
    return both.first + both.second;
}

static uint64_t atomics_of_fib;

static uint32_t counted_fib(uint32_t record) {
    penny_beat(); /* starts the timer, which this host does not have */
    uint64_t before = pn_test_atomics;
    record_of(record)[0] = (uint64_t)fib(25);
    atomics_of_fib = pn_test_atomics - before;
    return PN_OUTCOME_DONE;
}

static void setup_with(uint32_t workers, uint32_t frames, uint32_t heartbeat_polls) {
    pn_globals *g = memory_new(8 << 20);
    g->worker_count = workers;
    g->deque_capacity = 16;
    g->frame_count = frames;
    g->heartbeat_polls = heartbeat_polls;
    memory_init();
    vtable[SLOT_JOB] = run_job;
}

static void setup(uint32_t workers, uint32_t heartbeat_polls) {
    setup_with(workers, 64 * workers, heartbeat_polls);
}

static void a_fork_that_nobody_takes_costs_no_atomic_operation(void) {
    setup(1, 0);
    vtable[SLOT_ROOT] = counted_fib;
    host_inject(frame_single(0, SLOT_ROOT, 0));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(pn_frame_at(host_frame(0))->result, 75025);
    CHECK_EQ(atomics_of_fib, 0); /* 121392 forks and joins */
    CHECK_EQ(COUNTER(polls), 1);
    CHECK_EQ(COUNTER(promotions), 0);
}

static void a_promoted_fork_costs_some(void) {
    setup(1, 1); /* every poll is a beat */
    vtable[SLOT_ROOT] = counted_fib;
    host_inject(frame_single(0, SLOT_ROOT, 0));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(pn_frame_at(host_frame(0))->result, 75025);
    CHECK(COUNTER(promotions) > 0);
    CHECK(atomics_of_fib >= 4 * COUNTER(promotions));
}

/* ---- shortage ---- */

static uint32_t other(uint32_t record);

/* Takes all frames at first and gives them back after a few beats. */
static int64_t hoards_frames(int64_t i, int64_t a, int64_t b, int64_t c) {
    static int32_t handles[8];
    static uint32_t held;
    static uint64_t promotions;
    (void)a, (void)b, (void)c;
    if (i == 1) {
        for (held = 0; held < 8 && (handles[held] = penny_spawn(SLOT_OTHER, (penny_words){.a = 1})) != 0;) held++;
        CHECK(held > 0 && held < 8);
        promotions = COUNTER(promotions);
    }
    if (i == 5) {
        CHECK_EQ(COUNTER(promotions), promotions); /* four beats for nothing */
        while (held > 0) penny_await(handles[--held]);
    }
    if (i == 7) CHECK(COUNTER(promotions) > promotions);
    return i;
}

static int64_t sum_of(int64_t left, int64_t right) {
    return left + right;
}

static uint32_t hoarding_root(uint32_t record) {
    penny_beat_flag = PN_POLL_AGAIN;
    record_of(record)[0] = (uint64_t)penny_reduce(0, 1000, hoards_frames, 0, 0, 0, sum_of, 0);
    return PN_OUTCOME_DONE;
}

static void a_loop_that_found_no_room_gives_parts_away_later(void) {
    setup_with(1, 4, 1);
    vtable[SLOT_ROOT] = hoarding_root;
    vtable[SLOT_OTHER] = other;
    host_inject(frame_single(0, SLOT_ROOT, 0));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(pn_frame_at(host_frame(0))->result, 499500);
    check_nothing_leaked();
}

/* ---- forks beyond the list ---- */

static int64_t skewed(int64_t n) {
    if (n == 0) return 0;
    penny_pair both = guest_join(skewed, n - 1, fib, 2);
    return both.first + both.second;
}

static uint32_t deep_root(uint32_t record) {
    penny_beat();
    record_of(record)[0] = (uint64_t)skewed((int64_t)record_of(record)[1]);
    return PN_OUTCOME_DONE;
}

/* Without a beat and with one at every poll: the deeper forks are neither written nor promoted, and all are joined. */
static void forks_beyond_the_list_run_where_they_are(void) {
    for (uint32_t polls = 0; polls < 2; polls++) {
        for (uint64_t depth = PENNY_FORKS_MAX - 2; depth < PENNY_FORKS_MAX + 3; depth++) {
            setup(1, polls);
            vtable[SLOT_ROOT] = deep_root;
            host_inject(frame_single(0, SLOT_ROOT, depth));
            CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
            CHECK_EQ(pn_frame_at(host_frame(0))->result, depth);
            CHECK_EQ(penny_forks.top, PENNY_FORK_BYTES);
            CHECK_EQ(penny_forks.promoted, PENNY_FORK_BYTES);
            check_nothing_leaked();
        }
    }
}

/* ---- waits in the middle of older private forks and loops ---- */

static pn_word others;

static uint32_t other(uint32_t record) {
    pn_fetch_add_relaxed(&others, 1);
    record_of(record)[0] = (uint64_t)fib((int64_t)record_of(record)[2]);
    return PN_OUTCOME_DONE;
}

static int64_t waits(int64_t n) {
    int32_t handle = penny_spawn(SLOT_OTHER, (penny_words){.a = n});
    return fib(2) + (handle != 0 ? penny_await(handle) : fib(n));
}

static int64_t waits_in_a_loop(int64_t i, int64_t n, int64_t b, int64_t c) {
    (void)b, (void)c;
    return waits(n) + (i & 0);
}

static int64_t add(int64_t left, int64_t right) {
    return left + right;
}

static uint32_t waiting_root(uint32_t record) {
    penny_pair both = guest_join(waits, 12, waits, 12);
    int64_t sum = penny_reduce(0, 40, waits_in_a_loop, 8, 0, 0, add, 0);
    penny_scope scope = penny_scope_begin();
    int64_t scoped[3];
    for (int i = 0; i < 3; i++) penny_scope_fork(&scope, waits, 8, &scoped[i]);
    sum += waits(8);
    penny_scope_end(&scope);
    for (int i = 0; i < 3; i++) sum += scoped[i];
    record_of(record)[0] = (uint64_t)(both.first + both.second + sum);
    return PN_OUTCOME_DONE;
}

static uint32_t roots;

static void submit(void *unused) {
    (void)unused;
    penny_beat_flag = PN_POLL_AGAIN;
    for (uint32_t i = 0; i < roots; i++) pool_inject(frame_single(i, SLOT_ROOT, 0));
    pool_wait_completed(roots);
}

static void a_wait_keeps_older_forks_with_their_task(void) {
    roots = rounds(100);
    for (uint32_t i = 0; i < 12; i++) {
        static const uint32_t polls_to_beat[] = {2, 7, 20, 50};
        uint32_t workers = 1 + i % 3;
        setup(workers, polls_to_beat[i / 3]);
        vtable[SLOT_ROOT] = waiting_root;
        vtable[SLOT_OTHER] = other;
        pool_start(0);
        pool_run(submit, 0);
        for (uint32_t root = 0; root < roots; root++) CHECK_EQ(pn_frame_at(host_frame(root))->result, 2 * 145 + (40 + 4) * 22);
        check_nothing_leaked();
    }
}

const test sdk_tests[] = {
    {"a_fork_that_nobody_takes_costs_no_atomic_operation", a_fork_that_nobody_takes_costs_no_atomic_operation},
    {"a_promoted_fork_costs_some", a_promoted_fork_costs_some},
    {"a_loop_that_found_no_room_gives_parts_away_later", a_loop_that_found_no_room_gives_parts_away_later},
    {"forks_beyond_the_list_run_where_they_are", forks_beyond_the_list_run_where_they_are},
    {"a_wait_keeps_older_forks_with_their_task", a_wait_keeps_older_forks_with_their_task},
    {0, 0},
};
