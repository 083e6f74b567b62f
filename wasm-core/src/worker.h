/* worker.h - a worker's loop: find, run, idle.
 *
 * Overview
 *   pn_worker_run is the loop. pn_worker_step (step.c) does one action of the same loop and returns; it keeps what the
 *   loop has in local variables in worker.phase and its neighbours. A worker may be driven by either, not by both at
 *   once; entering the loop forgets an unfinished step sequence, which holds nothing but a look around.
 *
 * Who may call
 *   The thread that runs this worker.
 */
#ifndef PN_WORKER_H
#define PN_WORKER_H

#include "check.h"
#include "layout.h"

/* What a step does next; 0 first, so that a fresh block starts there. */
enum pn_phase {
    PN_PHASE_START = 0,
    PN_PHASE_STEAL = 1,
    PN_PHASE_INJECTOR = 2,
    PN_PHASE_RECHECK = 3,
    PN_PHASE_FOUND = 4 /* with a log: the held frame was found in the last step */
};

uint32_t pn_worker_run(pn_worker *worker, uint32_t dispatches_max);
uint32_t pn_worker_step(pn_worker *worker);

/* Inside a dispatch: one round of the loop. Returns the number of dispatches. */
uint32_t pn_worker_help(pn_worker *worker);

#endif
