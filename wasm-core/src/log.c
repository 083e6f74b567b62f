/* log.c - see log.h: recording. */
#define PN_FILE PN_FILE_LOG
#include "log.h"

#include "deque.h"
#include "find.h"
#include "fork.h"
#include "frame.h"
#include "idle.h"
#include "injector.h"
#include "log_policy.h"
#include "policy.h"
#include "replay.h"

static pn_log *log_of(const pn_worker *worker) {
    return (pn_log *)pn_at(worker->log_ref);
}

static uint32_t records(const pn_worker *worker) {
    return pn_load_hint(&log_of(worker)->mode) == PN_LOG_RECORD; /* constant, unless a replay fails */
}

uint32_t pn_log_number(pn_worker *worker) {
    if (!records(worker)) return 0;
    /* acquire: whoever took what lies below it has a smaller number; pairs with the CAS in pn_deque_take. */
    log_of(worker)->lanes[worker->id].top_drawn = pn_load64_acquire(&worker->top);
    return pn_fetch_add_relaxed(&log_of(worker)->order, 1); /* relaxed: see log.h */
}

/* Says how far its task has come, better than a frame could. */
static uint32_t is_of_forks(uint32_t kind) {
    return kind >= PN_DECISION_BEAT && kind <= PN_DECISION_RESUME;
}

static pn_decision decision_of(const pn_worker *worker, uint32_t kind, uint32_t victim, pn_ref frame, uint32_t item) {
    return (pn_decision){
        .kind = (uint8_t)kind,
        .worker = (uint8_t)worker->id,
        .victim = (uint8_t)victim,
        .nest = (uint8_t)worker->nest,
        .ticket = frame == 0 ? 0 : pn_frame_at(frame)->ticket,
        .item = is_of_forks(kind) ? log_of(worker)->lanes[worker->id].polls : item,
        .place = 0,
    };
}

static void append(pn_worker *worker, const pn_decision *decision, uint32_t number) {
    pn_log *log = log_of(worker);
    pn_lane *lane = &log->lanes[worker->id];
    uint32_t count = pn_load_relaxed(&lane->count); /* relaxed: own word */
    if (count == lane->capacity) {
        pn_store_relaxed(&log->overflowed, 1); /* relaxed: a flag, read when the workers rest */
        return;
    }
    pn_decision *at = (pn_decision *)pn_at(lane->decisions_ref) + count;
    *at = *decision;
    at->order = number;
    lane->top_seen = lane->top_drawn;
    pn_store_release(&lane->count, count + 1); /* release: the decision; pairs with the host's load */
}

void pn_log_write(pn_worker *worker, uint32_t number, uint32_t kind, uint32_t victim, pn_ref frame, uint32_t item) {
    pn_decision decision = decision_of(worker, kind, victim, frame, item);
    if (records(worker)) append(worker, &decision, number);
}

static void decide(pn_worker *worker, const pn_decision *decision) {
    if (records(worker)) append(worker, decision, pn_log_number(worker));
    else if (pn_replay_follows(worker, decision)) append(worker, decision, pn_replay_made(worker));
}

void pn_log_decide(pn_worker *worker, uint32_t kind, uint32_t victim, pn_ref frame, uint32_t item) {
    pn_decision decision = decision_of(worker, kind, victim, frame, item);
    decide(worker, &decision);
}

void pn_log_decide_at(pn_worker *worker, uint32_t kind, uint32_t victim, uint32_t place, pn_ref frame) {
    pn_decision decision = decision_of(worker, kind, victim, frame, pn_log_item(frame));
    decision.place = place;
    decide(worker, &decision);
}

uint32_t pn_log_sees(pn_worker *worker, uint32_t kind, pn_ref frame, uint32_t item, uint32_t seen) {
    if (pn_replay_is_on(worker)) seen = pn_replay_expects(worker, kind, frame, item);
    if (seen) pn_log_decide(worker, kind, 0, frame, item);
    return seen;
}

pn_decision pn_log_draft(pn_worker *worker, uint32_t kind, pn_ref frame, uint32_t item) {
    pn_decision draft = decision_of(worker, kind, 0, frame, item);
    draft.order = pn_log_number(worker);
    return draft;
}

