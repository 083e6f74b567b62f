/* graph.c - hazards of graphs: order, exactly once, results that flow, failure, loops, semaphores, shortage, runs again. */
#include "graphs.h"
#include "penny/penny.h"

enum { SLOT_ADD = 1, SLOT_FAIL, SLOT_TRAP, SLOT_LOOP, SLOT_LIMITED, SLOT_WAIT, SLOT_YIELD, SLOT_PINNED, SLOT_ORDER, SLOT_CANCELS, SLOT_FORKS,
       SLOT_LEAF };

static pn_word clock_word; /* raised at the start and the end of every node */
static uint32_t starts[GRAPH_NODES_MAX], ends[GRAPH_NODES_MAX];
static pn_word runs[GRAPH_NODES_MAX];
static pn_word told[GRAPH_NODES_MAX]; /* times the host heard that the node fails */

static uint32_t tick(void) {
    return __atomic_add_fetch(&clock_word.raw, 1, __ATOMIC_SEQ_CST);
}

static uint32_t index_of_record(uint32_t record) {
    return index_of(record - PN_RECORD_OFFSET);
}

/* 1 + the sum of what flowed in. */
static uint32_t add(uint32_t record) {
    uint64_t *words = record_of(record);
    uint32_t index = index_of_record(record);
    starts[index] = tick();
    pn_fetch_add_relaxed(&runs[index], 1);
    words[0] = 1;
    for (uint32_t i = 1; i < PN_ARITY_MAX; i++) words[0] += words[1 + i];
    ends[index] = tick();
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

static void hears(uint32_t worker, uint32_t node, uint32_t state) {
    (void)worker;
    CHECK_EQ(state, PN_FRAME_FAILED);
    pn_fetch_add_relaxed(&told[index_of(node)], 1);
}

static void begin(uint32_t workers, uint32_t deque, uint32_t injector) {
    core_new(workers, deque, injector, 32);
    memset(vtable, 0, sizeof vtable);
    memset((void *)runs, 0, sizeof runs);
    memset((void *)told, 0, sizeof told);
    vtable[SLOT_ADD] = add;
    vtable[SLOT_FAIL] = fail;
    vtable[SLOT_TRAP] = trap;
    on_node = hears;
    pn_store_relaxed(&clock_word, 0);
}

static void inject_and_wait(void *argument) {
    uint32_t times = *(uint32_t *)argument;
    for (uint32_t i = 0; i < times; i++) {
        uint32_t before = pn_load_acquire(&completed_count);
        pool_inject(graph_frame(0));
        pool_wait_completed(before + 1);
    }
}

static void run_times(uint32_t times) {
    pool_start(0);
    pool_run(inject_and_wait, &times);
    check_nothing_leaked();
}

static uint32_t run_state(void) {
    return pn_load_acquire(&pn_frame_at(host_frame(0))->state);
}

static uint32_t edge_count, edge_from[GRAPH_EDGES_MAX], edge_to[GRAPH_EDGES_MAX];

/* Edges lead from lower to higher indices; at most seven carry a result into one node. */
static uint32_t random_graph(uint32_t nodes) {
    uint32_t filled[GRAPH_NODES_MAX] = {0};
    graph_new(0);
    edge_count = 0;
    for (uint32_t i = 0; i < nodes; i++) graph_node(SLOT_ADD, 0);
    for (uint32_t to = 1; to < nodes; to++) {
        uint32_t wanted = test_random(5);
        for (uint32_t i = 0; i < wanted; i++) {
            uint32_t from = test_random(to);
            uint32_t argument = filled[to] < 7 && test_random(3) != 0 ? 2 + filled[to]++ : 0;
            graph_edge(from, to, argument);
            edge_from[edge_count] = from;
            edge_to[edge_count++] = to;
        }
    }
    graph_place();
    return nodes;
}

/* An oracle of its own: one node after the other, from the same tables. */
static void check_results(uint32_t nodes, uint32_t times) {
    static uint64_t expected[GRAPH_NODES_MAX][1 + PN_ARITY_MAX];
    memset(expected, 0, sizeof expected);
    const uint32_t *table = (const uint32_t *)pn_at(the_graph()->edges_ref);
    for (uint32_t i = 0; i < nodes; i++) {
        const pn_node *node = node_at_index(i);
        expected[i][0] = 1;
        for (uint32_t a = 1; a < PN_ARITY_MAX; a++) expected[i][0] += expected[i][1 + a];
        for (uint32_t e = node->edges; e < node->edges_end; e++) {
            uint32_t argument = table[e] >> PN_EDGE_ARGUMENT_SHIFT;
            if (argument != 0) expected[table[e] & (PN_NODE_COUNT_MAX - 1)][argument] = expected[i][0];
        }
        CHECK_EQ(node->result, expected[i][0]);
        CHECK_EQ(state_of(i), PN_FRAME_DONE);
        CHECK_EQ(pn_load_relaxed(&runs[i]), times);
    }
}

static uint32_t violated_edges(void) {
    uint32_t violated = 0;
    for (uint32_t e = 0; e < edge_count; e++) violated += ends[edge_from[e]] > starts[edge_to[e]];
    return violated;
}

static void dag_order(uint32_t workers, uint32_t deque, uint32_t injector) {
    for (uint32_t round = 0; round < rounds(40); round++) {
        begin(workers, deque, injector);
        uint32_t nodes = random_graph(2 + test_random(60));
        run_times(3);
        CHECK_EQ(run_state(), PN_FRAME_DONE);
        check_results(nodes, 3);
        CHECK_EQ(violated_edges(), 0);
    }
}

static void order_with_one_worker(void) { dag_order(1, 16, 16); }
static void order_with_two_workers(void) { dag_order(2, 16, 16); }
static void order_with_four_workers_and_tiny_queues(void) { dag_order(4, 4, 4); }

/* The checker itself: without an edge in the core's table, somebody runs too early. */
static void order_is_checked(void) {
    begin(1, 16, 16);
    graph_new(0);
    for (uint32_t i = 0; i < 3; i++) graph_node(SLOT_ADD, 0);
    edge_count = 0;
    graph_edge(0, 1, 0);
    edge_from[edge_count] = 2; /* not in the graph: node 2 is a root and runs last */
    edge_to[edge_count++] = 0;
    graph_place();
    run_times(1);
    CHECK_EQ(violated_edges(), 1);
}

static void chain(void) {
    begin(2, 4, 4);
    graph_new(0);
    for (uint32_t i = 0; i < 300; i++) graph_node(SLOT_ADD, 0);
    for (uint32_t i = 1; i < 300; i++) graph_edge(i - 1, i, 2);
    graph_place();
    run_times(2);
    CHECK_EQ(node_at_index(299)->result, 300);
}

static void more_roots_than_room(void) {
    begin(3, 4, 4);
    graph_new(0);
    for (uint32_t i = 0; i < 400; i++) graph_node(SLOT_ADD, 0);
    uint32_t last = graph_node(SLOT_ADD, 0);
    for (uint32_t i = 0; i < 400; i++) graph_edge(i, last, i == 7 ? 2 : 0);
    graph_place();
    run_times(2);
    CHECK_EQ(node_at_index(last)->result, 2);
    for (uint32_t i = 0; i <= last; i++) CHECK_EQ(pn_load_relaxed(&runs[i]), 2);
}

static void no_nodes(void) {
    begin(1, 4, 4);
    graph_new(0);
    graph_place();
    run_times(1);
    CHECK_EQ(run_state(), PN_FRAME_DONE);
}

/* 0 -> 1 (fails) -> 3 -> 4; 0 -> 2 -> 4; 2 -> 5. */
static void failing(uint32_t slot) {
    begin(2, 4, 4);
    graph_new(0);
    for (uint32_t i = 0; i < 6; i++) graph_node(i == 1 ? slot : SLOT_ADD, 0);
    static const uint32_t pairs[][2] = {{0, 1}, {0, 2}, {1, 3}, {3, 4}, {2, 4}, {2, 5}};
    for (uint32_t e = 0; e < 6; e++) graph_edge(pairs[e][0], pairs[e][1], 0);
    graph_place();
    run_times(2);
    CHECK_EQ(run_state(), PN_FRAME_FAILED);
    CHECK_EQ(state_of(1), PN_FRAME_FAILED);
    CHECK_EQ(state_of(3), PN_FRAME_CANCELLED);
    CHECK_EQ(state_of(4), PN_FRAME_CANCELLED);
    CHECK_EQ(state_of(5), PN_FRAME_DONE);
    CHECK_EQ(pn_load_relaxed(&node_at_index(3)->cause), 2);
    CHECK_EQ(pn_load_relaxed(&node_at_index(4)->cause), 4);
    CHECK_EQ(pn_load_relaxed(&runs[3]) + pn_load_relaxed(&runs[4]), 0);
    CHECK_EQ(pn_load_relaxed(&told[1]), 2);
    CHECK_EQ(pn_load_relaxed(&the_graph()->failed), 1);
    CHECK_EQ(pn_load_relaxed(&the_graph()->skipped), 2);
}

static void failure_skips_what_depends_on_it(void) { failing(SLOT_FAIL); }
static void trap_skips_what_depends_on_it(void) { failing(SLOT_TRAP); }

static uint32_t loop_left;

/* 0 while there is something left, else 1; a third time out of range. */
static uint32_t loop(uint32_t record) {
    add(record);
    record_of(record)[0] = loop_left == 0 ? 1 : (loop_left--, 0);
    return PN_OUTCOME_DONE;
}

static void condition_loops(void) {
    begin(2, 4, 4);
    vtable[SLOT_LOOP] = loop;
    graph_new(0);
    uint32_t first = graph_node(SLOT_ADD, 0), body = graph_node(SLOT_ADD, 0);
    uint32_t condition = graph_node(SLOT_LOOP, PN_FLAG_CONDITION), after = graph_node(SLOT_ADD, 0);
    graph_edge(first, body, 0);
    graph_edge(body, condition, 0);
    graph_edge(condition, body, 0);
    graph_edge(condition, after, 0);
    graph_place();
    loop_left = 5;
    run_times(1);
    CHECK_EQ(run_state(), PN_FRAME_DONE);
    CHECK_EQ(pn_load_relaxed(&runs[body]), 6);
    CHECK_EQ(pn_load_relaxed(&runs[after]), 1);
}

static uint32_t out_of_range(uint32_t record) {
    add(record);
    record_of(record)[0] = 1;
    return PN_OUTCOME_DONE;
}

static void condition_may_end_it(void) {
    begin(1, 4, 4);
    vtable[SLOT_LOOP] = out_of_range;
    graph_new(0);
    uint32_t condition = graph_node(SLOT_LOOP, PN_FLAG_CONDITION), never = graph_node(SLOT_ADD, 0);
    graph_edge(condition, never, 0);
    graph_place();
    run_times(1);
    CHECK_EQ(run_state(), PN_FRAME_DONE);
    CHECK_EQ(state_of(never), PN_FRAME_READY);
    CHECK_EQ(pn_load_relaxed(&runs[never]), 0);
}

/* A loop as above, but for a node that the condition does not wait for: it is still queued when the loop comes round. */
static void loop_leaves_a_node_behind(void) {
    begin(1, 8, 8);
    vtable[SLOT_LOOP] = loop;
    graph_new(0);
    graph_watched();
    uint32_t first = graph_node(SLOT_ADD, 0), body = graph_node(SLOT_ADD, 0);
    uint32_t condition = graph_node(SLOT_LOOP, PN_FLAG_CONDITION);
    uint32_t side = graph_node(SLOT_ADD, 0), after = graph_node(SLOT_ADD, 0);
    graph_edge(first, body, 0);
    graph_edge(body, condition, 0); /* the worker goes on with it */
    graph_edge(body, side, 0);
    graph_edge(condition, body, 0);
    graph_edge(condition, after, 0);
    graph_place();
    loop_left = 5;
    run_times(3); /* each ends in the second round of its loop */
    CHECK_EQ(run_state(), PN_FRAME_FAILED);
    CHECK_EQ(pn_load_relaxed(&the_graph()->conflict), side + 1);
    CHECK_EQ(pn_load_relaxed(&runs[side]), 0);
    CHECK_EQ(pn_load_relaxed(&runs[body]), 6);
    CHECK_EQ(state_of(after), PN_FRAME_FREE);
}

static uint32_t yield_left;

static uint32_t yields_first(uint32_t record) {
    if (yield_left == 0) return add(record);
    yield_left--;
    return PN_OUTCOME_YIELD;
}

/* Both lead to it, and the second finds it queued, since it has made way. */
static void two_conditions_start_one_node(void) {
    begin(1, 8, 8);
    vtable[SLOT_LOOP] = loop;
    vtable[SLOT_YIELD] = yields_first;
    graph_new(0);
    graph_watched();
    uint32_t both = graph_node(SLOT_YIELD, 0);
    for (uint32_t i = 0; i < 2; i++) graph_edge(graph_node(SLOT_LOOP, PN_FLAG_CONDITION), both, 0);
    graph_place();
    loop_left = 2;
    yield_left = 1;
    run_times(1);
    CHECK_EQ(run_state(), PN_FRAME_FAILED);
    CHECK_EQ(pn_load_relaxed(&the_graph()->conflict), both + 1);
}

/* A loop that is drawn right is none the worse for being watched. */
static void watched_loop_counts(void) {
    begin(3, 4, 4);
    vtable[SLOT_LOOP] = loop;
    graph_new(0);
    graph_watched();
    uint32_t first = graph_node(SLOT_ADD, 0), body = graph_node(SLOT_ADD, 0);
    uint32_t left = graph_node(SLOT_ADD, 0), right = graph_node(SLOT_ADD, 0);
    uint32_t condition = graph_node(SLOT_LOOP, PN_FLAG_CONDITION), after = graph_node(SLOT_ADD, 0);
    graph_edge(first, body, 0);
    graph_edge(body, left, 0);
    graph_edge(body, right, 0);
    graph_edge(left, condition, 0);
    graph_edge(right, condition, 0);
    graph_edge(condition, body, 0);
    graph_edge(condition, after, 0);
    graph_place();
    loop_left = 50;
    run_times(20); /* all rounds in the first */
    CHECK_EQ(run_state(), PN_FRAME_DONE);
    CHECK_EQ(pn_load_relaxed(&runs[right]), 50 + 20);
    CHECK_EQ(pn_load_relaxed(&runs[after]), 20);
}

static pn_word inside, most;

static uint32_t limited(uint32_t record) {
    uint32_t now = __atomic_add_fetch(&inside.raw, 1, __ATOMIC_SEQ_CST);
    uint32_t seen = pn_load_relaxed(&most);
    while (now > seen) { /* ends: another one raised it */
        uint32_t found = pn_cas_relaxed(&most, seen, now);
        if (found == seen) break;
        seen = found;
    }
    add(record);
    pn_fetch_sub_acq_rel(&inside, 1);
    return PN_OUTCOME_DONE;
}

static void semaphore_holds(uint32_t permits, uint32_t slot) {
    begin(4, 4, 4);
    vtable[SLOT_LIMITED] = limited;
    pn_store_relaxed(&inside, 0);
    pn_store_relaxed(&most, 0);
    graph_new(2);
    graph_permits(0, permits);
    graph_permits(1, 1);
    for (uint32_t i = 0; i < 100; i++) {
        graph_node(slot, 0);
        graph_takes(i, 0);
        if (i % 10 == 0) graph_takes(i, 1);
    }
    graph_place();
    run_times(2);
    for (uint32_t i = 0; i < 100; i++) CHECK_EQ(pn_load_relaxed(&runs[i]), 2);
}

static void semaphore_of_one(void) {
    semaphore_holds(1, SLOT_LIMITED);
    CHECK_EQ(pn_load_relaxed(&most), 1);
}

static void semaphore_of_two(void) {
    semaphore_holds(2, SLOT_LIMITED);
    CHECK(pn_load_relaxed(&most) <= 2);
}

static void failure_gives_permits_back(void) {
    semaphore_holds(1, SLOT_TRAP);
    CHECK_EQ(run_state(), PN_FRAME_FAILED);
}

static uint32_t cancels(uint32_t record) {
    add(record);
    pn_store_seq_cst(&the_graph()->cancelled, 1);
    return PN_OUTCOME_DONE;
}

/* Nodes that wait for a semaphore must end too. */
static void cancelled(void) {
    begin(2, 16, 16);
    vtable[SLOT_CANCELS] = cancels;
    graph_new(1);
    graph_permits(0, 1);
    for (uint32_t i = 0; i < 50; i++) {
        graph_node(i == 0 ? SLOT_CANCELS : SLOT_ADD, 0);
        if (i != 0) {
            graph_takes(i, 0);
            graph_edge(0, i, 0);
        }
    }
    graph_place();
    run_times(2);
    CHECK_EQ(run_state(), PN_FRAME_CANCELLED);
    CHECK_EQ(pn_load_relaxed(&the_graph()->skipped), 49);
    for (uint32_t i = 1; i < 50; i++) CHECK_EQ(state_of(i), PN_FRAME_CANCELLED);
}

static void cancelled_before_the_start(void) {
    begin(1, 4, 4);
    graph_new(0);
    graph_node(SLOT_ADD, 0);
    graph_place();
    pn_ref frame = graph_frame(0);
    pn_store_relaxed(&pn_frame_at(frame)->state, PN_FRAME_CANCELLED);
    host_inject(frame);
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(completions_of(frame), 1);
    CHECK_EQ(pn_load_relaxed(&runs[0]), 0);
}

static uint32_t waits_once(uint32_t record) {
    pn_ref node = record - PN_RECORD_OFFSET;
    if (record_of(record)[2]++ == 0) {
        /* Resumed before the worker has left it: found RUNNING. */
        pn_store_relaxed(&pn_node_at(node)->state, PN_FRAME_READY);
        return PN_OUTCOME_WAIT;
    }
    return add(record);
}

static uint32_t yields_twice(uint32_t record) {
    if (record_of(record)[2]++ < 2) return PN_OUTCOME_YIELD;
    return add(record);
}

static void suspended_nodes_go_on(void) {
    begin(1, 4, 4);
    vtable[SLOT_WAIT] = waits_once;
    vtable[SLOT_YIELD] = yields_twice;
    graph_new(1);
    graph_permits(0, 1);
    uint32_t waits = graph_node(SLOT_WAIT, 0), yields = graph_node(SLOT_YIELD, 0), last = graph_node(SLOT_ADD, 0);
    graph_takes(waits, 0);
    graph_takes(yields, 0);
    graph_edge(waits, last, 0);
    graph_edge(yields, last, 0);
    graph_place();
    run_times(1);
    CHECK_EQ(run_state(), PN_FRAME_DONE);
    CHECK(starts[last] > ends[waits] && starts[last] > ends[yields]);
}

static pn_word wrong_worker;

static uint32_t pinned_to(uint32_t record, uint32_t workers) {
    if (current_worker() != index_of_record(record) % workers) pn_fetch_add_relaxed(&wrong_worker, 1);
    return add(record);
}

static uint32_t pinned_to_one_of_three(uint32_t record) {
    return pinned_to(record, 3);
}

static uint32_t pinned_to_one_of_two(uint32_t record) {
    return pinned_to(record, 2);
}

static void pinned_nodes_stay(void) {
    begin(3, 4, 4);
    vtable[SLOT_PINNED] = pinned_to_one_of_three;
    pn_store_relaxed(&wrong_worker, 0);
    graph_new(0);
    for (uint32_t i = 0; i < 90; i++) graph_node(SLOT_PINNED, (i % 3 + 1) << PN_FLAG_PIN_SHIFT);
    for (uint32_t i = 30; i < 90; i++) graph_edge(i - 30, (i * 7) % 30 + 30 * (i / 30), 0);
    graph_place();
    run_times(2);
    CHECK_EQ(pn_load_relaxed(&wrong_worker), 0);
    for (uint32_t i = 0; i < 90; i++) CHECK_EQ(pn_load_relaxed(&runs[i]), 2);
}

/* Each of two workers releases more for the other than mailbox and injector hold, before any of it has been read. */
static void full_mailboxes_hold_nobody_up(void) {
    begin(2, 4, 4);
    vtable[SLOT_PINNED] = pinned_to_one_of_two;
    pn_store_relaxed(&wrong_worker, 0);
    graph_new(0);
    for (uint32_t i = 0; i < 26; i++) graph_node(SLOT_PINNED, (i % 2 + 1) << PN_FLAG_PIN_SHIFT);
    for (uint32_t i = 2; i < 26; i++) graph_edge((i + 1) % 2, i, 0);
    graph_place();
    host_inject(graph_frame(0));
    for (uint32_t round = 0; round < 60; round++) {
        for (uint32_t id = 0; id < 2; id++) worker_run(id, 1);
    }
    CHECK_EQ(run_state(), PN_FRAME_DONE);
    CHECK_EQ(pn_load_relaxed(&wrong_worker), 0);
    for (uint32_t i = 0; i < 26; i++) CHECK_EQ(pn_load_relaxed(&runs[i]), 1);
    CHECK(COUNTER(spills) >= 2 * 8); /* 12 for 4 cells, twice */
    check_nothing_leaked();
}

static void priorities_are_kept(void) {
    begin(1, 16, 16);
    graph_new(0);
    uint32_t first = graph_node(SLOT_ADD, 0);
    uint32_t low = graph_node(SLOT_ADD, PN_PRIORITY_LOW << PN_FLAG_PRIORITY_SHIFT), normal = graph_node(SLOT_ADD, 0);
    uint32_t high = graph_node(SLOT_ADD, PN_PRIORITY_HIGH << PN_FLAG_PRIORITY_SHIFT);
    graph_edge(first, low, 0);
    graph_edge(first, normal, 0);
    graph_edge(first, high, 0);
    graph_place();
    run_times(1);
    CHECK(starts[high] < starts[normal] && starts[normal] < starts[low]);
}

static uint32_t leaf(uint32_t record) {
    record_of(record)[0] = 5;
    return PN_OUTCOME_DONE;
}

static uint32_t forks(uint32_t record) {
    uint32_t worker = current_worker();
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 3; i++) {
        pn_ref job = penny_fork_alloc(worker, SLOT_LEAF);
        CHECK(job != 0);
        penny_fork_push(worker, job);
        uint32_t state = penny_join(worker, job);
        if (state == PN_FRAME_READY) state = penny_fork_run(worker, job);
        CHECK_EQ(state, PN_FRAME_DONE);
        sum += record_of(job + PN_RECORD_OFFSET)[0];
        penny_fork_release(worker, job);
    }
    add(record);
    record_of(record)[0] = sum;
    return PN_OUTCOME_DONE;
}

