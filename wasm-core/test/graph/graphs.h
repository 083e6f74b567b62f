/* graphs.h - builds graphs in the argument region, as the host does. */
#ifndef PN_TEST_GRAPHS_H
#define PN_TEST_GRAPHS_H

#include "layout_graph.h"
#include "native.h"

enum { GRAPH_NODES_MAX = 512, GRAPH_EDGES_MAX = 2048 };

/* An empty graph; there is one at a time. Nodes get the slot and flags given; argument 0 of each is its index. */
void graph_new(uint32_t semaphores);
/* Its nodes are watched. */
void graph_watched(void);
uint32_t graph_node(uint32_t slot, uint32_t flags);
/* `argument`: 1 + index of the argument of `to` that gets the result of `from`; 0: none. Edges of a condition in order. */
void graph_edge(uint32_t from, uint32_t to, uint32_t argument);
void graph_permits(uint32_t semaphore, uint32_t permits);
void graph_takes(uint32_t node, uint32_t semaphore);
/* Writes it all; then runs it may have. */
void graph_place(void);
/* Host frame `index` as a READY run of the graph, its words reset as the host does. */
pn_ref graph_frame(uint32_t index);

pn_graph *the_graph(void);
pn_ref node_of(uint32_t index);
pn_node *node_at_index(uint32_t index);
uint32_t state_of(uint32_t index);
uint32_t index_of(pn_ref node);

#endif