pn_decision pn_log_draft_at(pn_worker *worker, uint32_t kind, uint32_t victim, uint32_t place, pn_ref frame) {
    pn_decision draft = decision_of(worker, kind, victim, frame, pn_log_item(frame));
    draft.place = place;
    draft.order = pn_log_number(worker);
    return draft;
}

void pn_log_made(pn_worker *worker, const pn_decision *draft) {
    if (records(worker)) append(worker, draft, draft->order);
    else if (pn_replay_follows(worker, draft)) append(worker, draft, pn_replay_made(worker));
}

uint32_t pn_log_item(pn_ref ref) {
    const pn_frame *frame = pn_frame_at(ref);
    /* relaxed: the caller took the frame. A bulk that nobody has begun has no items set yet. */
    uint32_t part = frame->kind == PN_KIND_RANGE ||
                    (frame->kind == PN_KIND_BULK && pn_load_relaxed(&frame->state) == PN_FRAME_RUNNING);
    return part ? frame->lo : 0;
}

static pn_ref took(pn_worker *worker, uint32_t kind, pn_ref frame) {
    if (frame != 0) pn_log_decide(worker, kind, 0, frame, pn_log_item(frame));
    return frame;
}

static pn_ref took_outside(pn_worker *worker, pn_ref frame) {
    if (frame == 0) return 0;
    uint32_t pinned = pn_flags_are_pinned(pn_frame_at(frame)->flags);
    return took(worker, pinned ? PN_DECISION_MAIL : PN_DECISION_INJECTOR, frame);
}

pn_ref pn_log_steal(pn_worker *worker, uint32_t victim_id) {
    pn_worker *victim = pn_worker_at(victim_id);
    uint64_t top;
    pn_ref frame = pn_deque_peek(victim, &top);
    uint32_t number = frame == 0 ? 0 : pn_log_number(worker);
    if (frame == 0 || !pn_deque_take(victim, top)) {
        pn_counter_add(&worker->counters.failed_steals, 1);
        return frame == 0 ? PN_STEAL_EMPTY : PN_STEAL_RETRY;
    }
    pn_log_write(worker, number, PN_DECISION_STEAL, victim_id, frame, pn_log_item(frame));
    pn_counter_add(&worker->counters.stolen, 1);
    if (pn_deque_has_work(victim)) pn_idle_notify(worker);
    return frame;
}

static pn_ref steal_round(pn_worker *worker) {
    uint32_t others = pn_globals_get()->worker_count - 1;
    uint32_t victim = others == 0 ? 0 : pn_find_first_victim(worker);
    for (uint32_t asked = 0; asked < others; asked++) {
        for (uint32_t attempt = 0; attempt < PN_STEAL_ATTEMPTS_MAX; attempt++) {
            pn_ref frame = pn_log_steal(worker, victim);
            if (frame > PN_STEAL_RETRY) return frame;
            if (frame == PN_STEAL_EMPTY) break;
        }
        victim = pn_find_next_victim(worker, victim);
    }
    return 0;
}

pn_ref pn_log_find(pn_worker *worker) {
    pn_ref frame;
    if (worker->policy != PN_POLICY_WORK_STEALING) return pn_log_find_by_policy(worker);
    if (pn_replay_is_on(worker)) return pn_replay_find(worker);
    if (worker->held_frame != 0) return pn_log_held(worker);
    if ((frame = took_outside(worker, pn_find_first(worker))) != 0) return frame;
    if ((frame = took(worker, PN_DECISION_POP, pn_deque_pop(worker))) != 0) return frame;
    if ((frame = took_outside(worker, pn_find_mail(worker))) != 0) return frame;
    if ((frame = steal_round(worker)) != 0) return frame;
    return took_outside(worker, pn_find_injected(worker));
}

pn_ref pn_log_find_while_waiting(pn_worker *worker) {
    pn_ref frame = pn_log_find(worker);
    if (frame != 0 || worker->policy == PN_POLICY_WORK_STEALING || pn_replay_is_on(worker)) return frame;
    return pn_policy_find_while_waiting(worker);
}

