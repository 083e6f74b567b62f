/* frame.h - states of a frame, and the worker frames' free lists.
 *
 * States
 *     FREE -> READY -> RUNNING -> DONE | FAILED | CANCELLED      (host frames; then the host reuses them)
 *               ^  |      |
 *               |  |      +----> BLOCKED -> READY | READY_AGAIN | CANCELLED    (WAIT; the host moves it on)
 *               |  |      +----> READY_AGAIN -> RUNNING | CANCELLED            (YIELD of a single call)
 *               |  +-----------> CANCELLED      (the host, before a worker claimed it)
 *               +--------------- RUNNING        (a requeued RANGE)
 *     RUNNING -> FREE                           (RANGE: its items are done)
 *     READY | DONE | FAILED | CANCELLED -> FREE (JOB: joined)
 *
 *   READY -> RUNNING and READY -> CANCELLED race: both are a CAS, one wins. So it is with READY_AGAIN.
 *   A single call is READY only until it begins: a host that may run it itself, if nobody has, takes it from READY alone.
 *   RUNNING -> BLOCKED races with the host's resume: see pn_frame_block.
 *   A BULK stays RUNNING from its claim to its end, also while it waits in a queue.
 *
 * Free lists
 *   Every worker owns an equal share of the worker frames. It takes and gives back its own without atomics; others push
 *   theirs onto owner.returned_frames, which the owner empties with one exchange, so there is no ABA.
 *
 * Who may call
 *   The worker that holds the frame, on its own thread.
 */
#ifndef PN_FRAME_H
#define PN_FRAME_H

#include "check.h"
#include "layout_graph.h"

/* A worker frame in state READY with owner set, or 0 when the share is used up. */
pn_ref pn_frame_alloc(pn_worker *worker);

/* Gives a worker frame back to its owner. pre: RUNNING; or READY and in no queue; or a JOB in a final state. */
void pn_frame_free(pn_worker *worker, pn_ref frame);

/* A step that races with nobody; checked against the diagram. */
void pn_frame_transition(pn_frame *frame, uint32_t to);

/* READY or READY_AGAIN -> RUNNING. Returns 0 when the host cancelled first. */
uint32_t pn_frame_claim(pn_frame *frame);

/* RUNNING -> BLOCKED after WAIT. Returns 0 when the host resumed first (it found RUNNING and made it READY, or
 * READY_AGAIN if it is a single call): then the worker queues the frame. When it returns 1 the host finds BLOCKED, does the
 * same, and queues it itself. */
uint32_t pn_frame_block(pn_frame *frame);

/* Whether the host no longer wants the result of a frame, or of the host frame that it descends from. A hint: late by a
 * moment at most. */
static inline uint32_t pn_frame_is_cancelled(const pn_frame *frame) {
    if (frame->kind == PN_KIND_JOB) frame = pn_frame_at(frame->root);
    if (frame->kind == PN_KIND_SINGLE) return pn_load_hint(&frame->cancelled);
    if (frame->kind == PN_KIND_NODE) return pn_load_hint(&pn_graph_at(frame->block)->cancelled);
    return pn_load_hint(&pn_block_at(frame->block)->cancelled);
}

/* RUNNING -> a final state, of a JOB that its owner may be waiting for. The frame is the owner's afterwards. */
void pn_frame_end_job(pn_frame *frame, uint32_t to);

/* RUNNING -> a final state. */
void pn_frame_finish(pn_frame *frame, uint32_t to);

#endif
