/* run.c - see run.h. */
#define PN_FILE PN_FILE_RUN
#include "run.h"

#include "deque.h"
#include "fork.h"
#include "frame.h"
#include "graph.h"
#include "heap.h"
#include "idle.h"
#include "injector.h"
#include "join.h"
#include "log.h"
#include "mail.h"
#include "policy.h"
#include "replay.h"
#include "range.h"

void pn_run_hold(pn_worker *worker, pn_ref frame) {
    pn_store_relaxed(&pn_frame_at(frame)->waiter, worker->held_frame); /* relaxed: own; a list, as dispatches may be nested */
    worker->held_frame = frame;
}

/* Not what a worker does in most rounds; the rest stays small for the host's compiler. */
#define OUT_OF_LINE __attribute__((noinline))

uint32_t pn_run_push_outside(pn_worker *worker, pn_ref frame) {
    if (pn_log_is_on(worker)) return pn_log_pushes_outside(worker, frame);
    return pn_injector_push(pn_injector_of(pn_frame_at(frame)->flags), frame);
}

uint32_t pn_run_push_own(pn_worker *worker, pn_ref frame) {
    if (pn_log_is_on(worker) && pn_log_spills(worker, frame)) return 0;
    return pn_deque_push(worker, frame);
}

static uint32_t requeue_pinned(pn_worker *worker, pn_ref frame) {
    if (!pn_flags_are_pinned(pn_frame_at(frame)->flags)) return 0;
    pn_mail_send(worker, frame);
    return 1;
}

/* For a frame that is pushed where the worker looks itself before it can sleep. It is soon, unless it is inside another dispatch
 * or has others to take first. */
static void notify_unless_next(pn_worker *worker, uint32_t others) {
    if (worker->nest != 0 || others) pn_idle_notify(worker);
}

OUT_OF_LINE void pn_run_requeue_first(pn_worker *worker, pn_ref frame) {
    if (requeue_pinned(worker, frame)) return;
    if (worker->policy != PN_POLICY_WORK_STEALING && pn_policy_requeue(worker, frame, 0)) return;
    if (pn_run_push_own(worker, frame)) {
        notify_unless_next(worker, 0);
        return;
    }
    pn_counter_add(&worker->counters.spills, 1);
    if (pn_run_push_outside(worker, frame)) pn_idle_notify(worker); /* the own deque is full: that comes first */
    else pn_run_hold(worker, frame);
}

OUT_OF_LINE void pn_run_requeue_last(pn_worker *worker, pn_ref frame) {
    if (requeue_pinned(worker, frame)) return;
    if (worker->policy != PN_POLICY_WORK_STEALING && pn_policy_requeue(worker, frame, 1)) return;
    if (pn_run_push_outside(worker, frame)) {
        notify_unless_next(worker, !pn_deque_is_empty(worker));
        return;
    }
    pn_counter_add(&worker->counters.spills, 1);
    if (pn_run_push_own(worker, frame)) notify_unless_next(worker, 0);
    else pn_run_hold(worker, frame);
}

OUT_OF_LINE void pn_run_requeue_elsewhere(pn_worker *worker, pn_ref frame) {
    if (requeue_pinned(worker, frame)) return;
    if (pn_run_push_outside(worker, frame)) {
        pn_idle_notify(worker);
        return;
    }
    pn_counter_add(&worker->counters.spills, 1);
    pn_run_hold(worker, frame);
}

void pn_run_requeue_all_elsewhere(pn_worker *worker, pn_ref list) {
    while (list != 0) { /* ends: the list does */
        pn_ref frame = list;
        list = pn_load_relaxed(&pn_frame_at(frame)->waiter); /* relaxed: nobody else sees the list */
        pn_run_requeue_elsewhere(worker, frame);
    }
}

pn_ref pn_run_chain_result(uint64_t result, pn_ref list) {
    pn_ref block = (pn_ref)(result >> 32);
    return block == 0 ? list : pn_heap_chain(block, list);
}

void pn_run_complete(pn_worker *worker, pn_ref frame, pn_ref results) {
    worker->current_frame = 0;
    pn_counter_add(&worker->counters.completed, 1);
    worker->completed_frame = frame;
    penny_host_complete();
    pn_heap_free_chain(worker, results); /* the frame and the block belong to the host again: not read here */
}

