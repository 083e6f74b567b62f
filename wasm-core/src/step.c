/* step.c - pn_worker_step: the loop of worker.c, one action at a time. See worker.h.
 *
 *   START     --by turn, high priority, own deque, own mailbox-->  frame held: run it in the next step
 *      | empty
 *   STEAL     --one victim per step--> frame held
 *      | all asked
 *   INJECTOR  --> frame held
 *      | empty, spin_rounds times: announce
 *   RECHECK   --> awake again, or asleep
 *
 * With a recording a step takes what is recorded and runs it, when it is the worker's turn.
 */
#define PN_FILE PN_FILE_STEP
#include "deque.h"
#include "find.h"
#include "idle.h"
#include "log.h"
#include "log_policy.h"
#include "policy.h"
#include "replay.h"
#include "run.h"
#include "worker.h"

static uint32_t act(pn_worker *worker, uint32_t action, pn_ref frame) {
    worker->trace_action = action;
    worker->trace_ticket = frame == 0 ? 0 : pn_frame_at(frame)->ticket;
    return action;
}

static void log_taken(pn_worker *worker, uint32_t action, pn_ref frame) {
    uint32_t steals = action == PN_ACTION_STEAL;
    uint32_t kind = steals ? PN_DECISION_STEAL : action == PN_ACTION_POP ? PN_DECISION_POP :
                    action == PN_ACTION_MAIL_POP ? PN_DECISION_MAIL : PN_DECISION_INJECTOR;
    pn_log_decide(worker, kind, steals ? worker->trace_victim : 0, frame, pn_log_item(frame));
}

/* Keeps a frame for the next step. */
static uint32_t take(pn_worker *worker, uint32_t action, pn_ref frame) {
    PN_ASSERT(worker->held_frame == 0, BROKEN_INVARIANT);
    if (pn_frame_at(frame)->kind != PN_KIND_JOB) pn_store_relaxed(&pn_frame_at(frame)->waiter, 0);
    worker->held_frame = frame;
    worker->phase = PN_PHASE_START;
    if (pn_log_is_on(worker)) {
        log_taken(worker, action, frame);
        worker->phase = PN_PHASE_FOUND;
    }
    worker->step_rounds = 0;
    return act(worker, action, frame);
}

static uint32_t step_run(pn_worker *worker) {
    pn_ref frame = pn_log_is_on(worker) ? pn_log_held(worker) : pn_find_held(worker);
    uint32_t kind = pn_frame_at(frame)->kind;
    uint32_t action = kind == PN_KIND_BULK || kind == PN_KIND_RANGE ? PN_ACTION_RUN_ITEM : PN_ACTION_RUN_FRAME;
    /* Traced before it runs: a final frame belongs to the host afterwards, and a trap does not come back. */
    act(worker, action, frame);
    pn_run_frame(worker, frame, 1);
    return action;
}

static uint32_t step_own(pn_worker *worker) {
    pn_ref frame;
    if ((frame = pn_find_first(worker)) != 0) {
        uint32_t pinned = pn_flags_are_pinned(pn_frame_at(frame)->flags);
        return take(worker, pinned ? PN_ACTION_MAIL_POP : PN_ACTION_INJECT_POP, frame);
    }
    if ((frame = pn_deque_pop(worker)) != 0) return take(worker, PN_ACTION_POP, frame);
    if ((frame = pn_find_mail(worker)) != 0) return take(worker, PN_ACTION_MAIL_POP, frame);
    worker->victims_left = pn_globals_get()->worker_count - 1;
    worker->phase = PN_PHASE_INJECTOR;
    if (worker->victims_left != 0) {
        worker->victim = pn_find_first_victim(worker);
        worker->phase = PN_PHASE_STEAL;
    }
    return act(worker, PN_ACTION_POP_MISS, 0);
}

static uint32_t step_steal(pn_worker *worker) {
    uint32_t victim = worker->victim;
    pn_ref frame = pn_find_steal(worker, victim);
    worker->trace_victim = victim;
    if (frame > PN_STEAL_RETRY) return take(worker, PN_ACTION_STEAL, frame);
    worker->victim = pn_find_next_victim(worker, victim);
    if (--worker->victims_left == 0) worker->phase = PN_PHASE_INJECTOR;
    return act(worker, frame == PN_STEAL_EMPTY ? PN_ACTION_STEAL_MISS : PN_ACTION_STEAL_RETRY, 0);
}

static uint32_t step_injector(pn_worker *worker) {
    if (worker->step_rounds >= pn_globals_get()->spin_rounds) {
        worker->step_rounds = 0;
        worker->phase = PN_PHASE_RECHECK;
        pn_idle_announce(worker);
        return act(worker, PN_ACTION_ANNOUNCE, 0);
    }
    pn_ref frame = pn_find_injected(worker);
    if (frame != 0) return take(worker, PN_ACTION_INJECT_POP, frame);
    if (++worker->step_rounds < pn_globals_get()->spin_rounds) worker->phase = PN_PHASE_START;
    return act(worker, PN_ACTION_INJECT_MISS, 0);
}

