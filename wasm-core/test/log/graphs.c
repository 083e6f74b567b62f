/* graphs.c - record and replay of graphs: a run made again has the same order, workers, states, results and causes. */
#include "graph/graphs.h"
#include "log.h"
#include "penny/penny.h"
#include "recorder.h"

enum { SLOT_ADD = 1, SLOT_FAIL, SLOT_TRAP, SLOT_YIELD, SLOT_LOOP, SLOT_CANCELS };
enum { RUNS_MAX = 3, RAN_MAX = 1 << 15 };

/* All that can be seen of a pool's life. */
typedef struct outcome {
    uint32_t ran_count, ran[RAN_MAX]; /* index << 8 | worker, in the order of the runs */
    uint32_t run_states[RUNS_MAX], conflicts[RUNS_MAX], skipped[RUNS_MAX];
    uint32_t states[RUNS_MAX][GRAPH_NODES_MAX], causes[RUNS_MAX][GRAPH_NODES_MAX];
    uint64_t results[RUNS_MAX][GRAPH_NODES_MAX];
} outcome;

static outcome now;
static pn_word ran_count;
static uint32_t loop_left;

static struct {
    void (*draw)(void);
    uint32_t workers, deque, injector, nodes, runs, dispatches_max;
    uint64_t seed;
} plan;

static uint32_t index_of_record(uint32_t record) {
    return index_of(record - PN_RECORD_OFFSET);
}

static uint32_t add(uint32_t record) {
    uint64_t *words = record_of(record);
    uint32_t at = pn_fetch_add_relaxed(&ran_count, 1);
    CHECK(at < RAN_MAX);
    now.ran[at] = index_of_record(record) << 8 | current_worker();
    words[0] = 1;
    for (uint32_t i = 1; i < PN_ARITY_MAX; i++) words[0] += words[1 + i];
    return PN_OUTCOME_DONE;
}

static uint32_t fail(uint32_t record) {
    add(record);
    return PN_OUTCOME_FAILED;
}

static uint32_t trap(uint32_t record) {
    add(record);
    task_trap();
}

/* Argument 0 is the node's index to begin with; here it counts on. */
static uint32_t yields(uint32_t record) {
    add(record);
    return ++record_of(record)[1] % 3 != 0 ? PN_OUTCOME_YIELD : PN_OUTCOME_DONE;
}

/* 0 while there is something left, else 1. */
static uint32_t loop(uint32_t record) {
    add(record);
    record_of(record)[0] = loop_left == 0 ? 1 : (loop_left--, 0);
    return PN_OUTCOME_DONE;
}

static uint32_t cancels(uint32_t record) {
    add(record);
    pn_store_seq_cst(&the_graph()->cancelled, 1);
    return PN_OUTCOME_DONE;
}

static void note_run(uint32_t run) {
    now.run_states[run] = pn_load_acquire(&pn_frame_at(host_frame(0))->state);
    now.conflicts[run] = pn_load_relaxed(&the_graph()->conflict);
    now.skipped[run] = pn_load_relaxed(&the_graph()->skipped);
    for (uint32_t i = 0; i < plan.nodes; i++) {
        now.states[run][i] = state_of(i);
        now.causes[run][i] = now.states[run][i] == PN_FRAME_CANCELLED ? pn_load_relaxed(&node_at_index(i)->cause) : 0;
        now.results[run][i] = node_at_index(i)->result;
    }
}

/* As the host prepares a graph of which a run may have left nodes behind. */
static void prepare(void) {
    for (uint32_t i = 0; i < plan.nodes; i++) {
        pn_node *node = node_at_index(i);
        pn_store_relaxed(&node->state, the_graph()->flags & PN_GRAPH_FLAG_WATCHED ? PN_FRAME_FREE : PN_FRAME_READY);
        pn_store_relaxed(&node->cause, 0);
        pn_store_relaxed(&node->pending, node->predecessors);
    }
}

static void runs(void *unused) {
    (void)unused;
    for (uint32_t run = 0; run < plan.runs; run++) {
        uint32_t before = pn_load_acquire(&completed_count);
        prepare();
        pool_inject(graph_frame(0));
        pool_wait_completed(before + 1);
        note_run(run);
    }
}

/* Random numbers of a graph's own: the same graph every time. */
static uint64_t drawn;

static uint32_t below(uint32_t limit) {
    drawn = drawn * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)((drawn >> 33) % limit);
}

static void hears(uint32_t worker, uint32_t node, uint32_t state) {
    (void)worker;
    (void)node;
    CHECK_EQ(state, PN_FRAME_FAILED);
}