static void finish_single(pn_worker *worker, pn_ref ref, uint32_t state) {
    pn_frame *frame = pn_frame_at(ref);
    pn_ref results = 0;
    /* Also of a task that failed after it had made a result, through a fork or while it cleaned up. */
    if (frame->flags & PN_FLAG_RESULT_BYTES) results = pn_run_chain_result(frame->result, 0);
    if (state == PN_FRAME_FAILED) pn_counter_add(&worker->counters.failed, 1);
    pn_frame_finish(frame, state);
    pn_run_complete(worker, ref, results);
}

/* Ends the forks that the task has left behind. Its outcome, or FAILED when one of them failed. */
static uint32_t join_rest(pn_worker *worker, pn_ref ref, uint32_t outcome) {
    if (pn_frame_at(ref)->children == 0) return outcome;
    pn_ref failed = pn_join_children(worker, ref, outcome == PN_OUTCOME_FAILED);
    if (failed == 0) return outcome;
    if (outcome == PN_OUTCOME_FAILED) {
        pn_fork_release(worker, failed); /* the task's own failure counts */
        return outcome;
    }
    worker->failed_child = failed;
    return PN_OUTCOME_FAILED;
}

uint32_t pn_run_dispatch(pn_worker *worker, pn_ref ref) {
    uint32_t slot = pn_frame_at(ref)->slot;
    PN_ASSERT(slot < pn_globals_get()->slot_capacity, BAD_REF);
    worker->current_slot = slot;
    worker->current_record = ref + PN_RECORD_OFFSET;
    worker->current_frame = ref;
    worker->forked = 0;
    uint32_t outcome = pn_dispatch(slot, ref + PN_RECORD_OFFSET);
    /* Most tasks do not fork, and the word that says so lies on another line than the rest of a small frame. */
    if (worker->forked) outcome = join_rest(worker, ref, outcome);
    worker->current_frame = 0;
    pn_counter_add(&worker->counters.executed, 1);
    return outcome;
}

/* Who ran a frame before, for the counters of locality. */
static void note_suspended(const pn_worker *worker, pn_frame *frame) {
    frame->flags |= PN_FLAG_RAN;
    frame->hi = worker->id;
}

static __attribute__((noinline)) void count_resumed(pn_worker *worker, const pn_frame *frame) {
    pn_counter_add(&worker->counters.resumed, 1);
    if (frame->hi == worker->id) pn_counter_add(&worker->counters.resumed_here, 1);
}

static uint32_t run_single(pn_worker *worker, pn_ref ref) {
    pn_frame *frame = pn_frame_at(ref);
    if (!(pn_log_is_on(worker) ? pn_log_claims(worker, ref) : pn_frame_claim(frame))) {
        pn_counter_add(&worker->counters.skipped, 1);
        pn_run_complete(worker, ref, 0);
        return 1;
    }
    if (frame->flags & PN_FLAG_RAN) count_resumed(worker, frame);
    if (frame->flags & PN_FLAG_RESULT_BYTES) frame->result = 0; /* nothing to free if it fails */
    switch (pn_run_dispatch(worker, ref)) {
    case PN_OUTCOME_DONE: finish_single(worker, ref, PN_FRAME_DONE); break;
    case PN_OUTCOME_FAILED: finish_single(worker, ref, PN_FRAME_FAILED); break;
    case PN_OUTCOME_WAIT:
        pn_counter_add(&worker->counters.waits, 1);
        note_suspended(worker, frame);
        if (!pn_frame_block(frame)) pn_run_requeue_last(worker, ref); /* else the frame is the host's now */
        break;
    case PN_OUTCOME_YIELD:
        pn_counter_add(&worker->counters.yields, 1);
        note_suspended(worker, frame);
        pn_frame_transition(frame, PN_FRAME_READY_AGAIN);
        pn_run_requeue_last(worker, ref);
        break;
    default: PN_ASSERT(0, BAD_OUTCOME);
    }
    return 1;
}

/* The owner may wait for the state. The frame is not read after the state is stored, but for the waiter: a stale one costs
 * a needless unpark. */
