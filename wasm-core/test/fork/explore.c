/* explore.c - every schedule of small forks and joins (seeded build only). */
#include "deque.h"
#include "find.h"
#include "fork.h"
#include "frame.h"
#include "host_seeded.h"
#include "injector.h"
#include "join.h"
#include "native.h"
#include "penny/penny.h"
#include "run.h"

enum { SLOT_LEAF = 1, SLOT_INNER, SLOT_SUSPENDS, SLOT_HELPS, SLOT_STRANGER };

static uint32_t runs[32], schedules, frames_each;

static uint32_t leaf(uint32_t record) {
    runs[record_of(record)[1]]++;
    record_of(record)[0] = record_of(record)[1] + 100;
    return PN_OUTCOME_DONE;
}

static uint32_t helper;

/* Work of a stranger: run only by the worker that helps, never by the one that waits for the helper. */
static uint32_t stranger_leaf(uint32_t record) {
    if (helper == 1) CHECK_EQ(current_worker(), 1); /* worker 0 is the one that waits; a thief may have it */
    return leaf(record);
}

static pn_ref forked(uint32_t worker, uint32_t slot, uint64_t argument) {
    pn_ref job = penny_fork_alloc(worker, slot);
    CHECK(job != 0);
    record_of(job + PN_RECORD_OFFSET)[1] = argument;
    record_of(job + PN_RECORD_OFFSET)[2] = 0;
    penny_fork_push(worker, job);
    return job;
}

static uint64_t joined(uint32_t worker, pn_ref job) {
    uint32_t state = penny_join(worker, job);
    if (state == PN_FRAME_READY) state = penny_fork_run(worker, job);
    CHECK_EQ(state, PN_FRAME_DONE);
    uint64_t result = record_of(job + PN_RECORD_OFFSET)[0];
    penny_fork_release(worker, job);
    return result;
}

static uint32_t inner(uint32_t record) {
    uint32_t worker = current_worker();
    uint64_t number = record_of(record)[1];
    runs[number]++;
    record_of(record)[0] = number + 100 + joined(worker, forked(worker, SLOT_LEAF, number + 1));
    return PN_OUTCOME_DONE;
}

static pn_ref suspended;

static uint32_t suspends(uint32_t record) {
    if (record_of(record)[2]++ == 0) {
        suspended = record - PN_RECORD_OFFSET;
        return PN_OUTCOME_WAIT;
    }
    return leaf(record);
}

/* A task of the host that waits for something else. */
static uint32_t helps(uint32_t record) {
    helper = current_worker();
    while (penny_worker_help(helper) != 0) continue; /* ends: one stranger waits in the injector */
    return inner(record);
}

static uint32_t stranger(uint32_t record) {
    (void)record;
    joined(current_worker(), forked(current_worker(), SLOT_STRANGER, 5));
    return PN_OUTCOME_DONE;
}

static uint32_t stranger_or_leaf(uint32_t record) {
    return record_of(record)[1] >= 5 ? stranger_leaf(record) : stranger(record);
}

/* ---- two workers that are inside a dispatch, without the loop around it ---- */

static void setup(uint32_t workers, uint32_t frames) {
    core_new(workers, 4, 4, frames * workers);
    frames_each = frames;
    pn_globals_get()->spin_rounds = 1;
    vtable[SLOT_LEAF] = leaf;
    vtable[SLOT_INNER] = inner;
    vtable[SLOT_SUSPENDS] = suspends;
    vtable[SLOT_HELPS] = helps;
    vtable[SLOT_STRANGER] = stranger_or_leaf;
    schedules = 0;
}

/* To the very same state before every schedule. */
static void reset(void) {
    pn_globals *g = pn_globals_get();
    memset(runs, 0, sizeof runs);
    suspended = 0;
    g->sleepers[0].raw = 0;
    for (uint32_t id = 0; id < g->worker_count; id++) {
        pn_worker *w = pn_worker_at(id);
        w->top.raw = w->bottom.raw = PN_DEQUE_INDEX_START;
        w->state.raw = PN_WORKER_RUNNING;
        w->current_frame = 0;
        w->nest = 0;
        w->helping.raw = 0;
        w->held_frame = 0;
        w->polls_left = pn_globals_get()->poll_interval;
        w->rng = id + 1;
        w->free_frames = 0;
        w->frames_bump = w->frames_limit - frames_each * (uint32_t)sizeof(pn_frame);
    }
    pn_frame_at(host_frame(0))->children = 0;
    pn_worker_at(0)->current_frame = host_frame(0);
}

