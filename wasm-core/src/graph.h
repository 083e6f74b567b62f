/* graph.h - tasks that run when others have finished.
 *
 * Overview
 *   A graph lies in the argument region as the host wrote it (layout.h). A run of it is a GRAPH frame, which comes through
 *   the injectors like any other; its worker releases the roots. Whoever finishes a node releases its successors: copies
 *   the result into their arguments, takes one off what they wait for, and makes those READY that wait for nothing more. It
 *   goes on with one of them itself and places the others. No call of the host is made for it.
 *   A condition follows one of its edges only, and at once: such edges are not counted, so they may lead backwards.
 *   A node that was not done makes its successors skipped, and theirs, each when its last predecessor has finished.
 *   A node takes its semaphores one after the other before it is dispatched. When it must wait for one, the node is left in the
 *   semaphore's list, and whoever gives a permit back hands it to that node and places it. The worker never waits.
 *   A graph that is LIVE gets its nodes while others run: their edges are a list that the host pushes to, until the node
 *   has finished and closes it.
 *
 * Who may call
 *   The worker that took the frame, on its own thread.
 *
 * Invariants
 *   A node is in one place: waiting for predecessors, in one semaphore's list, in one queue, being run, BLOCKED with the host, final.
 *   graph.active counts nodes released and not finished, one until all roots are released, and the credit of workers. Only a
 *   worker that holds one of them adds to it, before the nodes it counts can be seen; so who brings it to 0 is the last, and
 *   completes the run. A worker gives its credit back before it runs anything but nodes of this graph.
 *   pending is set for the next run when it has reached 0, before the node can be seen.
 *   A semaphore with nodes in its list has no permits.
 *   A node is released when it is not under way. Without conditions this follows from the counters; with them it is a
 *   matter of how the graph is drawn, so that such graphs are WATCHED: of a node that may be under way only the state, the
 *   counter and the cause are touched, and its flags and result are read before its final state is stored.
 *   A live node is not read after its state is final: the host may have made another one of it.
 *
 * Memory order
 *   pending.fetch_sub is acq_rel: it releases the result and the copies of it, and acquires those of the other predecessors for the one
 *   who finds 1; who loads 1 is the last and needs no more than that acquire. A node with one predecessor needs none: the queue, or the same thread, carries it over.
 *   Closing a live node's list is acq_rel: it acquires the edges, and releases the result to a host that finds it closed.
 *
 * Sources
 *   The counters are those of dataflow: every task graph library has them. Conditions and their rule about loops: Huang,
 *   Lin, Lin, Lin: Taskflow (TPDS 2022).
 */
#ifndef PN_GRAPH_H
#define PN_GRAPH_H

#include "check.h"
#include "layout.h"

/* A GRAPH frame that was taken from a queue. Returns 1. */
uint32_t pn_graph_run(pn_worker *worker, pn_ref frame);

/* A NODE that was taken from a queue, and successors of it, at most `nodes_max`. Returns how many. */
uint32_t pn_graph_run_node(pn_worker *worker, pn_ref node, uint32_t nodes_max);

/* The dispatch of a node trapped; its forks have ended. */
void pn_graph_fail_node(pn_worker *worker, pn_ref node);

#endif
