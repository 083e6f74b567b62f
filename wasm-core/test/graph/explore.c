/* explore.c - every schedule of small graphs (seeded build only). */
#include "find.h"
#include "graph.h"
#include "graphs.h"
#include "host_seeded.h"
#include "injector.h"
#include "live_nodes.h"
#include "penny/penny.h"
#include "run.h"

enum { SLOT_SUM = 1 };

static uint32_t runs[8], inside, schedules;
static uint32_t limited; /* runs of these nodes may not overlap */

static uint32_t sum(uint32_t record) {
    uint64_t *words = record_of(record);
    uint32_t index = (uint32_t)words[1];
    runs[index]++;
    if (limited & 1u << index) {
        CHECK_EQ(inside, 0);
        inside = 1;
        pn_test_point(); /* others may run here */
        inside = 0;
    }
    words[0] = 1;
    for (uint32_t i = 1; i < PN_ARITY_MAX; i++) words[0] += words[1 + i];
    return PN_OUTCOME_DONE;
}

static void setup(uint32_t workers) {
    core_new(workers, 4, 8, 8);
    vtable[SLOT_SUM] = sum;
    schedules = 0;
    limited = 0;
}

/* Both workers look for frames until the run is over; neither sleeps, so all switches are those of the protocol. */
static uint32_t expected_runs;

static uint32_t all_ran(void) {
    uint32_t total = 0;
    for (uint32_t i = 0; i < 8; i++) total += runs[i];
    return total >= expected_runs;
}

static void takes_and_runs(uint32_t id) {
    pn_worker *worker = pn_worker_at(id);
    pn_ref frame = pn_find(worker);
    if (frame != 0) pn_run_frame(worker, frame, UINT32_MAX);
}

static void works(void *id) {
    *host_worker_slot() = (uint32_t)(uintptr_t)id;
    for (uint32_t attempts = 0; attempts < 4 && !all_ran(); attempts++) takes_and_runs((uint32_t)(uintptr_t)id);
}

static void finish_alone(void) {
    *host_worker_slot() = 0;
    for (uint32_t attempts = 0; attempts < 64 && !all_ran(); attempts++) {
        takes_and_runs(0);
        takes_and_runs(1);
    }
}

static void explored(uint32_t preemptions, void (*check)(void)) {
    explore_begin(preemptions);
    do {
        memset(runs, 0, sizeof runs);
        inside = 0;
        host_inject(graph_frame(0));
        host_spawn(works, (void *)0);
        host_spawn(works, (void *)1);
        host_join();
        finish_alone();
        check();
        schedules++;
    } while (explore_next());
    printf("     %u schedules, up to %u preemptions\n", schedules, preemptions);
}

static void check_diamond(void) {
    for (uint32_t i = 0; i < 4; i++) CHECK_EQ(runs[i], 1);
    CHECK_EQ(node_at_index(3)->result, 5);
    CHECK_EQ(pn_load_relaxed(&pn_frame_at(host_frame(0))->state), PN_FRAME_DONE);
    CHECK_EQ(pn_load_relaxed(&the_graph()->active), 0);
}

/* 0 -> 1, 2 -> 3, the results flow. */
static void diamond(void) {
    setup(2);
    graph_new(0);
    for (uint32_t i = 0; i < 4; i++) graph_node(SLOT_SUM, 0);
    graph_edge(0, 1, 2);
    graph_edge(0, 2, 2);
    graph_edge(1, 3, 2);
    graph_edge(2, 3, 3);
    graph_place();
    expected_runs = 4;
    explored(test_quick ? 2 : 3, check_diamond);
}

static void check_limited(void) {
    for (uint32_t i = 0; i < 3; i++) CHECK_EQ(runs[i], 1);
    CHECK_EQ(pn_load_relaxed(&pn_frame_at(host_frame(0))->state), PN_FRAME_DONE);
}

/* Three nodes, one permit: a permit that is given back while a node is about to wait must not be lost. */
static void one_permit(void) {
    setup(2);
    graph_new(1);
    graph_permits(0, 1);
    for (uint32_t i = 0; i < 3; i++) {
        graph_node(SLOT_SUM, 0);
        graph_takes(i, 0);
    }
    graph_place();
    limited = 7;
    expected_runs = 3;
    explored(test_quick ? 2 : 3, check_limited);
}

/* ---- a live edge against the end of the node it leads from ---- */

static pn_ref first_live, second_live;

static void adds_an_edge(void *unused) {
    (void)unused;
    second_live = live_node(1, SLOT_SUM, 0);
    live_edge(0, first_live, second_live, 2);
    if (live_publish(second_live)) host_inject(second_live);
}

static void runs_the_first(void *unused) {
    (void)unused;
    *host_worker_slot() = 1;
    pn_run_frame(pn_worker_at(1), first_live, 1);
}

static void live_edge_against_the_end(void) {
    setup(2);
    expected_runs = 2;
    explore_begin(6);
    do {
        memset(runs, 0, sizeof runs);
        live_new();
        first_live = live_node(0, SLOT_SUM, 0);
        host_spawn(adds_an_edge, 0);
        host_spawn(runs_the_first, 0);
        host_join();
        finish_alone();
        CHECK_EQ(runs[0], 1);
        CHECK_EQ(runs[1], 1);
        CHECK_EQ(pn_node_at(second_live)->result, 2);
        schedules++;
    } while (explore_next());
    printf("     %u schedules\n", schedules);
}

const test explore_graph_tests[] = {
    {"diamond", diamond},
    {"one_permit", one_permit},
    {"live_edge_against_the_end", live_edge_against_the_end},
    {0},
};
