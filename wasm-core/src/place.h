/* place.h - where a READY frame goes that any worker may run, or the one it is pinned to.
 *
 * Overview
 *   Pinned: its worker's mailbox, and that worker is woken. High and low priority: the injector of that priority. Others: the
 *   own deque, or where the policy says (policy.h). A mailbox has room for all; what finds another queue full goes to the
 *   injector of its priority, or is held: nothing is lost.
 *
 * Who may call
 *   A worker, on its own thread. The frame belongs to the queue afterwards.
 */
#ifndef PN_PLACE_H
#define PN_PLACE_H

#include "check.h"
#include "layout.h"

/* Queues the frame and wakes a worker for it. */
void pn_place_ready(pn_worker *worker, pn_ref frame);

/* Whether the worker may run a frame with these flags itself, right after what it does now. */
uint32_t pn_place_keeps(const pn_worker *worker, uint32_t flags);

/* Whether the frame is pinned to another worker than this. */
uint32_t pn_place_is_elsewhere(const pn_worker *worker, uint32_t flags);

#endif
