/* replay.c - see replay.h. */
#define PN_FILE PN_FILE_REPLAY
#include "replay.h"

#include "deque.h"
#include "find.h"
#include "injector.h"
#include "log.h"
#include "log_policy.h"
#include "run.h"

static pn_log *log_of(const pn_worker *worker) {
    return (pn_log *)pn_at(worker->log_ref);
}

static pn_lane *lane_of(const pn_worker *worker) {
    return &log_of(worker)->lanes[worker->id];
}

static const pn_decision *decision_at(const pn_log *log, uint32_t index) {
    PN_ASSERT(index < log->decision_count, BAD_REF);
    return (const pn_decision *)pn_at(log->decisions_ref) + index;
}

static uint32_t turn_of(const pn_log *log) {
    /* acquire: what was done up to that decision; pairs with the store in pn_replay_follows. */
    return pn_load_acquire(&log->turn);
}

uint32_t pn_replay_is_on(const pn_worker *worker) {
    /* acquire: pairs with the end of the replay in diverge. */
    return pn_load_acquire(&log_of(worker)->mode) == PN_LOG_REPLAY;
}

const pn_decision *pn_replay_expected(const pn_worker *worker) {
    const pn_log *log = log_of(worker);
    uint32_t next = lane_of(worker)->next;
    if (!pn_replay_is_on(worker) || next == log->decision_count) return 0;
    return decision_at(log, next);
}

uint32_t pn_replay_next(const pn_worker *worker) {
    const pn_decision *next = pn_replay_expected(worker);
    return next == 0 ? 0 : next->kind;
}

uint32_t pn_replay_expects(const pn_worker *worker, uint32_t kind, pn_ref frame, uint32_t item) {
    const pn_decision *next = pn_replay_expected(worker);
    return next != 0 && next->kind == kind && next->nest == worker->nest && next->item == item &&
           next->ticket == pn_frame_at(frame)->ticket;
}

uint32_t pn_replay_is_turn(const pn_worker *worker) {
    return pn_replay_expected(worker) != 0 && turn_of(log_of(worker)) == lane_of(worker)->next;
}

uint32_t pn_replay_await(pn_worker *worker) {
    while (pn_replay_expected(worker) != 0 && !pn_replay_is_turn(worker)) penny_host_wait(); /* ends: with the turn, or the replay */
    return pn_replay_next(worker);
}

/* ---- checking */

/* What is in no deque goes where it may be found. */
static void diverge(pn_worker *worker, const pn_decision *found) {
    pn_log *log = log_of(worker);
    log->found = *found;
    pn_store_release(&log->mode, PN_LOG_DIVERGED); /* release: found; pairs with the host's load */
    pn_ref kept = log->stash;
    log->stash = 0;
    for (pn_ref ref = kept; ref != 0; ref = pn_load_relaxed(&pn_frame_at(ref)->waiter)) /* ends: the list does. relaxed: own */
        pn_frame_at(ref)->children = 0;
    pn_run_requeue_all_elsewhere(worker, kept);
}

static uint32_t is_same(const pn_decision *a, const pn_decision *b) {
    return a->kind == b->kind && a->victim == b->victim && a->place == b->place &&
           a->nest == b->nest && a->ticket == b->ticket && a->item == b->item;
}

uint32_t pn_replay_follows(pn_worker *worker, const pn_decision *made) {
    pn_log *log = log_of(worker);
    pn_replay_await(worker);
    if (!pn_replay_is_on(worker)) return 0;
    const pn_decision *next = pn_replay_expected(worker);
    if (next == 0 || !is_same(next, made)) {
        diverge(worker, made);
        return 0;
    }
    lane_of(worker)->next = next->order;
    pn_store_release(&log->turn, turn_of(log) + 1); /* release: what this worker did; pairs with turn_of */
    return 1;
}

uint32_t pn_replay_made(const pn_worker *worker) {
    return turn_of(log_of(worker)) - 1;
}

/* ---- frames */

static uint32_t is_wanted(pn_ref frame, const pn_decision *wanted) {
    return pn_frame_at(frame)->ticket == wanted->ticket && pn_log_item(frame) == wanted->item;
}

