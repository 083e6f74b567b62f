/* graph_release.c - see graph_release.h. */
#define PN_FILE PN_FILE_GRAPH_RELEASE
#include "graph_release.h"

#include "find.h"
#include "frame.h"
#include "heap.h"
#include "log.h"
#include "place.h"
#include "replay.h"
#include "run.h"
#include "semaphore.h"

static pn_graph *graph_of(const pn_node *node) {
    return pn_graph_at(node->graph);
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
    if (pn_log_is_on(worker)) {
        if (pn_log_completes(worker, graph->run, &graph->active, amount)) complete_run(worker, graph);
        return;
    }
    uint32_t before = pn_fetch_sub_acq_rel(&graph->active, amount);
    PN_ASSERT(before >= amount, BROKEN_INVARIANT);
    if (before == amount) complete_run(worker, graph);
}

/* For that many nodes more, which the caller has not shown to anybody yet. */
static inline void take_credit(pn_worker *worker, pn_graph *graph, uint32_t nodes) {
    if (worker->graph_credit < nodes) {
        pn_fetch_add_relaxed(&graph->active, nodes + CREDIT); /* relaxed: the caller holds one, and the queues publish it */
        worker->graph_credit += nodes + CREDIT;
    }
    worker->graph_credit -= nodes;
}

/* `released` nodes more, one less. */
void pn_graph_account(pn_worker *worker, pn_graph *graph, uint32_t released) {
    if (released == 0) worker->graph_credit++;
    else take_credit(worker, graph, released - 1);
}

/* The worker goes on with something else. The graph may be gone afterwards. */
void pn_graph_give_credit_back(pn_worker *worker, pn_graph *graph) {
    uint32_t amount = worker->graph_credit;
    worker->graph_credit = 0;
    settle(worker, graph, amount);
}

/* ---- release of successors */

static uint32_t is_high(pn_ref ref) {
    return pn_flags_priority(pn_node_at(ref)->flags) == PN_PRIORITY_HIGH;
}

/* Keeps one of the two, if this worker may, to go on with. Returns the other, or 0. */
static pn_ref keep_one(const pn_worker *worker, pn_ref *kept, pn_ref ref) {
    pn_ref before = *kept;
    if (before != 0 && (!is_high(ref) || is_high(before))) return ref;
    if (!pn_place_keeps(worker, pn_node_at(ref)->flags)) return ref;
    *kept = ref;
    return before;
}

static void add_to_rest(pn_released *list, pn_ref ref) {
    pn_store_relaxed(&pn_node_at(ref)->waiter, list->rest); /* relaxed: nobody else sees it */
    list->rest = ref;
}

void pn_graph_add_released(const pn_worker *worker, pn_released *list, pn_ref ref) {
    pn_ref out = keep_one(worker, &list->kept, ref);
    list->count++;
    if (out != 0) add_to_rest(list, out);
}

/* Returns 0 when it is under way. */
static uint32_t try_take(pn_node *node) {
    uint32_t state = pn_load_relaxed(&node->state); /* relaxed: the CAS decides */
    uint32_t under_way = state == PN_FRAME_READY || state == PN_FRAME_RUNNING || state == PN_FRAME_BLOCKED;
    /* acquire: what the node did last, where a graph is not right; pairs with finish. Release: stronger than needed. Of two that
     * release it at once one fails. */
    return !under_way && pn_cas_acq_rel(&node->state, state, PN_FRAME_READY) == state;
}

static uint32_t try_take_logged(pn_worker *worker, pn_node *node, pn_ref ref) {
    uint32_t taken = 0;
    if (!pn_replay_expects(worker, PN_DECISION_CONFLICT, ref, 0)) {
        pn_replay_await(worker); /* before its turn the node may not have ended */
        taken = try_take(node);
    }
    pn_log_decide(worker, taken ? PN_DECISION_START : PN_DECISION_CONFLICT, 0, ref, 0);
    return taken;
}

/* A loop that leaves a node behind, or two conditions that lead to one, would run it twice at once. Returns 0 then. */
static __attribute__((noinline)) uint32_t take_watched(pn_worker *worker, pn_graph *graph, pn_ref ref) {
    pn_node *node = pn_node_at(ref);
    if (pn_log_is_on(worker) ? try_take_logged(worker, node, ref) : try_take(node)) return 1;
    /* relaxed, all three: released with active. */
    pn_store_relaxed(&graph->conflict, (ref - graph->nodes_ref) / (uint32_t)sizeof(pn_node) + 1);
    pn_fetch_add_relaxed(&graph->failed, 1); /* relaxed: see above */
    pn_store_relaxed(&graph->cancelled, 1);  /* relaxed: see above */
    return 0;
}

