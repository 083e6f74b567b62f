/* fork.h - heartbeat forks: when to promote, and the frames of promoted forks.
 *
 * Overview
 *   A fork is private to its guest until a beat: the SDK keeps it in the guest's own memory. A timer of the host sets a flag
 *   in the guest and adds to globals.heartbeat; a guest that sees its flag asks pn_fork_poll, and promotes its oldest
 *   private fork if there was a beat since this worker's last promotion: a JOB frame, pushed onto the worker's deque,
 *   where thieves find it. So un-stolen forks cost no atomic operation between two beats.
 *
 *   A JOB belongs to the worker that forked it (frame.owner) and to the frame that was being dispatched there, in whose
 *   list of children it stays until it is joined (join.h).
 *
 * Who may call
 *   The worker, on its own thread, inside a dispatch.
 *
 * Invariants
 *   While a worker runs a frame, the JOBs in its deque are children of that frame or of frames around it, older below. A
 *   RANGE lies there only while the worker runs a bulk itself, or helps.
 *
 * Sources
 *   Acar, Charguéraud, Guatto, Rainey, Sieczkowski: Heartbeat Scheduling (PLDI 2018).
 */
#ifndef PN_FORK_H
#define PN_FORK_H

#include "check.h"
#include "layout.h"

/* enum pn_poll. No atomics. */
uint32_t pn_fork_poll(pn_worker *worker);

/* A JOB frame that runs `slot`, child of the current frame, not visible yet; 0 when the share is used up or nothing is
 * being dispatched. */
pn_ref pn_fork_alloc(pn_worker *worker, uint32_t slot);

/* Makes it visible to thieves. Returns 0 when the deque is full: then it is still the caller's, un-started. */
uint32_t pn_fork_push(pn_worker *worker, pn_ref job);

/* Takes an un-started child back. Returns 0 when a thief has it. */
uint32_t pn_fork_reclaim(pn_worker *worker, pn_ref job);

/* Whether it is on the list of the current frame; if not, whoever asks made the ref up. */
uint32_t pn_fork_is_child(const pn_worker *worker, pn_ref job);

/* Puts a JOB on the list of the current frame, and takes one off it. pre: it is not, or is, on it. */
void pn_fork_link(pn_worker *worker, pn_ref job);
void pn_fork_unlink(pn_worker *worker, pn_ref job);

/* Gives a JOB back that is final, or un-started and taken back, with the forks that made it fail. */
void pn_fork_release(pn_worker *worker, pn_ref job);

#endif
