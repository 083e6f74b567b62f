/* graph.c - see graph.h. */
#define PN_FILE PN_FILE_GRAPH
#include "graph.h"

#include "deque.h"
#include "find.h"
#include "frame.h"
#include "heap.h"
#include "idle.h"
#include "place.h"
#include "run.h"
#include "semaphore.h"

/* Nodes in a row before the worker looks whether something waits outside. */
#define LOOK_INTERVAL 64u

static pn_graph *graph_of(const pn_node *node) {
    return pn_graph_at(node->graph);
}

static uint32_t is_live(const pn_graph *graph) {
    return graph->kind == PN_KIND_LIVE;
}

static pn_ref node_ref(const pn_graph *graph, uint32_t index) {
    PN_ASSERT(index < graph->node_count, BAD_REF);
    return graph->nodes_ref + index * (uint32_t)sizeof(pn_node);
}

static const uint32_t *edges_of(const pn_graph *graph) {
    return (const uint32_t *)pn_at(graph->edges_ref);
}

/* ---- the end of a run */

static void complete_run(pn_worker *worker, const pn_graph *graph) {
    pn_ref run = graph->run;
    uint32_t failed = pn_load_relaxed(&graph->failed);   /* relaxed: active was acquired, here and in the next line */
    uint32_t skipped = pn_load_relaxed(&graph->skipped); /* relaxed: see above */
    pn_frame_finish(pn_frame_at(run), failed ? PN_FRAME_FAILED : skipped ? PN_FRAME_CANCELLED : PN_FRAME_DONE);
    pn_run_complete(worker, run, 0);
}

/* graph.active counts in advance what this worker may release: it takes CREDIT at a time and keeps what it does not need
 * while it goes on with nodes of the same graph, so that most nodes cost no atomic operation here. */
#define CREDIT 64u

static void settle(pn_worker *worker, pn_graph *graph, uint32_t amount) {
    if (amount == 0) return;
    /* release: results and states; acquire: everyone's, for the one who completes the run. Pairs with itself. */
    uint32_t before = pn_fetch_sub_acq_rel(&graph->active, amount);
    PN_ASSERT(before >= amount, BROKEN_INVARIANT);
    if (before == amount) complete_run(worker, graph);
}

/* `released` nodes more, one less. The caller has not shown them to anybody yet. */
static void account(pn_worker *worker, pn_graph *graph, uint32_t released) {
    if (released == 0) {
        worker->graph_credit++;
    } else if (released > 1) {
        uint32_t more = released - 1;
        if (worker->graph_credit < more) {
            pn_fetch_add_relaxed(&graph->active, more + CREDIT); /* relaxed: the caller holds one, and the queues publish it */
            worker->graph_credit += more + CREDIT;
        }
        worker->graph_credit -= more;
    }
}

/* The worker goes on with something else. The graph may be gone afterwards. */
static void give_credit_back(pn_worker *worker, pn_graph *graph) {
    uint32_t amount = worker->graph_credit;
    worker->graph_credit = 0;
    settle(worker, graph, amount);
}

/* ---- release of successors */

typedef struct released {
    pn_ref kept; /* what the worker goes on with itself */
    pn_ref rest; /* list through node.waiter: to be placed */
    uint32_t count;
} released;

static uint32_t is_high(pn_ref ref) {
    return pn_flags_priority(pn_node_at(ref)->flags) == PN_PRIORITY_HIGH;
}

static void add_released(const pn_worker *worker, released *list, pn_ref ref) {
    pn_ref out = ref;
    list->count++;
    if (list->kept == 0 || (is_high(ref) && !is_high(list->kept))) {
        if (pn_place_keeps(worker, pn_node_at(ref)->flags)) {
            out = list->kept;
            list->kept = ref;
        }
    }
    if (out == 0) return;
    pn_store_relaxed(&pn_node_at(out)->waiter, list->rest); /* relaxed: nobody else sees it */
    list->rest = out;
}

/* For nodes with more to them than a call. */
static __attribute__((noinline)) void make_special_ready(pn_worker *worker, pn_node *node, uint32_t skip) {
    if ((node->flags & PN_FLAG_RESULT_BYTES) && node->result != 0) {
        /* A loop came round: nobody is left to read what it made before. The host frees what a run has made. */
        pn_heap_free_chain(worker, pn_run_chain_result(node->result, 0));
        node->result = 0;
    }
    if (pn_flags_semaphores(node->flags) != 0) node->result = 0;
    node->flags = (node->flags & ~(uint32_t)(PN_FLAG_STARTED | PN_FLAG_SKIP)) | (skip ? PN_FLAG_SKIP : 0u);
}

