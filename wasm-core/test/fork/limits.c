/* limits.c - what happens when something runs out: nesting, frames, room in the deque. And what a fork costs. */
#include "deque.h"
#include "fork.h"
#include "native.h"
#include "penny/penny.h"

enum { SLOT_CHAIN = 1, SLOT_LEAF, SLOT_WIDE };

static uint32_t deepest, failures;

static pn_ref forked(uint32_t slot, uint64_t argument) {
    pn_ref job = penny_fork_alloc(current_worker(), slot);
    if (job == 0) return 0;
    record_of(job + PN_RECORD_OFFSET)[1] = argument;
    penny_fork_push(current_worker(), job);
    return job;
}

/* Each level runs the next as a dispatch inside its own. */
static uint32_t chain(uint32_t record) {
    uint64_t level = record_of(record)[1];
    uint32_t worker = current_worker();
    if (level > deepest) deepest = (uint32_t)level;
    pn_ref job = forked(SLOT_CHAIN, level + 1);
    CHECK(job != 0);
    CHECK_EQ(penny_join(worker, job), PN_FRAME_READY);
    uint32_t state = penny_fork_run(worker, job);
    penny_fork_release(worker, job);
    if (state == PN_FRAME_FAILED) failures++;
    return state == PN_FRAME_DONE ? PN_OUTCOME_DONE : PN_OUTCOME_FAILED;
}

static void run_one(uint32_t slot, uint32_t deque, uint32_t frames, uint64_t argument) {
    core_new(1, deque, 4, frames);
    vtable[SLOT_CHAIN] = chain;
    host_inject(frame_single(0, slot, argument));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(completions_of(host_frame(0)), 1);
    check_nothing_leaked();
}

static void too_deep_a_nest_fails_and_says_so(void) {
    run_one(SLOT_CHAIN, 4, PN_NEST_MAX + 2, 0);
    CHECK_EQ(deepest, PN_NEST_MAX);
    CHECK_EQ(failures, PN_NEST_MAX + 1);
    CHECK_EQ(pn_load_relaxed(&pn_frame_at(host_frame(0))->state), PN_FRAME_FAILED);
    CHECK_EQ(pn_worker_at(0)->nest, 0);
}

/* ---- frames and deque ---- */

static uint32_t leaf(uint32_t record) {
    record_of(record)[0] = record_of(record)[1] + 1;
    return PN_OUTCOME_DONE;
}

/* Forks more than there are frames: the rest it would run itself. */
static uint32_t allocated, pushed;

static uint32_t wide(uint32_t record) {
    pn_ref jobs[16];
    uint64_t sum = 0;
    uint32_t worker = current_worker();
    allocated = pushed = 0;
    for (uint32_t i = 0; i < 16; i++) {
        jobs[i] = penny_fork_alloc(worker, SLOT_LEAF);
        if (jobs[i] == 0) continue;
        record_of(jobs[i] + PN_RECORD_OFFSET)[1] = i;
        allocated++;
        pushed += penny_fork_push(worker, jobs[i]);
    }
    for (uint32_t i = 0; i < 16; i++) {
        if (jobs[i] == 0) continue;
        CHECK_EQ(penny_join(worker, jobs[i]), PN_FRAME_READY);
        CHECK_EQ(penny_fork_run(worker, jobs[i]), PN_FRAME_DONE);
        sum += record_of(jobs[i] + PN_RECORD_OFFSET)[0];
        penny_fork_release(worker, jobs[i]);
    }
    record_of(record)[0] = sum;
    return PN_OUTCOME_DONE;
}

static void run_wide(uint32_t frames, uint32_t expected_allocated, uint32_t expected_pushed) {
    vtable[SLOT_LEAF] = leaf;
    vtable[SLOT_WIDE] = wide;
    run_one(SLOT_WIDE, 4, frames, 0);
    CHECK_EQ(allocated, expected_allocated);
    CHECK_EQ(pushed, expected_pushed);
    CHECK_EQ(pn_frame_at(host_frame(0))->result, expected_allocated * (expected_allocated + 1) / 2);
}

static void no_frame_left_is_zero(void) {
    run_wide(3, 3, 3);
    run_wide(0, 0, 0);
}

static void a_full_deque_keeps_the_fork_with_its_owner(void) {
    run_wide(16, 16, 4);
}

