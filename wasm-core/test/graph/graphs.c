/* graphs.c - see graphs.h. */
#include "graphs.h"

static struct {
    uint32_t slot, flags, semaphores[PN_FLAG_SEMAPHORES_MASK], semaphore_count;
} nodes[GRAPH_NODES_MAX];
static struct {
    uint32_t from, to, argument;
} edges[GRAPH_EDGES_MAX];
static uint32_t node_count, edge_count, semaphore_count, permits[8], is_watched;

void graph_new(uint32_t semaphores) {
    node_count = edge_count = is_watched = 0;
    semaphore_count = semaphores;
}

void graph_watched(void) {
    is_watched = 1;
}

uint32_t graph_node(uint32_t slot, uint32_t flags) {
    CHECK(node_count < GRAPH_NODES_MAX);
    nodes[node_count].slot = slot;
    nodes[node_count].flags = flags;
    nodes[node_count].semaphore_count = 0;
    return node_count++;
}

void graph_edge(uint32_t from, uint32_t to, uint32_t argument) {
    CHECK(edge_count < GRAPH_EDGES_MAX);
    edges[edge_count].from = from;
    edges[edge_count].to = to;
    edges[edge_count++].argument = argument;
}

void graph_permits(uint32_t semaphore, uint32_t count) {
    permits[semaphore] = count;
}

void graph_takes(uint32_t node, uint32_t semaphore) {
    nodes[node].semaphores[nodes[node].semaphore_count++] = semaphore;
}

pn_graph *the_graph(void) {
    return pn_graph_at(pn_globals_get()->args_ref);
}

pn_ref node_of(uint32_t index) {
    return the_graph()->nodes_ref + index * (uint32_t)sizeof(pn_node);
}

pn_node *node_at_index(uint32_t index) {
    return pn_node_at(node_of(index));
}

uint32_t state_of(uint32_t index) {
    return pn_load_acquire(&node_at_index(index)->state);
}

uint32_t index_of(pn_ref node) {
    return (node - the_graph()->nodes_ref) / (uint32_t)sizeof(pn_node);
}

static uint32_t place_node(uint32_t index, uint32_t *table, uint32_t next) {
    pn_node *node = node_at_index(index);
    memset((void *)node, 0, sizeof *node);
    node->slot = nodes[index].slot;
    node->kind = PN_KIND_NODE;
    node->graph = pn_globals_get()->args_ref;
    node->ticket = 1000 + index;
    node->flags = nodes[index].flags | nodes[index].semaphore_count << PN_FLAG_SEMAPHORES_SHIFT;
    node->args[0] = index;
    for (uint32_t e = 0; e < edge_count; e++)
        if (edges[e].to == index && !(nodes[edges[e].from].flags & PN_FLAG_CONDITION)) node->predecessors++;
    node->edges = next;
    for (uint32_t e = 0; e < edge_count; e++)
        if (edges[e].from == index) table[next++] = edges[e].to | edges[e].argument << PN_EDGE_ARGUMENT_SHIFT;
    node->edges_end = next;
    for (uint32_t i = 0; i < nodes[index].semaphore_count; i++) table[next++] = nodes[index].semaphores[i];
    pn_store_relaxed(&node->pending, node->predecessors);
    pn_store_release(&node->state, PN_FRAME_READY);
    return next;
}

void graph_place(void) {
    pn_graph *graph = the_graph();
    pn_ref at = pn_globals_get()->args_ref + (uint32_t)sizeof *graph;
    memset((void *)graph, 0, sizeof *graph);
    graph->kind = PN_KIND_GRAPH;
    graph->flags = is_watched ? PN_GRAPH_FLAG_WATCHED : 0;
    graph->node_count = node_count;
    graph->nodes_ref = at;
    at += node_count * (uint32_t)sizeof(pn_node);
    graph->semaphores_ref = at;
    graph->semaphore_count = semaphore_count;
    at += semaphore_count * (uint32_t)sizeof(pn_semaphore);
    graph->roots_ref = at;
    at += node_count * 4;
    graph->edges_ref = at;
    uint32_t *table = (uint32_t *)pn_at(graph->edges_ref);
    uint32_t *roots = (uint32_t *)pn_at(graph->roots_ref);
    uint32_t next = 0;
    for (uint32_t i = 0; i < node_count; i++) {
        uint32_t entered = 0; /* by an edge of any kind: a run starts with the others */
        next = place_node(i, table, next);
        for (uint32_t e = 0; e < edge_count; e++) entered |= edges[e].to == i;
        if (!entered) roots[graph->root_count++] = i;
    }
}

pn_ref graph_frame(uint32_t index) {
    pn_graph *graph = the_graph();
    pn_ref frame = frame_ready(index, PN_KIND_GRAPH, 0);
    pn_store_relaxed(&graph->active, 0);
    pn_store_relaxed(&graph->failed, 0);
    pn_store_relaxed(&graph->skipped, 0);
    pn_store_relaxed(&graph->cancelled, 0);
    pn_store_relaxed(&graph->conflict, 0);
    for (uint32_t i = 0; is_watched && i < node_count; i++) {
        pn_store_relaxed(&node_at_index(i)->pending, node_at_index(i)->predecessors);
        pn_store_relaxed(&node_at_index(i)->state, PN_FRAME_FREE);
    }
    for (uint32_t i = 0; i < semaphore_count; i++) {
        pn_semaphore *semaphore = &((pn_semaphore *)pn_at(graph->semaphores_ref))[i];
        pn_store64_release(&semaphore->word, (uint64_t)permits[i] << 32);
    }
    pn_frame_at(frame)->block = pn_globals_get()->args_ref;
    graph->run = frame;
    return frame;
}
