/* replay.h - decisions made again from a recording.
 *
 * Overview
 *   The host puts the decisions of all workers into the log, in order, chained by worker. log.turn is the index of the one
 *   that is next. A worker that comes to a decision waits for its turn: at the top of its stack penny_worker_step does
 *   nothing until then, inside a dispatch it calls penny_host_wait. What could go several ways (where a frame comes from,
 *   whether a task promotes, where a range is split) goes as recorded; then what was decided is compared with the
 *   recording, and the turn goes on.
 *   The first difference ends the replay: log.mode is DIVERGED, log.found says what was decided instead of decision
 *   log.turn, and the workers decide for themselves again.
 *
 * Who may call
 *   As in log.h. The host runs one worker at a time, from one decision to the next; whom, follows from log.turn.
 *
 * Invariants
 *   When it is a decision's turn, all others recorded before it have been made and their workers have come to their next
 *   ones. So everything that the decision depended on is there: the frames in the deques are the recorded ones, in
 *   the recorded order. What is there too early (a fork that has ended, a frame in an injector) is not looked at.
 *   Frames from injectors and mailboxes are named by their tickets: the host may push them in another order. The same holds for
 *   inboxes and slots of the ring, see log_policy.h.
 */
#ifndef PN_REPLAY_H
#define PN_REPLAY_H

#include "check.h"
#include "layout_log.h"

/* Everything below: pre: the log is on. */

/* Whether decisions come from a recording. */
uint32_t pn_replay_is_on(const pn_worker *worker);

/* The worker's next decision, 0 if there is none or the replay is not on. */
const pn_decision *pn_replay_expected(const pn_worker *worker);

/* The kind of the worker's next decision, 0 if there is none or the replay is not on. */
uint32_t pn_replay_next(const pn_worker *worker);

/* Whether that decision is of this kind, about this frame and item. */
uint32_t pn_replay_expects(const pn_worker *worker, uint32_t kind, pn_ref frame, uint32_t item);

/* Whether that decision is the next of all. */
uint32_t pn_replay_is_turn(const pn_worker *worker);

/* Waits until it is, and returns its kind; 0 as above. */
uint32_t pn_replay_await(pn_worker *worker);

/* Waits for the turn, compares. Returns 0 when the replay is not on or this ended it. */
uint32_t pn_replay_follows(pn_worker *worker, const pn_decision *made);

/* After a decision that was compared: its index. */
uint32_t pn_replay_made(const pn_worker *worker);

/* The frame that the next decision takes, or 0 when it is not that worker's turn, or the host has not brought it yet. */
pn_ref pn_replay_find(pn_worker *worker);

/* Keeps a frame until the recording has it taken from an injector or a mailbox: those may be full at other times. */
void pn_replay_keep(pn_worker *worker, pn_ref frame);

/* The same in a place of log_policy.h. */
void pn_replay_keep_at(pn_worker *worker, pn_ref frame, uint32_t place);
/* The frame that a decision names, if it is kept in that place; 0 if not. */
pn_ref pn_replay_unkeep(pn_worker *worker, const pn_decision *wanted, uint32_t place);
/* The same for what is kept in none, or waits in an injector or, for MAIL, in the mailbox. */
pn_ref pn_replay_from_outside(pn_worker *worker, const pn_decision *wanted);

/* Whether a fork gets no frame. */
uint32_t pn_replay_has_no_frame(pn_worker *worker);

/* Waits for the turn, and returns whether a task of the host sees something then; 0: whether it promotes a fork. */
uint32_t pn_replay_chooses(pn_worker *worker, uint32_t what);

/* PN_POLL_*: whether the recording has a beat at this poll. */
uint32_t pn_replay_poll(pn_worker *worker);

/* Ranges, about to go on with item `next`: whether to split; how many items of a batch to run; whether the rest is
 * skipped; after them, PN_DECISION_LEAVE, PN_DECISION_MAKE_WAY or 0. */
uint32_t pn_replay_splits(pn_worker *worker, uint32_t next);
uint32_t pn_replay_batch(const pn_worker *worker, uint32_t next, uint32_t batch);
uint32_t pn_replay_skips(pn_worker *worker, uint32_t next);
uint32_t pn_replay_leaves(pn_worker *worker, uint32_t next);

/* Steals from the worker that runs the fork that is waited for. A frame, or 0, which ends the replay. */
pn_ref pn_replay_leapfrog(pn_worker *worker, uint32_t victim);

#endif