static pn_ref unstash(pn_log *log, const pn_decision *wanted, uint32_t place) {
    pn_ref before = 0;
    for (pn_ref ref = log->stash; ref != 0;) { /* ends: the list does */
        pn_ref after = pn_load_relaxed(&pn_frame_at(ref)->waiter); /* relaxed, here and below: nobody else sees the list */
        if (is_wanted(ref, wanted) && pn_frame_at(ref)->children == place) {
            if (before == 0) log->stash = after;
            else pn_store_relaxed(&pn_frame_at(before)->waiter, after);
            pn_frame_at(ref)->children = 0;
            return ref;
        }
        before = ref;
        ref = after;
    }
    return 0;
}

/* A frame that may go into a queue has no children, so that word says where it would be. */
static void stash(pn_log *log, pn_ref frame, uint32_t place) {
    PN_ASSERT(pn_frame_at(frame)->children == 0, BROKEN_INVARIANT);
    pn_frame_at(frame)->children = place;
    pn_store_relaxed(&pn_frame_at(frame)->waiter, log->stash); /* relaxed: as above */
    log->stash = frame;
}

void pn_replay_keep(pn_worker *worker, pn_ref frame) {
    stash(log_of(worker), frame, 0);
}

void pn_replay_keep_at(pn_worker *worker, pn_ref frame, uint32_t place) {
    stash(log_of(worker), frame, place);
}

pn_ref pn_replay_unkeep(pn_worker *worker, const pn_decision *wanted, uint32_t place) {
    return unstash(log_of(worker), wanted, place);
}

/* Pops until the wanted frame comes; the others are kept for later. */
static pn_ref pop_wanted(pn_log *log, pn_injector *queue, const pn_decision *wanted) {
    pn_ref frame;
    while ((frame = pn_injector_pop(queue)) != 0) { /* ends: one round is what the queue holds, if the host does not go on for ever */
        if (is_wanted(frame, wanted)) return frame;
        stash(log, frame, 0);
    }
    return 0;
}

pn_ref pn_replay_from_outside(pn_worker *worker, const pn_decision *wanted) {
    pn_log *log = log_of(worker);
    pn_ref frame = unstash(log, wanted, 0);
    if (frame == 0 && wanted->kind == PN_DECISION_MAIL)
        frame = pop_wanted(log, (pn_injector *)pn_at(worker->mailbox_ref), wanted);
    for (uint32_t priority = 0; frame == 0 && wanted->kind != PN_DECISION_MAIL && priority < PN_PRIORITY_COUNT; priority++)
        frame = pop_wanted(log, pn_injector_at(priority), wanted);
    if (frame != 0) pn_counter_add(&worker->counters.injected_pops, 1);
    return frame;
}

static pn_ref steal_from(pn_worker *worker, uint32_t victim) {
    if (victim >= pn_globals_get()->worker_count || victim == worker->id) return 0;
    pn_ref frame = pn_deque_steal(pn_worker_at(victim));
    if (frame <= PN_STEAL_RETRY) return 0;
    pn_counter_add(&worker->counters.stolen, 1);
    return frame;
}

/* Tells what was taken; nothing, if that is what should have been taken now, is told as well, and ends the replay. */
static pn_ref took(pn_worker *worker, uint32_t kind, uint32_t victim, pn_ref frame) {
    pn_log_decide(worker, frame == 0 ? 0 : kind, frame == 0 ? 0 : victim, frame, frame == 0 ? 0 : pn_log_item(frame));
    return frame;
}

/* All has been made that was recorded: there should be nothing left. */
static pn_ref find_more(pn_worker *worker) {
    pn_log *log = log_of(worker);
    if (log->stash != 0) {
        took(worker, PN_DECISION_INJECTOR, 0, log->stash); /* ends the replay, and so puts it back where it belongs */
        return 0;
    }
    if (worker->held_frame != 0) return took(worker, PN_DECISION_HELD, 0, pn_find_held(worker));
    pn_ref frame = pn_find_mail(worker);
    if (frame == 0) frame = pn_find_injected(worker);
    if (frame != 0) return took(worker, PN_DECISION_INJECTOR, 0, frame);
    frame = pn_deque_pop(worker);
    return frame == 0 ? 0 : took(worker, PN_DECISION_POP, 0, frame);
}

