/* live.c - hazards of live graphs: nodes added while those they depend on run, finish or have finished. */
#include "live_nodes.h"
#include "penny/penny.h"

enum { SLOT_SUM = 1, SLOT_FAIL };

static pn_word runs[LIVE_NODES_MAX], told[LIVE_NODES_MAX], told_graph;

/* 1 + the sum of what flowed in. */
static uint32_t sum(uint32_t record) {
    uint64_t *words = record_of(record);
    pn_fetch_add_relaxed(&runs[words[1]], 1);
    words[0] = 1;
    for (uint32_t i = 1; i < PN_ARITY_MAX; i++) words[0] += words[1 + i];
    return PN_OUTCOME_DONE;
}

static uint32_t fail(uint32_t record) {
    sum(record);
    return PN_OUTCOME_FAILED;
}

static void hears(uint32_t worker, uint32_t ref, uint32_t state) {
    (void)worker;
    if (pn_node_at(ref)->kind == PN_KIND_LIVE) {
        pn_fetch_add_relaxed(&told_graph, 1);
        return;
    }
    CHECK(pn_load_relaxed(&pn_node_at(ref)->state) == PN_FRAME_RUNNING || state == PN_FRAME_CANCELLED);
    pn_fetch_add_relaxed(&told[pn_node_at(ref)->args[0]], 1);
}

static void begin(uint32_t workers) {
    core_new(workers, 4, 8, 32);
    memset(vtable, 0, sizeof vtable);
    memset((void *)runs, 0, sizeof runs);
    memset((void *)told, 0, sizeof told);
    pn_store_relaxed(&told_graph, 0);
    vtable[SLOT_SUM] = sum;
    vtable[SLOT_FAIL] = fail;
    on_node = hears;
    live_new();
}

static uint32_t is_final(void *node) {
    return pn_load_acquire(&((pn_node *)node)->state) >= PN_FRAME_DONE;
}

static void publish(pn_ref node) {
    if (live_publish(node)) pool_inject(node);
}

static void await(pn_ref node) {
    host_wait(is_final, pn_node_at(node));
}

static uint64_t expected[LIVE_NODES_MAX];
static uint32_t program_nodes;

/* A program in order: each node takes up to four results of any node before it. */
static void issues_a_program(void *unused) {
    (void)unused;
    static pn_ref refs[LIVE_NODES_MAX];
    uint32_t edges = 0;
    for (uint32_t i = 0; i < program_nodes; i++) {
        refs[i] = live_node(i, SLOT_SUM, i % 16 == 0 ? PN_FLAG_NOTIFY : 0);
        expected[i] = 1;
        uint32_t wanted = i == 0 ? 0 : test_random(5);
        for (uint32_t k = 0; k < wanted; k++) {
            uint32_t from = i - 1 - test_random(i < 12 ? i : 12);
            live_edge(edges++, refs[from], refs[i], 2 + k);
            expected[i] += expected[from];
        }
        publish(refs[i]);
    }
    for (uint32_t i = 0; i < program_nodes; i++) await(refs[i]);
    for (uint32_t i = 0; i < program_nodes; i++) {
        CHECK_EQ(pn_node_at(refs[i])->result, expected[i]);
        CHECK_EQ(pn_load_relaxed(&runs[i]), 1);
        CHECK_EQ(pn_load_acquire(&pn_node_at(refs[i])->live_edges), PN_EDGES_CLOSED);
    }
}

static void program(uint32_t workers) {
    for (uint32_t round = 0; round < rounds(60); round++) {
        begin(workers);
        program_nodes = 20 + test_random(180);
        pool_start(0);
        pool_run(issues_a_program, 0);
        for (uint32_t i = 0; i < program_nodes; i += 16) CHECK_EQ(pn_load_relaxed(&told[i]), 1);
    }
}

static void program_1(void) { program(1); }
static void program_2(void) { program(2); }
static void program_3(void) { program(3); }

/* 0 fails; 1 takes its result; 2 is independent; 3 takes those of 1 and 2. Added late, the host decides for closed lists. */
static void fails_in_the_middle(void *unused) {
    (void)unused;
    pn_ref zero = live_node(0, SLOT_FAIL, 0), one = live_node(1, SLOT_SUM, 0), two = live_node(2, SLOT_SUM, 0);
    pn_ref three = live_node(3, SLOT_SUM, PN_FLAG_NOTIFY), four = live_node(4, SLOT_SUM, 0);
    live_edge(0, zero, one, 2);
    live_edge(1, one, three, 2);
    live_edge(2, two, three, 3);
    live_edge(3, one, four, 0);
    publish(one);
    publish(four);
    publish(three);
    publish(two);
    publish(zero);
    await(three);
    await(two);
    await(four);
    CHECK_EQ(pn_load_relaxed(&pn_node_at(four)->state), PN_FRAME_DONE);
    CHECK_EQ(pn_load_relaxed(&pn_node_at(zero)->state), PN_FRAME_FAILED);
    CHECK_EQ(pn_load_relaxed(&pn_node_at(one)->state), PN_FRAME_CANCELLED);
    CHECK_EQ(pn_load_relaxed(&pn_node_at(one)->cause), zero);
    CHECK_EQ(pn_load_relaxed(&pn_node_at(three)->cause), one);
    CHECK_EQ(pn_load_relaxed(&runs[1]) + pn_load_relaxed(&runs[3]), 0);
    CHECK_EQ(pn_load_relaxed(&runs[2]), 1);
    CHECK_EQ(pn_load_relaxed(&told[0]), 1);
    CHECK_EQ(pn_load_relaxed(&told[3]), 1);
}

