/* join.c - see join.h. */
#define PN_FILE PN_FILE_JOIN
#include "join.h"

#include "deque.h"
#include "fork.h"
#include "frame.h"
#include "idle.h"
#include "log.h"
#include "log_policy.h"
#include "policy.h"
#include "replay.h"
#include "run.h"

static uint32_t is_final(uint32_t state) {
    return state >= PN_FRAME_DONE;
}

/* One frame from the deque of the worker that runs the child; 0 when there is none. */
static pn_ref leapfrog(pn_worker *worker, const pn_frame *child) {
    uint64_t top;
    pn_worker *thief = pn_worker_at(child->lo);
    pn_ref frame = pn_deque_peek(thief, &top);
    if (frame == 0) return 0;
    /* seq_cst: after the peek; pairs with the stores in worker.c and run.c. A task that helps is not robbed. */
    if (pn_load_seq_cst(&thief->helping) != 0) return 0;
    /* acquire: after the peek. Still running: what was on top is a descendant, and the steal takes nothing else. */
    if (pn_load_acquire(&child->state) != PN_FRAME_RUNNING) return 0;
    uint32_t logged = pn_log_is_on(worker);
    uint32_t number = logged ? pn_log_number(worker) : 0; /* between the look and the CAS, see log.h */
    if (!pn_deque_take(thief, top)) {
        pn_counter_add(&worker->counters.failed_steals, 1);
        return 0;
    }
    if (logged) pn_log_write(worker, number, PN_DECISION_LEAPFROG, thief->id, frame, pn_log_item(frame));
    pn_counter_add(&worker->counters.stolen, 1);
    pn_counter_add(&worker->counters.leapfrogs, 1);
    if (pn_deque_has_work(thief)) pn_idle_notify(worker);
    return frame;
}

/* A resumed child is READY again; the owner alone claims it. */
static uint32_t is_resumed(const pn_frame *child) {
    /* seq_cst, in this order: its thief sets SUSPENDED after it left RUNNING, so a READY seen later was stored by the host's
     * resume and not before the thief's claim. */
    return (pn_load_seq_cst(&child->waiter) & PN_WAITER_SUSPENDED) != 0 &&
           pn_load_seq_cst(&child->state) == PN_FRAME_READY; /* seq_cst: see the line above */
}

static void rest(pn_worker *worker, pn_ref ref) {
    pn_frame *child = pn_frame_at(ref);
    /* seq_cst: before the state is read again; pairs with pn_run's end of a JOB. */
    pn_fetch_or_seq_cst(&child->waiter, PN_WAITER_PARKS);
    uint32_t state = pn_load_seq_cst(&child->state); /* seq_cst: see the line above */
    if (is_final(state) || (state == PN_FRAME_READY && is_resumed(child))) return;
    worker->awaited_frame = ref;
    pn_worker_transition(worker, PN_WORKER_BLOCKED);
    pn_counter_add(&worker->counters.waits_parked, 1);
    pn_policy_away(worker, 1);
    penny_host_wait();
    pn_policy_away(worker, 0);
    pn_worker_transition(worker, PN_WORKER_RUNNING);
}

static void resume(pn_worker *worker, pn_ref ref, uint32_t dispatch) {
    pn_frame *child = pn_frame_at(ref);
    if (pn_log_is_on(worker)) pn_log_decide(worker, PN_DECISION_RESUME, 0, ref, 0);
    if (dispatch && worker->nest < PN_NEST_MAX) {
        pn_run_nested(worker, ref);
    } else if (pn_frame_claim(child)) {
        pn_counter_add(&worker->counters.failed, dispatch);
        pn_frame_finish(child, dispatch ? PN_FRAME_FAILED : PN_FRAME_CANCELLED); /* failed: too deep, as in pn_run_job */
    }
}

/* What await does up to its end, from a recording. */
static void await_as_recorded(pn_worker *worker, pn_ref ref, uint32_t dispatch) {
    pn_frame *child = pn_frame_at(ref);
    for (;;) { /* ends: with the decisions of the worker, or the replay */
        switch (pn_replay_await(worker)) {
        case PN_DECISION_LEAPFROG: {
            pn_ref frame = pn_replay_leapfrog(worker, child->lo);
            if (frame != 0) pn_run_nested(worker, frame);
            break;
        }
        case PN_DECISION_GIVE_BACK: pn_log_leaves_as_recorded(worker); break;
        case PN_DECISION_RESUME:
            if (is_resumed(child)) resume(worker, ref, dispatch);
            else penny_host_wait(); /* for the host */
            break;
        default:
            /* acquire: as in await. Nobody else would go on now, so a child that has not ended never would. */
            if (pn_replay_is_on(worker) && !is_final(pn_load_acquire(&child->state))) pn_log_decide(worker, 0, 0, ref, 0);
            return;
        }
    }
}