uint32_t pn_log_poll(pn_worker *worker) {
    log_of(worker)->lanes[worker->id].polls++;
    uint32_t due = pn_replay_is_on(worker) ? pn_replay_poll(worker) : pn_fork_poll(worker);
    if (due & PN_POLL_PROMOTE) pn_log_decide(worker, PN_DECISION_BEAT, 0, 0, 0);
    return due | PN_POLL_AGAIN;
}

uint32_t pn_log_pushes(pn_worker *worker, pn_ref job) {
    uint32_t recorded = pn_replay_await(worker);
    uint32_t keeps = recorded == 0 ? pn_deque_is_full(worker) : recorded == PN_DECISION_KEEP;
    pn_log_decide(worker, keeps ? PN_DECISION_KEEP : PN_DECISION_PROMOTE, 0, job, 0);
    return !keeps;
}

/* Whether a queue is too full for a frame: if it is, or the recording says so. */
static uint32_t spills(pn_worker *worker, pn_ref frame, uint32_t full) {
    return pn_log_sees(worker, PN_DECISION_SPILL, frame, 0, full);
}

/* Whether the deque was full, for all that a replay can be sure of here: that what was taken up to the last decision is. */
static uint32_t was_full(const pn_worker *worker) {
    uint64_t bottom = pn_load64_relaxed(&worker->bottom); /* relaxed: own word */
    return bottom - log_of(worker)->lanes[worker->id].top_seen > worker->ring_mask;
}

uint32_t pn_log_spills(pn_worker *worker, pn_ref frame) {
    if (spills(worker, frame, pn_deque_is_full(worker))) return 1;
    (void)pn_log_sees(worker, PN_DECISION_FIT, frame, 0, records(worker) && was_full(worker));
    return 0;
}

uint32_t pn_log_pushes_outside(pn_worker *worker, pn_ref frame) {
    if (!pn_replay_is_on(worker)) {
        return pn_injector_push(pn_injector_of(pn_frame_at(frame)->flags), frame) || !spills(worker, frame, 1);
    }
    if (spills(worker, frame, 0)) return 0;
    pn_replay_keep(worker, frame);
    return 1;
}

uint32_t pn_log_choice(pn_worker *worker, uint32_t what, uint32_t seen) {
    if (pn_replay_is_on(worker)) seen = pn_replay_chooses(worker, what);
    if (seen && what != 0) pn_log_decide(worker, PN_DECISION_CHOICE, 0, 0, what);
    return seen;
}

uint32_t pn_log_withdraws(pn_worker *worker, uint32_t what, pn_ref frame) {
    pn_decision draft = pn_log_draft(worker, PN_DECISION_CHOICE, 0, what);
    /* acq_rel: as in pn_frame_claim, with which it races. */
    if (pn_cas_acq_rel(&pn_frame_at(frame)->state, PN_FRAME_READY, PN_FRAME_CANCELLED) != PN_FRAME_READY) return 0;
    pn_log_made(worker, &draft);
    return 1;
}

uint32_t pn_log_claims(pn_worker *worker, pn_ref frame) {
    if (pn_replay_expects(worker, PN_DECISION_SKIP, frame, 0)) pn_replay_await(worker); /* before it, nobody may have withdrawn it */
    if (pn_frame_claim(pn_frame_at(frame))) return 1;
    pn_log_decide(worker, PN_DECISION_SKIP, 0, frame, 0);
    return 0;
}

uint32_t pn_log_completes(pn_worker *worker, pn_ref root, pn_word *left, uint32_t amount) {
    if (pn_replay_expects(worker, PN_DECISION_COMPLETE, root, 0)) pn_replay_await(worker);
    /* acq_rel: as without a log, see the callers. */
    uint32_t before = pn_fetch_sub_acq_rel(left, amount);
    PN_ASSERT(before >= amount, BROKEN_INVARIANT);
    if (before == amount) pn_log_decide(worker, PN_DECISION_COMPLETE, 0, root, 0);
    return before == amount;
}
