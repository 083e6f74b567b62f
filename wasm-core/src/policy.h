/* policy.h - who runs what: work stealing is the loop itself (find.c); the four other policies come in here.
 *
 * Overview
 *   A policy decides four things about frames of normal priority that any worker may run:
 *     find      the next frame of a round                     pn_policy_find
 *     place     where one goes that has just become READY     pn_policy_place, pn_policy_place_part
 *     requeue   where one goes that yielded or made way       pn_policy_requeue
 *     has work  what must be looked at before sleep           pn_policy_has_work, pn_policy_waits
 *   ROUND_ROBIN, RANDOM: inbox.h. MERRY_GO_ROUND: ring.h. HYBRID: the own deque first, as with work stealing, and the ring for
 *   what yields, is released or waits outside.
 *   High and low priority, mailboxes and forks are the same with every policy: a frame of high priority goes to the next
 *   worker that looks, one of low priority to a worker that finds nothing else, a pinned one to its worker, and forks stay in
 *   the deque of the worker that forked, where thieves find them: the join protocol takes them back from there (join.h).
 *   What docs/policies.md promises about fairness is made here: pn_policy_find, by turn.
 *
 * Who may call
 *   The worker, on its own thread, and but for leave and away only if worker.policy is not WORK_STEALING: the callers look
 *   first, so that the loop of work stealing stays small for the host's compiler (docs/decisions/0090).
 *
 * Invariants
 *   Every place that a policy puts frames in is in pn_policy_has_work or pn_policy_waits, or is a deque or an injector.
 */
#ifndef PN_POLICY_H
#define PN_POLICY_H

#include "check.h"
#include "layout.h"

/* A frame, or 0 after one fruitless round. Sets worker.found_action for penny_worker_step. pre: nothing is held. */
pn_ref pn_policy_find(pn_worker *worker);

/* For a worker whose task waits, after that. */
pn_ref pn_policy_find_while_waiting(pn_worker *worker);

/* Queues a READY frame of normal priority, not pinned, and wakes a worker for it. Returns 0 when it has no room. */
uint32_t pn_policy_place(pn_worker *worker, pn_ref frame);

/* Queues a frame that has work left. `last`: behind others. Returns 0 when it has no room, or leaves it to the caller. */
uint32_t pn_policy_requeue(pn_worker *worker, pn_ref frame, uint32_t last);

/* Ranges: whether somebody may want a part now; queues that part; whether the rest must be queued again at once. */
uint32_t pn_policy_is_hungry(pn_worker *worker);
uint32_t pn_policy_place_part(pn_worker *worker, pn_ref part);
uint32_t pn_policy_interrupts(const pn_worker *worker);
/* Whether something waits for this worker and no other. */
uint32_t pn_policy_waits(const pn_worker *worker);

/* Whether something waits that any worker may take. */
uint32_t pn_policy_has_work(const pn_worker *worker);

/* The worker can run nothing for a while, because its task waits (1), or can again (0). */
void pn_policy_away(pn_worker *worker, uint32_t away);

/* The worker leaves the loop, or its task waits: what it holds goes elsewhere, as somebody may wait for that. */
void pn_policy_leave(pn_worker *worker);

/* Before a step of penny_worker_step. */
void pn_policy_step(pn_worker *worker);

#endif