static void failure_skips(void) {
    begin(2);
    pool_start(0);
    pool_run(fails_in_the_middle, 0);
}

static pn_ref withdrawn, behind, late;

static void looks_at_the_withdrawn(void *unused) {
    (void)unused;
    await(behind);
    await(late);
    CHECK_EQ(pn_load_relaxed(&pn_node_at(withdrawn)->state), PN_FRAME_CANCELLED);
    CHECK_EQ(pn_load_relaxed(&pn_node_at(behind)->state), PN_FRAME_CANCELLED);
    CHECK_EQ(pn_load_relaxed(&pn_node_at(behind)->cause), withdrawn);
    CHECK_EQ(pn_load_relaxed(&runs[0]) + pn_load_relaxed(&runs[1]), 0);
    CHECK_EQ(pn_load_relaxed(&runs[2]), 1);
    CHECK_EQ(pn_load_relaxed(&told[0]) + pn_load_relaxed(&told[1]) + pn_load_relaxed(&told[2]), 3);
}

/* The host cancels a node that is queued already. */
static void withdrawn_is_skipped(void) {
    begin(2);
    withdrawn = live_node(0, SLOT_SUM, PN_FLAG_NOTIFY);
    behind = live_node(1, SLOT_SUM, PN_FLAG_NOTIFY);
    late = live_node(2, SLOT_SUM, PN_FLAG_NOTIFY);
    live_edge(0, withdrawn, behind, 2);
    CHECK_EQ(live_publish(behind), 0);
    CHECK_EQ(live_publish(withdrawn), 1);
    CHECK_EQ(live_publish(late), 1);
    CHECK(host_inject(withdrawn));
    CHECK(host_inject(late));
    pn_fetch_or_acq_rel(&pn_node_at(withdrawn)->pending, PN_PENDING_POISONED);
    pool_start(0);
    pool_run(looks_at_the_withdrawn, 0);
}

static uint32_t graph_was_told(void *unused) {
    (void)unused;
    return pn_load_acquire(&told_graph) != 0;
}

static void waits_for_any(void *unused) {
    (void)unused;
    pn_ref node = live_node(0, SLOT_SUM, 0);
    pn_store_seq_cst(&live_graph()->waiter, 1);
    publish(node);
    host_wait(graph_was_told, 0);
    CHECK_EQ(pn_load_acquire(&pn_node_at(node)->state), PN_FRAME_DONE);
    CHECK_EQ(pn_load_acquire(&live_graph()->waiter), 0);
}

static void waiter_is_told(void) {
    begin(2);
    pool_start(0);
    pool_run(waits_for_any, 0);
    CHECK_EQ(pn_load_relaxed(&told_graph), 1);
}

/* A callback of a handle waits for what the task has released. */
static void waits_for_the_next(uint32_t worker, uint32_t ref, uint32_t state) {
    (void)state;
    if (pn_node_at(ref)->args[0] != 0) return;
    for (uint32_t helped = 0; pn_load_relaxed(&runs[2]) == 0 && helped < 10; helped++) CHECK_EQ(penny_worker_help(worker), 1);
    CHECK_EQ(pn_load_relaxed(&runs[2]), 1);
    CHECK_EQ(pn_load_relaxed(&pn_node_at(ref)->state), PN_FRAME_RUNNING);
}

static void a_callback_waits_for_what_was_released(void) {
    begin(1);
    on_node = waits_for_the_next;
    pn_ref first = live_node(0, SLOT_SUM, PN_FLAG_NOTIFY);
    for (uint32_t i = 1; i <= 3; i++) {
        pn_ref next = live_node(i, SLOT_SUM, 0);
        live_edge(i, first, next, 2);
        CHECK_EQ(live_publish(next), 0);
    }
    CHECK_EQ(live_publish(first), 1);
    CHECK(host_inject(first));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    for (uint32_t i = 0; i <= 3; i++) CHECK_EQ(pn_load_relaxed(&runs[i]), 1);
    CHECK_EQ(pn_load_relaxed(&pn_node_at(first)->state), PN_FRAME_DONE);
}

const test live_tests[] = {
    {"program_with_one_worker", program_1},
    {"program_with_two_workers", program_2},
    {"program_with_three_workers", program_3},
    {"failure_skips_what_takes_its_result", failure_skips},
    {"withdrawn_is_skipped", withdrawn_is_skipped},
    {"waiter_is_told", waiter_is_told},
    {"a_callback_waits_for_what_was_released", a_callback_waits_for_what_was_released},
    {0},
};
