/* join.h - joins of promoted forks: take back, or wait and leapfrog.
 *
 * Overview
 *   The owner joins a child that it forked. If no thief has it, the owner takes it back un-started and runs it itself.
 *   Else it waits, and meanwhile leapfrogs: it steals from the thief that runs the child, so all it runs are descendants
 *   of what it waits for. Fruitless rounds end in penny_host_wait, where the host lets the thread rest.
 *
 *   owner:  RUNNING child seen --spin--> waiter |= PARKS -> state again -> penny_host_wait, until the state is final
 *   thief:  result -> state DONE | FAILED -> waiter: unpark the owner if it PARKS
 *
 *   A child whose task returned WAIT (a blocking Java task) leaves its thief; when the host has resumed it, its state is
 *   READY again and it is the owner that claims it and dispatches it once more.
 *
 * Invariants
 *   When a worker waits for a stolen child its deque holds no JOB: older ones are stolen before newer ones, and newer ones
 *   are joined or HELD. A stolen JOB is run at once. So whatever is in the thief's deque while the child runs are
 *   descendants of the child, and a waited-for child is being run: there is no deadlock, with any number of workers.
 *   A Java task that waits for a handle helps with anything (pn_worker_help). While a worker does that, worker.helping is
 *   set and nobody leapfrogs from it; before it is cleared, what is left of that work goes elsewhere.
 *
 * Memory order
 *   waiter against state is a store-buffering shape: each side writes one and then reads the other, all seq_cst. The frame
 *   may be reused right after the thief's store of the state; a stale waiter then makes a needless unpark, nothing else.
 *
 * Sources
 *   Wagner, Calder: Leapfrogging (PPoPP 1993).
 */
#ifndef PN_JOIN_H
#define PN_JOIN_H

#include "check.h"
#include "layout.h"

/* Joins a child of the current frame and takes it off its list: PN_FRAME_READY: got back un-started; DONE, FAILED or
 * CANCELLED: it has ended. 0: not such a child. Afterwards the caller runs it (READY only) or releases it. */
uint32_t pn_join(pn_worker *worker, pn_ref job);

/* Runs a child that pn_join gave back un-started, and waits for it if it suspends. Its final state; the caller releases
 * it. */
uint32_t pn_join_run(pn_worker *worker, pn_ref job);

/* Makes sure that a child will never start. Returns 0 when it has started. The child must still be joined. */
uint32_t pn_join_cancel(pn_worker *worker, pn_ref job);

/* Ends all children of a frame whose own task has ended: runs those that have not started, or drops them when `cancel`;
 * waits for the others. Returns the first that failed, not released, or 0. */
pn_ref pn_join_children(pn_worker *worker, pn_ref frame, uint32_t cancel);

#endif
