/* injector.h - the bounded queues through which frames enter from outside, and to which workers send frames to the back:
 * one injector per priority, and one mailbox per worker for frames that are pinned to it.
 *
 * Overview
 *   Many producers, many consumers, first in first out. Every cell carries a sequence number: cell p & mask is free for
 *   position p when sequence == p, and holds position p's frame when sequence == p + 1. Positions are u32 and wrap;
 *   only differences are compared. A frame's flags say which queue it belongs in; it comes back to that one.
 *
 * Who may call
 *   Anyone. The host pushes on its own, without the core:
 *
 *     position = load_relaxed(tail)
 *     loop:
 *       cell = cells_ref + (position & mask) * CELL_BYTES
 *       ahead = (int32)(load_acquire(cell.sequence) - position)
 *       if ahead == 0: if compare_and_set(tail, position, position + 1): break, else position = load_relaxed(tail)
 *       if ahead <  0: FULL, return it to the caller
 *       if ahead >  0: position = load_relaxed(tail)
 *     cell.frame = frame                         (relaxed)
 *     store_seq_cst(cell.sequence, position + 1) (publishes the frame and everything written before)
 *     then notify: see idle.h
 *
 *   The cells of the queue of priority p start at injector_ref + p * injector_stride + INJECTOR_CELLS, those of worker k's
 *   mailbox at mailboxes_ref + k * mailbox_stride + INJECTOR_CELLS.
 *
 * Invariants
 *   tail - head <= capacity. A producer between its CAS and its store holds back the positions behind it: a pop returns
 *   0 then, and that producer's notify comes after its store, so no wake-up is lost.
 *   A frame in a mailbox is popped by its worker only, and enters no other queue: it is never stolen (mail.h).
 *
 * Memory order
 *   The sequence store of a push is seq_cst, because a load of the sleeper mask follows it (idle.h). Everything else is
 *   acquire and release on the sequence of one cell; head and tail only hand out positions.
 *
 * Sources
 *   D. Vyukov: Bounded MPMC queue (1024cores.net).
 */
#ifndef PN_INJECTOR_H
#define PN_INJECTOR_H

#include "check.h"
#include "layout.h"

/* Returns 0 when the queue is full. */
uint32_t pn_injector_push(pn_injector *injector, pn_ref frame);

/* The oldest frame, or 0; and its position: it was the position-th push since PN_INJECTOR_INDEX_START. */
pn_ref pn_injector_pop_at(pn_injector *injector, uint32_t *position);

static inline pn_ref pn_injector_pop(pn_injector *injector) {
    uint32_t position;
    return pn_injector_pop_at(injector, &position);
}

/* Whether a pop would find a frame now. Part of the re-check before sleep: pairs with the push, see idle.h. */
uint32_t pn_injector_has_work(const pn_injector *injector);

/* The queue that frames with these flags belong in. */
pn_injector *pn_injector_of(uint32_t flags);

#endif
