/* results.c - hazard: a task made bytes and failed after that. Nobody gets them, so the core frees them. */
#include "graph/graphs.h"
#include "native.h"
#include "penny/penny.h"

enum { SLOT_FAILS = 1, SLOT_BYTES, ITEMS = 3 };

static uint32_t fails(uint32_t record) {
    (void)record;
    return PN_OUTCOME_FAILED;
}

static uint32_t traps(uint32_t record) {
    (void)record;
    task_trap();
}

static void make_bytes(uint32_t record) {
    record_of(record)[0] = (uint64_t)penny_heap_alloc(current_worker(), 8) << 32 | 8;
}

/* Its result is done when the fork that it has left behind fails. */
static uint32_t makes_bytes_and_leaves_a_fork(uint32_t record) {
    pn_ref job = penny_fork_alloc(current_worker(), SLOT_FAILS);
    CHECK(job != 0);
    penny_fork_push(current_worker(), job);
    make_bytes(record);
    return PN_OUTCOME_DONE;
}

/* As a guest does whose function that frees memory traps. */
static uint32_t makes_bytes_and_traps(uint32_t record) {
    make_bytes(record);
    task_trap();
}

static void release_failed(uint32_t worker) {
    pn_ref child = pn_worker_at(worker)->failed_child;
    pn_worker_at(worker)->failed_child = 0;
    if (child != 0) penny_fork_release(worker, child);
}

static void completed(uint32_t worker, uint32_t frame) {
    (void)frame;
    release_failed(worker);
}

static void node_failed(uint32_t worker, uint32_t node, uint32_t state) {
    (void)node;
    CHECK_EQ(state, PN_FRAME_FAILED);
    release_failed(worker);
}

static void begin(task_function bytes, task_function fork) {
    core_new(1, 4, 16, 16);
    vtable[SLOT_FAILS] = fork;
    vtable[SLOT_BYTES] = bytes;
    on_complete = completed;
    on_node = node_failed;
}

static void run(pn_ref frame) {
    CHECK(host_inject(frame));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(COUNTER(completed), 1);
    check_nothing_leaked();
}

static pn_ref single(void) {
    pn_ref frame = frame_single(0, SLOT_BYTES, 0);
    pn_frame_at(frame)->flags |= PN_FLAG_RESULT_BYTES;
    record_of(frame + PN_RECORD_OFFSET)[0] = ~0ull; /* what was there before is nobody's */
    return frame;
}

static void a_task_whose_fork_fails(void) {
    begin(makes_bytes_and_leaves_a_fork, fails);
    run(single());
    CHECK_EQ(pn_load_relaxed(&pn_frame_at(host_frame(0))->state), PN_FRAME_FAILED);
}

static void a_task_that_traps(void) {
    begin(makes_bytes_and_traps, fails);
    run(single());
    CHECK_EQ(pn_load_relaxed(&pn_frame_at(host_frame(0))->state), PN_FRAME_FAILED);
}

static void a_task_that_fails_without_bytes(void) {
    begin(traps, fails);
    run(single());
    CHECK_EQ(pn_load_relaxed(&pn_frame_at(host_frame(0))->state), PN_FRAME_FAILED);
}

static void items(task_function bytes) {
    begin(bytes, traps);
    pn_ref frame = frame_bulk(0, 0, SLOT_BYTES, ITEMS, 0);
    block_of(frame)->flags |= PN_FLAG_RESULT_BYTES;
    for (uint32_t i = 0; i < ITEMS; i++) item_record(frame, i)[0] = ~0ull;
    run(frame);
    CHECK_EQ(item_status(frame, ITEMS - 1), PN_ITEM_FAILED);
}

static void items_that_trap(void) {
    items(makes_bytes_and_traps);
}

static void items_whose_forks_trap(void) {
    items(makes_bytes_and_leaves_a_fork);
}

static void items_without_bytes(void) {
    items(traps);
}

static void node(task_function bytes, task_function fork) {
    begin(bytes, fork);
    graph_new(0);
    graph_node(SLOT_BYTES, PN_FLAG_RESULT_BYTES);
    graph_place();
    run(graph_frame(0));
    CHECK_EQ(state_of(0), PN_FRAME_FAILED);
    CHECK_EQ(node_at_index(0)->result, 0);
}

static void a_node_whose_fork_fails(void) {
    node(makes_bytes_and_leaves_a_fork, fails);
}

static void a_node_that_traps(void) {
    node(makes_bytes_and_traps, fails);
}

const test result_tests[] = {
    {"bytes_of_a_task_whose_fork_fails", a_task_whose_fork_fails},
    {"bytes_of_a_task_that_traps", a_task_that_traps},
    {"bytes_of_items_that_trap", items_that_trap},
    {"bytes_of_items_whose_forks_trap", items_whose_forks_trap},
    {"bytes_of_a_node_whose_fork_fails", a_node_whose_fork_fails},
    {"bytes_of_a_node_that_traps", a_node_that_traps},
    {"a_task_that_fails_without_bytes", a_task_that_fails_without_bytes},
    {"items_that_fail_without_bytes", items_without_bytes},
    {0},
};