static uint32_t ended(pn_worker *worker, pn_ref ref, uint32_t state) {
    if (pn_log_is_on(worker)) pn_log_decide(worker, PN_DECISION_JOINED, 0, ref, 0);
    return state;
}

/* Until a stolen child is final. `dispatch`: may run frames meanwhile. */
static uint32_t await(pn_worker *worker, pn_ref ref, uint32_t dispatch) {
    pn_frame *child = pn_frame_at(ref);
    if (pn_log_is_on(worker) && pn_replay_is_on(worker)) await_as_recorded(worker, ref, dispatch);
    uint32_t rounds_max = pn_globals_get()->spin_rounds;
    uint32_t rounds = 0;
    uint32_t waited = 0;
    for (;;) { /* ends: the child is being run, or blocked until the host resumes it */
        uint32_t state = pn_load_acquire(&child->state); /* acquire: the result; pairs with the end of a JOB in run.c */
        if (is_final(state)) return ended(worker, ref, state);
        if (!waited) pn_counter_add(&worker->counters.waits_for_child, 1);
        waited = 1;
        if (state == PN_FRAME_READY && is_resumed(child)) {
            resume(worker, ref, dispatch);
            continue;
        }
        uint32_t may_help = dispatch && state == PN_FRAME_RUNNING && worker->nest < PN_NEST_WAIT_MAX;
        pn_ref frame = may_help ? leapfrog(worker, child) : 0;
        if (frame != 0) {
            pn_run_nested(worker, frame);
            rounds = 0;
        } else if (++rounds >= rounds_max) {
            rest(worker, ref);
        }
    }
}

uint32_t pn_join(pn_worker *worker, pn_ref ref) {
    if (!pn_fork_is_child(worker, ref)) return 0;
    /* A fork that has ended early in a replay was still running when it was joined, if it was LOST. */
    uint32_t recorded = pn_log_is_on(worker) ? pn_replay_await(worker) : 0;
    uint32_t state = pn_load_acquire(&pn_frame_at(ref)->state); /* acquire: the result; pairs with end_job in run.c */
    if (is_final(state) && (recorded == 0 || recorded == PN_DECISION_JOINED)) {
        pn_fork_unlink(worker, ref);
        return ended(worker, ref, state);
    }
    if (pn_fork_reclaim(worker, ref)) state = pn_load_relaxed(&pn_frame_at(ref)->state); /* relaxed: own */
    else state = await(worker, ref, 1);
    pn_fork_unlink(worker, ref);
    return state;
}

uint32_t pn_join_run(pn_worker *worker, pn_ref ref) {
    pn_fork_link(worker, ref); /* a trap in it must find it */
    uint32_t state = pn_run_job(worker, ref);
    if (!is_final(state)) state = await(worker, ref, 1);
    pn_fork_unlink(worker, ref);
    return state;
}

uint32_t pn_join_cancel(pn_worker *worker, pn_ref ref) {
    if (!pn_fork_reclaim(worker, ref)) return 0;
    pn_frame *job = pn_frame_at(ref);
    if (pn_load_relaxed(&job->state) == PN_FRAME_READY) pn_frame_transition(job, PN_FRAME_CANCELLED); /* relaxed: own */
    return 1;
}

/* The next child to end; a failed one stays first on the list, so that a trap in what runs meanwhile finds it there. */
static pn_ref *link_after(pn_ref parent, pn_ref failed) {
    return failed != 0 ? &pn_frame_at(failed)->next : &pn_frame_at(parent)->children;
}

static uint32_t end_child(pn_worker *worker, pn_ref ref, uint32_t cancel) {
    if (!pn_fork_reclaim(worker, ref)) return await(worker, ref, !cancel);
    uint32_t state = pn_load_relaxed(&pn_frame_at(ref)->state); /* relaxed: own */
    if (state == PN_FRAME_READY && !cancel) state = pn_run_job(worker, ref);
    if (state == PN_FRAME_BLOCKED || (state == PN_FRAME_READY && !cancel)) state = await(worker, ref, !cancel);
    return state;
}

pn_ref pn_join_children(pn_worker *worker, pn_ref parent, uint32_t cancel) {
    pn_ref failed = 0;
    pn_ref ref;
    while ((ref = *link_after(parent, failed)) != 0) { /* ends: every round takes one off the list, or finds the first failure */
        if (end_child(worker, ref, cancel) == PN_FRAME_FAILED && failed == 0) {
            failed = ref;
        } else {
            *link_after(parent, failed) = pn_frame_at(ref)->next;
            pn_fork_release(worker, ref);
        }
    }
    pn_frame_at(parent)->children = 0;
    return failed;
}
