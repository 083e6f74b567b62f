/* semaphore.h - permits for nodes of a graph. A node that gets none is left here; a worker never waits.
 *
 * Overview
 *   One 64-bit word: the newest waiting node, the permits, and a tag that every change raises. A node waits only while there
 *   is no permit, and a permit that is given back goes to a waiting node first, the newest.
 *
 * Memory order
 *   All changes are one CAS, seq_cst: it releases what the node that gives the permit back did to the one that gets it. The tag
 *   keeps a node that left the list and came back from being taken for one that stayed: it would have to come back after
 *   exactly 65,536 changes between a load and its CAS.
 *
 * Sources
 *   Treiber: Systems Programming: Coping with Parallelism (IBM RJ 5118, 1986): the list.
 */
#ifndef PN_SEMAPHORE_H
#define PN_SEMAPHORE_H

#include "check.h"
#include "layout_graph.h"

/* Returns 1 with a permit. Returns 0 when the node was left in the list: it is not the caller's any more. */
uint32_t pn_semaphore_acquire(pn_worker *worker, const pn_graph *graph, uint32_t semaphore, pn_ref node);

/* Gives a permit back. Returns the node that has it now, which is the caller's to place; 0: none waited. */
pn_ref pn_semaphore_release(pn_worker *worker, const pn_graph *graph, uint32_t semaphore);

#endif