static void nodes_may_fork(void) {
    begin(3, 8, 8);
    vtable[SLOT_FORKS] = forks;
    vtable[SLOT_LEAF] = leaf;
    graph_new(0);
    for (uint32_t i = 0; i < 60; i++) graph_node(SLOT_FORKS, 0);
    for (uint32_t i = 20; i < 60; i++) graph_edge(i - 20, i, 0);
    graph_place();
    run_times(2);
    for (uint32_t i = 0; i < 60; i++) CHECK_EQ(node_at_index(i)->result, 15);
}

static pn_word events[PN_TRACE_TRAPPED + 1];

static void counts_events(uint32_t node, uint32_t event) {
    CHECK(index_of(node) < 3 && event <= PN_TRACE_TRAPPED);
    pn_fetch_add_relaxed(&events[event], 1);
}

static void traced(void) {
    begin(2, 4, 4);
    memset((void *)events, 0, sizeof events);
    on_trace = counts_events;
    graph_new(0);
    graph_node(SLOT_ADD, 0);
    graph_node(SLOT_TRAP, 0);
    graph_node(SLOT_ADD, 0);
    graph_edge(1, 2, 0);
    graph_place();
    the_graph()->flags = PN_GRAPH_FLAG_TRACED;
    run_times(1);
    CHECK_EQ(pn_load_relaxed(&events[PN_TRACE_BEGIN]), 2);
    CHECK_EQ(pn_load_relaxed(&events[PN_TRACE_DONE]), 1);
    CHECK_EQ(pn_load_relaxed(&events[PN_TRACE_TRAPPED]), 1);
}

