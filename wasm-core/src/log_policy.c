/* log_policy.c - see log_policy.h. */
#define PN_FILE PN_FILE_LOG_POLICY
#include "log_policy.h"

#include "find.h"
#include "injector.h"
#include "log.h"
#include "policy.h"
#include "replay.h"
#include "ring.h"
#include "run.h"
#include "worker.h"

static pn_lane *lane_of(const pn_worker *worker) {
    return &((pn_log *)pn_at(worker->log_ref))->lanes[worker->id];
}

/* ---- recorded */

void pn_log_found(pn_worker *worker, uint32_t action, pn_ref frame) {
    uint32_t pinned = pn_flags_are_pinned(pn_frame_at(frame)->flags);
    switch (action) {
    case PN_ACTION_POP: pn_log_decide(worker, PN_DECISION_POP, 0, frame, pn_log_item(frame)); break;
    case PN_ACTION_MAIL_POP:
    case PN_ACTION_INJECT_POP:
        pn_log_decide(worker, pinned ? PN_DECISION_MAIL : PN_DECISION_INJECTOR, 0, frame, pn_log_item(frame));
        break;
    case PN_ACTION_RING_TURN: pn_log_took_from_slot(worker, PN_DECISION_SLOT, worker->ring_slot, frame); break;
    default: break; /* told where it was taken: in the middle of a steal, by its inbox, as one of a batch */
    }
}

void pn_log_took_from_inbox(pn_worker *worker, uint32_t owner, pn_ref frame) {
    pn_log_decide_at(worker, PN_DECISION_INBOX, owner, 0, frame);
}

void pn_log_took_from_slot(pn_worker *worker, uint32_t kind, uint32_t slot, pn_ref frame) {
    pn_lane *lane = lane_of(worker);
    if (lane->epoch != worker->ring_epoch) {
        lane->epoch = worker->ring_epoch;
        pn_log_decide(worker, PN_DECISION_EPOCH, 0, 0, lane->epoch);
    }
    pn_log_decide_at(worker, kind, 0, 1 + slot, frame);
}

uint32_t pn_log_send(pn_worker *worker, uint32_t kind, uint32_t target, pn_injector *inbox, pn_ref frame) {
    pn_decision decision = pn_log_draft_at(worker, kind, target, 0, frame);
    if (!pn_injector_push(inbox, frame)) return 0;
    pn_log_made(worker, &decision);
    return 1;
}

uint32_t pn_log_put(pn_worker *worker, uint32_t kind, uint32_t slot, pn_ref frame) {
    pn_decision decision = pn_log_draft_at(worker, kind, 0, 1 + slot, frame);
    if (!pn_ring_put(slot, frame)) return 0;
    pn_log_made(worker, &decision);
    return 1;
}

uint32_t pn_log_put_into_window(pn_worker *worker, uint32_t kind, pn_ref frame) {
    uint32_t window = pn_globals_get()->ring_window;
    for (uint32_t offset = 0; offset < window; offset++) {
        if (pn_log_put(worker, kind, pn_ring_slot_of(worker->id, worker->ring_epoch, offset), frame)) return 1;
    }
    return 0;
}

pn_ref pn_log_held(pn_worker *worker) {
    pn_ref frame = pn_find_held(worker);
    if (worker->phase == PN_PHASE_FOUND) worker->phase = PN_PHASE_START;
    else pn_log_decide(worker, PN_DECISION_HELD, 0, frame, pn_log_item(frame));
    return frame;
}

/* ---- both */

uint32_t pn_log_gives_back(pn_worker *worker, pn_ref frame) {
    pn_injector *queue = pn_injector_of(pn_frame_at(frame)->flags);
    if (pn_replay_is_on(worker)) {
        if (pn_replay_next(worker) != PN_DECISION_GIVE_BACK) return 0;
        pn_log_decide_at(worker, PN_DECISION_GIVE_BACK, 0, 0, frame);
        if (!pn_replay_is_on(worker)) return pn_injector_push(queue, frame);
        pn_replay_keep(worker, frame);
        return 1;
    }
    pn_decision decision = pn_log_draft_at(worker, PN_DECISION_GIVE_BACK, 0, 0, frame);
    if (!pn_injector_push(queue, frame)) return 0;
    pn_log_made(worker, &decision);
    return 1;
}