static void end_job(pn_worker *worker, pn_ref ref, uint32_t state) {
    pn_frame *job = pn_frame_at(ref);
    uint32_t owner = job->owner;
    if (state == PN_FRAME_FAILED) pn_counter_add(&worker->counters.failed, 1);
    pn_frame_end_job(job, state);
    /* seq_cst: after the state; pairs with rest in join.c. */
    if (owner != worker->id && (pn_load_seq_cst(&job->waiter) & PN_WAITER_PARKS)) penny_host_unpark(owner);
}

/* Suspended by WAIT. Only with SUSPENDED may the owner claim it, so until then this worker may touch it. */
static void suspend_job(pn_worker *worker, pn_frame *job) {
    uint32_t owner = job->owner;
    pn_counter_add(&worker->counters.waits, 1);
    pn_frame_block(job); /* whether or not the host has resumed it already: the owner finds it READY, now or later */
    /* seq_cst: an owner that announces PARKS later sees SUSPENDED, one that did so earlier is seen here. */
    uint32_t before = pn_fetch_or_seq_cst(&job->waiter, PN_WAITER_SUSPENDED);
    if (owner != worker->id && (before & PN_WAITER_PARKS)) penny_host_unpark(owner);
}

/* A JOB in state RUNNING. */
static void run_claimed_job(pn_worker *worker, pn_ref ref) {
    uint32_t outcome;
    while ((outcome = pn_run_dispatch(worker, ref)) == PN_OUTCOME_YIELD) /* ends: as often as the task yields */
        pn_counter_add(&worker->counters.yields, 1);
    switch (outcome) {
    case PN_OUTCOME_DONE: end_job(worker, ref, PN_FRAME_DONE); break;
    case PN_OUTCOME_FAILED:
        /* Whoever joins it finds the cause there, and releases both. */
        pn_frame_at(ref)->block = worker->failed_child;
        worker->failed_child = 0;
        end_job(worker, ref, PN_FRAME_FAILED);
        break;
    case PN_OUTCOME_WAIT: suspend_job(worker, pn_frame_at(ref)); break;
    default: PN_ASSERT(0, BAD_OUTCOME);
    }
}

static uint32_t run_stolen_job(pn_worker *worker, pn_ref ref) {
    pn_frame *job = pn_frame_at(ref);
    job->lo = worker->id; /* before the claim, which publishes it to the owner */
    PN_ASSERT(pn_frame_claim(job), BAD_STATE); /* only its owner cancels it, and only after it took it back */
    run_claimed_job(worker, ref);
    return 1;
}

static uint32_t run_bulk(pn_worker *worker, pn_ref ref, uint32_t items_max) {
    pn_frame *frame = pn_frame_at(ref);
    /* Relaxed: RUNNING means that it was claimed before and came through a queue; otherwise the claim decides. */
    if (pn_load_relaxed(&frame->state) != PN_FRAME_RUNNING) {
        if (!pn_frame_claim(frame)) {
            pn_range_skip_all(worker, ref);
            return 1;
        }
        if (!pn_range_begin(worker, ref)) return 1;
    }
    return pn_range_run(worker, ref, items_max);
}

uint32_t pn_run_frame(pn_worker *worker, pn_ref ref, uint32_t items_max) {
    const pn_globals *globals = pn_globals_get();
    if (ref >= globals->args_ref) return pn_graph_run_node(worker, ref, items_max);
    PN_ASSERT(ref % PN_CACHE_LINE == 0 && ref >= globals->frames_ref && ref < globals->registry_ref, BAD_REF);
    switch (pn_frame_at(ref)->kind) {
    case PN_KIND_SINGLE: return run_single(worker, ref);
    case PN_KIND_BULK: return run_bulk(worker, ref, items_max);
    case PN_KIND_RANGE:
        pn_frame_transition(pn_frame_at(ref), PN_FRAME_RUNNING);
        return pn_range_run(worker, ref, items_max);
    case PN_KIND_JOB: return run_stolen_job(worker, ref);
    case PN_KIND_GRAPH: return pn_graph_run(worker, ref);
    default: PN_ASSERT(0, BAD_REF);
    }
    return 0;
}

static void push_context(pn_worker *worker) {
    PN_ASSERT(worker->nest < PN_NEST_MAX, BROKEN_INVARIANT);
    worker->contexts[worker->nest++] = (pn_context){worker->current_frame,  worker->current_slot, worker->current_item,
                                                    worker->current_record, worker->range_failed, worker->range_counted,
                                                    worker->graph_credit};
}