/* On this thread: what never ends would return with PARK all the same, so nothing has to time out. */
static void run_here(uint32_t times) {
    for (uint32_t i = 0; i < times; i++) {
        pn_ref frame = graph_frame(0);
        CHECK(host_inject(frame));
        CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
        CHECK_EQ(completions_of(frame), 1);
    }
}

static void runs_again(void) {
    begin(1, 16, 16);
    graph_new(0);
    for (uint32_t i = 0; i < 12; i++) graph_node(SLOT_ADD, 0);
    for (uint32_t i = 0; i < 8; i++)
        for (uint32_t k = 1; k < 4; k++) graph_edge(i, i + k, 1 + k);
    graph_place();
    run_here(3);
    check_results(12, 3);
}

static void a_trap_gives_its_permit_on(void) {
    begin(1, 16, 16);
    graph_new(1);
    graph_permits(0, 1);
    for (uint32_t i = 0; i < 3; i++) {
        graph_node(i == 0 ? SLOT_TRAP : SLOT_WAIT, 0);
        graph_takes(i, 0);
    }
    vtable[SLOT_WAIT] = waits_once;
    graph_place();
    run_here(2);
    CHECK_EQ(pn_load_relaxed(&runs[1]), 2);
    CHECK_EQ(pn_load_relaxed(&runs[2]), 2);
}

