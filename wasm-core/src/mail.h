/* mail.h - a worker's mailbox: the frames that only it may run.
 *
 * Overview
 *   A bounded queue like an injector, which the host fills too, and a list without bound beside it for what workers find no
 *   room for. So a worker always gets rid of a frame that is pinned to another one. If it had to keep the frame until there
 *   is room, workers with full mailboxes could wait for each other for ever.
 *   The list goes through frame.waiter, newest first. Its worker takes it as a whole, keeps it in worker.mail, oldest first,
 *   and looks into the queue before it takes the list again: so neither starves.
 *
 * Who may call
 *   A worker, on its own thread.
 *
 * Invariants
 *   A pinned frame is in its worker's mailbox or nowhere: never in a deque, an injector, an inbox or the ring.
 *
 * Memory order
 *   A CAS puts a frame on the list, an exchange takes all of it: that a frame may have come back meanwhile (ABA) does no harm,
 *   because the CAS only says what is below the new one. Both look-and-sleep orders are those of an injector, see idle.h.
 *
 * Sources
 *   R. K. Treiber: Systems programming: coping with parallelism. IBM RJ 5118, 1986.
 */
#ifndef PN_MAIL_H
#define PN_MAIL_H

#include "check.h"
#include "layout.h"

/* Puts a READY frame into the mailbox of the worker it is pinned to, and wakes that one. Never fails. */
void pn_mail_send(pn_worker *worker, pn_ref frame);

/* A frame from the own mailbox, or 0. */
pn_ref pn_mail_take(pn_worker *worker);

/* Whether pn_mail_take would find a frame now. Part of the re-check before sleep. */
uint32_t pn_mail_waits(const pn_worker *worker);

#endif
