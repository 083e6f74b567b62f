/* graph.c - see graph.h. */
#define PN_FILE PN_FILE_GRAPH
#include "graph.h"

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

/* `released` nodes more, one less. The caller has not shown them to anybody yet. */
static void account(pn_worker *worker, pn_graph *graph, uint32_t released) {
    if (released == 1) return;
    if (released > 1) {
        pn_fetch_add_relaxed(&graph->active, released - 1); /* relaxed: the caller holds one, and the queues publish it */
        return;
    }
    /* release: results and states; acquire: everyone's, for the one who completes the run. Pairs with itself. */
    uint32_t before = pn_fetch_sub_acq_rel(&graph->active, 1);
    PN_ASSERT(before != 0, BROKEN_INVARIANT);
    if (before == 1) complete_run(worker, graph);
}

/* ---- release of successors */

typedef struct released {
    pn_ref first; /* list through node.waiter */
    uint32_t count;
} released;

static void add_released(released *list, pn_ref ref) {
    pn_store_relaxed(&pn_node_at(ref)->waiter, list->first); /* relaxed: nobody else sees it */
    list->first = ref;
    list->count++;
}

static void make_ready(pn_worker *worker, pn_node *node, uint32_t skip) {
    if ((node->flags & PN_FLAG_RESULT_BYTES) && node->result != 0) {
        /* A loop came round: nobody is left to read what it made before. The host frees what a run has made. */
        pn_heap_free_chain(worker, pn_run_chain_result(node->result, 0));
        node->result = 0;
    }
    if (pn_flags_semaphores(node->flags) != 0) node->result = 0;
    /* relaxed, all of it: nobody else sees the node until it is placed. */
    pn_store_relaxed(&node->pending, node->predecessors);
    pn_store_relaxed(&node->state, PN_FRAME_READY); /* relaxed: see above */
    node->flags = (node->flags & ~(uint32_t)(PN_FLAG_STARTED | PN_FLAG_SKIP)) | (skip ? PN_FLAG_SKIP : 0u);
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
        add_released(list, successor_ref);
    }
}

static void release_branch(pn_worker *worker, const pn_graph *graph, const pn_node *node, released *list) {
    uint32_t choice = (uint32_t)node->result;
    if (choice >= node->edges_end - node->edges) return;
    uint32_t edge = edges_of(graph)[node->edges + choice];
    pn_ref successor = node_ref(graph, edge & (PN_NODE_COUNT_MAX - 1));
    make_ready(worker, pn_node_at(successor), 0);
    add_released(list, successor);
}

static void release_live(pn_node *node, pn_ref ref, uint32_t state, released *list) {
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
        add_released(list, successor_ref);
    }
}

/* The best node of the list to go on with, or 0; the others are placed. */
static pn_ref place_all(pn_worker *worker, const released *list) {
    pn_ref kept = 0;
    pn_ref next;
    for (pn_ref ref = list->first; ref != 0; ref = next) { /* ends: the list does */
        next = pn_load_relaxed(&pn_node_at(ref)->waiter);  /* relaxed: nobody else sees the list */
        uint32_t flags = pn_node_at(ref)->flags;
        uint32_t better = kept == 0 || (pn_flags_priority(flags) == PN_PRIORITY_HIGH &&
                                        pn_flags_priority(pn_node_at(kept)->flags) != PN_PRIORITY_HIGH);
        if (better && pn_place_keeps(worker, flags)) {
            if (kept != 0) pn_place_ready(worker, kept);
            kept = ref;
        } else {
            pn_place_ready(worker, ref);
        }
    }
    return kept;
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
    released list = {0, 0};
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
        release_live(node, ref, state, &list);
        end_live(worker, graph, ref, state);
        return place_all(worker, &list);
    }
    pn_store_relaxed(&node->state, state); /* relaxed: released with active, for the host */
    if (state == PN_FRAME_FAILED) tell_host(worker, ref, state);
    if (node->flags & PN_FLAG_CONDITION) {
        if (state == PN_FRAME_DONE) release_branch(worker, graph, node, &list);
    } else {
        release_edges(worker, graph, ref, state, &list);
    }
    account(worker, graph, list.count);
    return place_all(worker, &list);
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
    node->result = 0; /* thunks of narrow results leave its upper half */
    node->flags |= PN_FLAG_STARTED;
    return 1;
}

