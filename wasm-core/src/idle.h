/* idle.h - sleep and wake-up, without a lost wake-up and without a spinning pool.
 *
 * Overview
 *   An event count whose waiter set is a bit mask, globals.sleepers. A bit that is set means: this worker looks for no
 *   work and somebody must unpark it. Whoever clears the bit owes the unpark.
 *
 *     worker:   set own bit -> state SLEEPING -> look at every queue and the command once more
 *                 something there: clear own bit (it may be gone already), state RUNNING, search
 *                 nothing:         return PARK; the host parks while the bit is set, then enters again
 *     pusher:   publish the frame -> read the mask -> clear one bit -> unpark that worker
 *     host:     the same as a pusher after its push into an injector; after a push into worker k's mailbox for bit k
 *               only; after a change of the command, for every bit
 *
 *   penny_init sets all bits: a worker that was never started is asleep, and its first unpark starts it.
 *
 * Invariants
 *   No lost wake-up: the worker sets its bit and then reads the queues, the pusher writes a queue and then reads the
 *   mask. At least one of the two sees the other.
 *   Every queue that a worker takes frames from is in its re-check: all deques, all injectors, its own mailbox, and
 *   what its policy has beside them (policy.h).
 *   One push unparks at most one worker. A worker that finds more than it takes passes the wake-up on (find.h), and so does
 *   one that takes what was meant for it alone.
 *
 * Memory order
 *   The four accesses of that argument are seq_cst: the RMW on the mask, the re-check's loads, the push's store, the load
 *   of the mask. Model: test/model/idle.pml.
 */
#ifndef PN_IDLE_H
#define PN_IDLE_H

#include "check.h"
#include "layout.h"

/* enum pn_command, as the host wrote it last. */
uint32_t pn_idle_command(void);

/* Moves the worker along the diagram in docs/abi.md; panics on any other step. */
void pn_worker_transition(pn_worker *worker, uint32_t to);

/* Enters the loop: clears the worker's own bit if it is still set, state RUNNING. */
void pn_idle_enter(pn_worker *worker);

/* Sets the worker's bit, state SLEEPING. */
void pn_idle_announce(pn_worker *worker);

/* After pn_idle_announce. Returns 1 when the worker must park, 0 when there is something: then it is RUNNING again. */
uint32_t pn_idle_recheck(pn_worker *worker);

/* Whether the worker's own bit is still set. */
uint32_t pn_idle_is_asleep(const pn_worker *worker);

/* Unparks one sleeper, if there is any. Call it after the push. */
void pn_idle_notify(pn_worker *worker);

/* Unparks one sleeper if there is something that any worker may take. Call it after taking a frame that no other could: its
 * push woke nobody if this worker was awake, perhaps because another push had chosen it, whose frame now waits longer. */
void pn_idle_pass_on(pn_worker *worker);

/* Unparks that worker if it sleeps. Call it after a push into its mailbox. */
void pn_idle_notify_worker(pn_worker *worker, uint32_t id);

#endif
