/* ends.c - hazards at the ends of forks: one that was never pushed, one that comes back too deep, one that waits for what its
 * joiner holds. */
#include "frame.h"
#include "graph/graphs.h"
#include "idle.h"
#include "native.h"
#include "penny/penny.h"

enum { SLOT_NOP = 1, SLOT_OUTER, SLOT_FORK, SLOT_COUNT_RUNS };

static uint32_t nop(uint32_t record) {
    (void)record;
    return PN_OUTCOME_DONE;
}

static void give_up(uint32_t worker) {
    static uint32_t waits;
    (void)worker;
    if (++waits > 1000) test_fail(__FILE__, __LINE__, "waits for a fork that was never pushed");
}

static uint32_t traps_before_the_push(uint32_t record) {
    (void)record;
    CHECK(penny_fork_alloc(current_worker(), SLOT_NOP) != 0);
    task_trap();
}

static uint32_t returns_before_the_push(uint32_t record) {
    (void)record;
    CHECK(penny_fork_alloc(current_worker(), SLOT_NOP) != 0);
    return PN_OUTCOME_DONE;
}

static void fork_that_is_not_pushed(task_function outer, uint32_t state) {
    test_policy = PN_POLICY_WORK_STEALING;
    core_new(2, 4, 16, 16);
    vtable[SLOT_NOP] = nop;
    vtable[SLOT_OUTER] = outer;
    on_wait = give_up;
    CHECK(host_inject(frame_single(0, SLOT_OUTER, 0)));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(pn_load_relaxed(&pn_frame_at(host_frame(0))->state), state);
    check_nothing_leaked();
}

static void a_trap_before_the_push(void) {
    fork_that_is_not_pushed(traps_before_the_push, PN_FRAME_FAILED);
}

static void no_push_at_all(void) {
    fork_that_is_not_pushed(returns_before_the_push, PN_FRAME_DONE);
}

/* ---- a nest at its limit */

static uint32_t joined;

static uint32_t waits_once(uint32_t record) {
    return record_of(record)[1]++ == 0 ? PN_OUTCOME_WAIT : PN_OUTCOME_DONE;
}

/* Worker 1 takes the fork and suspends it; the host resumes it, so the joiner would have to run it. */
static void join_what_is_resumed(uint32_t worker) {
    pn_ref job = penny_fork_alloc(worker, SLOT_FORK);
    record_of(job + PN_RECORD_OFFSET)[1] = 0;
    CHECK(penny_fork_push(worker, job));
    *host_worker_slot() = 1;
    penny_worker_run(1, 0);
    *host_worker_slot() = worker;
    CHECK_EQ(pn_cas_acq_rel(&pn_frame_at(job)->state, PN_FRAME_BLOCKED, PN_FRAME_READY), PN_FRAME_BLOCKED);
    joined = penny_join(worker, job);
    penny_fork_release(worker, job);
}

static uint32_t nests(uint32_t record) {
    uint64_t level = record_of(record)[1];
    uint32_t worker = current_worker();
    if (level == PN_NEST_MAX) {
        join_what_is_resumed(worker);
        return PN_OUTCOME_DONE;
    }
    pn_ref job = penny_fork_alloc(worker, SLOT_OUTER);
    record_of(job + PN_RECORD_OFFSET)[1] = level + 1;
    CHECK(penny_fork_push(worker, job));
    CHECK_EQ(penny_join(worker, job), PN_FRAME_READY);
    CHECK_EQ(penny_fork_run(worker, job), PN_FRAME_DONE);
    penny_fork_release(worker, job);
    return PN_OUTCOME_DONE;
}

static void a_fork_that_comes_back_too_deep(void) {
    test_policy = PN_POLICY_WORK_STEALING;
    core_new(2, 4, 4, 1024);
    vtable[SLOT_OUTER] = nests;
    vtable[SLOT_FORK] = waits_once;
    CHECK_EQ(worker_run(1, 0), PN_RUN_PARK);
    CHECK(host_inject(frame_single(0, SLOT_OUTER, 0)));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(joined, PN_FRAME_FAILED);
    CHECK_EQ(COUNTER(failed), 1);
}

