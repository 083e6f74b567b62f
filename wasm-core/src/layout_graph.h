/* layout_graph.h - the shared structs of graphs. What layout.h says of fields and their writers holds here too. */
#ifndef PN_LAYOUT_GRAPH_H
#define PN_LAYOUT_GRAPH_H

#include "layout.h"

/* A graph: written by the host in the argument region, then run as often as it likes. */
typedef struct pn_graph {
    /* Constant while it runs. */
    PN_ON_LINE uint32_t node_count;
    uint32_t flags; /* enum pn_graph_flag */
    uint32_t kind;  /* PN_KIND_GRAPH, or PN_KIND_LIVE when its nodes are added while others run */
    pn_ref nodes_ref;
    pn_ref edges_ref; /* u32 each: successor's index | (argument + 1) << PN_EDGE_ARGUMENT_SHIFT */
    pn_ref roots_ref; /* u32 each: indices of the nodes without predecessors that the run starts with */
    uint32_t root_count;
    pn_ref semaphores_ref;
    uint32_t semaphore_count;
    pn_ref run; /* the GRAPH frame of the current run */

    /* The host writes zeros before a run. */
    PN_ON_LINE pn_word active; /* nodes released and not finished, and one until all roots are released; workers */
    pn_word failed;            /* workers */
    pn_word skipped;           /* workers */
    pn_word cancelled;         /* the host sets 1: what has not started is skipped */
    pn_word waiter;            /* LIVE: the host sets 1 when it waits for any node to end; who tells it clears it */
    pn_word conflict;          /* 1 + index of a watched node that was released while it was under way; workers */
} pn_graph;

/* A task of a graph: a frame with other words in it. */
typedef struct pn_node {
    PN_ON_LINE pn_word state; /* enum pn_frame_state */
    uint32_t slot;
    uint32_t kind;         /* PN_KIND_NODE */
    uint32_t predecessors; /* edges that lead here, but for those of conditions */
    pn_word cause;         /* 1 + index of the node because of which this one is skipped; LIVE: its ref */
    pn_ref graph;
    union {
        uint32_t edges;    /* first edge */
        pn_word live_edges; /* LIVE: the newest pn_edge, 0: none, PN_EDGES_CLOSED: it has finished */
    };
    uint32_t edges_end;    /* behind the last; there its semaphores are listed */
    pn_word pending;       /* predecessors that have not finished | PN_PENDING_POISONED */
    uint32_t flags;        /* enum pn_flag | priority | semaphores << PN_FLAG_SEMAPHORES_SHIFT | pin */
    uint64_t ticket;
    uint64_t result; /* before the first dispatch: how many of its semaphores it has */
    uint64_t args[PN_ARITY_MAX];
    pn_word waiter;  /* the next node in a list: of a semaphore, of those just released, of held frames, of a mailbox */
    pn_ref children;
} pn_node;

/* An edge between nodes of a live graph, in memory of the host; its own until its node has finished. */
typedef struct pn_edge {
    _Alignas(16) pn_ref node; /* the successor */
    uint32_t argument;        /* 1 + index of the argument that gets the result; 0: none */
    pn_ref next;
    uint32_t flags; /* enum pn_edge_flag */
} pn_edge;

/* Permits and the nodes that wait for one, in one word: ref of the newest waiting node | permits << 32 | tag << 48. */
typedef struct pn_semaphore {
    pn_word64 word;
} pn_semaphore;

_Static_assert(sizeof(pn_graph) == 256 && offsetof(pn_graph, kind) == offsetof(pn_frame, kind), "graph");
_Static_assert(offsetof(pn_graph, run) == 36 && offsetof(pn_graph, active) == 128, "graph");
_Static_assert(sizeof(pn_node) == sizeof(pn_frame) && offsetof(pn_node, slot) == offsetof(pn_frame, slot), "node");
_Static_assert(offsetof(pn_node, kind) == offsetof(pn_frame, kind) && offsetof(pn_node, graph) == 20, "node");
_Static_assert(offsetof(pn_node, edges) == 24 && offsetof(pn_node, pending) == 32, "node");
_Static_assert(offsetof(pn_node, flags) == offsetof(pn_frame, flags), "node");
_Static_assert(offsetof(pn_node, ticket) == offsetof(pn_frame, ticket), "node");
_Static_assert(offsetof(pn_node, result) == PN_RECORD_OFFSET && offsetof(pn_node, args) == offsetof(pn_frame, args), "node");
_Static_assert(offsetof(pn_node, waiter) == offsetof(pn_frame, waiter), "node");
_Static_assert(offsetof(pn_node, children) == offsetof(pn_frame, children), "node");
_Static_assert(sizeof(pn_edge) == 16 && sizeof(pn_semaphore) == 8, "edge, semaphore");

static inline pn_graph *pn_graph_at(pn_ref ref) {
    return (pn_graph *)pn_at(ref);
}

static inline pn_node *pn_node_at(pn_ref ref) {
    return (pn_node *)pn_at(ref);
}

#endif
