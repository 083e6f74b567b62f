/* deque.h - one worker's frames: the owner pushes and pops at the bottom, thieves take from the top.
 *
 * Overview
 *   A bounded Chase-Lev deque. Frames are ring[top .. bottom). The indices only grow (u64), so an index is never seen
 *   twice and the CAS on TOP cannot suffer from ABA; differences are signed, so a wrap would be harmless as well.
 *
 * Who may call
 *   pn_deque_push, pn_deque_pop, pn_deque_is_empty, pn_deque_is_full: the owner. pn_deque_steal, pn_deque_has_work: anyone.
 *
 * Invariants
 *   top <= bottom + 1, and bottom - top <= capacity. bottom + 1 == top only inside a pop that finds nothing.
 *   The owner overwrites ring[b] only after it saw top > b - capacity, so a thief that read ring[b - capacity] before
 *   loses its CAS. The last frame is decided by one CAS on TOP: owner or thief, never both, never neither.
 *
 * Memory order
 *   No fences. A push publishes with the store to BOTTOM. Pop stores BOTTOM and then reads TOP, steal reads TOP and then
 *   BOTTOM: all four are seq_cst, so at least one of the two sees the other. Ring slots are relaxed atomics: a thief may
 *   read one that is being overwritten, and then loses its CAS.
 *
 * Sources
 *   Chase, Lev: Dynamic Circular Work-Stealing Deque (SPAA 2005). Le, Pop, Cohen, Zappa Nardelli: Correct and Efficient
 *   Work-Stealing for Weak Memory Models (PPoPP 2013); their fences are seq_cst accesses here.
 */
#ifndef PN_DEQUE_H
#define PN_DEQUE_H

#include "check.h"
#include "layout.h"

/* What pn_deque_steal returns instead of a frame; frames are larger than both. */
enum pn_steal {
    PN_STEAL_EMPTY = 0,
    PN_STEAL_RETRY = 1 /* lost a race; the deque may still hold frames */
};

/* Returns 0 when the deque is full. */
uint32_t pn_deque_push(pn_worker *owner, pn_ref frame);

/* The newest frame, or 0. */
pn_ref pn_deque_pop(pn_worker *owner);

/* The oldest frame, or an enum pn_steal. */
pn_ref pn_deque_steal(pn_worker *victim);

/* pn_deque_steal in two steps, for thieves that take a frame only under a condition: the oldest frame, or 0, and the index
 * to take it by; then 1, or 0 when somebody else has it. */
pn_ref pn_deque_peek(pn_worker *victim, uint64_t *top);
uint32_t pn_deque_take(pn_worker *victim, uint64_t top);

/* The owner's view: exact about emptiness, may be late about steals. */
uint32_t pn_deque_is_empty(const pn_worker *owner);

/* The owner's view: a deque that is not full stays so until the owner pushes. */
uint32_t pn_deque_is_full(const pn_worker *owner);

/* Part of the re-check before sleep: pairs with pn_deque_push, see idle.h. */
uint32_t pn_deque_has_work(const pn_worker *worker);

#endif