static void make_and_run(void) {
    pn_globals *g = memory_new(16 << 20);
    g->worker_count = plan.workers;
    g->deque_capacity = plan.deque;
    g->injector_capacity = plan.injector;
    g->mailbox_capacity = 8;
    g->poll_interval = 5;
    g->frame_count = plan.workers * 4;
    g->spin_rounds = 2;
    recorder_reserve(g);
    memory_init();
    static const task_function functions[] = {0, add, fail, trap, yields, loop, cancels};
    memcpy(vtable, functions, sizeof functions);
    on_node = hears;
    pn_store_relaxed(&ran_count, 0);
    memset(&now, 0, sizeof now);
    loop_left = 20;
    drawn = plan.seed;
    plan.draw();
    graph_place();
    pool_start(plan.dispatches_max);
    pool_run(runs, 0);
    now.ran_count = pn_load_relaxed(&ran_count);
    check_nothing_leaked();
}

/* ---- graphs */

static uint32_t flags_of(uint32_t index) {
    switch (below(6)) {
    case 0: return PN_PRIORITY_HIGH << PN_FLAG_PRIORITY_SHIFT;
    case 1: return PN_PRIORITY_LOW << PN_FLAG_PRIORITY_SHIFT;
    case 2: return (1 + index % plan.workers) << PN_FLAG_PIN_SHIFT;
    default: return 0;
    }
}

static void random_edges(uint32_t nodes, uint32_t most) {
    for (uint32_t to = 1; to < nodes; to++) {
        uint32_t wanted = below(most), filled = 0;
        for (uint32_t i = 0; i < wanted; i++) graph_edge(below(to), to, filled < 6 && below(3) != 0 ? 2 + filled++ : 0);
    }
}

/* Plain nodes: who counts a node down, and where the others go. */
static void plain_graph(void) {
    graph_new(0);
    plan.nodes = 2 + below(60);
    for (uint32_t i = 0; i < plan.nodes; i++) graph_node(SLOT_ADD, 0);
    random_edges(plan.nodes, 5);
}

/* A wide one: more at once than a deque holds. */
static void wide_graph(void) {
    graph_new(0);
    plan.nodes = 122;
    for (uint32_t i = 0; i < plan.nodes; i++) graph_node(SLOT_ADD, 0);
    for (uint32_t i = 1; i < 121; i++) graph_edge(i % 7 == 0 ? i - 1 : 0, i, 2), graph_edge(i, 121, 0);
}

/* Everything but loops. */
static void mixed_graph(void) {
    graph_new(2);
    graph_permits(0, 1);
    graph_permits(1, 2);
    plan.nodes = 20 + below(40);
    for (uint32_t i = 0; i < plan.nodes; i++) {
        uint32_t kind = below(16);
        graph_node(kind == 0 ? SLOT_FAIL : kind == 1 ? SLOT_TRAP : kind < 4 ? SLOT_YIELD : SLOT_ADD, flags_of(i));
        if (below(4) == 0) graph_takes(i, 0);
        if (below(4) == 0) graph_takes(i, 1);
    }
    random_edges(plan.nodes, 4);
}

static void cancelled_graph(void) {
    graph_new(1);
    graph_permits(0, 1);
    plan.nodes = 60;
    for (uint32_t i = 0; i < plan.nodes; i++) {
        graph_node(i == 20 ? SLOT_CANCELS : SLOT_ADD, 0);
        if (i % 5 == 0) graph_takes(i, 0);
    }
    random_edges(plan.nodes, 2);
}

/* first -> body -> left, right -> condition -> body or after. */
static void loop_graph(void) {
    graph_new(0);
    graph_watched();
    plan.nodes = 6;
    for (uint32_t i = 0; i < 6; i++)
        graph_node(i == 4 ? SLOT_LOOP : SLOT_ADD, i == 4 ? (uint32_t)PN_FLAG_CONDITION : 0u);
    static const uint32_t edges[][2] = {{0, 1}, {1, 2}, {1, 3}, {2, 4}, {3, 4}, {4, 1}, {4, 5}};
    for (uint32_t e = 0; e < 7; e++) graph_edge(edges[e][0], edges[e][1], 0);
}

/* The same, but for a side that the condition does not wait for: it depends on timing when a round finds it under way. */
static void wrong_loop_graph(void) {
    graph_new(0);
    graph_watched();
    plan.nodes = 6;
    for (uint32_t i = 0; i < 6; i++)
        graph_node(i == 4 ? SLOT_LOOP : i == 3 ? SLOT_YIELD : SLOT_ADD, i == 4 ? (uint32_t)PN_FLAG_CONDITION : 0u);
    static const uint32_t edges[][2] = {{0, 1}, {1, 2}, {1, 3}, {2, 4}, {4, 1}, {4, 5}};
    for (uint32_t e = 0; e < 6; e++) graph_edge(edges[e][0], edges[e][1], 0);
}

