/* graph_release.h - the end of a node: what it held is given back, its successors are released; the end of a run.
 *
 * Overview
 *   See graph.h. graph.c runs nodes and calls this when one is done, failed or skipped.
 *
 * Who may call
 *   The worker that has the node, on its own thread.
 */
#ifndef PN_GRAPH_RELEASE_H
#define PN_GRAPH_RELEASE_H

#include "check.h"
#include "layout_graph.h"

/* Nodes that wait for nothing more. Nobody else sees them. */
typedef struct pn_released {
    pn_ref kept; /* what the worker goes on with itself */
    pn_ref rest; /* list through node.waiter: to be placed */
    uint32_t count;
} pn_released;

static inline uint32_t pn_graph_is_live(const pn_graph *graph) {
    return graph->kind == PN_KIND_LIVE;
}

static inline pn_ref pn_graph_node(const pn_graph *graph, uint32_t index) {
    PN_ASSERT(index < graph->node_count, BAD_REF);
    return graph->nodes_ref + index * (uint32_t)sizeof(pn_node);
}

/* A node is done, failed or skipped. Returns the node to go on with, or 0. */
pn_ref pn_graph_finish(pn_worker *worker, pn_ref node, uint32_t state);

/* The same with a log. */
pn_ref pn_graph_finish_logged(pn_worker *worker, pn_ref node, uint32_t state);

/* The same for a node that is done and has no flags, of a graph that is neither live nor watched, without a log. */
pn_ref pn_graph_finish_plain(pn_worker *worker, pn_graph *graph, pn_node *node);

/* `released` nodes more, one less. Before anybody else can see them. */
void pn_graph_account(pn_worker *worker, pn_graph *graph, uint32_t released);

/* The worker goes on with something else. The graph may be gone afterwards. */
void pn_graph_give_credit_back(pn_worker *worker, pn_graph *graph);

/* A node for whose predecessors nobody waits any more; its counter is set for the next run. Returns 0 when the graph
 * is watched and it is under way: then the run fails and the node must not be released. */
uint32_t pn_graph_make_ready(pn_worker *worker, pn_graph *graph, pn_ref node, uint32_t skip);
void pn_graph_add_released(const pn_worker *worker, pn_released *list, pn_ref node);
void pn_graph_place_rest(pn_worker *worker, pn_ref list);

#endif
