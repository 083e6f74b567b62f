/* log_policy.h - what the policies of policy.h decide: recorded, or decided again.
 *
 * Overview
 *   Recorded is where a frame was put that is in no deque (PUT), and from where it was taken (INBOX, SLOT); which frames were
 *   moved from outside (ADMIT) or kept for later (HOLD, HELD, GIVE_BACK); and at which epoch a worker took from the ring (EPOCH).
 *   In a replay no inbox and no slot is used. What would be in one is in log.stash, with its place, and is taken from there
 *   by name: so cells, their order and the number of them need no recording, and neither does who turned the ring, or when.
 *
 * Who may call
 *   As in log.h.
 *
 * Invariants
 *   A frame is put (PUT, ADMIT) before it is taken (INBOX, SLOT, HOLD) in the order of the numbers too: the one draws its
 *   number before the frame can be seen, the other when it has it.
 *   A frame is looked for in the place that the recording names, and nowhere else; a slot must be visible at the last EPOCH.
 */
#ifndef PN_LOG_POLICY_H
#define PN_LOG_POLICY_H

#include "check.h"
#include "layout_log.h"

/* Everything below: pre: the log is on, and the policy is not work stealing. */

/* The next frame, or 0 after one fruitless round: what it holds, what the policy finds, or what the recording says. */
pn_ref pn_log_find_by_policy(pn_worker *worker);

/* ---- recorded: after a replay that failed they do the same and record nothing */

/* pn_policy_find has taken a frame; `action` says from where. */
void pn_log_found(pn_worker *worker, uint32_t action, pn_ref frame);

/* A frame was taken from the inbox of `owner`, or (SLOT, HOLD) from a slot of the ring. */
void pn_log_took_from_inbox(pn_worker *worker, uint32_t owner, pn_ref frame);
void pn_log_took_from_slot(pn_worker *worker, uint32_t kind, uint32_t slot, pn_ref frame);

/* pn_injector_push into the inbox of `target`, pn_ring_put and pn_ring_put_into_window; kind: PUT or ADMIT. */
uint32_t pn_log_send(pn_worker *worker, uint32_t kind, uint32_t target, pn_injector *inbox, pn_ref frame);
uint32_t pn_log_put(pn_worker *worker, uint32_t kind, uint32_t slot, pn_ref frame);
uint32_t pn_log_put_into_window(pn_worker *worker, uint32_t kind, pn_ref frame);

/* The held frame, to be run: a decision, unless it was found in the step before this one. pre: there is one. */
pn_ref pn_log_held(pn_worker *worker);

/* ---- both */

/* A frame that the worker holds goes outside. 0: there is no room, or the recording has it run here. */
uint32_t pn_log_gives_back(pn_worker *worker, pn_ref frame);

/* For a worker whose next decision is to do so: pn_policy_leave. */
void pn_log_leaves_as_recorded(pn_worker *worker);

/* ---- replayed */

/* Puts a frame that has just been run or split off where the recording has it. 0: in no inbox and no slot. */
uint32_t pn_log_places_as_recorded(pn_worker *worker, pn_ref frame);

/* Whether a kind is decided in a search for a frame, and only with these policies; then pn_log_find_as_recorded does what
 * decision `next` says, and returns the frame that it takes, if it takes one to run it now. pre: it is its turn. */
static inline uint32_t pn_log_is_of_policy(uint32_t kind) {
    return kind == PN_DECISION_INBOX || kind == PN_DECISION_SLOT || kind == PN_DECISION_HOLD || kind == PN_DECISION_ADMIT ||
           kind == PN_DECISION_EPOCH || kind == PN_DECISION_HELD;
}
pn_ref pn_log_find_as_recorded(pn_worker *worker, const pn_decision *next);

#endif
