/* frame.c - see frame.h. */
#define PN_FILE PN_FILE_FRAME
#include "frame.h"

#define BIT(state) (1u << PN_FRAME_##state)

static uint32_t successors(uint32_t from) {
    switch (from) {
    case PN_FRAME_FREE: return BIT(READY);
    case PN_FRAME_READY: return BIT(RUNNING) | BIT(CANCELLED) | BIT(FREE);
    case PN_FRAME_RUNNING:
        return BIT(READY) | BIT(READY_AGAIN) | BIT(BLOCKED) | BIT(DONE) | BIT(FAILED) | BIT(CANCELLED) | BIT(FREE);
    case PN_FRAME_BLOCKED: return BIT(READY) | BIT(READY_AGAIN) | BIT(CANCELLED);
    case PN_FRAME_READY_AGAIN: return BIT(RUNNING) | BIT(CANCELLED);
    /* A joined JOB; host frames stay in a final state until the host reuses them. */
    case PN_FRAME_DONE: return BIT(FREE);
    case PN_FRAME_FAILED: return BIT(FREE);
    case PN_FRAME_CANCELLED: return BIT(FREE);
    default: return 0;
    }
}

void pn_frame_transition(pn_frame *frame, uint32_t to) {
    /* Relaxed: the caller owns the frame, so the last writer is itself or the one it took the frame from. */
    uint32_t from = pn_load_relaxed(&frame->state);
    PN_ASSERT(to <= PN_FRAME_CANCELLED && (successors(from) & (1u << to)) != 0, BAD_STATE);
    /* Relaxed: whoever gets the frame next gets it through a queue, which publishes it. */
    pn_store_relaxed(&frame->state, to);
}

uint32_t pn_frame_claim(pn_frame *frame) {
    /* acquire: receives the arguments of whoever made it READY; release: keeps that chain for a host that fails its
     * cancel. Pairs with the host's CAS to CANCELLED. */
    uint32_t found = pn_cas_acq_rel(&frame->state, PN_FRAME_READY, PN_FRAME_RUNNING);
    if (found == PN_FRAME_READY) return 1;
    if (found == PN_FRAME_READY_AGAIN) found = pn_cas_acq_rel(&frame->state, PN_FRAME_READY_AGAIN, PN_FRAME_RUNNING); /* likewise */
    PN_ASSERT(found == PN_FRAME_READY_AGAIN || found == PN_FRAME_CANCELLED, BAD_STATE);
    return found == PN_FRAME_READY_AGAIN;
}

uint32_t pn_frame_block(pn_frame *frame) {
    /* release: publishes what the task wrote to the host that resumes it; acquire: receives what an early resume wrote.
     * Pairs with the host's CAS from RUNNING, or its store after BLOCKED. */
    uint32_t found = pn_cas_acq_rel(&frame->state, PN_FRAME_RUNNING, PN_FRAME_BLOCKED);
    PN_ASSERT(found == PN_FRAME_RUNNING || found == PN_FRAME_READY || found == PN_FRAME_READY_AGAIN, BAD_STATE);
    return found == PN_FRAME_RUNNING;
}

void pn_frame_end_job(pn_frame *frame, uint32_t to) {
    uint32_t from = pn_load_relaxed(&frame->state); /* relaxed: only this worker leaves RUNNING now */
    PN_ASSERT(from == PN_FRAME_RUNNING && to >= PN_FRAME_DONE && to <= PN_FRAME_CANCELLED, BAD_STATE);
    /* seq_cst, as release: publishes the result to the owner; pairs with the loads in join.c. As seq_cst: before the
     * waiter is read. */
    pn_store_seq_cst(&frame->state, to);
}

void pn_frame_finish(pn_frame *frame, uint32_t to) {
    uint32_t from = pn_load_relaxed(&frame->state); /* relaxed: only this worker leaves RUNNING now */
    PN_ASSERT(from == PN_FRAME_RUNNING && to >= PN_FRAME_DONE && to <= PN_FRAME_CANCELLED, BAD_STATE);
    /* relaxed: the host reads it in complete, on this thread; others only look whether it is READY. */
    pn_store_relaxed(&frame->state, to);
}

pn_ref pn_frame_alloc(pn_worker *worker) {
    pn_ref ref = worker->free_frames;
    if (ref == 0 && worker->frames_bump != worker->frames_limit) {
        ref = worker->frames_bump;
        worker->frames_bump += (uint32_t)sizeof(pn_frame);
        pn_frame_at(ref)->owner = worker->id;
        /* Relaxed: never seen by anyone yet. */
        pn_store_relaxed(&pn_frame_at(ref)->state, PN_FRAME_FREE);
    } else {
        /* The hint saves the exchange on most calls; stale means that the frames are taken next time. */
        if (ref == 0 && pn_load_hint(&worker->returned_frames) != 0) {
            /* acquire: receives the frames; pairs with the release push in pn_frame_free. */
            ref = pn_exchange_n_acquire(&worker->returned_frames, 0);
        }
        if (ref == 0) return 0;
        worker->free_frames = pn_frame_at(ref)->next;
    }
    pn_frame_transition(pn_frame_at(ref), PN_FRAME_READY);
    pn_counter_add(&worker->counters.frames_allocated, 1);
    return ref;
}

void pn_frame_free(pn_worker *worker, pn_ref ref) {
    pn_frame *frame = pn_frame_at(ref);
    PN_ASSERT(frame->owner < pn_globals_get()->worker_count && frame->children == 0, BAD_REF);
    pn_frame_transition(frame, PN_FRAME_FREE);
    pn_counter_add(&worker->counters.frames_freed, 1);
    if (frame->owner == worker->id) {
        frame->next = worker->free_frames;
        worker->free_frames = ref;
        return;
    }
    pn_word *list = &pn_worker_at(frame->owner)->returned_frames;
    uint32_t head = pn_load_relaxed(list); /* relaxed: the CAS decides; nothing is read through head here */
    for (;;) { /* ends: a failed CAS means that another worker's push or the owner's exchange went through */
        frame->next = head;
        /* release: publishes next and the state; pairs with the exchange in pn_frame_alloc. */
        uint32_t found = pn_cas_release(list, head, ref);
        if (found == head) return;
        head = found;
    }
}