static void make_ready(pn_worker *worker, pn_node *node, uint32_t skip) {
    /* relaxed: nobody else sees the node until it is placed. */
    if (node->predecessors > 1) pn_store_relaxed(&node->pending, node->predecessors);
    if (node->flags != 0 || skip) make_special_ready(worker, node, skip);
}

static void give_result(const pn_node *node, pn_node *successor, uint32_t argument) {
    PN_ASSERT(argument <= PN_ARITY_MAX, BAD_REF);
    if (argument != 0) successor->args[argument - 1] = node->result;
}

static void poison(pn_node *successor, uint32_t cause) {
    pn_store_relaxed(&successor->cause, cause); /* relaxed: any of several causes will do; published with pending */
    /* acq_rel: before the decrement of the same word. */
    pn_fetch_or_acq_rel(&successor->pending, PN_PENDING_POISONED);
}

/* One predecessor less. Returns whether it was the last; then `poisoned` says whether one of them was not done. */
static uint32_t arrive(pn_node *successor, uint32_t *poisoned) {
    /* acquire: as below. Only this one is missing, so nobody else changes the word. */
    if (pn_load_acquire(&successor->pending) == 1) {
        *poisoned = 0;
        return 1;
    }
    /* release: the argument and the cause; acquire: those of the others. Pairs with itself, and with the host's. */
    uint32_t before = pn_fetch_sub_acq_rel(&successor->pending, 1);
    PN_ASSERT((before & ~PN_PENDING_POISONED) != 0, BROKEN_INVARIANT);
    *poisoned = (before & PN_PENDING_POISONED) != 0;
    return (before & ~PN_PENDING_POISONED) == 1;
}

static void release_edges(pn_worker *worker, const pn_graph *graph, pn_ref ref, uint32_t state, released *list) {
    const pn_node *node = pn_node_at(ref);
    const uint32_t *edges = edges_of(graph);
    uint32_t cause = (ref - graph->nodes_ref) / (uint32_t)sizeof(pn_node) + 1;
    for (uint32_t edge = node->edges; edge < node->edges_end; edge++) {
        pn_ref successor_ref = node_ref(graph, edges[edge] & (PN_NODE_COUNT_MAX - 1));
        pn_node *successor = pn_node_at(successor_ref);
        uint32_t poisoned = state != PN_FRAME_DONE;
        if (poisoned) poison(successor, cause);
        else give_result(node, successor, edges[edge] >> PN_EDGE_ARGUMENT_SHIFT);
        if (successor->predecessors > 1 && !arrive(successor, &poisoned)) continue;
        make_ready(worker, successor, poisoned);
        add_released(worker, list, successor_ref);
    }
}

static void release_branch(pn_worker *worker, const pn_graph *graph, const pn_node *node, released *list) {
    uint32_t choice = (uint32_t)node->result;
    if (choice >= node->edges_end - node->edges) return;
    uint32_t edge = edges_of(graph)[node->edges + choice];
    pn_ref successor = node_ref(graph, edge & (PN_NODE_COUNT_MAX - 1));
    make_ready(worker, pn_node_at(successor), 0);
    add_released(worker, list, successor);
}

static void release_live(const pn_worker *worker, pn_node *node, pn_ref ref, uint32_t state, released *list) {
    /* acquire: the edges; release: the result, to a host that finds the list closed. Pairs with the host's CAS and load. */
    pn_ref edge_ref = pn_exchange_n_acq_rel(&node->live_edges, PN_EDGES_CLOSED);
    PN_ASSERT(edge_ref != PN_EDGES_CLOSED, BAD_STATE);
    while (edge_ref != 0) { /* ends: the list does; nobody adds to it any more */
        const pn_edge *edge = (const pn_edge *)pn_at(edge_ref);
        pn_ref successor_ref = edge->node;
        pn_node *successor = pn_node_at(successor_ref);
        uint32_t poisoned;
        if (state == PN_FRAME_DONE) give_result(node, successor, edge->argument);
        else if (!(edge->flags & PN_EDGE_FLAG_ANYWAY)) poison(successor, ref);
        edge_ref = edge->next;
        if (!arrive(successor, &poisoned)) continue;
        if (poisoned) successor->flags |= PN_FLAG_SKIP;
        add_released(worker, list, successor_ref);
    }
}

static void place_rest(pn_worker *worker, pn_ref list) {
    pn_ref next;
    for (pn_ref ref = list; ref != 0; ref = next) {       /* ends: the list does */
        next = pn_load_relaxed(&pn_node_at(ref)->waiter); /* relaxed: nobody else sees the list */
        pn_place_ready(worker, ref);
    }
}

