/* explore.c - every schedule of a small wake-up: a worker that looks while another has a frame in its hands. */
#include "deque.h"
#include "find.h"
#include "graph.h"
#include "graph/graphs.h"
#include "host_seeded.h"
#include "idle.h"
#include "injector.h"
#include "native.h"
#include "policy.h"

enum { SLOT_NOP = 1, FRAMES = 3 };

/* Looks until it has a frame, which it runs for ever, so to speak; if nobody wakes it, it never ends. */
static void looks(void *argument) {
    uint32_t id = (uint32_t)(uintptr_t)argument;
    pn_worker *worker = pn_worker_at(id);
    *host_worker_slot() = id;
    while ((worker->policy == PN_POLICY_WORK_STEALING ? pn_find(worker) : pn_policy_find(worker)) == 0) { /* ends: with a frame */
        pn_idle_announce(worker);
        if (!pn_idle_recheck(worker)) continue;
        host_park(id);
        pn_idle_enter(worker);
    }
}

static void wake_all(uint32_t workers) {
    for (uint32_t id = 0; id < workers; id++) {
        pn_store_relaxed(&pn_worker_at(id)->state, PN_WORKER_RUNNING);
        pn_worker_at(id)->polls_left = 1000;
        pn_worker_at(id)->held_frame = 0;
    }
    pn_store_relaxed(&pn_globals_get()->sleepers[0], 0);
}

/* Three frames outside, three workers that look: each gets one. */
static void admitted_frames_wake(uint32_t slots, uint32_t window, uint32_t cells) {
    uint32_t schedules = 0;
    test_policy = PN_POLICY_MERRY_GO_ROUND;
    pn_globals *g = memory_new(4 << 20);
    g->worker_count = FRAMES;
    g->ring_slots = slots;
    g->ring_window = window;
    g->ring_slot_capacity = cells;
    memory_init();
    explore_begin(2);
    do {
        schedules++;
        wake_all(FRAMES);
        pn_store_relaxed(&g->epoch, 0);
        for (uint32_t s = 0; s < slots; s++) pn_store_relaxed(&((pn_slot *)pn_at(g->ring_ref + s * g->ring_slot_stride))->takes, 0);
        for (uint32_t i = 0; i < FRAMES; i++) CHECK(pn_injector_push(pn_injector_at(PN_PRIORITY_NORMAL), frame_single(i, SLOT_NOP, 0)));
        for (uintptr_t id = 0; id < FRAMES; id++) host_spawn(looks, (void *)id);
        host_join();
    } while (explore_next());
    printf("     %u schedules, up to 2 preemptions\n", schedules);
}

static void frames_admitted_to_many_slots_wake_as_many(void) {
    admitted_frames_wake(16, 4, 1);
}

static void frames_admitted_to_one_slot_wake_as_many(void) {
    admitted_frames_wake(4, 1, 4);
}

static uint32_t nop(uint32_t record) {
    (void)record;
    return PN_OUTCOME_DONE;
}

/* Ends with its node, where a worker may go on for long with what its host does for the end of the run. */
static void runs_the_node(void *unused) {
    (void)unused;
    *host_worker_slot() = 0;
    pn_graph_run_node(pn_worker_at(0), node_of(0), UINT32_MAX);
}

/* The worker takes a frame from its deque to see whether it is of the graph; it is not, and goes back. */
static void a_frame_that_goes_back_wakes(void) {
    uint32_t schedules = 0;
    test_policy = PN_POLICY_WORK_STEALING;
    core_new(2, 4, 4, 4);
    vtable[SLOT_NOP] = nop;
    graph_new(0);
    graph_node(SLOT_NOP, 0);
    graph_place();
    explore_begin(2);
    do {
        schedules++;
        wake_all(2);
        pn_store64_release(&pn_worker_at(0)->top, 0);
        pn_store64_release(&pn_worker_at(0)->bottom, 0);
        graph_frame(0);
        pn_store_relaxed(&pn_frame_at(host_frame(0))->state, PN_FRAME_RUNNING);
        pn_store_relaxed(&the_graph()->active, 1);
        pn_store_relaxed(&node_at_index(0)->state, PN_FRAME_READY);
        CHECK(pn_deque_push(pn_worker_at(0), frame_single(1, SLOT_NOP, 0)));
        host_spawn(runs_the_node, 0);
        host_spawn(looks, (void *)1);
        host_join();
    } while (explore_next());
    printf("     %u schedules, up to 2 preemptions\n", schedules);
}

const test explore_wake_tests[] = {
    {"frames_admitted_to_many_slots_wake_as_many", frames_admitted_to_many_slots_wake_as_many},
    {"frames_admitted_to_one_slot_wake_as_many", frames_admitted_to_one_slot_wake_as_many},
    {"a_frame_that_goes_back_wakes", a_frame_that_goes_back_wakes},
    {0},
};