static void made_up_and_foreign_handles_are_no_children(void) {
    core_new(2, 4, 4, 8);
    pn_worker_at(0)->current_frame = host_frame(0);
    pn_worker_at(1)->current_frame = host_frame(1);
    pn_ref job = penny_fork_alloc(0, 1);
    CHECK_EQ(penny_join(0, host_frame(0)), 0);
    CHECK_EQ(penny_join(0, 12345), 0);
    CHECK_EQ(penny_join(1, job), 0);
    CHECK_EQ(penny_join(0, job + 4), 0);
    penny_fork_push(0, job);
    CHECK_EQ(penny_join(0, job), PN_FRAME_READY);
    CHECK_EQ(penny_join(0, job), 0); /* not twice */
    penny_fork_release(0, job);
    CHECK_PANIC(BAD_STATE, penny_fork_release(0, job));
}

static void nothing_forks_outside_a_dispatch(void) {
    core_new(1, 4, 4, 8);
    CHECK_EQ(penny_fork_alloc(0, 1), 0);
    CHECK_EQ(penny_join(0, 4096), 0);
    CHECK_EQ(penny_worker_fail(0, 0), PN_STATUS_NOTHING);
}

/* ---- heartbeat ---- */

static void a_beat_promotes_once(void) {
    core_new(1, 4, 4, 8);
    pn_globals *g = pn_globals_get();
    CHECK_EQ(penny_poll(0), PN_POLL_PROMOTE); /* the timer rested: promote, and start it */
    CHECK_EQ(pn_load_relaxed(&g->heartbeat_timer), 1);
    CHECK_EQ(penny_poll(0), 0);
    pn_store_relaxed(&g->heartbeat, 1);
    CHECK_EQ(penny_poll(0), PN_POLL_PROMOTE);
    CHECK_EQ(penny_poll(0), 0); /* one promotion for one beat */
    pn_store_relaxed(&g->heartbeat, 9);
    CHECK_EQ(penny_poll(0), PN_POLL_PROMOTE); /* and for several that went by */
    CHECK_EQ(penny_poll(0), 0);
}

static void a_promoted_fork_wakes_a_sleeper(void) {
    core_new(2, 4, 4, 8);
    CHECK_EQ(worker_run(1, 0), PN_RUN_PARK);
    pn_store_relaxed(&pn_globals_get()->sleepers[0], 2);
    pn_worker_at(0)->current_frame = host_frame(0);
    pn_ref job = penny_fork_alloc(0, 1);
    CHECK_EQ(pn_load_relaxed(&pn_globals_get()->sleepers[0]), 2);
    CHECK(penny_fork_push(0, job));
    CHECK_EQ(pn_load_relaxed(&pn_globals_get()->sleepers[0]), 0);
    CHECK_EQ(COUNTER(wakeups_sent), 1);
}

#if defined(PN_COUNT_ATOMICS)
/* What the counter build adds: no atomic operation on the way of a fork that nobody promotes. */
static void a_poll_without_a_beat_is_not_atomic(void) {
    core_new(1, 4, 4, 8);
    penny_poll(0);
    uint64_t before = pn_test_atomics;
    for (uint32_t i = 0; i < 1000; i++) CHECK_EQ(penny_poll(0), 0);
    CHECK_EQ(pn_test_atomics, before);
    CHECK_EQ(COUNTER(polls), 1001);
    pn_worker_at(0)->current_frame = host_frame(0);
    pn_ref job = penny_fork_alloc(0, 1);
    penny_fork_push(0, job);
    CHECK_EQ(penny_join(0, job), PN_FRAME_READY);
    CHECK(pn_test_atomics - before >= 4); /* the counter counts: a promotion and its reclaim are atomic */
    printf("     %u atomic operations for a promoted fork that is taken back\n", (uint32_t)(pn_test_atomics - before));
}
#endif

const test limits_tests[] = {
    {"too_deep_a_nest_fails_and_says_so", too_deep_a_nest_fails_and_says_so},
    {"no_frame_left_is_zero", no_frame_left_is_zero},
    {"a_full_deque_keeps_the_fork_with_its_owner", a_full_deque_keeps_the_fork_with_its_owner},
    {"made_up_and_foreign_handles_are_no_children", made_up_and_foreign_handles_are_no_children},
    {"nothing_forks_outside_a_dispatch", nothing_forks_outside_a_dispatch},
    {"a_beat_promotes_once", a_beat_promotes_once},
    {"a_promoted_fork_wakes_a_sleeper", a_promoted_fork_wakes_a_sleeper},
#if defined(PN_COUNT_ATOMICS)
    {"a_poll_without_a_beat_is_not_atomic", a_poll_without_a_beat_is_not_atomic},
#endif
    {0, 0},
};
