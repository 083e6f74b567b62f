/* live_nodes.h - the host's side of live graphs: nodes and edges that are added while others run. */
#ifndef PN_TEST_LIVE_NODES_H
#define PN_TEST_LIVE_NODES_H

#include "layout_graph.h"
#include "native.h"

enum { LIVE_NODES_MAX = 256, LIVE_EDGES_MAX = 2048 };

void live_new(void);
/* A node that waits for live_publish. */
pn_ref live_node(uint32_t index, uint32_t slot, uint32_t flags);
/* `argument`: 1 + index of the argument of `to` that gets the result; 0: none, and `to` runs
 * also if `from` fails. `edge`: a number nobody else uses now. */
void live_edge(uint32_t edge, pn_ref from, pn_ref to, uint32_t argument);
/* All edges to it are there. Returns whether the caller must queue it. */
uint32_t live_publish(pn_ref node);
pn_graph *live_graph(void);

#endif