/* ---- what a joiner holds */

enum { NODES = 13, HELD_FIRST = 10 }; /* one kept, 4 in the deque, 4 in the queue outside: the last that were released are held */

static pn_word runs[NODES], fork_started;

static uint32_t runs_of(uint32_t from, uint32_t to) {
    uint32_t sum = 0;
    for (uint32_t i = from; i < to; i++) sum += pn_load_acquire(&runs[i]);
    return sum;
}

static uint32_t all_held_have_run(void *unused) {
    (void)unused;
    return runs_of(HELD_FIRST, NODES) == NODES - HELD_FIRST;
}

static uint32_t all_queued_have_run(void *unused) {
    (void)unused;
    return runs_of(2, HELD_FIRST) == HELD_FIRST - 2;
}

static uint32_t fork_has_started(void *unused) {
    (void)unused;
    return pn_load_acquire(&fork_started);
}

static uint32_t counts(uint32_t record) {
    pn_fetch_add_relaxed(&runs[record_of(record)[1]], 1);
    return PN_OUTCOME_DONE;
}

/* As a task does that waits for a handle. */
static uint32_t helps_until_the_held_have_run(uint32_t record) {
    (void)record;
    pn_store_release(&fork_started, 1);
    for (uint32_t rounds = 0; !all_held_have_run(0); rounds++) { /* ends: when they have run */
        if (rounds == 5000000) test_fail(__FILE__, __LINE__, "the joiner holds what its fork waits for");
        penny_worker_help(current_worker());
    }
    return PN_OUTCOME_DONE;
}

static uint32_t joins_while_it_holds(uint32_t record) {
    uint32_t worker = current_worker();
    counts(record);
    host_wait(all_queued_have_run, 0); /* by the other worker */
    pn_ref job = penny_fork_alloc(worker, SLOT_FORK);
    CHECK(job != 0 && penny_fork_push(worker, job));
    pn_idle_notify(pn_worker_at(worker));
    host_wait(fork_has_started, 0);
    CHECK_EQ(penny_join(worker, job), PN_FRAME_DONE);
    penny_fork_release(worker, job);
    return PN_OUTCOME_DONE;
}

static void inject_graph(void *unused) {
    (void)unused;
    pool_inject(graph_frame(0));
    pool_wait_completed(1);
}

static void a_joiner_holds_nothing_that_its_fork_needs(void) {
    test_policy = PN_POLICY_WORK_STEALING;
    core_new(2, 4, 4, 16);
    vtable[SLOT_COUNT_RUNS] = counts;
    vtable[SLOT_OUTER] = joins_while_it_holds;
    vtable[SLOT_FORK] = helps_until_the_held_have_run;
    graph_new(0);
    for (uint32_t i = 0; i < NODES; i++) graph_node(i == 1 ? SLOT_OUTER : SLOT_COUNT_RUNS, 0);
    for (uint32_t i = 1; i < NODES; i++) graph_edge(0, i, 0);
    graph_place();
    pool_start(0);
    pool_run(inject_graph, 0);
    for (uint32_t i = 0; i < NODES; i++) CHECK_EQ(pn_load_relaxed(&runs[i]), 1);
}

const test fork_end_tests[] = {
    {"a_trap_before_the_push_of_a_fork", a_trap_before_the_push},
    {"a_fork_that_nobody_pushed_runs_in_the_end", no_push_at_all},
    {"a_fork_that_comes_back_too_deep_fails", a_fork_that_comes_back_too_deep},
    {"a_joiner_holds_nothing_that_its_fork_needs", a_joiner_holds_nothing_that_its_fork_needs},
    {0},
};