/* ---- the end of a node */

static void tell_host(pn_worker *worker, pn_ref ref, uint32_t state) {
    worker->completed_frame = ref;
    worker->completed_state = state;
    penny_host_complete();
}

static void give_semaphores_back(pn_worker *worker, const pn_graph *graph, const pn_node *node) {
    uint32_t started = node->flags & PN_FLAG_STARTED;
    uint32_t count = started ? pn_flags_semaphores(node->flags) : (uint32_t)node->result;
    for (uint32_t i = 0; i < count; i++) {
        pn_ref next = pn_semaphore_release(graph, edges_of(graph)[node->edges_end + i]);
        if (next == 0) continue;
        pn_node_at(next)->result++; /* it has one more */
        pn_place_ready(worker, next);
    }
}

/* Stores the state last: from then on the node is the host's, which reuses headers of live graphs as such only, so that a
 * look at the waiter that comes late wakes somebody for nothing at most. */
static void end_live(pn_worker *worker, pn_graph *graph, pn_ref ref, uint32_t state) {
    pn_node *node = pn_node_at(ref);
    pn_ref header = node->graph;
    if ((node->flags & PN_FLAG_NOTIFY) || state == PN_FRAME_FAILED) tell_host(worker, ref, state);
    /* seq_cst, as release: publishes the result; pairs with the host's load. As seq_cst: before the waiter is read. */
    pn_store_seq_cst(&node->state, state);
    /* seq_cst, both: after the state; pairs with the host, which sets it and then looks at the states. */
    if (pn_load_seq_cst(&graph->waiter) != 0 && pn_exchange_n_seq_cst(&graph->waiter, 0) != 0)
        tell_host(worker, header, PN_FRAME_RUNNING);
}

/* A node is done, failed or skipped. Returns what the worker goes on with, or 0. */
static pn_ref finish(pn_worker *worker, pn_ref ref, uint32_t state) {
    pn_node *node = pn_node_at(ref);
    pn_graph *graph = graph_of(node);
    released list = {0, 0, 0};
    if (pn_flags_semaphores(node->flags) != 0) give_semaphores_back(worker, graph, node);
    if (state != PN_FRAME_DONE) node->result = 0;
    if (state == PN_FRAME_FAILED) {
        pn_counter_add(&worker->counters.failed, 1);
        pn_fetch_add_relaxed(&graph->failed, 1); /* relaxed: released with active */
    } else if (state == PN_FRAME_CANCELLED) {
        pn_counter_add(&worker->counters.skipped, 1);
        pn_fetch_add_relaxed(&graph->skipped, 1); /* relaxed: released with active */
    }
    if (is_live(graph)) {
        release_live(worker, node, ref, state, &list);
        end_live(worker, graph, ref, state);
        place_rest(worker, list.rest);
        return list.kept;
    }
    pn_store_relaxed(&node->state, state); /* relaxed: released with active, for the host */
    if (state == PN_FRAME_FAILED) tell_host(worker, ref, state);
    if (node->flags & PN_FLAG_CONDITION) {
        if (state == PN_FRAME_DONE) release_branch(worker, graph, node, &list);
    } else {
        release_edges(worker, graph, ref, state, &list);
    }
    account(worker, graph, list.count);
    place_rest(worker, list.rest);
    return list.kept;
}

/* Most nodes are done, take nothing back and release one other: what finish does, for them. */
static pn_ref finish_plain(pn_worker *worker, const pn_graph *graph, pn_node *node) {
    uint32_t edge = edges_of(graph)[node->edges];
    pn_ref ref = node_ref(graph, edge & (PN_NODE_COUNT_MAX - 1));
    pn_node *successor = pn_node_at(ref);
    uint32_t poisoned = 0;
    pn_store_relaxed(&node->state, PN_FRAME_DONE); /* relaxed: released with active, for the host */
    give_result(node, successor, edge >> PN_EDGE_ARGUMENT_SHIFT);
    if (successor->predecessors > 1 && !arrive(successor, &poisoned)) {
        worker->graph_credit++;
        return 0;
    }
    make_ready(worker, successor, poisoned);
    if (successor->flags == 0 || pn_place_keeps(worker, successor->flags)) return ref;
    pn_place_ready(worker, ref);
    return 0;
}

/* ---- running */

