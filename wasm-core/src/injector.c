/* injector.c - see injector.h. */
#define PN_FILE PN_FILE_INJECTOR
#include "injector.h"

uint32_t pn_injector_push(pn_injector *injector, pn_ref frame) {
    uint32_t position = pn_load_relaxed(&injector->tail); /* relaxed: a guess, the CAS decides */
    pn_cell *cell;
    for (;;) { /* ends: every other round means that another producer or consumer went on */
        cell = &injector->cells[position & injector->mask];
        /* acquire: the consumer before has read the cell; pairs with its release in pn_injector_pop. */
        int32_t ahead = (int32_t)(pn_load_acquire(&cell->sequence) - position);
        if (ahead < 0) return 0;
        if (ahead == 0) {
            uint32_t found = pn_cas_relaxed(&injector->tail, position, position + 1); /* relaxed: only takes a position */
            if (found == position) break;
            position = found;
        } else {
            position = pn_load_relaxed(&injector->tail); /* relaxed: a guess */
        }
    }
    pn_store_relaxed(&cell->frame, frame); /* relaxed: the next store publishes it */
    /* seq_cst, as release: publishes the frame; pairs with the acquire in pn_injector_pop. As seq_cst: comes before the
     * load of the sleeper mask in pn_idle_notify; pairs with pn_injector_has_work. */
    pn_store_seq_cst(&cell->sequence, position + 1);
    return 1;
}

pn_ref pn_injector_pop_at(pn_injector *injector, uint32_t *popped) {
    uint32_t position = pn_load_relaxed(&injector->head); /* relaxed: a guess, the CAS decides */
    pn_cell *cell;
    for (;;) { /* ends: every other round means that another consumer or producer went on */
        cell = &injector->cells[position & injector->mask];
        /* acquire: receives the frame; pairs with the store in pn_injector_push. */
        int32_t ahead = (int32_t)(pn_load_acquire(&cell->sequence) - (position + 1));
        if (ahead < 0) return 0;
        if (ahead == 0) {
            uint32_t found = pn_cas_relaxed(&injector->head, position, position + 1); /* relaxed: only takes a position */
            if (found == position) break;
            position = found;
        } else {
            position = pn_load_relaxed(&injector->head); /* relaxed: a guess */
        }
    }
    pn_ref frame = pn_load_relaxed(&cell->frame); /* relaxed: acquired with the sequence */
    *popped = position;
    /* release: the cell has been read; pairs with the acquire in pn_injector_push one lap later. */
    pn_store_release(&cell->sequence, position + injector->capacity);
    PN_ASSERT(frame >= PN_GLOBALS_REF, BAD_REF);
    return frame;
}

uint32_t pn_injector_has_work(const pn_injector *injector) {
    uint32_t position = pn_load_relaxed(&injector->head); /* relaxed: late means that another consumer took work */
    const pn_cell *cell = &injector->cells[position & injector->mask];
    /* seq_cst: after the sleeper bit; pairs with the sequence store in pn_injector_push, see idle.h. */
    return (int32_t)(pn_load_seq_cst(&cell->sequence) - (position + 1)) >= 0;
}

pn_injector *pn_injector_of(uint32_t flags) {
    if (pn_flags_are_pinned(flags)) {
        uint32_t worker = pn_flags_pinned_to(flags);
        PN_ASSERT(worker < pn_globals_get()->worker_count, BAD_REF);
        return pn_mailbox_at(worker);
    }
    PN_ASSERT(pn_flags_priority(flags) < PN_PRIORITY_COUNT, BAD_REF);
    return pn_injector_at(pn_flags_priority(flags));
}