static void check_all_free(void) {
    CHECK_EQ(COUNTER(frames_allocated), COUNTER(frames_freed));
    schedules++;
}

static void be(uint32_t worker) {
    *host_worker_slot() = worker;
}

static void forks_one(void *slot) {
    be(0);
    CHECK_EQ(joined(0, forked(0, (uint32_t)(uintptr_t)slot, 1)), slot == (void *)SLOT_INNER ? 203 : 101);
}

/* The second job is likely to get the frame of the first, whose thief may not have looked for a waiter yet. */
static void forks_one_after_the_other(void *unused) {
    (void)unused;
    be(0);
    CHECK_EQ(joined(0, forked(0, SLOT_LEAF, 1)), 101);
    CHECK_EQ(joined(0, forked(0, SLOT_LEAF, 2)), 102);
}

static void joins_the_oldest_first(void *unused) {
    (void)unused;
    be(0);
    pn_ref one = forked(0, SLOT_LEAF, 1), two = forked(0, SLOT_LEAF, 2);
    CHECK_EQ(joined(0, one), 101);
    CHECK_EQ(joined(0, two), 102);
}

static void cancels_one(void *unused) {
    (void)unused;
    be(0);
    pn_ref job = forked(0, SLOT_LEAF, 1);
    uint32_t never = penny_fork_cancel(0, job);
    CHECK_EQ(penny_join(0, job), never ? PN_FRAME_CANCELLED : PN_FRAME_DONE);
    CHECK_EQ(runs[1], !never);
    penny_fork_release(0, job);
}

static void dies_with_a_child(void *unused) {
    (void)unused;
    be(0);
    forked(0, SLOT_LEAF, 1);
    CHECK_EQ(pn_join_children(pn_worker_at(0), host_frame(0), 1), 0);
    CHECK_EQ(COUNTER(frames_allocated), COUNTER(frames_freed));
}

static void steals(void *worker_and_times) {
    uint32_t worker = (uint32_t)(uintptr_t)worker_and_times % 16;
    be(worker);
    for (uint32_t times = (uint32_t)(uintptr_t)worker_and_times / 16; times > 0; times--) {
        pn_ref job = pn_find_steal(pn_worker_at(worker), 0);
        if (job > PN_STEAL_RETRY) pn_run_frame(pn_worker_at(worker), job, UINT32_MAX);
    }
}

static void explored(uint32_t thieves, uintptr_t steals_each, void (*owner)(void *), uintptr_t argument,
                     uint32_t preemptions, uint32_t jobs) {
    setup(thieves + 1, 2);
    explore_begin(preemptions);
    do {
        reset();
        host_spawn(owner, (void *)argument);
        for (uintptr_t id = 1; id <= thieves; id++) host_spawn(steals, (void *)(id + 16 * steals_each));
        host_join(); /* a lost wake-up is a deadlock here */
        for (uint32_t i = 1; i <= jobs; i++) CHECK_EQ(runs[i], 1);
        check_all_free();
    } while (explore_next());
    printf("     %u schedules, up to %u preemptions\n", schedules, preemptions);
}

static void join_against_one_thief(void) {
    explored(1, 1, forks_one, SLOT_LEAF, test_quick ? 4 : 6, 1);
}

static void join_against_two_thieves(void) {
    explored(2, 1, forks_one, SLOT_LEAF, test_quick ? 2 : 3, 1);
}

static void leapfrog_takes_a_grandchild(void) {
    explored(1, 1, forks_one, SLOT_INNER, test_quick ? 3 : 4, 2);
}

static void leapfrog_against_another_thief(void) {
    explored(2, 1, forks_one, SLOT_INNER, 2, 2);
}

static void frame_is_used_again_at_once(void) {
    explored(2, 1, forks_one_after_the_other, 0, test_quick ? 2 : 3, 2);
}

