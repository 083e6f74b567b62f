/* fork.c - see fork.h. */
#define PN_FILE PN_FILE_FORK
#include "fork.h"

#include "deque.h"
#include "frame.h"
#include "idle.h"
#include "run.h"

static uint32_t beats_now(pn_worker *worker, const pn_globals *globals) {
    if (globals->heartbeat_polls == 0) return pn_load_hint(&globals->heartbeat);
    if (worker->polls_to_beat == 0) worker->polls_to_beat = globals->heartbeat_polls;
    return worker->beat_seen + (--worker->polls_to_beat == 0);
}

int32_t pn_fork_poll(pn_worker *worker) {
    const pn_globals *globals = pn_globals_get();
    uint32_t budget = worker->poll_budget;
    uint32_t beats = beats_now(worker, globals) - worker->beat_seen;
    pn_counter_add(&worker->counters.polls, 1);
    if (beats == 0) {
        if (globals->heartbeat_polls == 0 && pn_load_hint(&globals->heartbeat_timer) == 0) {
            /* The first fork after a pause: someone may be asleep for want of work, so it does not wait for a beat. */
            penny_host_heartbeat();
            worker->poll_budget = 1;
            return -1;
        }
        worker->poll_budget = budget = budget >= PN_POLL_BUDGET_MAX / 2 ? PN_POLL_BUDGET_MAX : budget * 2 + (budget == 0);
        return (int32_t)budget;
    }
    worker->beat_seen += beats;
    worker->poll_budget = budget = beats > 1 || budget < 2 ? 1 : budget / 2;
    return -(int32_t)budget;
}

pn_ref pn_fork_alloc(pn_worker *worker, uint32_t slot) {
    PN_ASSERT(slot < pn_globals_get()->slot_capacity, BAD_REF);
    if (worker->current_frame == 0) return 0;
    pn_ref ref = pn_frame_alloc(worker);
    if (ref == 0) return 0;
    pn_frame *job = pn_frame_at(ref);
    job->slot = slot;
    job->kind = PN_KIND_JOB;
    job->flags = 0;
    job->block = 0;
    job->result = 0; /* thunks of narrow results leave its upper half */
    /* Unlike that of any host frame: blocking tasks are known by frame and ticket. */
    job->ticket = (1ull << 63) | ((uint64_t)worker->id << 48) | ++worker->tickets;
    job->children = 0;
    pn_store_relaxed(&job->waiter, 0); /* relaxed: published by the push */
    pn_fork_link(worker, ref);
    return ref;
}

uint32_t pn_fork_push(pn_worker *worker, pn_ref ref) {
    if (!pn_deque_push(worker, ref)) {
        pn_frame_at(ref)->flags |= PN_FLAG_HELD;
        return 0;
    }
    pn_counter_add(&worker->counters.promotions, 1);
    pn_idle_notify(worker);
    return 1;
}

uint32_t pn_fork_reclaim(pn_worker *worker, pn_ref ref) {
    pn_frame *job = pn_frame_at(ref);
    while (!(job->flags & PN_FLAG_HELD)) { /* ends: every round takes a frame out of the deque */
        pn_ref popped = pn_deque_pop(worker);
        if (popped == 0) return 0;
        if (pn_frame_at(popped)->kind == PN_KIND_JOB) {
            /* Newer than the one looked for, or itself: joins may come in any order. */
            pn_frame_at(popped)->flags |= PN_FLAG_HELD;
        } else {
            /* Left by a bulk that ran while this frame helped. */
            pn_run_requeue_last(worker, popped);
        }
    }
    pn_counter_add(&worker->counters.reclaimed, 1);
    return 1;
}

uint32_t pn_fork_is_child(const pn_worker *worker, pn_ref ref) {
    if (worker->current_frame == 0) return 0;
    pn_ref child = pn_frame_at(worker->current_frame)->children;
    while (child != 0 && child != ref) child = pn_frame_at(child)->next; /* ends: the list does; joins are mostly newest first */
    return child != 0;
}

void pn_fork_link(pn_worker *worker, pn_ref ref) {
    pn_frame *parent = pn_frame_at(worker->current_frame);
    pn_frame_at(ref)->next = parent->children;
    parent->children = ref;
}

void pn_fork_unlink(pn_worker *worker, pn_ref ref) {
    pn_ref *link = &pn_frame_at(worker->current_frame)->children;
    while (*link != ref) link = &pn_frame_at(*link)->next; /* ends: it is on the list */
    *link = pn_frame_at(ref)->next;
}

void pn_fork_release(pn_worker *worker, pn_ref ref) {
    while (ref != 0) { /* ends: the chain goes down the tree of forks */
        PN_ASSERT(ref % PN_CACHE_LINE == 0 && ref >= pn_globals_get()->frames_ref && ref < pn_globals_get()->host_frames_ref,
                  BAD_REF);
        PN_ASSERT(pn_frame_at(ref)->kind == PN_KIND_JOB, BAD_REF);
        pn_ref cause = pn_frame_at(ref)->block;
        pn_frame_free(worker, ref);
        ref = cause;
    }
}
