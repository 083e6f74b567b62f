/* log.h - scheduling decisions: recorded while workers make them, or made again from a recording (replay.h).
 *
 * Overview
 *   A decision is whatever a worker does that depends on the clock or on how fast the others are: which frame it takes from
 *   where, at which poll a task promotes, whether a fork was stolen, where a range is split or left, who completes a bulk.
 *   Everything else follows from these and from the tasks. docs/replay.md says what is logged, and why that is enough.
 *   Recording, each worker writes its decisions into a lane of its own, each with a number drawn from one shared word; the
 *   host sorts the lanes by number. A worker without room drops its decisions and sets log.overflowed.
 *
 * Who may call
 *   The worker, on its own thread; only if its log is on, one look at a private word. Without a log none of this runs.
 *
 * Invariants
 *   Numbers are an order in which the decisions could have been made one after the other:
 *     - what shows something to others (PROMOTE, SPLIT, LEAVE, END, PUT, ADMIT, GIVE_BACK) draws its number before it does
 *       so, and what was seen (POP, INJECTOR, INBOX, SLOT, LOST, JOINED) after the look: so whoever sees an effect has the
 *       larger number;
 *     - a steal draws it between its look at the deque and its CAS: so steals from one deque are numbered in their order,
 *       and an owner that finds a frame gone has a larger number than whoever took it. A steal that fails leaves a gap. So it
 *       is with the word of a semaphore (PERMIT to RETURN), and with a frame that is withdrawn (CHOICE before SKIP);
 *     - what brings a node nearer to its start is not numbered, only who found that nothing was missing any more (RELEASE):
 *       whoever came before has a smaller number from what it did before.
 *   Between its decisions a worker may push to its deque. A replay may come to that push before the thieves that made room
 *   for it, so that one is a decision (FIT) if the deque would have been full at the worker's decision before.
 *
 * Memory order
 *   A number is drawn with a relaxed RMW: those of decisions of which one happened before the other are ordered by coherence.
 *   lane.count is released, so that a host that reads it sees the decisions below it.
 */
#ifndef PN_LOG_H
#define PN_LOG_H

#include "check.h"
#include "layout_log.h"

static inline uint32_t pn_log_is_on(const pn_worker *worker) {
    return (uint32_t)__builtin_expect(worker->log_ref != 0, 0);
}

/* Everything below: pre: the log is on. */

/* A decision made now: recorded, or checked against the recording, after waiting for its turn. `frame`: 0 if none; of
 * BEAT to RESUME the item is not the caller's, but how often the worker has polled. */
void pn_log_decide(pn_worker *worker, uint32_t kind, uint32_t victim, pn_ref frame, uint32_t item);

/* The same in two steps, for decisions that may still fail; only while recording. */
uint32_t pn_log_number(pn_worker *worker);
void pn_log_write(pn_worker *worker, uint32_t number, uint32_t kind, uint32_t victim, pn_ref frame, uint32_t item);

/* The same for a frame in a slot of the ring: place is 1 + its slot. */
void pn_log_decide_at(pn_worker *worker, uint32_t kind, uint32_t victim, uint32_t place, pn_ref frame);

/* Whether something was seen, and the decision that it was: in a replay as recorded, whatever is seen now. */
uint32_t pn_log_sees(pn_worker *worker, uint32_t kind, pn_ref frame, uint32_t item, uint32_t seen);

/* A decision in three steps, for acts that may fail and after which the frame may be somebody else's: in a replay wait for the
 * turn, draft, act, and say that it was made. */
pn_decision pn_log_draft(pn_worker *worker, uint32_t kind, pn_ref frame, uint32_t item);
void pn_log_made(pn_worker *worker, const pn_decision *draft);

/* The same for a frame that goes into the inbox of the victim, or into a slot of the ring: place is 1 + it, or 0. */
pn_decision pn_log_draft_at(pn_worker *worker, uint32_t kind, uint32_t victim, uint32_t place, pn_ref frame);

/* What pn_log_decide is to be told of a frame that was taken: the first item of a part, or 0. */
uint32_t pn_log_item(pn_ref frame);

/* pn_find with a log, whatever the policy. */
pn_ref pn_log_find(pn_worker *worker);

/* The same for a worker whose task waits. */
pn_ref pn_log_find_while_waiting(pn_worker *worker);

/* One attempt to steal; a frame or an enum pn_steal. Only while recording. */
pn_ref pn_log_steal(pn_worker *worker, uint32_t victim);

/* pn_fork_poll with a log. Forks are counted in polls, so the guest must ask at each: the answer has PN_POLL_AGAIN in it. */
uint32_t pn_log_poll(pn_worker *worker);

/* Whether the owner pushes a promoted fork: 0 when its deque is full. */
uint32_t pn_log_pushes(pn_worker *worker, pn_ref job);

/* Whether the own deque is full for a frame that goes on. */
uint32_t pn_log_spills(pn_worker *worker, pn_ref frame);

/* Puts a frame into the injector it belongs in. Returns 0 when that is full. */
uint32_t pn_log_pushes_outside(pn_worker *worker, pn_ref frame);

/* See penny_log_choice. */
uint32_t pn_log_choice(pn_worker *worker, uint32_t what, uint32_t seen);

/* See penny_log_withdraw. */
uint32_t pn_log_withdraws(pn_worker *worker, uint32_t what, pn_ref frame);

/* Whether a single call may be run: a task that waits for it may have withdrawn it from where it was queued. */
uint32_t pn_log_claims(pn_worker *worker, pn_ref frame);

/* Takes `amount` off block.pending or graph.active. Returns whether that brought it to 0, and the worker completes the bulk or
 * the run. In a replay whoever is recorded to do so waits for its turn first: all others that account do so before it. So one
 * completes it and no more, even if the replay ends meanwhile. */
uint32_t pn_log_completes(pn_worker *worker, pn_ref root, pn_word *left, uint32_t amount);

#endif