/* The host frees what a run has made; this is what it does not see. */
static void drop_result(pn_worker *worker, pn_node *node) {
    if (!(node->flags & PN_FLAG_RESULT_BYTES) || node->result == 0) return;
    pn_heap_free_chain(worker, pn_run_chain_result(node->result, 0));
    node->result = 0;
}

/* For nodes with more to them than a call. */
static __attribute__((noinline)) void make_special_ready(pn_worker *worker, pn_node *node, uint32_t skip) {
    drop_result(worker, node); /* a loop came round: nobody is left to read what it made before */
    if (pn_flags_semaphores(node->flags) != 0) node->result = 0;
    node->flags = (node->flags & ~(uint32_t)(PN_FLAG_STARTED | PN_FLAG_SKIP)) | (skip ? PN_FLAG_SKIP : 0u);
}

static inline void set_for_the_next_run(pn_node *node, uint32_t predecessors) {
    pn_store_relaxed(&node->pending, predecessors); /* relaxed: nobody else sees the node until it is placed */
}

uint32_t pn_graph_make_ready(pn_worker *worker, pn_graph *graph, pn_ref ref, uint32_t skip) {
    pn_node *node = pn_node_at(ref);
    if (node->predecessors > 1) set_for_the_next_run(node, node->predecessors);
    if ((graph->flags & PN_GRAPH_FLAG_WATCHED) && !take_watched(worker, graph, ref)) return 0;
    if (node->flags != 0 || skip) make_special_ready(worker, node, skip);
    return 1;
}

static void give_result(uint64_t result, pn_node *successor, uint32_t argument) {
    PN_ASSERT(argument <= PN_ARITY_MAX, BAD_REF);
    if (argument != 0) successor->args[argument - 1] = result;
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
    /* A loop may come to a watched node more often than it has predecessors. */
    PN_ASSERT((before & ~PN_PENDING_POISONED) != 0 || (graph_of(successor)->flags & PN_GRAPH_FLAG_WATCHED), BROKEN_INVARIANT);
    *poisoned = (before & PN_PENDING_POISONED) != 0;
    return (before & ~PN_PENDING_POISONED) == 1;
}

/* The same with a log; `item` tells the edges of a graph apart. Before its turn others may not have arrived that were earlier. */
static uint32_t arrive_logged(pn_worker *worker, pn_ref ref, uint32_t item, uint32_t *poisoned) {
    if (pn_replay_expects(worker, PN_DECISION_RELEASE, ref, item)) pn_replay_await(worker);
    if (!arrive(pn_node_at(ref), poisoned)) return 0;
    pn_log_decide(worker, PN_DECISION_RELEASE, 0, ref, item);
    return 1;
}

/* With a log the first cause counts, so that it can be said which it was. */
static void poison_logged(pn_worker *worker, pn_ref ref, uint32_t cause, uint32_t item) {
    pn_node *successor = pn_node_at(ref);
    if (successor->predecessors <= 1) {
        poison(successor, cause);
        return;
    }
    /* acq_rel: as in poison; of several one finds the bit clear. */
    uint32_t before = pn_fetch_or_acq_rel(&successor->pending, PN_PENDING_POISONED);
    if (!pn_log_sees(worker, PN_DECISION_CAUSE, ref, item, !(before & PN_PENDING_POISONED))) return;
    pn_store_relaxed(&successor->cause, cause); /* relaxed: published by the decrement that follows */
}

/* What differs with a log is compiled apart, so that the usual copy does not grow by it (docs/decisions/0093). */
#define INLINE static inline __attribute__((always_inline))

/* `result`: the node's, of which `ref` must not be asked any more if the graph is watched. */
INLINE void release_edges(pn_worker *worker, pn_graph *graph, pn_ref ref, uint32_t state, uint64_t result, pn_released *list,
                          uint32_t logged) {
    const pn_node *node = pn_node_at(ref);
    const uint32_t *edges = edges_of(graph);
    uint32_t cause = (ref - graph->nodes_ref) / (uint32_t)sizeof(pn_node) + 1;
    for (uint32_t edge = node->edges; edge < node->edges_end; edge++) {
        pn_ref successor_ref = pn_graph_node(graph, edges[edge] & (PN_NODE_COUNT_MAX - 1));
        pn_node *successor = pn_node_at(successor_ref);
        uint32_t poisoned = state != PN_FRAME_DONE;
        uint32_t item = edge; /* not its number within the node: two nodes in a row may lead to one by edges of one number */
        if (!poisoned) give_result(result, successor, edges[edge] >> PN_EDGE_ARGUMENT_SHIFT);
        else if (logged) poison_logged(worker, successor_ref, cause, item);
        else poison(successor, cause);
        if (successor->predecessors > 1 &&
            !(logged ? arrive_logged(worker, successor_ref, item, &poisoned) : arrive(successor, &poisoned)))
            continue;
        if (pn_graph_make_ready(worker, graph, successor_ref, poisoned)) pn_graph_add_released(worker, list, successor_ref);
    }
}