pn_ref pn_replay_find(pn_worker *worker) {
    pn_log *log = log_of(worker);
    if (turn_of(log) == log->decision_count) return find_more(worker);
    if (!pn_replay_is_turn(worker)) return 0;
    const pn_decision *next = pn_replay_expected(worker);
    pn_ref frame = 0;
    switch (next->kind) {
    case PN_DECISION_POP: frame = pn_deque_pop(worker); break;
    case PN_DECISION_STEAL: frame = steal_from(worker, next->victim); break;
    case PN_DECISION_INJECTOR:
    case PN_DECISION_MAIL:
        frame = pn_replay_from_outside(worker, next);
        if (frame == 0) return 0; /* still to come */
        break;
    default:
        if (pn_log_is_of_policy(next->kind)) return pn_log_find_as_recorded(worker, next);
        if (worker->current_frame != 0) return 0; /* a task that waits, and helps when it can */
    }
    return took(worker, next->kind, next->victim, frame);
}

pn_ref pn_replay_leapfrog(pn_worker *worker, uint32_t victim) {
    pn_ref frame = steal_from(worker, victim);
    if (frame != 0) pn_counter_add(&worker->counters.leapfrogs, 1);
    return took(worker, PN_DECISION_LEAPFROG, victim, frame);
}

/* ---- forks */

uint32_t pn_replay_has_no_frame(pn_worker *worker) {
    if (!pn_replay_is_on(worker)) return 0;
    if (pn_replay_await(worker) != PN_DECISION_NO_FRAME) return 0; /* others may give a frame back before its turn */
    pn_log_decide(worker, PN_DECISION_NO_FRAME, 0, 0, 0);
    return 1;
}

uint32_t pn_replay_chooses(pn_worker *worker, uint32_t what) {
    uint32_t kind = pn_replay_await(worker);
    if (what == 0) return kind == PN_DECISION_PROMOTE || kind == PN_DECISION_KEEP || kind == PN_DECISION_NO_FRAME;
    return kind == PN_DECISION_CHOICE && pn_replay_expected(worker)->item == what;
}

uint32_t pn_replay_poll(pn_worker *worker) {
    const pn_decision *next = pn_replay_expected(worker);
    pn_counter_add(&worker->counters.polls, 1);
    return next != 0 && next->kind == PN_DECISION_BEAT && next->item == lane_of(worker)->polls ? PN_POLL_PROMOTE : 0;
}

/* ---- ranges */

static uint32_t is_of_range(const pn_decision *d) {
    return d->kind >= PN_DECISION_SPLIT && d->kind <= PN_DECISION_END;
}

/* Whether the worker's next decision is this one about the range it runs. */
static uint32_t is_next(const pn_worker *worker, uint32_t kind, uint32_t item) {
    const pn_decision *next = pn_replay_expected(worker);
    return next != 0 && next->kind == kind && next->nest == worker->nest && next->item == item;
}

uint32_t pn_replay_splits(pn_worker *worker, uint32_t next) {
    if (!is_next(worker, PN_DECISION_SPLIT, next)) return 0;
    return pn_replay_await(worker) == PN_DECISION_SPLIT; /* others may give a frame back before it */
}

uint32_t pn_replay_batch(const pn_worker *worker, uint32_t next, uint32_t batch) {
    const pn_log *log = log_of(worker);
    if (batch <= 1 || !pn_replay_is_on(worker)) return batch;
    /* What the items decide themselves comes before. */
    for (uint32_t index = lane_of(worker)->next; index != log->decision_count;) { /* ends: indices of a worker grow */
        const pn_decision *d = decision_at(log, index);
        PN_ASSERT(d->order > index, BAD_REF);
        if (d->nest == worker->nest && is_of_range(d))
            return d->item > next && d->item - next < batch ? d->item - next : batch;
        index = d->order;
    }
    return batch;
}

uint32_t pn_replay_skips(pn_worker *worker, uint32_t next) {
    return is_next(worker, PN_DECISION_END, next);
}

uint32_t pn_replay_leaves(pn_worker *worker, uint32_t next) {
    if (is_next(worker, PN_DECISION_LEAVE, next)) return PN_DECISION_LEAVE;
    return is_next(worker, PN_DECISION_MAKE_WAY, next) ? PN_DECISION_MAKE_WAY : 0;
}