/* a -> b, join, other; b -> last, join: a worker comes to the join twice without a decision between, and by edges that have one number. */
static void twice_to_one_graph(void) {
    graph_new(0);
    plan.nodes = 1;
    graph_node(SLOT_ADD, 0);
    for (uint32_t unit = 0; unit < 20; unit++) {
        uint32_t a = plan.nodes;
        plan.nodes += 5;
        for (uint32_t i = 0; i < 5; i++) graph_node(SLOT_ADD, 0);
        graph_edge(0, a, 0);
        graph_edge(a, a + 1, 0);
        graph_edge(a, a + 2, 0);
        graph_edge(a, a + 3, 0);
        graph_edge(a + 1, a + 4, 0);
        graph_edge(a + 1, a + 2, 0);
    }
}

/* ---- recorded and replayed */

static recording recorded;
static outcome first;

static uint64_t seen_kinds;

static void replay_is_the_same(void) {
    static recording again;
    pn_decision found;
    CHECK_EQ(recorder_difference(&recorded, &found), -1);
    recorder_collect(&again);
    CHECK_EQ(again.count, recorded.count);
    CHECK(memcmp(now.run_states, first.run_states, sizeof now.run_states) == 0);
    CHECK(memcmp(now.conflicts, first.conflicts, sizeof now.conflicts) == 0);
    CHECK(memcmp(now.skipped, first.skipped, sizeof now.skipped) == 0);
    CHECK(memcmp(now.states, first.states, sizeof now.states) == 0);
    CHECK(memcmp(now.causes, first.causes, sizeof now.causes) == 0);
    CHECK(memcmp(now.results, first.results, sizeof now.results) == 0);
}

static void record(void) {
    recorder_record(1 << 12);
    make_and_run();
    CHECK_EQ(recorder_overflowed(), 0);
    recorder_collect(&recorded);
    first = now;
    for (uint32_t i = 0; i < recorded.count; i++) seen_kinds |= 1ull << recorded.decisions[i].kind;
}

static void fail_with(const pn_decision *expected, const pn_decision *found, int at) {
    fprintf(stderr, "  decision %d of %u: kind %u worker %u ticket %llu item %u, found kind %u worker %u ticket %llu item %u\n", at,
            recorded.count, expected->kind, expected->worker, (unsigned long long)expected->ticket, expected->item, found->kind,
            found->worker, (unsigned long long)found->ticket, found->item);
    test_fail(__FILE__, __LINE__, "the replay decided something else");
}

static void replay(void) {
    pn_decision found;
    recorder_replay(&recorded);
    make_and_run();
    int at = recorder_difference(&recorded, &found);
    if (at >= 0) fail_with(&recorded.decisions[at], &found, at);
    replay_is_the_same();
}

/* Twice from one recording: then the order of what ran is the same too. A recorded order is that of two threads' notes. What is
 * decided depends on timing: more rounds, until all `wanted` kinds have been seen. */
static void check_replays(void (*draw)(void), uint32_t round_count, uint64_t wanted) {
    static outcome replayed;
    seen_kinds = 0;
    uint32_t rounds_max = round_count + 100; /* far more than it takes */
    for (uint32_t round = 0; round < round_count || ((seen_kinds & wanted) != wanted && round < rounds_max); round++) {
        plan.draw = draw;
        plan.workers = 2 + 2 * (round % 2);
        plan.deque = round % 3 == 0 ? 4 : 16;
        plan.injector = round % 4 == 1 ? 4 : 64;
        plan.runs = 1 + round % RUNS_MAX;
        plan.dispatches_max = round % 5 == 4 ? 3 : 0;
        plan.seed = test_seed * 1000 + round;
        record();
        replay();
        replayed = now;
        replay();
        CHECK_EQ(now.ran_count, first.ran_count);
        CHECK(memcmp(now.ran, replayed.ran, now.ran_count * sizeof *now.ran) == 0);
    }
    CHECK_EQ(seen_kinds & wanted, wanted);
}

#define WAS(kind) (1ull << PN_DECISION_##kind)

static void plain_graphs_are_replayed(void) {
    check_replays(plain_graph, rounds(80), 0);
    CHECK((seen_kinds & (WAS(RELEASE) | WAS(COMPLETE))) == (WAS(RELEASE) | WAS(COMPLETE)));
}

static void wide_graphs_are_replayed(void) {
    check_replays(wide_graph, rounds(60), 0);
    CHECK((seen_kinds & (WAS(SPILL) | WAS(POP))) == (WAS(SPILL) | WAS(POP)));
}

static void mixed_graphs_are_replayed(void) {
    check_replays(mixed_graph, rounds(160), 0);
    CHECK((seen_kinds & (WAS(PERMIT) | WAS(RETURN) | WAS(RELEASE))) == (WAS(PERMIT) | WAS(RETURN) | WAS(RELEASE)));
}

