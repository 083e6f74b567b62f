/* fork.c - hazards of forks and joins: exact sums whatever is stolen, shortage, failure, order of joins. */
#include "fork.h"

#include "join.h"
#include "native.h"
#include "penny/penny.h"

enum { SLOT_FIB = 1, SLOT_FORGETS, SLOT_TRAPPING_FIB, SLOT_OUT_OF_ORDER, SLOT_SUSPENDS };

/* Promotes at every poll that says so, as the SDK does, but without private jobs: a fork that is not promoted is a call. */
static uint32_t fork_now(uint32_t slot, uint64_t argument) {
    uint32_t worker = current_worker();
    if (!(penny_poll(worker) & PN_POLL_PROMOTE)) return 0;
    pn_ref job = penny_fork_alloc(worker, slot);
    if (job == 0) return 0;
    record_of(job + PN_RECORD_OFFSET)[1] = argument;
    penny_fork_push(worker, job);
    return job;
}

static uint64_t fib_of(uint64_t n, uint32_t slot);
static pn_word leaves;
static uint32_t trap_distance; /* leaves from one that traps to the next */

static uint64_t join_now(pn_ref job, uint64_t argument, uint32_t slot) {
    uint32_t worker = current_worker();
    if (job == 0) return fib_of(argument, slot);
    uint32_t state = penny_join(worker, job);
    if (state == PN_FRAME_READY) {
        penny_fork_release(worker, job);
        return fib_of(argument, slot);
    }
    if (state != PN_FRAME_DONE) {
        CHECK_EQ(state, PN_FRAME_FAILED);
        penny_fork_release(worker, job);
        task_trap();
    }
    uint64_t result = record_of(job + PN_RECORD_OFFSET)[0];
    penny_fork_release(worker, job);
    return result;
}

static uint64_t fib_of(uint64_t n, uint32_t slot) {
    if (n < 2) {
        if (slot == SLOT_TRAPPING_FIB && pn_fetch_add_relaxed(&leaves, 1) % trap_distance == 0) task_trap();
        return n;
    }
    pn_ref job = fork_now(slot, n - 2);
    uint64_t left = fib_of(n - 1, slot);
    return left + join_now(job, n - 2, slot);
}

static uint32_t fib(uint32_t record) {
    record_of(record)[0] = fib_of(record_of(record)[1], SLOT_FIB);
    return PN_OUTCOME_DONE;
}

static uint32_t trapping_fib(uint32_t record) {
    record_of(record)[0] = fib_of(record_of(record)[1], SLOT_TRAPPING_FIB);
    return PN_OUTCOME_DONE;
}

/* Forks and does not join: the core does. */
static pn_word forgotten_runs;
static uint32_t forgets(uint32_t record) {
    uint64_t n = record_of(record)[1];
    if (n == 0) {
        pn_fetch_add_relaxed(&forgotten_runs, 1);
        return PN_OUTCOME_DONE;
    }
    for (int i = 0; i < 3; i++) {
        pn_ref job = penny_fork_alloc(current_worker(), SLOT_FORGETS);
        CHECK(job != 0);
        record_of(job + PN_RECORD_OFFSET)[1] = n - 1;
        penny_fork_push(current_worker(), job);
    }
    return PN_OUTCOME_DONE;
}

/* Joins the oldest first. */
static uint32_t out_of_order(uint32_t record) {
    uint64_t n = record_of(record)[1];
    pn_ref jobs[3];
    uint64_t sum = 1;
    if (n == 0) {
        record_of(record)[0] = 1;
        return PN_OUTCOME_DONE;
    }
    for (int i = 0; i < 3; i++) {
        jobs[i] = penny_fork_alloc(current_worker(), SLOT_OUT_OF_ORDER);
        CHECK(jobs[i] != 0);
        record_of(jobs[i] + PN_RECORD_OFFSET)[1] = n - 1;
        penny_fork_push(current_worker(), jobs[i]);
    }
    for (int i = 0; i < 3; i++) {
        uint32_t state = penny_join(current_worker(), jobs[i]);
        if (state == PN_FRAME_READY) state = penny_fork_run(current_worker(), jobs[i]);
        CHECK_EQ(state, PN_FRAME_DONE);
        sum += record_of(jobs[i] + PN_RECORD_OFFSET)[0];
        penny_fork_release(current_worker(), jobs[i]);
    }
    record_of(record)[0] = sum;
    return PN_OUTCOME_DONE;
}

