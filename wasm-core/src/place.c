/* place.c - see place.h. */
#define PN_FILE PN_FILE_PLACE
#include "place.h"

#include "deque.h"
#include "idle.h"
#include "injector.h"
#include "log.h"
#include "policy.h"
#include "run.h"

uint32_t pn_place_is_elsewhere(const pn_worker *worker, uint32_t flags) {
    return pn_flags_are_pinned(flags) && (flags >> PN_FLAG_PIN_SHIFT) - 1 != worker->id;
}

uint32_t pn_place_keeps(const pn_worker *worker, uint32_t flags) {
    return pn_flags_priority(flags) != PN_PRIORITY_LOW && !pn_place_is_elsewhere(worker, flags);
}

/* Into a queue for everybody or for somebody else. Returns 0 when it is full but for `spare` cells. */
static uint32_t push_outside(pn_worker *worker, pn_injector *queue, pn_ref ref, uint32_t spare) {
    if (pn_log_is_on(worker)) return pn_log_pushes_into(worker, queue, ref, spare);
    return pn_injector_push_sparing(queue, ref, spare);
}

static uint32_t push_own(pn_worker *worker, pn_ref ref) {
    if (pn_log_is_on(worker) && pn_log_spills(worker, ref)) return 0;
    return pn_deque_push(worker, ref);
}

static uint32_t place_pinned(pn_worker *worker, pn_ref ref, uint32_t flags) {
    uint32_t target = (flags >> PN_FLAG_PIN_SHIFT) - 1;
    PN_ASSERT(target < pn_globals_get()->worker_count, BAD_REF);
    /* Only the worker itself may fill the last cell, see injector.h. */
    if (!push_outside(worker, pn_mailbox_at(target), ref, target != worker->id)) return 0;
    if (target != worker->id) pn_idle_notify_worker(worker, target);
    return 1;
}

void pn_place_ready(pn_worker *worker, pn_ref ref) {
    uint32_t flags = pn_frame_at(ref)->flags;
    if (pn_flags_are_pinned(flags)) {
        if (place_pinned(worker, ref, flags)) return;
    } else if (pn_flags_priority(flags) != PN_PRIORITY_NORMAL) {
        /* Into the injector of its priority. */
    } else if (worker->policy != PN_POLICY_WORK_STEALING) {
        if (pn_policy_place(worker, ref)) return;
    } else if (push_own(worker, ref)) {
        pn_idle_notify(worker);
        return;
    }
    if (pn_flags_priority(flags) == PN_PRIORITY_NORMAL) pn_counter_add(&worker->counters.spills, 1);
    /* A pinned frame comes here when its mailbox is full: whoever takes it places it again. */
    if (push_outside(worker, pn_injector_at(pn_flags_priority(flags)), ref, 0)) {
        pn_idle_notify(worker);
        return;
    }
    if (pn_flags_priority(flags) != PN_PRIORITY_NORMAL) pn_counter_add(&worker->counters.spills, 1);
    pn_run_hold(worker, ref);
}