static void release_branch(pn_worker *worker, pn_graph *graph, const pn_node *node, uint32_t choice, pn_released *list) {
    if (choice >= node->edges_end - node->edges) return;
    uint32_t edge = edges_of(graph)[node->edges + choice];
    pn_ref successor = pn_graph_node(graph, edge & (PN_NODE_COUNT_MAX - 1));
    if (pn_graph_make_ready(worker, graph, successor, 0)) pn_graph_add_released(worker, list, successor);
}

static void release_live(const pn_worker *worker, pn_node *node, pn_ref ref, uint32_t state, pn_released *list) {
    /* acquire: the edges; release: the result, to a host that finds the list closed. Pairs with the host's CAS and load. */
    pn_ref edge_ref = pn_exchange_n_acq_rel(&node->live_edges, PN_EDGES_CLOSED);
    PN_ASSERT(edge_ref != PN_EDGES_CLOSED, BAD_STATE);
    while (edge_ref != 0) { /* ends: the list does; nobody adds to it any more */
        const pn_edge *edge = (const pn_edge *)pn_at(edge_ref);
        pn_ref successor_ref = edge->node;
        pn_node *successor = pn_node_at(successor_ref);
        uint32_t poisoned;
        if (state == PN_FRAME_DONE) give_result(node->result, successor, edge->argument);
        else if (!(edge->flags & PN_EDGE_FLAG_ANYWAY)) poison(successor, ref);
        edge_ref = edge->next;
        if (!arrive(successor, &poisoned)) continue;
        if (poisoned) successor->flags |= PN_FLAG_SKIP;
        pn_graph_add_released(worker, list, successor_ref);
    }
}

void pn_graph_place_rest(pn_worker *worker, pn_ref list) {
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
        pn_ref next = pn_semaphore_release(worker, graph, edges_of(graph)[node->edges_end + i]);
        if (next == 0) continue;
        pn_node_at(next)->result++; /* it has one more */
        pn_place_ready(worker, next);
    }
}

/* The host may run callbacks, which may wait for what was released and help: so the worker holds that meanwhile. */
static void tell_host_of_live(pn_worker *worker, pn_ref ref, uint32_t state, pn_released *list) {
    pn_ref held_before = worker->held_frame;
    pn_ref kept = list->kept;
    pn_ref next;
    for (pn_ref held = list->rest; held != 0; held = next) {   /* ends: the list does */
        next = pn_load_relaxed(&pn_node_at(held)->waiter);     /* relaxed: nobody else sees the list */
        pn_run_hold(worker, held);
    }
    if (kept != 0) pn_run_hold(worker, kept);
    tell_host(worker, ref, state);
    *list = (pn_released){0, 0, 0};
    while (worker->held_frame != held_before && worker->held_frame != 0 && !pn_find_holds_job(worker)) { /* ends: the list does */
        pn_ref held = pn_find_held(worker);
        if (held == kept) list->kept = held;
        else add_to_rest(list, held);
    }
}

/* Stores the state last: from then on the node is the host's, which reuses headers of live graphs as such only, so that a
 * look at the waiter that comes late wakes somebody for nothing at most. */
static void end_live(pn_worker *worker, pn_graph *graph, pn_ref ref, uint32_t state, pn_released *list) {
    pn_node *node = pn_node_at(ref);
    pn_ref header = node->graph;
    if ((node->flags & PN_FLAG_NOTIFY) || state == PN_FRAME_FAILED) tell_host_of_live(worker, ref, state, list);
    /* seq_cst, as release: publishes the result; pairs with the host's load. As seq_cst: before the waiter is read. */
    pn_store_seq_cst(&node->state, state);
    /* seq_cst, both: after the state; pairs with the host, which sets it and then looks at the states. */
    if (pn_load_seq_cst(&graph->waiter) != 0 && pn_exchange_n_seq_cst(&graph->waiter, 0) != 0)
        tell_host(worker, header, PN_FRAME_RUNNING);
}

