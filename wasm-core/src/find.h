/* find.h - where a worker's next frame comes from.
 *
 * Overview
 *   The held frame, own deque, every other deque from a random one on, injector. Every poll_interval-th round the
 *   injector goes before the deques, so that nothing outside waits for ever behind a busy deque.
 *   pn_find does a whole round; penny_worker_step uses the single attempts.
 *
 * Who may call
 *   The worker, on its own thread.
 *
 * Invariants
 *   A round never waits: a lost race is tried again PN_STEAL_ATTEMPTS_MAX times, then the next victim is asked.
 *   Whoever takes one of several frames unparks another worker, so wake-ups spread while there is work.
 */
#ifndef PN_FIND_H
#define PN_FIND_H

#include "check.h"
#include "layout.h"

/* A frame, or 0 after one fruitless round. */
pn_ref pn_find(pn_worker *worker);

/* The held frame. pre: there is one. */
pn_ref pn_find_held(pn_worker *worker);
/* Whether that is a stolen JOB, which must be run before the worker may leave: its owner waits for it. */
uint32_t pn_find_holds_job(const pn_worker *worker);

/* Single attempts: a frame or 0 (pn_find_steal: or PN_STEAL_RETRY). */
pn_ref pn_find_own(pn_worker *worker);
pn_ref pn_find_steal(pn_worker *worker, uint32_t victim);
pn_ref pn_find_injected(pn_worker *worker);

/* Whether this round starts with the injector. Counts the round. */
uint32_t pn_find_poll_first(pn_worker *worker);

/* A random worker id other than the worker's own. pre: worker_count > 1. */
uint32_t pn_find_first_victim(pn_worker *worker);

/* The victim after `victim`, never the worker itself. */
uint32_t pn_find_next_victim(const pn_worker *worker, uint32_t victim);

#endif