static void edges_of_one_number_are_told_apart(void) {
    check_replays(twice_to_one_graph, rounds(80), WAS(RELEASE) | WAS(STEAL));
}

static void cancelled_graphs_are_replayed(void) {
    check_replays(cancelled_graph, rounds(60), WAS(SKIP));
}

static void loops_are_replayed(void) {
    check_replays(loop_graph, rounds(40), WAS(START));
}

static void wrong_loops_are_replayed(void) {
    check_replays(wrong_loop_graph, rounds(60), 0);
}

/* One worker: what depends on nobody else is decided all the same. */
static void kinds_of_one_worker(void) {
    plan.workers = 1;
    plan.deque = 4;
    plan.injector = 64;
    plan.runs = 1;
    plan.dispatches_max = 0;
    plan.seed = 7;
    plan.draw = wrong_loop_graph;
    seen_kinds = 0;
    record();
    CHECK(seen_kinds & WAS(CONFLICT));
    replay();
    CHECK_EQ(now.run_states[0], PN_FRAME_FAILED);
}

/* Another graph than the recorded one. */
static void another_graph_is_found(void) {
    pn_decision found;
    plan.workers = 2;
    plan.deque = 16;
    plan.injector = 64;
    plan.runs = 1;
    plan.dispatches_max = 0;
    plan.seed = 3;
    plan.draw = loop_graph;
    record();
    recorder_replay(&recorded);
    plan.draw = wide_graph;
    make_and_run(); /* ends, and all is well: the workers go on without the recording */
    CHECK(recorder_difference(&recorded, &found) >= 0);
    CHECK_EQ(now.ran_count, 122);
}

static uint32_t width;

static void roots(void) {
    graph_new(0);
    plan.nodes = width;
    for (uint32_t i = 0; i < plan.nodes; i++) graph_node(SLOT_ADD, 0);
}

/* A graph that goes on as the recorded one did, up to where that ended. */
static void a_longer_graph_is_found(void) {
    pn_decision found;
    plan.deque = 256; /* all roots in one: a thief takes the first ones, which are the same */
    plan.injector = 64;
    plan.runs = 1;
    plan.dispatches_max = 0;
    plan.draw = roots;
    for (uint32_t round = 0; round < rounds(40); round++) {
        plan.workers = 1 + round % 2;
        width = 1 + test_random(20);
        record();
        recorder_replay(&recorded);
        width += 1 + test_random(40);
        make_and_run();
        CHECK(recorder_difference(&recorded, &found) >= 0);
        CHECK_EQ(now.ran_count, width);
        CHECK_EQ(now.run_states[0], PN_FRAME_DONE);
        for (uint32_t i = 0; i < width; i++) CHECK_EQ(now.states[0][i], PN_FRAME_DONE);
    }
}

/* Whom a node was released by, what a semaphore gave to whom, what was the cause: none of it can be changed unnoticed. */
static void a_changed_decision_of_a_graph_is_found(void) {
    static recording real;
    pn_decision found;
    plan.workers = 3;
    plan.deque = 16;
    plan.injector = 64;
    plan.runs = 2;
    plan.dispatches_max = 0;
    plan.seed = 11;
    plan.draw = mixed_graph;
    record();
    real = recorded;
    for (uint32_t round = 0; round < rounds(200); round++) {
        uint32_t at = test_random(real.count);
        recorded = real;
        pn_decision *changed = &recorded.decisions[at];
        if (changed->kind < PN_DECISION_RELEASE) continue;
        if (round % 2 == 0) changed->item += 1000;
        else changed->ticket += 100000;
        recorder_replay(&recorded);
        make_and_run();
        int different = recorder_difference(&recorded, &found);
        CHECK(different >= 0 && (uint32_t)different <= at);
    }
}

const test log_graph_tests[] = {
    {"plain_graphs_are_replayed", plain_graphs_are_replayed},
    {"wide_graphs_are_replayed", wide_graphs_are_replayed},
    {"mixed_graphs_are_replayed", mixed_graphs_are_replayed},
    {"edges_of_one_number_are_told_apart", edges_of_one_number_are_told_apart},
    {"cancelled_graphs_are_replayed", cancelled_graphs_are_replayed},
    {"loops_are_replayed", loops_are_replayed},
    {"wrong_loops_are_replayed", wrong_loops_are_replayed},
    {"kinds_of_one_worker", kinds_of_one_worker},
    {"another_graph_is_found", another_graph_is_found},
    {"a_changed_decision_of_a_graph_is_found", a_changed_decision_of_a_graph_is_found},
    {"a_longer_graph_is_found", a_longer_graph_is_found},
    {0, 0},
};