/* Dispatches a node once. Returns what the worker goes on with, or 0. */
static pn_ref run_one(pn_worker *worker, pn_ref ref) {
    pn_node *node = pn_node_at(ref);
    const pn_graph *graph = graph_of(node);
    if (!(node->flags & PN_FLAG_STARTED)) {
        if ((node->flags & PN_FLAG_SKIP) || pn_load_hint(&graph->cancelled)) return finish(worker, ref, PN_FRAME_CANCELLED);
        if (!start(graph, ref)) return 0;
    }
    pn_frame_transition(pn_frame_at(ref), PN_FRAME_RUNNING);
    trace(worker, graph, ref, PN_TRACE_BEGIN);
    uint32_t outcome = pn_run_dispatch(worker, ref);
    trace(worker, graph, ref,
          outcome == PN_OUTCOME_DONE ? PN_TRACE_DONE : outcome == PN_OUTCOME_FAILED ? PN_TRACE_FAILED : PN_TRACE_SUSPENDED);
    switch (outcome) {
    case PN_OUTCOME_DONE: return finish(worker, ref, PN_FRAME_DONE);
    case PN_OUTCOME_FAILED: return finish(worker, ref, PN_FRAME_FAILED);
    case PN_OUTCOME_WAIT:
        pn_counter_add(&worker->counters.waits, 1);
        if (!pn_frame_block(pn_frame_at(ref))) pn_run_requeue_last(worker, ref); /* else the node is the host's now */
        return 0;
    case PN_OUTCOME_YIELD:
        pn_counter_add(&worker->counters.yields, 1);
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

uint32_t pn_graph_run_node(pn_worker *worker, pn_ref ref, uint32_t nodes_max) {
    uint32_t count = 0;
    check_node(ref);
    if (pn_place_is_elsewhere(worker, pn_node_at(ref)->flags)) {
        pn_place_ready(worker, ref); /* its mailbox was full */
        return 1;
    }
    for (;;) { /* ends: after nodes_max, or when nothing is released that this worker keeps */
        uint32_t priority = pn_flags_priority(pn_node_at(ref)->flags);
        ref = run_one(worker, ref);
        count++;
        if (ref == 0) return count;
        uint32_t high_waits = priority != PN_PRIORITY_HIGH && pn_find_high_waits(worker);
        /* Inside another dispatch its task waits for something, which may be there by now. */
        if (high_waits || count >= nodes_max || worker->nest != 0 || pn_idle_command() != PN_COMMAND_RUN) {
            pn_run_requeue_first(worker, ref);
            return count;
        }
        if (count % LOOK_INTERVAL == 0 && pn_find_make_way(worker, pn_node_at(ref)->flags)) {
            pn_counter_add(&worker->counters.yields, 1);
            pn_run_requeue_last(worker, ref);
            return count;
        }
    }
}

void pn_graph_fail_node(pn_worker *worker, pn_ref ref) {
    trace(worker, graph_of(pn_node_at(ref)), ref, PN_TRACE_TRAPPED);
    pn_ref next = finish(worker, ref, PN_FRAME_FAILED);
    if (next != 0) pn_run_requeue_first(worker, next);
}

/* Releases as many roots as fit a deque well; the frame comes back for the rest. */
static void release_roots(pn_worker *worker, pn_ref frame_ref, pn_graph *graph) {
    pn_frame *frame = pn_frame_at(frame_ref);
    const uint32_t *roots = (const uint32_t *)pn_at(graph->roots_ref);
    uint32_t batch = pn_globals_get()->deque_capacity / 2;
    uint32_t end = graph->root_count - frame->lo > batch ? frame->lo + batch : graph->root_count;
    released list = {0, 0};
    for (uint32_t i = end; i > frame->lo; i--) { /* the list turns them round */
        pn_ref ref = node_ref(graph, roots[i - 1]);
        make_ready(worker, pn_node_at(ref), 0);
        add_released(&list, ref);
    }
    frame->lo = end;
    uint32_t last = end == graph->root_count;
    /* The frame's own one goes with the last roots. */
    account(worker, graph, last ? list.count : list.count + 1);
    if (!last) pn_run_requeue_last(worker, frame_ref);
    pn_ref kept = place_all(worker, &list);
    if (kept != 0) pn_run_requeue_first(worker, kept);
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
    release_roots(worker, frame_ref, graph);
    return 1;
}