/* What a bulk left in the deque goes elsewhere before leapfroggers may look there again. */
static void end_help(pn_worker *worker) {
    uint32_t logged = pn_log_is_on(worker);
    pn_ref others = 0;
    pn_ref frame;
    if (logged) pn_replay_await(worker); /* before it, thieves may not have come yet */
    while ((frame = pn_deque_pop(worker)) != 0) { /* ends: at a JOB, or at the end of the deque */
        if (pn_frame_at(frame)->kind == PN_KIND_JOB) {
            PN_ASSERT(pn_deque_push(worker, frame), BROKEN_INVARIANT); /* its place is still free */
            pn_idle_notify(worker); /* who looked meanwhile saw an empty deque */
            break;
        }
        pn_store_relaxed(&pn_frame_at(frame)->waiter, others); /* relaxed: nobody else sees it */
        others = frame;
    }
    if (logged) pn_log_decide(worker, PN_DECISION_HELPED, 0, 0, 0);
    pn_run_requeue_all_elsewhere(worker, others);
    /* seq_cst: after the pops, so a leapfrogger that sees 0 loses its CAS for them; pairs with leapfrog in join.c. */
    pn_store_seq_cst(&worker->helping, 0);
}

static void pop_context(pn_worker *worker) {
    const pn_context *outer = &worker->contexts[--worker->nest];
    if (pn_load_relaxed(&worker->helping) == worker->nest + 1) end_help(worker); /* relaxed: own word */
    if (worker->policy != PN_POLICY_WORK_STEALING && pn_load_relaxed(&worker->away)) pn_policy_away(worker, 0); /* relaxed: own */
    worker->current_frame = outer->frame;
    worker->current_slot = outer->slot;
    worker->current_item = outer->item;
    worker->current_record = outer->record;
    worker->range_failed = outer->range_failed;
    worker->range_counted = outer->range_counted;
    worker->graph_credit = outer->graph_credit;
    worker->forked = 1; /* perhaps */
}

uint32_t pn_run_nested(pn_worker *worker, pn_ref ref) {
    push_context(worker);
    uint32_t dispatches = pn_run_frame(worker, ref, UINT32_MAX);
    pop_context(worker);
    return dispatches;
}

uint32_t pn_run_job(pn_worker *worker, pn_ref ref) {
    pn_frame *job = pn_frame_at(ref);
    pn_frame_transition(job, PN_FRAME_RUNNING); /* nobody else sees it any more */
    if (worker->nest >= PN_NEST_MAX) {
        end_job(worker, ref, PN_FRAME_FAILED);
        return PN_FRAME_FAILED;
    }
    push_context(worker);
    run_claimed_job(worker, ref);
    pop_context(worker);
    return pn_load_relaxed(&job->state); /* relaxed: written on this thread, or BLOCKED */
}

static void fail_current(pn_worker *worker) {
    pn_ref ref = worker->current_frame;
    pn_ref failed = pn_join_children(worker, ref, 1);
    if (failed != 0) pn_fork_release(worker, failed); /* what made this frame fail is known already */
    worker->current_frame = 0;
    switch (pn_frame_at(ref)->kind) {
    case PN_KIND_SINGLE:
        pn_counter_add(&worker->counters.executed, 1);
        finish_single(worker, ref, PN_FRAME_FAILED);
        break;
    case PN_KIND_JOB:
        pn_counter_add(&worker->counters.executed, 1);
        end_job(worker, ref, PN_FRAME_FAILED);
        break;
    case PN_KIND_NODE:
        pn_counter_add(&worker->counters.executed, 1);
        pn_graph_fail_node(worker, ref);
        break;
    default: pn_range_fail_item(worker, ref, worker->current_item);
    }
}

pn_status pn_run_fail(pn_worker *worker, uint32_t keep) {
    pn_status status = PN_STATUS_NOTHING;
    while (worker->nest + 1 > keep) { /* ends: every round leaves a level */
        if (worker->current_frame != 0) {
            fail_current(worker);
            status = PN_STATUS_OK;
        }
        if (worker->nest == 0) break;
        pop_context(worker);
    }
    return status;
}
