/* graph.c - see graph.h. */
#define PN_FILE PN_FILE_GRAPH
#include "graph.h"

#include "deque.h"
#include "find.h"
#include "frame.h"
#include "graph_release.h"
#include "idle.h"
#include "log.h"
#include "place.h"
#include "policy.h"
#include "run.h"
#include "semaphore.h"

/* Nodes in a row before the worker looks whether something waits outside. */
#define LOOK_INTERVAL 64u

/* Takes the semaphores the node does not have yet. Returns 0 when it was left in the list of one. */
static uint32_t take_semaphores(pn_worker *worker, const pn_graph *graph, pn_ref ref) {
    pn_node *node = pn_node_at(ref);
    uint32_t count = pn_flags_semaphores(node->flags);
    while ((uint32_t)node->result < count) { /* ends: each round takes one, or leaves */
        uint32_t semaphore = ((const uint32_t *)pn_at(graph->edges_ref))[node->edges_end + (uint32_t)node->result];
        if (!pn_semaphore_acquire(worker, graph, semaphore, ref)) return 0;
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
static uint32_t start(pn_worker *worker, const pn_graph *graph, pn_ref ref) {
    pn_node *node = pn_node_at(ref);
    if (pn_flags_semaphores(node->flags) != 0 && !take_semaphores(worker, graph, ref)) return 0;
    if (node->flags != 0) node->flags |= PN_FLAG_STARTED;
    return 1;
}

static pn_ref finish(pn_worker *worker, pn_ref ref, uint32_t state, uint32_t logged) {
    return logged ? pn_graph_finish_logged(worker, ref, state) : pn_graph_finish(worker, ref, state);
}

/* It returned without being done. */
static pn_ref end_undone(pn_worker *worker, pn_ref ref, uint32_t outcome) {
    pn_node *node = pn_node_at(ref);
    if (outcome == PN_OUTCOME_FAILED) return finish(worker, ref, PN_FRAME_FAILED, pn_log_is_on(worker));
    PN_ASSERT(outcome == PN_OUTCOME_WAIT || outcome == PN_OUTCOME_YIELD, BAD_OUTCOME);
    node->flags |= PN_FLAG_STARTED; /* before anybody can queue it */
    if (outcome == PN_OUTCOME_WAIT) {
        pn_counter_add(&worker->counters.waits, 1);
        if (pn_frame_block(pn_frame_at(ref))) return 0; /* the node is the host's now */
    } else {
        pn_counter_add(&worker->counters.yields, 1);
        pn_frame_transition(pn_frame_at(ref), PN_FRAME_READY);
    }
    pn_run_requeue_last(worker, ref);
    return 0;
}

/* Cancelled by the host when it waited for nothing more. */
static uint32_t is_withdrawn(const pn_node *node) {
    /* acquire: the host's reason; pairs with its fetch_or. One that comes later finds the node started. */
    return (node->flags & PN_FLAG_NOTIFY) && (pn_load_acquire(&node->pending) & PN_PENDING_POISONED);
}

/* The run, or it, was cancelled: with a log a decision, for it depends on who says so when. */
static inline uint32_t is_cancelled(pn_worker *worker, const pn_graph *graph, pn_ref ref, uint32_t logged) {
    uint32_t seen = pn_load_hint(&graph->cancelled) || is_withdrawn(pn_node_at(ref));
    return logged ? pn_log_sees(worker, PN_DECISION_SKIP, ref, 0, seen) : seen;
}

/* Dispatches a node once. Returns what the worker goes on with, or 0. */
static inline __attribute__((always_inline)) pn_ref run_once(pn_worker *worker, const pn_graph *graph, pn_ref ref, uint32_t logged) {
    pn_node *node = pn_node_at(ref);
    if (!(node->flags & PN_FLAG_STARTED)) {
        if ((node->flags & PN_FLAG_SKIP) || is_cancelled(worker, graph, ref, logged))
            return finish(worker, ref, PN_FRAME_CANCELLED, logged);
        if (node->flags != 0 && !start(worker, graph, ref)) return 0;
        node->result = 0; /* thunks of narrow results leave its upper half */
    }
    pn_store_relaxed(&node->state, PN_FRAME_RUNNING); /* relaxed: the host looks when the task has returned WAIT */
    trace(worker, graph, ref, PN_TRACE_BEGIN);
    uint32_t outcome = pn_run_dispatch(worker, ref);
    trace(worker, graph, ref,
          outcome == PN_OUTCOME_DONE ? PN_TRACE_DONE : outcome == PN_OUTCOME_FAILED ? PN_TRACE_FAILED : PN_TRACE_SUSPENDED);
    if (outcome == PN_OUTCOME_DONE) return finish(worker, ref, PN_FRAME_DONE, logged);
    return end_undone(worker, ref, outcome);
}

static pn_ref run_any(pn_worker *worker, const pn_graph *graph, pn_ref ref) {
    return run_once(worker, graph, ref, 0);
}

static pn_ref run_any_logged(pn_worker *worker, const pn_graph *graph, pn_ref ref) {
    return run_once(worker, graph, ref, 1);
}

/* The same for a node without flags, in a graph that is plain (pn_walk), without a log. */
static pn_ref run_plain(pn_worker *worker, pn_graph *graph, pn_ref ref) {
    pn_node *node = pn_node_at(ref);
    if (pn_load_hint(&graph->cancelled)) return pn_graph_finish(worker, ref, PN_FRAME_CANCELLED);
    node->result = 0;                                 /* thunks of narrow results leave its upper half */
    pn_store_relaxed(&node->state, PN_FRAME_RUNNING); /* relaxed: as in run_any */
    uint32_t outcome = pn_run_dispatch(worker, ref);
    if (outcome != PN_OUTCOME_DONE) return end_undone(worker, ref, outcome);
    return pn_graph_finish_plain(worker, graph, node);
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
    pn_idle_notify(worker); /* who looked meanwhile saw an empty deque */
    return 0;
}

/* How a worker goes through nodes: read once, for a compiler cannot know that no task changes it. */
typedef struct pn_walk {
    uint32_t nodes_max;
    uint32_t plain;     /* the graph is neither traced, watched nor live */
    uint32_t nested;    /* inside another dispatch; its task waits for something, which may be there by now */
    uint32_t by_policy; /* another one than work stealing */
} pn_walk;

/* Whether the worker must look elsewhere before it runs `ref`, the `count`th in a row; then it is queued. */
static inline uint32_t leaves(pn_worker *worker, const pn_walk *walk, pn_ref ref, uint32_t flags, uint32_t count) {
    uint32_t high_waits = pn_flags_priority(flags) != PN_PRIORITY_HIGH && pn_find_high_waits(worker);
    if (walk->by_policy && pn_policy_interrupts(worker)) {
        pn_run_requeue_first(worker, ref);
        return 1;
    }
    if (high_waits || count >= walk->nodes_max || walk->nested || pn_idle_command() != PN_COMMAND_RUN) {
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

/* The same with a log. What is not looked at is no decision: inside another dispatch it always leaves. */
static uint32_t leaves_logged(pn_worker *worker, pn_ref ref, uint32_t count, uint32_t nodes_max) {
    uint32_t flags = pn_node_at(ref)->flags;
    uint32_t first = worker->nest != 0;
    if (!first) {
        first = (pn_flags_priority(flags) != PN_PRIORITY_HIGH && pn_find_high_waits(worker)) || count >= nodes_max ||
                pn_idle_command() != PN_COMMAND_RUN;
        first = pn_log_sees(worker, PN_DECISION_LEAVE, ref, 0, first);
    }
    if (first) {
        pn_run_requeue_first(worker, ref);
        return 1;
    }
    if (!pn_log_sees(worker, PN_DECISION_MAKE_WAY, ref, 0, count % LOOK_INTERVAL == 0 && pn_find_make_way(worker, flags))) return 0;
    pn_counter_add(&worker->counters.yields, 1);
    pn_run_requeue_last(worker, ref);
    return 1;
}

/* With a log whatever comes from the deque is found by pn_log_find. */
static __attribute__((noinline)) uint32_t run_node_logged(pn_worker *worker, pn_graph *graph, pn_ref ref, uint32_t nodes_max) {
    uint32_t count = 0;
    do { /* ends: as in pn_graph_run_node */
        ref = run_any_logged(worker, graph, ref);
        count++;
    } while (ref != 0 && !leaves_logged(worker, ref, count, nodes_max));
    if (!pn_graph_is_live(graph)) pn_graph_give_credit_back(worker, graph);
    return count;
}

uint32_t pn_graph_run_node(pn_worker *worker, pn_ref ref, uint32_t nodes_max) {
    uint32_t count = 0;
    check_node(ref);
    uint32_t flags = pn_node_at(ref)->flags;
    if (pn_place_is_elsewhere(worker, flags)) {
        pn_place_ready(worker, ref); /* a recording that was changed has it taken here */
        return 1;
    }
    pn_ref graph_ref = pn_node_at(ref)->graph;
    pn_graph *graph = pn_graph_at(graph_ref);
    worker->graph_credit = 0; /* that of a run which waits for this one is in its context */
    if (pn_log_is_on(worker)) return run_node_logged(worker, graph, ref, nodes_max);
    const pn_walk walk = {.nodes_max = nodes_max,
                          .plain = !pn_graph_is_live(graph) && graph->flags == 0,
                          .nested = worker->nest != 0,
                          .by_policy = worker->policy != PN_POLICY_WORK_STEALING};
    for (;;) { /* ends: after nodes_max, or when the worker has no more nodes of the graph */
        ref = walk.plain && flags == 0 ? run_plain(worker, graph, ref) : run_any(worker, graph, ref);
        count++;
        if (ref == 0 && !walk.nested) ref = take_own(worker, graph_ref);
        if (ref == 0) break;
        flags = pn_node_at(ref)->flags;
        if (leaves(worker, &walk, ref, flags, count)) break;
    }
    if (!pn_graph_is_live(graph)) pn_graph_give_credit_back(worker, graph);
    return count;
}

void pn_graph_fail_node(pn_worker *worker, pn_ref ref) {
    pn_graph *graph = pn_graph_at(pn_node_at(ref)->graph);
    trace(worker, graph, ref, PN_TRACE_TRAPPED);
    pn_ref next = finish(worker, ref, PN_FRAME_FAILED, pn_log_is_on(worker));
    if (next != 0) pn_run_requeue_first(worker, next);
    if (!pn_graph_is_live(graph)) pn_graph_give_credit_back(worker, graph);
}

/* Releases as many roots as fit a deque well; the frame comes back for the rest. */
static void release_roots(pn_worker *worker, pn_ref frame_ref, pn_graph *graph) {
    pn_frame *frame = pn_frame_at(frame_ref);
    const uint32_t *roots = (const uint32_t *)pn_at(graph->roots_ref);
    uint32_t batch = pn_globals_get()->deque_capacity / 2;
    uint32_t end = graph->root_count - frame->lo > batch ? frame->lo + batch : graph->root_count;
    pn_released list = {0, 0, 0};
    for (uint32_t i = frame->lo; i < end; i++) {
        pn_ref ref = pn_graph_node(graph, roots[i]);
        if (pn_graph_make_ready(worker, graph, ref, 0)) pn_graph_add_released(worker, &list, ref);
    }
    frame->lo = end;
    uint32_t last = end == graph->root_count;
    /* The frame's own one goes with the last roots. */
    pn_graph_account(worker, graph, last ? list.count : list.count + 1);
    if (!last) pn_run_requeue_last(worker, frame_ref);
    pn_graph_place_rest(worker, list.rest);
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
    pn_graph_give_credit_back(worker, graph);
    return 1;
}
