/* range.h - bulks: one call per item, over a range that splits while others are hungry.
 *
 * Overview
 *   A part (the BULK frame itself, or a RANGE split off it) owns the items [lo, hi) of a block. Its worker runs them in
 *   order. Every `grain` items it looks around:
 *     - own deque empty (others took everything) and more than a grain left: split the upper half off, push it, notify;
 *       a bulk that is pinned to its worker is never split;
 *     - budget used up or the command changed: queue the rest on the own deque and return;
 *     - a frame of high priority waits, and this is not one: queue the rest on the own deque and return;
 *     - range_yield_items since the start and something of its own priority or above waits outside: queue the rest behind it.
 *   The loop over items has no atomic read-modify-write and no call but the dispatch.
 *
 * Who may call
 *   The worker that took the part, on its own thread.
 *
 * Invariants
 *   Every item is in exactly one part. block.pending counts items that no part has accounted for; a part accounts for
 *   [lo, next) in one step when it stops, ends or fails, after the statuses are written. Whoever brings pending to 0
 *   completes the root, and nobody touches the block after it has accounted for the last item it holds.
 *   part.lo moves only at that step, so after a trap the items [lo, current_item) are exactly the ones run since.
 *   A trap fails its item only; the rest of the range is queued again.
 *
 * Memory order
 *   pending.fetch_sub is acq_rel: releases statuses and results, and acquires everyone's for the one who completes.
 *   block.cancelled is read as a hint: late by some items at most, which is allowed.
 *
 * Sources
 *   Tzannes, Caragea, Vishkin, Barua: Lazy Scheduling (PPoPP 2010, TOPLAS 2014): split only when the own deque is empty.
 */
#ifndef PN_RANGE_H
#define PN_RANGE_H

#include "check.h"
#include "layout.h"

/* A BULK just claimed: its range is all items. Returns 0 when it has none; then it is completed already. */
uint32_t pn_range_begin(pn_worker *worker, pn_ref root);

/* A BULK cancelled before its claim: every item CANCELLED, completed. */
void pn_range_skip_all(pn_worker *worker, pn_ref root);

/* Runs at most `items_max` items of a RUNNING part, finishes or requeues it. Returns the number of dispatches. */
uint32_t pn_range_run(pn_worker *worker, pn_ref part, uint32_t items_max);

/* The dispatch of `item` trapped. */
void pn_range_fail_item(pn_worker *worker, pn_ref part, uint32_t item);

#endif