/* Takes the semaphores the node does not have yet. Returns 0 when it was left in the list of one. */
static uint32_t take_semaphores(const pn_graph *graph, pn_ref ref) {
    pn_node *node = pn_node_at(ref);
    uint32_t count = pn_flags_semaphores(node->flags);
    while ((uint32_t)node->result < count) { /* ends: each round takes one, or leaves */
        uint32_t semaphore = edges_of(graph)[node->edges_end + (uint32_t)node->result];
        if (!pn_semaphore_acquire(graph, semaphore, ref)) return 0;
        node->result++;
    }
    return 1;
}

static void trace(pn_worker *worker, const pn_graph *graph, pn_ref ref, uint32_t event) {
    if (!(graph->flags & PN_GRAPH_FLAG_TRACED)) return;
    worker->traced_node = ref;
    worker->trace_event = event;
    penny_host_trace();
}

/* The first dispatch of a node is due. Returns 0 when it waits for a semaphore. */
static uint32_t start(const pn_graph *graph, pn_ref ref) {
    pn_node *node = pn_node_at(ref);
    if (pn_flags_semaphores(node->flags) != 0 && !take_semaphores(graph, ref)) return 0;
    if (node->flags != 0) node->flags |= PN_FLAG_STARTED;
    return 1;
}

/* Dispatches a node once. Returns what the worker goes on with, or 0. */
static pn_ref run_one(pn_worker *worker, pn_ref ref) {
    pn_node *node = pn_node_at(ref);
    const pn_graph *graph = graph_of(node);
    if (!(node->flags & PN_FLAG_STARTED)) {
        if ((node->flags & PN_FLAG_SKIP) || pn_load_hint(&graph->cancelled)) return finish(worker, ref, PN_FRAME_CANCELLED);
        if (node->flags != 0 && !start(graph, ref)) return 0;
        node->result = 0; /* thunks of narrow results leave its upper half */
    }
    pn_store_relaxed(&node->state, PN_FRAME_RUNNING); /* relaxed: the host looks when the task has returned WAIT */
    trace(worker, graph, ref, PN_TRACE_BEGIN);
    uint32_t outcome = pn_run_dispatch(worker, ref);
    trace(worker, graph, ref,
          outcome == PN_OUTCOME_DONE ? PN_TRACE_DONE : outcome == PN_OUTCOME_FAILED ? PN_TRACE_FAILED : PN_TRACE_SUSPENDED);
    switch (outcome) {
    case PN_OUTCOME_DONE:
        if (node->flags == 0 && node->edges_end - node->edges == 1 && !is_live(graph)) return finish_plain(worker, graph, node);
        return finish(worker, ref, PN_FRAME_DONE);
    case PN_OUTCOME_FAILED: return finish(worker, ref, PN_FRAME_FAILED);
    case PN_OUTCOME_WAIT:
        pn_counter_add(&worker->counters.waits, 1);
        node->flags |= PN_FLAG_STARTED; /* before the host can queue it */
        if (!pn_frame_block(pn_frame_at(ref))) pn_run_requeue_last(worker, ref); /* else the node is the host's now */
        return 0;
    case PN_OUTCOME_YIELD:
        pn_counter_add(&worker->counters.yields, 1);
        node->flags |= PN_FLAG_STARTED;
        pn_frame_transition(pn_frame_at(ref), PN_FRAME_READY);
        pn_run_requeue_last(worker, ref);
        return 0;
    default: PN_ASSERT(0, BAD_OUTCOME);
    }
    return 0;
}

static void check_node(pn_ref ref) {
    const pn_globals *globals = pn_globals_get();
    PN_ASSERT(ref % PN_CACHE_LINE == 0 && ref >= globals->args_ref && ref < globals->heap_map_ref, BAD_REF);
    PN_ASSERT(pn_node_at(ref)->kind == PN_KIND_NODE, BAD_REF);
}

/* The newest frame of the own deque, if it is of this graph: a run mostly goes on with that. */
static pn_ref take_own(pn_worker *worker, pn_ref graph) {
    pn_ref ref = pn_deque_pop(worker);
    if (ref == 0) return 0;
    if (pn_frame_at(ref)->kind == PN_KIND_NODE && pn_node_at(ref)->graph == graph) return ref;
    PN_ASSERT(pn_deque_push(worker, ref), BROKEN_INVARIANT); /* its place is still free */
    return 0;
}

