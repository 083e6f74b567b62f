/* place.c - see place.h. */
#define PN_FILE PN_FILE_PLACE
#include "place.h"

#include "idle.h"
#include "mail.h"
#include "policy.h"
#include "run.h"

uint32_t pn_place_is_elsewhere(const pn_worker *worker, uint32_t flags) {
    return pn_flags_are_pinned(flags) && pn_flags_pinned_to(flags) != worker->id;
}

uint32_t pn_place_keeps(const pn_worker *worker, uint32_t flags) {
    return pn_flags_priority(flags) != PN_PRIORITY_LOW && !pn_place_is_elsewhere(worker, flags);
}

void pn_place_ready(pn_worker *worker, pn_ref ref) {
    uint32_t flags = pn_frame_at(ref)->flags;
    if (pn_flags_are_pinned(flags)) {
        pn_mail_send(worker, ref);
        return;
    }
    if (pn_flags_priority(flags) != PN_PRIORITY_NORMAL) {
        /* Into the injector of its priority. */
    } else if (worker->policy != PN_POLICY_WORK_STEALING) {
        if (pn_policy_place(worker, ref)) return;
    } else if (pn_run_push_own(worker, ref)) {
        pn_idle_notify(worker);
        return;
    }
    if (pn_flags_priority(flags) == PN_PRIORITY_NORMAL) pn_counter_add(&worker->counters.spills, 1);
    if (pn_run_push_outside(worker, ref)) {
        pn_idle_notify(worker);
        return;
    }
    if (pn_flags_priority(flags) != PN_PRIORITY_NORMAL) pn_counter_add(&worker->counters.spills, 1);
    pn_run_hold(worker, ref);
}
