/* live_nodes.c - see live_nodes.h. The protocol for hosts: docs/abi.md, Node and Edge of a live graph. */
#include "live_nodes.h"

static pn_word found_closed[LIVE_NODES_MAX];

pn_graph *live_graph(void) {
    return pn_graph_at(pn_globals_get()->args_ref);
}

static pn_ref nodes_ref(void) {
    return pn_globals_get()->args_ref + (uint32_t)sizeof(pn_graph);
}

static pn_edge *edge_at(uint32_t edge) {
    return (pn_edge *)pn_at(nodes_ref() + LIVE_NODES_MAX * (uint32_t)sizeof(pn_node)) + edge;
}

void live_new(void) {
    memset((void *)live_graph(), 0, sizeof(pn_graph));
    live_graph()->kind = PN_KIND_LIVE;
}

pn_ref live_node(uint32_t index, uint32_t slot, uint32_t flags) {
    pn_ref ref = nodes_ref() + index * (uint32_t)sizeof(pn_node);
    pn_node *node = pn_node_at(ref);
    memset((void *)node, 0, sizeof *node);
    node->slot = slot;
    node->kind = PN_KIND_NODE;
    node->graph = pn_globals_get()->args_ref;
    node->ticket = 2000 + index;
    node->flags = flags;
    node->args[0] = index;
    pn_store_relaxed(&node->pending, 1);
    pn_store_relaxed(&found_closed[index], 0);
    pn_store_release(&node->state, PN_FRAME_READY);
    return ref;
}

static uint32_t index_of_live(pn_ref node) {
    return (node - nodes_ref()) / (uint32_t)sizeof(pn_node);
}

void live_edge(uint32_t edge_index, pn_ref from_ref, pn_ref to_ref, uint32_t argument) {
    pn_node *from = pn_node_at(from_ref), *to = pn_node_at(to_ref);
    pn_edge *edge = edge_at(edge_index);
    CHECK(edge_index < LIVE_EDGES_MAX);
    edge->node = to_ref;
    edge->argument = argument;
    edge->flags = argument == 0 ? PN_EDGE_FLAG_ANYWAY : 0;
    __atomic_fetch_add(&to->pending.raw, 1, __ATOMIC_ACQ_REL);
    uint32_t head = pn_load_acquire(&from->live_edges);
    while (head != PN_EDGES_CLOSED) { /* ends: only this thread adds edges, so a failed CAS means closed */
        edge->next = head;
        uint32_t found = pn_cas_acq_rel(&from->live_edges, head, (pn_ref)((unsigned char *)edge - (unsigned char *)pn_at(0)));
        if (found == head) return;
        head = found;
    }
    if (argument != 0) to->args[argument - 1] = from->result;
    pn_store_relaxed(&found_closed[index_of_live(to_ref)], pn_load_relaxed(&found_closed[index_of_live(to_ref)]) + 1);
}

uint32_t live_publish(pn_ref node) {
    uint32_t done = 1 + pn_load_relaxed(&found_closed[index_of_live(node)]);
    return (pn_fetch_sub_acq_rel(&pn_node_at(node)->pending, done) & ~PN_PENDING_POISONED) == done;
}