/* Whether the worker must look elsewhere before it runs `ref`, the `count`th in a row; then it is queued. */
static uint32_t leaves(pn_worker *worker, pn_ref ref, uint32_t count, uint32_t nodes_max) {
    uint32_t flags = pn_node_at(ref)->flags;
    uint32_t high_waits = pn_flags_priority(flags) != PN_PRIORITY_HIGH && pn_find_high_waits(worker);
    /* Inside another dispatch its task waits for something, which may be there by now. */
    if (high_waits || count >= nodes_max || worker->nest != 0 || pn_idle_command() != PN_COMMAND_RUN) {
        pn_run_requeue_first(worker, ref);
        return 1;
    }
    if (count % LOOK_INTERVAL == 0 && pn_find_make_way(worker, flags)) {
        pn_counter_add(&worker->counters.yields, 1);
        pn_run_requeue_last(worker, ref);
        return 1;
    }
    return 0;
}

uint32_t pn_graph_run_node(pn_worker *worker, pn_ref ref, uint32_t nodes_max) {
    uint32_t count = 0;
    check_node(ref);
    if (pn_place_is_elsewhere(worker, pn_node_at(ref)->flags)) {
        pn_place_ready(worker, ref); /* its mailbox was full */
        return 1;
    }
    pn_ref graph_ref = pn_node_at(ref)->graph;
    pn_graph *graph = pn_graph_at(graph_ref);
    worker->graph_credit = 0; /* that of a run which waits for this one is in its context */
    do { /* ends: after nodes_max, or when the worker has no more nodes of the graph */
        ref = run_one(worker, ref);
        count++;
        if (ref == 0 && worker->nest == 0) ref = take_own(worker, graph_ref);
    } while (ref != 0 && !leaves(worker, ref, count, nodes_max));
    if (!is_live(graph)) give_credit_back(worker, graph);
    return count;
}

void pn_graph_fail_node(pn_worker *worker, pn_ref ref) {
    pn_graph *graph = graph_of(pn_node_at(ref));
    trace(worker, graph, ref, PN_TRACE_TRAPPED);
    pn_ref next = finish(worker, ref, PN_FRAME_FAILED);
    if (next != 0) pn_run_requeue_first(worker, next);
    if (!is_live(graph)) give_credit_back(worker, graph);
}

/* Releases as many roots as fit a deque well; the frame comes back for the rest. */
static void release_roots(pn_worker *worker, pn_ref frame_ref, pn_graph *graph) {
    pn_frame *frame = pn_frame_at(frame_ref);
    const uint32_t *roots = (const uint32_t *)pn_at(graph->roots_ref);
    uint32_t batch = pn_globals_get()->deque_capacity / 2;
    uint32_t end = graph->root_count - frame->lo > batch ? frame->lo + batch : graph->root_count;
    released list = {0, 0, 0};
    for (uint32_t i = frame->lo; i < end; i++) {
        pn_ref ref = node_ref(graph, roots[i]);
        make_ready(worker, pn_node_at(ref), 0);
        add_released(worker, &list, ref);
    }
    frame->lo = end;
    uint32_t last = end == graph->root_count;
    /* The frame's own one goes with the last roots. */
    account(worker, graph, last ? list.count : list.count + 1);
    if (!last) pn_run_requeue_last(worker, frame_ref);
    place_rest(worker, list.rest);
    if (list.kept != 0) pn_run_requeue_first(worker, list.kept);
}

static void check_graph(pn_ref ref) {
    const pn_globals *globals = pn_globals_get();
    PN_ASSERT(ref % PN_CACHE_LINE == 0 && ref >= globals->args_ref && ref < globals->heap_map_ref, BAD_REF);
    const pn_graph *graph = pn_graph_at(ref);
    uint64_t end = (uint64_t)graph->nodes_ref + (uint64_t)graph->node_count * sizeof(pn_node);
    PN_ASSERT(graph->nodes_ref >= globals->args_ref && end <= globals->heap_map_ref, BAD_REF);
    PN_ASSERT((uint64_t)graph->roots_ref + 4ull * graph->root_count <= globals->heap_map_ref, BAD_REF);
}

uint32_t pn_graph_run(pn_worker *worker, pn_ref frame_ref) {
    pn_frame *frame = pn_frame_at(frame_ref);
    pn_graph *graph = pn_graph_at(frame->block);
    /* relaxed: RUNNING means that it was claimed before and came through a queue; otherwise the claim decides. */
    if (pn_load_relaxed(&frame->state) != PN_FRAME_RUNNING) {
        check_graph(frame->block);
        if (!pn_frame_claim(frame)) {
            pn_counter_add(&worker->counters.skipped, graph->node_count);
            pn_run_complete(worker, frame_ref, 0);
            return 1;
        }
        frame->lo = 0;
        pn_store_relaxed(&graph->active, 1); /* relaxed: no node of this run is released yet */
    }
    worker->graph_credit = 0;
    release_roots(worker, frame_ref, graph);
    give_credit_back(worker, graph);
    return 1;
}