void pn_log_leaves_as_recorded(pn_worker *worker) {
    if (worker->held_frame != 0) pn_policy_leave(worker);
    else pn_log_decide(worker, 0, 0, 0, 0); /* ends the replay */
}

pn_ref pn_log_find_by_policy(pn_worker *worker) {
    if (!pn_replay_is_on(worker)) return worker->held_frame != 0 ? pn_log_held(worker) : pn_policy_find(worker);
    if (pn_replay_next(worker) == PN_DECISION_GIVE_BACK && pn_replay_is_turn(worker)) {
        pn_log_leaves_as_recorded(worker);
        return 0;
    }
    return pn_replay_find(worker);
}

/* ---- replayed */

/* Where the stash has what is in an inbox or in a slot; 0 is outside. */
static uint32_t inbox_place(uint32_t owner) {
    return PN_RING_SLOTS_MAX + 1 + owner;
}

static uint32_t place_of(const pn_decision *decision) {
    return decision->place != 0 ? decision->place : inbox_place(decision->victim);
}

uint32_t pn_log_places_as_recorded(pn_worker *worker, pn_ref frame) {
    const pn_decision *next = pn_replay_expected(worker);
    if (next == 0 || next->kind != PN_DECISION_PUT) return 0;
    pn_log_decide_at(worker, PN_DECISION_PUT, next->victim, next->place, frame);
    if (!pn_replay_is_on(worker)) return 0;
    pn_replay_keep_at(worker, frame, place_of(next));
    return 1;
}

static void admit(pn_worker *worker, const pn_decision *next) {
    pn_ref frame = pn_replay_from_outside(worker, next);
    if (frame == 0) return; /* still to come */
    pn_log_decide_at(worker, PN_DECISION_ADMIT, next->victim, next->place, frame);
    if (pn_replay_is_on(worker)) pn_replay_keep_at(worker, frame, place_of(next));
    else pn_run_requeue_elsewhere(worker, frame);
}

static void look_at_ring(pn_worker *worker, const pn_decision *next) {
    pn_globals *globals = pn_globals_get();
    worker->ring_epoch = next->item;
    /* relaxed: nobody else runs in a replay. Others may have seen a later one already. */
    if ((int32_t)(next->item - pn_load_relaxed(&globals->epoch)) > 0) pn_store_relaxed(&globals->epoch, next->item);
    pn_log_decide(worker, PN_DECISION_EPOCH, 0, 0, next->item);
}

/* Tells what was taken; if that is nothing, that ends the replay. */
static pn_ref took(pn_worker *worker, const pn_decision *next, pn_ref frame) {
    if (frame == 0) pn_log_decide(worker, 0, 0, 0, 0);
    else pn_log_decide_at(worker, next->kind, next->victim, next->place, frame);
    return frame;
}

static pn_ref take(pn_worker *worker, const pn_decision *next) {
    uint32_t in_ring = next->kind != PN_DECISION_INBOX;
    if (in_ring && (next->place == 0 || !pn_ring_sees(worker, next->place - 1))) return took(worker, next, 0);
    return took(worker, next, pn_replay_unkeep(worker, next, place_of(next)));
}

static void hold(pn_worker *worker, const pn_decision *next) {
    pn_ref frame;
    if (next->place != 0) {
        frame = take(worker, next);
    } else {
        frame = pn_replay_from_outside(worker, next);
        if (frame == 0) return; /* still to come */
        took(worker, next, frame);
    }
    if (frame != 0) pn_run_hold(worker, frame);
}

pn_ref pn_log_find_as_recorded(pn_worker *worker, const pn_decision *next) {
    switch (next->kind) {
    case PN_DECISION_EPOCH: look_at_ring(worker, next); return 0;
    case PN_DECISION_ADMIT: admit(worker, next); return 0;
    case PN_DECISION_HOLD: hold(worker, next); return 0;
    case PN_DECISION_HELD: return took(worker, next, worker->held_frame != 0 ? pn_find_held(worker) : 0);
    default: return take(worker, next);
    }
}