static void foreign_refs_panic(void) {
    begin(1, 4, 4);
    graph_new(0);
    graph_node(SLOT_ADD, 0);
    graph_place();
    pn_ref frame = graph_frame(0);
    pn_frame_at(frame)->block = pn_globals_get()->frames_ref;
    host_inject(frame);
    CHECK_PANIC(BAD_REF, worker_run(0, 0));
}

const test graph_tests[] = {
    {"order_with_one_worker", order_with_one_worker},
    {"order_with_two_workers", order_with_two_workers},
    {"order_with_four_workers_and_tiny_queues", order_with_four_workers_and_tiny_queues},
    {"order_is_checked", order_is_checked},
    {"chain", chain},
    {"more_roots_than_room", more_roots_than_room},
    {"no_nodes", no_nodes},
    {"failure_skips_what_depends_on_it", failure_skips_what_depends_on_it},
    {"trap_skips_what_depends_on_it", trap_skips_what_depends_on_it},
    {"condition_loops", condition_loops},
    {"condition_may_end_it", condition_may_end_it},
    {"loop_leaves_a_node_behind", loop_leaves_a_node_behind},
    {"two_conditions_start_one_node", two_conditions_start_one_node},
    {"watched_loop_counts", watched_loop_counts},
    {"semaphore_of_one", semaphore_of_one},
    {"semaphore_of_two", semaphore_of_two},
    {"failure_gives_permits_back", failure_gives_permits_back},
    {"cancelled", cancelled},
    {"cancelled_before_the_start", cancelled_before_the_start},
    {"suspended_nodes_go_on", suspended_nodes_go_on},
    {"pinned_nodes_stay", pinned_nodes_stay},
    {"full_mailboxes_hold_nobody_up", full_mailboxes_hold_nobody_up},
    {"priorities_are_kept", priorities_are_kept},
    {"nodes_may_fork", nodes_may_fork},
    {"traced", traced},
    {"runs_again", runs_again},
    {"a_trap_gives_its_permit_on", a_trap_gives_its_permit_on},
    {"foreign_refs_panic", foreign_refs_panic},
    {0},
};