static void joins_in_the_wrong_order(void) {
    explored(1, 2, joins_the_oldest_first, 0, test_quick ? 3 : 4, 2);
}

static void cancel_against_a_thief(void) {
    explored(1, 1, cancels_one, 0, 6, 0);
}

static void death_against_a_thief(void) {
    explored(1, 1, dies_with_a_child, 0, 6, 0);
}

/* ---- a child that suspends: its thief on the way out, the host that resumes it, the joiner ---- */

static uint32_t has_suspended(void *unused) {
    (void)unused;
    return suspended != 0 || runs[1] != 0;
}

static void resumes(void *unused) {
    (void)unused;
    host_wait(has_suspended, 0);
    if (suspended == 0) return;
    pn_frame *frame = pn_frame_at(suspended);
    if (pn_cas_acq_rel(&frame->state, PN_FRAME_RUNNING, PN_FRAME_READY) != PN_FRAME_RUNNING)
        CHECK_EQ(pn_cas_acq_rel(&frame->state, PN_FRAME_BLOCKED, PN_FRAME_READY), PN_FRAME_BLOCKED);
    if (pn_load_seq_cst(&frame->waiter) & PN_WAITER_PARKS) host_wake(0);
}

static void resume_against_thief_and_joiner(void) {
    uint32_t preemptions = test_quick ? 3 : 4;
    setup(2, 2);
    explore_begin(preemptions);
    do {
        reset();
        host_spawn(forks_one, (void *)SLOT_SUSPENDS);
        host_spawn(steals, (void *)(uintptr_t)(1 + 16));
        host_spawn(resumes, 0);
        host_join();
        CHECK_EQ(runs[1], 1);
        check_all_free();
    } while (explore_next());
    printf("     %u schedules, up to %u preemptions\n", schedules, preemptions);
}

/* ---- a thief that helps strangers while its owner waits for it ---- */

static void forks_a_helper(void *unused) {
    (void)unused;
    be(0);
    CHECK_EQ(joined(0, forked(0, SLOT_HELPS, 1)), 203);
}

static void waiter_takes_nothing_its_thief_helps_with(void) {
    static const uint32_t kinds[] = {PN_KIND_SINGLE, PN_KIND_BULK};
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t preemptions = test_quick ? 2 : 3;
        setup(2, 8);
        explore_begin(preemptions);
        do {
            reset();
            pn_ref frame = kinds[i] == PN_KIND_SINGLE ? frame_single(1, SLOT_STRANGER, 0)
                                                      : frame_bulk(1, 0, SLOT_STRANGER, 16, 5);
            pn_injector *injector = pn_injector_at(PN_PRIORITY_NORMAL);
            injector->head.raw = injector->tail.raw = PN_INJECTOR_INDEX_START;
            for (uint32_t c = 0; c < 4; c++) injector->cells[c].sequence.raw = PN_INJECTOR_INDEX_START + c;
            CHECK(pn_injector_push(injector, frame));
            host_spawn(forks_a_helper, 0);
            host_spawn(steals, (void *)(uintptr_t)(1 + 16));
            host_join();
            CHECK_EQ(runs[1] + runs[2], 2);
            schedules++;
        } while (explore_next());
        printf("     %u schedules, kind %u, up to %u preemptions\n", schedules, kinds[i], preemptions);
    }
}

const test explore_fork_tests[] = {
    {"join_against_one_thief", join_against_one_thief},
    {"join_against_two_thieves", join_against_two_thieves},
    {"leapfrog_takes_a_grandchild", leapfrog_takes_a_grandchild},
    {"leapfrog_against_another_thief", leapfrog_against_another_thief},
    {"frame_is_used_again_at_once", frame_is_used_again_at_once},
    {"joins_in_the_wrong_order", joins_in_the_wrong_order},
    {"cancel_against_a_thief", cancel_against_a_thief},
    {"death_against_a_thief", death_against_a_thief},
    {"resume_against_thief_and_joiner", resume_against_thief_and_joiner},
    {"waiter_takes_nothing_its_thief_helps_with", waiter_takes_nothing_its_thief_helps_with},
    {0, 0},
};
