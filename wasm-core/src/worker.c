/* worker.c - see worker.h. */
#define PN_FILE PN_FILE_WORKER
#include "worker.h"

#include "find.h"
#include "idle.h"
#include "log.h"
#include "policy.h"
#include "run.h"

static uint32_t leave(pn_worker *worker, uint32_t command) {
    if (command == PN_COMMAND_STOP) {
        pn_worker_transition(worker, PN_WORKER_STOPPED);
        return PN_RUN_STOPPED;
    }
    PN_ASSERT(command == PN_COMMAND_RETURN, BAD_ARGUMENT);
    pn_worker_transition(worker, PN_WORKER_IDLE);
    return PN_RUN_RETURN;
}

/* The frames of a policy other than work stealing. */
static pn_ref find_by_policy(pn_worker *worker) {
    return worker->held_frame != 0 ? pn_find_held(worker) : pn_policy_find(worker);
}

/* A copy for each way to find frames, so that the usual one does not grow by what is rare (docs/decisions/0090). */
static inline __attribute__((always_inline)) uint32_t run(pn_worker *worker, uint32_t dispatches_max, pn_ref (*find)(pn_worker *),
                                                          uint32_t by_policy) {
    uint32_t spin_rounds = pn_globals_get()->spin_rounds;
    uint32_t budget = dispatches_max == 0 ? UINT32_MAX : dispatches_max;
    uint32_t idle_rounds = 0;
    if (worker->phase != PN_PHASE_FOUND) worker->phase = PN_PHASE_START;
    pn_idle_enter(worker);
    for (;;) { /* ends: by command, by budget, or for want of work */
        uint32_t command = pn_idle_command();
        uint32_t commanded = command != PN_COMMAND_RUN && !pn_find_holds_job(worker);
        if (by_policy && (commanded || budget == 0)) pn_policy_leave(worker);
        if (commanded) return leave(worker, command);
        if (budget == 0) return PN_RUN_MORE;
        pn_ref frame = find(worker);
        if (frame != 0) {
            uint32_t used = pn_run_frame(worker, frame, budget);
            if (dispatches_max != 0) budget -= used < budget ? used : budget;
            idle_rounds = 0;
        } else if (++idle_rounds >= spin_rounds) {
            pn_idle_announce(worker);
            if (pn_idle_recheck(worker)) return PN_RUN_PARK;
            idle_rounds = 0;
        }
    }
}

static __attribute__((noinline)) uint32_t run_logged(pn_worker *worker, uint32_t dispatches_max) {
    return run(worker, dispatches_max, pn_log_find, worker->policy != PN_POLICY_WORK_STEALING);
}

static __attribute__((noinline)) uint32_t run_by_policy(pn_worker *worker, uint32_t dispatches_max) {
    return run(worker, dispatches_max, find_by_policy, 1);
}

uint32_t pn_worker_run(pn_worker *worker, uint32_t dispatches_max) {
    if (pn_log_is_on(worker)) return run_logged(worker, dispatches_max);
    if (worker->policy != PN_POLICY_WORK_STEALING) return run_by_policy(worker, dispatches_max);
    return run(worker, dispatches_max, pn_find, 0);
}

uint32_t pn_worker_help(pn_worker *worker) {
    if (worker->nest >= PN_NEST_WAIT_MAX) {
        pn_policy_away(worker, 1); /* until the dispatch around it ends */
        return 0;
    }
    uint32_t outermost = pn_load_relaxed(&worker->helping) == 0; /* relaxed: own word */
    /* seq_cst: before whatever it runs is pushed; pairs with leapfrog in join.c. pn_run_nested clears it. */
    if (outermost) pn_store_seq_cst(&worker->helping, worker->nest + 1);
    pn_ref frame;
    if (pn_log_is_on(worker)) frame = pn_log_find_while_waiting(worker);
    else if (worker->policy == PN_POLICY_WORK_STEALING) frame = pn_find(worker);
    else if ((frame = find_by_policy(worker)) == 0) frame = pn_policy_find_while_waiting(worker);
    if (frame != 0) return pn_run_nested(worker, frame);
    if (outermost) pn_store_seq_cst(&worker->helping, 0); /* seq_cst: as above; nothing was pushed */
    return 0;
}
