/* inbox.c - see inbox.h. */
#define PN_FILE PN_FILE_INBOX
#include "inbox.h"

#include "find.h"
#include "idle.h"
#include "injector.h"
#include "log.h"
#include "log_policy.h"

static pn_injector *inbox_at(uint32_t id) {
    const pn_globals *globals = pn_globals_get();
    return (pn_injector *)pn_at(globals->inboxes_ref + id * globals->inbox_stride);
}

static uint32_t is_away(uint32_t id) {
    return pn_load_seq_cst(&pn_worker_at(id)->away); /* seq_cst: after a push; pairs with pn_policy_away */
}

static uint32_t draw(pn_worker *worker) {
    return (uint32_t)(((pn_find_random(worker) >> 32) * pn_globals_get()->worker_count) >> 32);
}

/* `kind`: what a log calls it. */
static uint32_t push(pn_worker *worker, uint32_t kind, uint32_t target, pn_ref frame) {
    if (pn_log_is_on(worker)) return pn_log_send(worker, kind, target, inbox_at(target), frame);
    return pn_injector_push(inbox_at(target), frame);
}

/* Into another worker's inbox. */
static uint32_t send(pn_worker *worker, uint32_t kind, uint32_t target, pn_ref frame) {
    if (!push(worker, kind, target, frame)) {
        pn_counter_add(&worker->counters.spills, 1);
        return 0;
    }
    pn_counter_add(&worker->counters.placed, 1);
    pn_idle_notify_worker(worker, target);
    if (is_away(target)) pn_idle_notify(worker);
    return 1;
}

pn_ref pn_inbox_admit(pn_worker *worker) {
    const pn_globals *globals = pn_globals_get();
    pn_injector *queue = pn_injector_at(PN_PRIORITY_NORMAL);
    for (uint32_t placed = 0; placed < PN_PLACE_MAX; placed++) {
        uint32_t position;
        pn_ref frame = pn_injector_pop_at(queue, &position);
        if (frame == 0) return 0;
        pn_counter_add(&worker->counters.injected_pops, 1);
        uint32_t target = worker->policy == PN_POLICY_ROUND_ROBIN
                              ? (position - PN_INJECTOR_INDEX_START) % globals->worker_count
                              : draw(worker);
        if (target == worker->id || !send(worker, PN_DECISION_ADMIT, target, frame)) {
            if (pn_injector_has_work(queue)) pn_idle_notify(worker);
            return frame;
        }
    }
    return 0;
}

pn_ref pn_inbox_take(pn_worker *worker) {
    pn_ref frame = pn_injector_pop(inbox_at(worker->id));
    if (frame == 0) return 0;
    if (pn_log_is_on(worker)) pn_log_took_from_inbox(worker, worker->id, frame);
    pn_idle_pass_on(worker);
    return frame;
}

static pn_ref take_of(pn_worker *worker, uint32_t owner) {
    pn_ref frame = pn_injector_pop(inbox_at(owner));
    if (frame == 0) return 0;
    if (pn_log_is_on(worker)) pn_log_took_from_inbox(worker, owner, frame);
    pn_counter_add(&worker->counters.stolen, 1);
    if (pn_injector_has_work(inbox_at(owner))) pn_idle_notify(worker);
    return frame;
}

pn_ref pn_inbox_take_of_away(pn_worker *worker, uint32_t owner) {
    return is_away(owner) ? take_of(worker, owner) : 0;
}

pn_ref pn_inbox_take_of_any(pn_worker *worker) {
    uint32_t workers = pn_globals_get()->worker_count;
    pn_ref frame = 0;
    for (uint32_t id = 0; id < workers && frame == 0; id++) {
        if (id != worker->id) frame = take_of(worker, id);
    }
    return frame;
}

uint32_t pn_inbox_keep(pn_worker *worker, pn_ref frame) {
    return push(worker, PN_DECISION_PUT, worker->id, frame);
}

static uint32_t next_target(pn_worker *worker) {
    if (worker->policy == PN_POLICY_RANDOM) return draw(worker);
    uint32_t target = worker->place_turn;
    worker->place_turn = target + 1 == pn_globals_get()->worker_count ? 0 : target + 1;
    return target;
}

uint32_t pn_inbox_place(pn_worker *worker, pn_ref frame) {
    uint32_t target = next_target(worker);
    return target == worker->id ? pn_inbox_keep(worker, frame) : send(worker, PN_DECISION_PUT, target, frame);
}

uint32_t pn_inbox_is_hungry(pn_worker *worker) {
    if (pn_globals_get()->worker_count == 1) return 0;
    uint32_t target = next_target(worker);
    if (target == worker->id) target = pn_find_next_victim(worker, target);
    worker->part_target = target;
    return !pn_injector_has_work(inbox_at(target));
}

uint32_t pn_inbox_place_part(pn_worker *worker, pn_ref part) {
    return send(worker, PN_DECISION_PUT, worker->part_target, part);
}

uint32_t pn_inbox_is_empty(const pn_worker *worker) {
    return !pn_injector_has_work(inbox_at(worker->id));
}

uint32_t pn_inbox_has_work(const pn_worker *worker) {
    uint32_t workers = pn_globals_get()->worker_count;
    for (uint32_t id = 0; id < workers; id++) {
        if (id != worker->id && is_away(id) && pn_injector_has_work(inbox_at(id))) return 1;
    }
    return 0;
}

void pn_inbox_hand_over(pn_worker *worker) {
    if (pn_injector_has_work(inbox_at(worker->id))) pn_idle_notify(worker);
}
