/* find.h - where a worker's next frame comes from.
 *
 * Overview
 *   The loop of work stealing; for the other policies see policy.h. The held frame; a frame of high priority; own deque; own mailbox; every other deque from a random one on; the
 *   injectors, high before normal before low. pn_find does a whole round; penny_worker_step uses the single attempts.
 *   That a frame of high priority waits is seen by one load: the tail of its injector is not what it was when this worker
 *   found it empty.
 *
 * Fairness
 *   Every poll_interval-th round starts with another source: low, normal, own mailbox, own deque in turn, and if that is
 *   empty with the next one. So whatever floods the rest, each of the four gets a frame within PN_TURN_COUNT *
 *   poll_interval rounds of a worker that goes on finding work, and low within poll_interval rounds at first. Ranges count
 *   a look outside as a round (pn_find_make_way), so a long range shortens the wait in rounds.
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

/* Who takes turns at going first. */
enum pn_source {
    PN_SOURCE_LOW = 0,
    PN_SOURCE_NORMAL = 1,
    PN_SOURCE_MAIL = 2,
    PN_SOURCE_OWN = 3
};

/* A frame, or 0 after one fruitless round. */
pn_ref pn_find(pn_worker *worker);

/* The held frame. pre: there is one. */
pn_ref pn_find_held(pn_worker *worker);
/* Whether that is a stolen JOB, which must be run before the worker may leave: its owner waits for it. */
uint32_t pn_find_holds_job(const pn_worker *worker);

/* Single attempts: a frame or 0 (pn_find_steal: or PN_STEAL_RETRY). */
pn_ref pn_find_steal(pn_worker *worker, uint32_t victim);
pn_ref pn_find_injected(pn_worker *worker);
pn_ref pn_find_injected_of(pn_worker *worker, uint32_t priority);
pn_ref pn_find_mail(pn_worker *worker);

/* What goes before the own deque in this round: by turn, after a range made way, or of high priority. Counts the round. */
pn_ref pn_find_first(pn_worker *worker);

/* The second half of pn_find_high_waits. */
uint32_t pn_find_high_changed(pn_worker *worker);

/* Whether a frame of high priority waits. One load of a shared word when none has come. */
static inline uint32_t pn_find_high_waits(pn_worker *worker) {
    const pn_injector *high = (const pn_injector *)pn_at(worker->high_ref);
    return pn_load_hint(&high->tail) != worker->high_seen && pn_find_high_changed(worker);
}

/* Whether a range with these flags must leave for something outside; then the next round starts with that. */
uint32_t pn_find_make_way(pn_worker *worker, uint32_t flags);

/* A number of the worker's own sequence, all 64 bits. */
uint64_t pn_find_random(pn_worker *worker);

/* A random worker id other than the worker's own. pre: worker_count > 1. */
uint32_t pn_find_first_victim(pn_worker *worker);

/* The victim after `victim`, never the worker itself. */
uint32_t pn_find_next_victim(const pn_worker *worker, uint32_t victim);

#endif