/* A whole round of another policy. What it holds beside the frame it found runs after it. */
static uint32_t step_policy(pn_worker *worker) {
    uint32_t spin_rounds = pn_globals_get()->spin_rounds;
    if (worker->step_rounds >= spin_rounds) {
        worker->step_rounds = 0;
        worker->phase = PN_PHASE_RECHECK;
        pn_idle_announce(worker);
        return act(worker, PN_ACTION_ANNOUNCE, 0);
    }
    pn_ref frame = pn_policy_find(worker);
    if (frame == 0) {
        worker->step_rounds++;
        return act(worker, PN_ACTION_POLICY_MISS, 0);
    }
    if (pn_frame_at(frame)->kind == PN_KIND_JOB) {
        PN_ASSERT(worker->held_frame == 0, BROKEN_INVARIANT);
        worker->held_frame = frame;
    } else {
        pn_run_hold(worker, frame);
    }
    worker->step_rounds = 0;
    if (pn_log_is_on(worker)) worker->phase = PN_PHASE_FOUND;
    worker->trace_victim = worker->victim;
    return act(worker, worker->found_action, frame);
}

static uint32_t step_recheck(pn_worker *worker) {
    worker->phase = PN_PHASE_START;
    return act(worker, pn_idle_recheck(worker) ? PN_ACTION_PARK : PN_ACTION_RECHECK_HIT, 0);
}

static uint32_t step_command(pn_worker *worker, uint32_t command) {
    pn_idle_enter(worker);
    if (worker->phase != PN_PHASE_FOUND) worker->phase = PN_PHASE_START;
    if (command == PN_COMMAND_STOP) {
        pn_worker_transition(worker, PN_WORKER_STOPPED);
        return act(worker, PN_ACTION_STOPPED, 0);
    }
    PN_ASSERT(command == PN_COMMAND_RETURN, BAD_ARGUMENT);
    pn_worker_transition(worker, PN_WORKER_IDLE);
    return act(worker, PN_ACTION_RETURNED, 0);
}

/* The sleeper bit is set before the second look, so that whoever brings the frame meanwhile wakes this worker. */
static pn_ref find_recorded(pn_worker *worker, const pn_decision *next) {
    pn_ref frame = pn_log_find(worker);
    if (frame != 0 || pn_replay_expected(worker) != next) return frame;
    pn_idle_announce(worker);
    if ((frame = pn_log_find(worker)) != 0) pn_idle_enter(worker);
    return frame;
}

static uint32_t step_recorded(pn_worker *worker) {
    pn_idle_enter(worker);
    const pn_decision *next = pn_replay_expected(worker);
    pn_ref frame = find_recorded(worker, next);
    /* A decision may take nothing, and somebody else may be the next. */
    if (frame == 0) return act(worker, pn_replay_expected(worker) == next ? PN_ACTION_PARK : PN_ACTION_POLICY_MISS, 0);
    act(worker, PN_ACTION_RUN_FRAME, frame);
    pn_run_frame(worker, frame, UINT32_MAX);
    return PN_ACTION_RUN_FRAME;
}

uint32_t pn_worker_step(pn_worker *worker) {
    uint32_t command = pn_idle_command();
    uint32_t replays = pn_log_is_on(worker) && pn_replay_is_on(worker);
    if (worker->policy != PN_POLICY_WORK_STEALING && !replays) pn_policy_step(worker);
    if (pn_find_holds_job(worker)) return step_run(worker);
    if (command != PN_COMMAND_RUN) return step_command(worker, command);
    if (replays) return step_recorded(worker);
    uint32_t state = pn_load_relaxed(&worker->state); /* relaxed: own word */
    if (state == PN_WORKER_SLEEPING && worker->phase != PN_PHASE_RECHECK) {
        if (pn_idle_is_asleep(worker)) return act(worker, PN_ACTION_ASLEEP, 0);
        pn_idle_enter(worker);
        return act(worker, PN_ACTION_WAKE, 0);
    }
    if (state == PN_WORKER_IDLE) {
        pn_idle_enter(worker);
        return act(worker, PN_ACTION_WAKE, 0);
    }
    if (worker->held_frame != 0) return step_run(worker);
    if (worker->policy != PN_POLICY_WORK_STEALING && worker->phase == PN_PHASE_START) return step_policy(worker);
    switch (worker->phase) {
    case PN_PHASE_START: return step_own(worker);
    case PN_PHASE_STEAL: return step_steal(worker);
    case PN_PHASE_INJECTOR: return step_injector(worker);
    case PN_PHASE_RECHECK: return step_recheck(worker);
    default: PN_ASSERT(0, BROKEN_INVARIANT);
    }
    return 0;
}
