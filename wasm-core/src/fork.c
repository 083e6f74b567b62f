/* fork.c - see fork.h. */
#define PN_FILE PN_FILE_FORK
#include "fork.h"

#include "deque.h"
#include "frame.h"
#include "idle.h"
#include "log.h"
#include "replay.h"
#include "run.h"

uint32_t pn_fork_poll(pn_worker *worker) {
    const pn_globals *globals = pn_globals_get();
    pn_counter_add(&worker->counters.polls, 1);
    if (globals->heartbeat_polls != 0) {
        if (worker->polls_to_beat > 1) {
            worker->polls_to_beat -= 1;
            return PN_POLL_AGAIN;
        }
        worker->polls_to_beat = globals->heartbeat_polls;
        penny_host_heartbeat();
        return PN_POLL_AGAIN | PN_POLL_PROMOTE;
    }
    /* The first fork after a pause: someone may be asleep for want of work, so it does not wait for a beat. */
    uint32_t rests = pn_load_hint(&globals->heartbeat_timer) == 0;
    if (rests) penny_host_heartbeat();
    uint32_t beat = pn_load_hint(&globals->heartbeat);
    uint32_t due = rests || beat != worker->beat_seen;
    worker->beat_seen = beat;
    return due ? PN_POLL_PROMOTE : 0;
}

static pn_ref alloc(pn_worker *worker) {
    if (!pn_log_is_on(worker)) return pn_frame_alloc(worker);
    if (pn_replay_has_no_frame(worker)) return 0;
    pn_ref ref = pn_frame_alloc(worker);
    if (ref == 0) pn_log_decide(worker, PN_DECISION_NO_FRAME, 0, 0, 0);
    return ref;
}

pn_ref pn_fork_alloc(pn_worker *worker, uint32_t slot) {
    PN_ASSERT(slot < pn_globals_get()->slot_capacity, BAD_REF);
    if (worker->current_frame == 0) return 0;
    pn_ref ref = alloc(worker);
    if (ref == 0) return 0;
    pn_frame *job = pn_frame_at(ref);
    job->slot = slot;
    job->kind = PN_KIND_JOB;
    job->flags = PN_FLAG_HELD; /* until it is pushed: a task may fail before */
    job->block = 0;
    const pn_frame *parent = pn_frame_at(worker->current_frame);
    uint32_t parent_is_root = parent->kind == PN_KIND_SINGLE || parent->kind == PN_KIND_BULK || parent->kind == PN_KIND_NODE;
    job->root = parent_is_root ? worker->current_frame : parent->root; /* alive as long as its descendants */
    job->result = 0; /* thunks of narrow results leave its upper half */
    /* Unlike that of any host frame: blocking tasks are known by frame and ticket. */
    job->ticket = (1ull << 63) | ((uint64_t)worker->id << 48) | ++worker->tickets;
    job->children = 0;
    pn_store_relaxed(&job->waiter, 0); /* relaxed: published by the push */
    pn_fork_link(worker, ref);
    return ref;
}

uint32_t pn_fork_push(pn_worker *worker, pn_ref ref) {
    if (pn_log_is_on(worker) && !pn_log_pushes(worker, ref)) return 0;
    pn_frame_at(ref)->flags &= ~(uint32_t)PN_FLAG_HELD; /* before thieves see it */
    if (!pn_deque_push(worker, ref)) {
        pn_frame_at(ref)->flags |= PN_FLAG_HELD;
        return 0;
    }
    pn_counter_add(&worker->counters.promotions, 1);
    /* While the timer runs it is the one that wakes a sleeper, at the next beat and if the fork is still there: waking one
     * costs more than most forks last. */
    const pn_globals *globals = pn_globals_get();
    /* seq_cst: after the push; pairs with the timer, which clears the word and then looks at the deques. */
    if (globals->heartbeat_polls != 0 || pn_load_seq_cst(&globals->heartbeat_timer) == 0) pn_idle_notify(worker);
    return 1;
}

/* `others`: what else it finds, left by a bulk that ran while this frame helped. */
static uint32_t take_back(pn_worker *worker, pn_ref ref, pn_ref *others) {
    pn_frame *job = pn_frame_at(ref);
    while (!(job->flags & PN_FLAG_HELD)) { /* ends: every round takes a frame out of the deque */
        pn_ref popped = pn_deque_pop(worker);
        if (popped == 0) return 0;
        if (pn_frame_at(popped)->kind == PN_KIND_JOB) {
            /* Newer than the one looked for, or itself: joins may come in any order. */
            pn_frame_at(popped)->flags |= PN_FLAG_HELD;
        } else {
            pn_store_relaxed(&pn_frame_at(popped)->waiter, *others); /* relaxed: nobody else sees it */
            *others = popped;
        }
    }
    pn_counter_add(&worker->counters.reclaimed, 1);
    return 1;
}

uint32_t pn_fork_reclaim(pn_worker *worker, pn_ref ref) {
    uint32_t logged = pn_log_is_on(worker);
    pn_ref others = 0;
    if (logged) pn_replay_await(worker); /* before it, the thief may not have come yet */
    uint32_t own = take_back(worker, ref, &others);
    if (logged) pn_log_decide(worker, own ? PN_DECISION_RECLAIM : PN_DECISION_LOST, 0, ref, 0);
    pn_run_requeue_all_elsewhere(worker, others);
    return own;
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
    worker->forked = 1;
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
