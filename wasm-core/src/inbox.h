/* inbox.h - the inboxes of the policies round-robin and random: a bounded queue per worker that nobody steals from.
 *
 * Overview
 *   A worker that takes a frame from the injector of normal priority does not run it but puts it into the inbox of the worker
 *   whose turn it is, and unparks that one: in turn, frame k from the injector goes to worker k mod n, whoever takes it; or
 *   drawn from the taker's generator. A frame whose inbox is full is run by the taker.
 *   An inbox is read by its worker alone, with two exceptions, or a task could wait for ever for one that lies in an inbox:
 *   a worker whose task waits and that finds nothing else takes from all (the host may have fewer threads than workers); and
 *   from the inbox of a worker that can run nothing, because its task waits in a join or is nested too deeply (worker.away),
 *   everybody takes.
 *
 * Who may call
 *   The workers.
 *
 * Invariants
 *   Every frame that is pushed into an inbox wakes its worker, or, when that is away, some worker.
 */
#ifndef PN_INBOX_H
#define PN_INBOX_H

#include "check.h"
#include "layout.h"

/* From the injector of normal priority: places up to PN_PLACE_MAX frames; the first that is for this worker, or that fits
 * nowhere, is returned. */
pn_ref pn_inbox_admit(pn_worker *worker);

/* A frame of its own, or 0. */
pn_ref pn_inbox_take(pn_worker *worker);
/* One of another worker's: of those that are away, or of any. */
pn_ref pn_inbox_take_of_away(pn_worker *worker, uint32_t owner);
pn_ref pn_inbox_take_of_any(pn_worker *worker);

/* Places a frame that came from no injector: by the worker's own turn, or drawn. Returns 0 when that inbox is full. */
uint32_t pn_inbox_place(pn_worker *worker, pn_ref frame);
/* Into its own. */
uint32_t pn_inbox_keep(pn_worker *worker, pn_ref frame);

/* Whether the inbox is empty that a part of a range would be placed in; pn_inbox_place then takes that one. Never its own. */
uint32_t pn_inbox_is_hungry(pn_worker *worker);
uint32_t pn_inbox_place_part(pn_worker *worker, pn_ref part);

uint32_t pn_inbox_is_empty(const pn_worker *worker);
/* Whether there is something in those of other workers that are away. */
uint32_t pn_inbox_has_work(const pn_worker *worker);

/* The worker has just said that it is away: somebody else must look after its inbox. */
void pn_inbox_hand_over(pn_worker *worker);

#endif