/* A node is done, failed or skipped. Returns what the worker goes on with, or 0. */
INLINE pn_ref finish(pn_worker *worker, pn_ref ref, uint32_t state, uint32_t logged) {
    pn_node *node = pn_node_at(ref);
    pn_graph *graph = graph_of(node);
    pn_released list = {0, 0, 0};
    if (pn_flags_semaphores(node->flags) != 0) give_semaphores_back(worker, graph, node);
    if (state == PN_FRAME_FAILED) drop_result(worker, node);
    if (state != PN_FRAME_DONE) node->result = 0;
    if (state == PN_FRAME_FAILED) {
        pn_counter_add(&worker->counters.failed, 1);
        pn_fetch_add_relaxed(&graph->failed, 1); /* relaxed: released with active */
    } else if (state == PN_FRAME_CANCELLED) {
        pn_counter_add(&worker->counters.skipped, 1);
        pn_fetch_add_relaxed(&graph->skipped, 1); /* relaxed: released with active */
    }
    if (pn_graph_is_live(graph)) {
        release_live(worker, node, ref, state, &list);
        end_live(worker, graph, ref, state, &list);
        pn_graph_place_rest(worker, list.rest);
        return list.kept;
    }
    uint64_t result = node->result;
    uint32_t decides = node->flags & PN_FLAG_CONDITION;
    if (graph->flags & PN_GRAPH_FLAG_WATCHED) pn_store_release(&node->state, state); /* release: all of it; pairs with try_take */
    else pn_store_relaxed(&node->state, state); /* relaxed: released with active, for the host */
    if (state == PN_FRAME_FAILED) tell_host(worker, ref, state);
    if (!decides) release_edges(worker, graph, ref, state, result, &list, logged);
    else if (state == PN_FRAME_DONE) release_branch(worker, graph, node, (uint32_t)result, &list);
    pn_graph_account(worker, graph, list.count);
    pn_graph_place_rest(worker, list.rest);
    return list.kept;
}

pn_ref pn_graph_finish(pn_worker *worker, pn_ref ref, uint32_t state) {
    return finish(worker, ref, state, 0);
}

pn_ref pn_graph_finish_logged(pn_worker *worker, pn_ref ref, uint32_t state) {
    return finish(worker, ref, state, 1);
}

/* While the worker's own node still counts. */
static inline void place_one(pn_worker *worker, pn_graph *graph, pn_ref ref) {
    take_credit(worker, graph, 1);
    pn_place_ready(worker, ref);
}

/* A successor with more to it than a call. Returns what is kept then. */
static __attribute__((noinline)) pn_ref release_special(pn_worker *worker, pn_graph *graph, pn_ref ref, uint32_t poisoned, pn_ref kept) {
    make_special_ready(worker, pn_node_at(ref), poisoned);
    pn_ref out = keep_one(worker, &kept, ref);
    if (out != 0) place_one(worker, graph, out);
    return kept;
}

/* What finish does for most nodes: they are done and take nothing back, in a graph that is not watched. */

/* Follows an edge. Returns whether its end is released. */
INLINE uint32_t follow(const pn_node *node, pn_node *successor, uint32_t edge, uint32_t *poisoned) {
    *poisoned = 0;
    give_result(node->result, successor, edge >> PN_EDGE_ARGUMENT_SHIFT);
    uint32_t predecessors = successor->predecessors;
    if (predecessors > 1) {
        if (!arrive(successor, poisoned)) return 0;
        set_for_the_next_run(successor, predecessors);
    }
    return 1;
}

/* What is placed has a credit, and what is kept the node's own place in graph.active: so the run cannot end before the last
 * edge. */
static pn_ref follow_all(pn_worker *worker, pn_graph *graph, const pn_node *node) {
    const uint32_t *edges = edges_of(graph);
    uint32_t end = node->edges_end;
    pn_ref kept = 0;
    for (uint32_t at = node->edges; at < end; at++) {
        pn_ref ref = pn_graph_node(graph, edges[at] & (PN_NODE_COUNT_MAX - 1));
        pn_node *successor = pn_node_at(ref);
        uint32_t poisoned;
        if (!follow(node, successor, edges[at], &poisoned)) continue;
        if (successor->flags != 0 || poisoned) {
            kept = release_special(worker, graph, ref, poisoned, kept);
        } else if (kept == 0) {
            kept = ref;
        } else {
            place_one(worker, graph, ref);
        }
    }
    return kept;
}

pn_ref pn_graph_finish_plain(pn_worker *worker, pn_graph *graph, pn_node *node) {
    pn_store_relaxed(&node->state, PN_FRAME_DONE); /* relaxed: released with active, for the host */
    uint32_t at = node->edges;
    pn_ref kept = 0;
    if (node->edges_end - at != 1) {
        kept = follow_all(worker, graph, node);
    } else {
        uint32_t edge = edges_of(graph)[at], poisoned;
        pn_ref ref = pn_graph_node(graph, edge & (PN_NODE_COUNT_MAX - 1));
        pn_node *successor = pn_node_at(ref);
        if (follow(node, successor, edge, &poisoned)) {
            if (successor->flags == 0 && !poisoned) return ref;
            kept = release_special(worker, graph, ref, poisoned, 0);
        }
    }
    if (kept == 0) worker->graph_credit++;
    return kept;
}
