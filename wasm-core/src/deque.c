/* deque.c - see deque.h. */
#define PN_FILE PN_FILE_DEQUE
#include "deque.h"

static pn_word *slot_at(const pn_worker *worker, uint64_t index) {
    return (pn_word *)pn_at(worker->ring_ref) + ((uint32_t)index & worker->ring_mask);
}

uint32_t pn_deque_push(pn_worker *owner, pn_ref frame) {
    uint64_t bottom = pn_load64_relaxed(&owner->bottom); /* relaxed: own word */
    /* acquire: what is above top has been read by its thief, so its slot may be overwritten; pairs with the CAS in
     * pn_deque_steal. */
    uint64_t top = pn_load64_acquire(&owner->top);
    if ((int64_t)(bottom - top) > (int64_t)owner->ring_mask) return 0;
    pn_store_relaxed(slot_at(owner, bottom), frame); /* relaxed: the store to bottom publishes it */
    /* seq_cst, as release: publishes the slot and the frame; pairs with the bottom load in pn_deque_steal. As seq_cst:
     * comes before the load of the sleeper mask in pn_idle_notify; pairs with pn_deque_has_work. */
    pn_store64_seq_cst(&owner->bottom, bottom + 1);
    return 1;
}

pn_ref pn_deque_pop(pn_worker *owner) {
    uint64_t bottom = pn_load64_relaxed(&owner->bottom); /* relaxed: own word */
    /* Relaxed: top only grows, so an old top that equals bottom proves that the deque is empty. */
    if (pn_load64_relaxed(&owner->top) == bottom) return 0;
    bottom -= 1;
    /* seq_cst: announces the claim before top is read; pairs with the loads in pn_deque_steal. */
    pn_store64_seq_cst(&owner->bottom, bottom);
    uint64_t top = pn_load64_seq_cst(&owner->top); /* seq_cst: see the line above */
    int64_t left = (int64_t)(bottom - top);
    if (left > 0) return pn_load_relaxed(slot_at(owner, bottom)); /* relaxed: the owner wrote it */
    pn_ref frame = 0;
    if (left == 0) {
        frame = pn_load_relaxed(slot_at(owner, bottom)); /* relaxed: the owner wrote it */
        /* seq_cst: the race for the last frame; pairs with the CAS in pn_deque_steal. */
        if (pn_cas64_seq_cst(&owner->top, top, top + 1) != top) frame = 0;
    }
    /* release: thieves that read this bottom see the slots below it; pairs with the bottom load in pn_deque_steal. */
    pn_store64_release(&owner->bottom, bottom + 1);
    return frame;
}

pn_ref pn_deque_peek(pn_worker *victim, uint64_t *top) {
    *top = pn_load64_seq_cst(&victim->top);               /* seq_cst: before bottom; pairs with pn_deque_pop */
    uint64_t bottom = pn_load64_seq_cst(&victim->bottom); /* seq_cst, acquires the slots; pairs with pn_deque_push */
    if ((int64_t)(bottom - *top) <= 0) return PN_STEAL_EMPTY;
    return pn_load_relaxed(slot_at(victim, *top)); /* relaxed: trusted only if the CAS wins */
}

uint32_t pn_deque_take(pn_worker *victim, uint64_t top) {
    /* seq_cst: takes the frame; its release keeps the slot's read before the owner's reuse of the slot. */
    return pn_cas64_seq_cst(&victim->top, top, top + 1) == top;
}

pn_ref pn_deque_steal(pn_worker *victim) {
    uint64_t top;
    pn_ref frame = pn_deque_peek(victim, &top);
    if (frame == PN_STEAL_EMPTY) return PN_STEAL_EMPTY;
    if (!pn_deque_take(victim, top)) return PN_STEAL_RETRY;
    PN_ASSERT(frame >= PN_GLOBALS_REF, BAD_REF);
    return frame;
}

uint32_t pn_deque_is_empty(const pn_worker *owner) {
    /* Relaxed: own bottom, and a top that is late only hides a steal. */
    return (int64_t)(pn_load64_relaxed(&owner->bottom) - pn_load64_relaxed(&owner->top)) <= 0;
}

uint32_t pn_deque_is_full(const pn_worker *owner) {
    /* Relaxed: own bottom, and a top that is late only hides room. */
    return (int64_t)(pn_load64_relaxed(&owner->bottom) - pn_load64_relaxed(&owner->top)) > (int64_t)owner->ring_mask;
}

uint32_t pn_deque_has_work(const pn_worker *worker) {
    uint64_t top = pn_load64_seq_cst(&worker->top); /* seq_cst: after the sleeper bit, see idle.h */
    uint64_t bottom = pn_load64_seq_cst(&worker->bottom); /* seq_cst: pairs with the push, see idle.h */
    return (int64_t)(bottom - top) > 0;
}