static struct {
    uint32_t slot, count;
    uint64_t argument;
} plan;

static void submit_all(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < plan.count; i++) pool_inject(frame_single(i, plan.slot, plan.argument));
    pool_wait_completed(plan.count);
}

static void run_plan(uint32_t workers, uint32_t deque, uint32_t frames, uint32_t slot, uint32_t count, uint64_t argument) {
    pn_globals *g = memory_new(8 << 20);
    g->worker_count = workers;
    g->deque_capacity = deque;
    g->injector_capacity = 4;
    g->frame_count = frames;
    g->heartbeat_polls = 1 + test_random(3);
    memory_init();
    vtable[SLOT_FIB] = fib;
    vtable[SLOT_TRAPPING_FIB] = trapping_fib;
    vtable[SLOT_FORGETS] = forgets;
    vtable[SLOT_OUT_OF_ORDER] = out_of_order;
    plan.slot = slot;
    plan.count = count;
    plan.argument = argument;
    pool_start(0);
    pool_run(submit_all, 0);
    for (uint32_t i = 0; i < count; i++) CHECK_EQ(completions_of(host_frame(i)), 1);
    check_nothing_leaked();
}

static void sums_are_exact(uint32_t workers, uint32_t deque, uint32_t frames) {
    uint32_t count = rounds(400);
    run_plan(workers, deque, frames, SLOT_FIB, count, 13);
    for (uint32_t i = 0; i < count; i++) CHECK_EQ(pn_frame_at(host_frame(i))->result, 233);
}

static void sums_are_exact_with_one_worker(void) {
    sums_are_exact(1, 4, 8);
}

static void sums_are_exact_with_two_workers(void) {
    sums_are_exact(2, 16, 64);
}

static void sums_are_exact_with_four_workers_and_little_room(void) {
    sums_are_exact(4, 4, 12);
}

static void failures_reach_the_joiner_and_leave_nothing(void) {
    uint32_t count = rounds(400);
    uint64_t done = 0, failed = 0;
    trap_distance = 150 + test_random(100);
    run_plan(3, 4, 24, SLOT_TRAPPING_FIB, count, 11);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t state = pn_load_relaxed(&pn_frame_at(host_frame(i))->state);
        if (state == PN_FRAME_DONE) {
            done++;
            CHECK_EQ(pn_frame_at(host_frame(i))->result, 89);
        } else {
            failed++;
            CHECK_EQ(state, PN_FRAME_FAILED);
        }
    }
    CHECK(failed > 0);
    CHECK_EQ(done + failed, count);
}

static void forgotten_forks_end_before_their_parent(void) {
    uint32_t count = rounds(100);
    pn_store_relaxed(&forgotten_runs, 0);
    run_plan(2, 16, 512, SLOT_FORGETS, count, 3);
    CHECK_EQ(pn_load_relaxed(&forgotten_runs), 27 * (uint64_t)count);
}

static void joins_in_any_order_find_their_child(void) {
    uint32_t count = rounds(200);
    run_plan(2, 16, 256, SLOT_OUT_OF_ORDER, count, 3);
    for (uint32_t i = 0; i < count; i++) CHECK_EQ(pn_frame_at(host_frame(i))->result, 40);
}

const test fork_tests[] = {
    {"sums_are_exact_with_one_worker", sums_are_exact_with_one_worker},
    {"sums_are_exact_with_two_workers", sums_are_exact_with_two_workers},
    {"sums_are_exact_with_four_workers_and_little_room", sums_are_exact_with_four_workers_and_little_room},
    {"failures_reach_the_joiner_and_leave_nothing", failures_reach_the_joiner_and_leave_nothing},
    {"forgotten_forks_end_before_their_parent", forgotten_forks_end_before_their_parent},
    {"joins_in_any_order_find_their_child", joins_in_any_order_find_their_child},
    {0, 0},
};
