/* policy.c - see policy.h. */
#define PN_FILE PN_FILE_POLICY
#include "policy.h"

#include "deque.h"
#include "find.h"
#include "idle.h"
#include "inbox.h"
#include "injector.h"
#include "log.h"
#include "log_policy.h"
#include "replay.h"
#include "ring.h"
#include "run.h"

static uint32_t has_inbox(const pn_worker *worker) {
    return worker->policy == PN_POLICY_ROUND_ROBIN || worker->policy == PN_POLICY_RANDOM;
}

static pn_ref found(pn_worker *worker, uint32_t action, pn_ref frame) {
    if (frame == 0) return 0;
    worker->found_action = action;
    if (pn_log_is_on(worker)) pn_log_found(worker, action, frame);
    return frame;
}

static uint32_t replays(const pn_worker *worker) {
    return pn_log_is_on(worker) && pn_replay_is_on(worker);
}

/* ---- ring ---- */

/* Whether this round looks at the home slot before the window. */
static uint32_t prefers_home(pn_worker *worker) {
    uint32_t bias = pn_globals_get()->ring_bias;
    return bias != 0 && (uint32_t)(pn_find_random(worker) >> 48) < bias;
}

static pn_ref take_from_ring(pn_worker *worker, uint32_t window_first) {
    uint32_t home_first = prefers_home(worker) && !window_first;
    pn_ref frame = home_first ? pn_ring_take(worker, worker->home_slot) : 0;
    if (frame == 0) frame = pn_ring_take_from_window(worker);
    if (frame == 0 && !home_first && pn_globals_get()->ring_bias != 0) frame = pn_ring_take(worker, worker->home_slot);
    if (frame == 0) return 0;
    /* One of several: whoever sleeps may take the others. */
    if (pn_ring_slot_has_work(worker->ring_slot)) pn_idle_notify(worker);
    return frame;
}

/* Up to ring_batch frames at once: the others are held, and run next, in the order in which they were taken. */
static pn_ref take_batch(pn_worker *worker, uint32_t window_first) {
    pn_ref frames[PN_RING_BATCH_MAX];
    uint32_t slots[PN_RING_BATCH_MAX];
    uint32_t batch = pn_globals_get()->ring_batch, count = 0;
    while (count < batch && (frames[count] = take_from_ring(worker, window_first)) != 0) slots[count++] = worker->ring_slot;
    if (count == 0) return 0;
    while (count > 1) { /* ends: count shrinks */
        count--;
        if (pn_log_is_on(worker)) pn_log_took_from_slot(worker, PN_DECISION_HOLD, slots[count], frames[count]);
        pn_run_hold(worker, frames[count]);
    }
    if (pn_log_is_on(worker)) pn_log_took_from_slot(worker, PN_DECISION_SLOT, slots[0], frames[0]);
    return frames[0];
}

/* `kind`: what a log calls it. */
static uint32_t put(pn_worker *worker, uint32_t kind, uint32_t slot, pn_ref frame) {
    return pn_log_is_on(worker) ? pn_log_put(worker, kind, slot, frame) : pn_ring_put(slot, frame);
}

static uint32_t put_into_window(pn_worker *worker, uint32_t kind, pn_ref frame) {
    return pn_log_is_on(worker) ? pn_log_put_into_window(worker, kind, frame) : pn_ring_put_into_window(worker, frame);
}

static uint32_t put_into_ring(pn_worker *worker, uint32_t kind, pn_ref frame) {
    if (prefers_home(worker) && put(worker, kind, worker->home_slot, frame)) return 1;
    return put_into_window(worker, kind, frame);
}

static pn_ref pop_normal(pn_worker *worker) {
    pn_ref frame = pn_injector_pop(pn_injector_at(PN_PRIORITY_NORMAL));
    if (frame != 0) pn_counter_add(&worker->counters.injected_pops, 1);
    return frame;
}

/* Fills the worker's free slots from the queue outside and takes the oldest of those frames. */
static pn_ref admit_to_ring(pn_worker *worker) {
    const pn_globals *globals = pn_globals_get();
    pn_ref first = pop_normal(worker);
    if (first == 0) return 0;
    worker->ring_slot = pn_ring_slot_of(worker->id, worker->ring_epoch, 0);
    pn_counter_add(&worker->counters.admissions, 1);
    uint32_t room = globals->ring_window * globals->ring_slot_capacity;
    for (uint32_t admitted = 1; admitted < room; admitted++) {
        pn_ref frame = pop_normal(worker);
        if (frame == 0) break;
        if (!put_into_ring(worker, PN_DECISION_ADMIT, frame)) {
            if (pn_log_is_on(worker)) pn_log_decide_at(worker, PN_DECISION_HOLD, 0, 0, frame);
            pn_run_hold(worker, frame);
            break;
        }
        pn_counter_add(&worker->counters.admissions, 1);
        pn_idle_notify(worker); /* for each: who looked meanwhile saw an empty queue */
    }
    if (pn_injector_has_work(pn_injector_at(PN_PRIORITY_NORMAL))) pn_idle_notify(worker);
    return first;
}

/* Whether the worker has something else to go on with: inside another dispatch, that. */
static uint32_t is_busy(pn_worker *worker) {
    return worker->nest != 0 || worker->held_frame != 0 || !pn_deque_is_empty(worker) ||
           (has_inbox(worker) && !pn_inbox_is_empty(worker));
}

/* Back into the slot that it came from, or where there is room. */
static uint32_t return_to_ring(pn_worker *worker, pn_ref frame) {
    if (!put(worker, PN_DECISION_PUT, worker->ring_slot, frame) && !put_into_ring(worker, PN_DECISION_PUT, frame)) return 0;
    if (is_busy(worker) || pn_ring_has_turned(worker)) pn_idle_notify(worker); /* it may not see that slot soon */
    return 1;
}

/* Behind all that waits outside. */
static uint32_t push_outside(pn_worker *worker, pn_ref frame) {
    if (!pn_injector_push(pn_injector_at(PN_PRIORITY_NORMAL), frame)) return 0;
    if (is_busy(worker) || (!has_inbox(worker) && pn_ring_window_has_work(worker))) pn_idle_notify(worker);
    return 1;
}

/* ---- find ---- */

/* From other deques: forks, and what found no other room. From inboxes only those of workers that are away. */
static pn_ref steal_round(pn_worker *worker) {
    uint32_t others = pn_globals_get()->worker_count - 1;
    if (others == 0) return 0;
    uint32_t victim = worker->policy == PN_POLICY_RANDOM ? pn_find_first_victim(worker)
                      : worker->policy == PN_POLICY_ROUND_ROBIN ? pn_find_next_victim(worker, worker->victim)
                                                                : pn_find_next_victim(worker, worker->id);
    for (uint32_t asked = 0; asked < others; asked++) {
        worker->victim = victim;
        for (uint32_t attempt = 0; attempt < PN_STEAL_ATTEMPTS_MAX; attempt++) {
            pn_ref frame = pn_log_is_on(worker) ? pn_log_steal(worker, victim) : pn_find_steal(worker, victim);
            if (frame > PN_STEAL_RETRY) return frame;
            if (frame == PN_STEAL_EMPTY) break;
        }
        pn_ref frame = has_inbox(worker) ? pn_inbox_take_of_away(worker, victim) : 0;
        if (frame != 0) return frame;
        victim = pn_find_next_victim(worker, victim);
    }
    return 0;
}

static pn_ref find_own(pn_worker *worker, uint32_t by_turn) {
    pn_ref frame;
    /* The deque first: with hybrid it has the worker's own work, with the others what found no other room. */
    uint32_t ring_first = by_turn && worker->policy == PN_POLICY_HYBRID;
    if (!ring_first && (frame = pn_deque_pop(worker)) != 0) return found(worker, PN_ACTION_POP, frame);
    if (has_inbox(worker)) return found(worker, PN_ACTION_INBOX_POP, pn_inbox_take(worker));
    if ((frame = take_batch(worker, by_turn)) != 0) return found(worker, PN_ACTION_RING_TAKE, frame);
    return ring_first ? found(worker, PN_ACTION_POP, pn_deque_pop(worker)) : 0;
}

static pn_ref find_normal(pn_worker *worker) {
    return found(worker, PN_ACTION_INJECT_POP, has_inbox(worker) ? pn_inbox_admit(worker) : admit_to_ring(worker));
}

static pn_ref find_of(pn_worker *worker, uint32_t source, uint32_t by_turn) {
    switch (source) {
    case PN_SOURCE_LOW: return found(worker, PN_ACTION_INJECT_POP, pn_find_injected_of(worker, PN_PRIORITY_LOW));
    case PN_SOURCE_NORMAL: return find_normal(worker);
    case PN_SOURCE_MAIL: return found(worker, PN_ACTION_MAIL_POP, pn_find_mail(worker));
    default: return find_own(worker, by_turn);
    }
}

static pn_ref find_by_turn(pn_worker *worker) {
    uint32_t turn = worker->turn;
    worker->polls_left = pn_globals_get()->poll_interval;
    worker->turn = turn + 1 == PN_TURN_COUNT ? 0 : turn + 1;
    for (uint32_t asked = 0; asked < PN_TURN_COUNT; asked++) {
        pn_ref frame = find_of(worker, (turn + asked) % PN_TURN_COUNT, 1);
        if (frame != 0) return frame;
    }
    return 0;
}

static pn_ref find_high(pn_worker *worker) {
    if (!pn_find_high_waits(worker)) return 0;
    return found(worker, PN_ACTION_INJECT_POP, pn_find_injected_of(worker, PN_PRIORITY_HIGH));
}

/* After a range made way: not what it made way from. */
static pn_ref find_outside(pn_worker *worker) {
    pn_ref frame;
    worker->makes_way = 0;
    if ((frame = find_of(worker, PN_SOURCE_MAIL, 0)) != 0) return frame;
    if ((frame = find_high(worker)) != 0) return frame;
    return find_normal(worker);
}

pn_ref pn_policy_find(pn_worker *worker) {
    pn_ref frame;
    if (!has_inbox(worker) && !pn_ring_look(worker)) return 0;
    if (--worker->polls_left == 0 && (frame = find_by_turn(worker)) != 0) return frame;
    if (worker->makes_way && (frame = find_outside(worker)) != 0) return frame;
    if ((frame = find_high(worker)) != 0) return frame;
    if ((frame = find_own(worker, 0)) != 0) return frame;
    if ((frame = find_of(worker, PN_SOURCE_MAIL, 0)) != 0) return frame;
    if ((frame = steal_round(worker)) != 0) return found(worker, PN_ACTION_STEAL, frame);
    if ((frame = find_normal(worker)) != 0) return frame;
    if (!has_inbox(worker) && (frame = pn_ring_seek(worker)) != 0) return found(worker, PN_ACTION_RING_TURN, frame);
    return find_of(worker, PN_SOURCE_LOW, 0);
}

pn_ref pn_policy_find_while_waiting(pn_worker *worker) {
    return has_inbox(worker) ? found(worker, PN_ACTION_STEAL, pn_inbox_take_of_any(worker)) : 0;
}

/* ---- place ---- */

uint32_t pn_policy_place(pn_worker *worker, pn_ref frame) {
    if (replays(worker)) return pn_log_places_as_recorded(worker, frame);
    if (has_inbox(worker)) return pn_inbox_place(worker, frame);
    if (!put_into_ring(worker, PN_DECISION_PUT, frame)) return 0;
    pn_idle_notify(worker);
    return 1;
}

uint32_t pn_policy_requeue(pn_worker *worker, pn_ref frame, uint32_t last) {
    uint32_t flags = pn_frame_at(frame)->flags;
    if (pn_flags_are_pinned(flags) || pn_flags_priority(flags) != PN_PRIORITY_NORMAL) return 0;
    if (worker->policy == PN_POLICY_HYBRID && !last) return 0;
    if (replays(worker)) return pn_log_places_as_recorded(worker, frame);
    if (has_inbox(worker) ? !last : !last || !pn_injector_has_work(pn_injector_at(PN_PRIORITY_NORMAL)))
        return has_inbox(worker) ? pn_inbox_keep(worker, frame) : return_to_ring(worker, frame);
    return push_outside(worker, frame);
}

/* ---- ranges ---- */

uint32_t pn_policy_is_hungry(pn_worker *worker) {
    if (has_inbox(worker)) return pn_inbox_is_hungry(worker);
    if (worker->policy == PN_POLICY_HYBRID) return pn_deque_is_empty(worker);
    return !pn_ring_window_has_work(worker);
}

uint32_t pn_policy_place_part(pn_worker *worker, pn_ref part) {
    uint32_t own = worker->policy == PN_POLICY_HYBRID;
    if (!own && replays(worker)) return pn_log_places_as_recorded(worker, part);
    if (has_inbox(worker)) return pn_inbox_place_part(worker, part);
    if (own ? !pn_deque_push(worker, part) : !put_into_window(worker, PN_DECISION_PUT, part)) return 0;
    pn_idle_notify(worker);
    return 1;
}

uint32_t pn_policy_interrupts(const pn_worker *worker) {
    return worker->policy == PN_POLICY_MERRY_GO_ROUND && pn_ring_has_turned(worker);
}

uint32_t pn_policy_waits(const pn_worker *worker) {
    return has_inbox(worker) ? !pn_inbox_is_empty(worker) : 0;
}

/* ---- sleep ---- */

uint32_t pn_policy_has_work(const pn_worker *worker) {
    return has_inbox(worker) ? pn_inbox_has_work(worker) : pn_ring_has_work();
}

static uint32_t give_back(pn_worker *worker, pn_ref frame) {
    if (pn_log_is_on(worker)) return pn_log_gives_back(worker, frame);
    return pn_injector_push(pn_injector_of(pn_frame_at(frame)->flags), frame);
}

void pn_policy_leave(pn_worker *worker) {
    while (worker->held_frame != 0 && !pn_find_holds_job(worker)) { /* ends: every round queues one, or returns */
        pn_ref frame = pn_find_held(worker);
        if (!give_back(worker, frame)) {
            pn_run_hold(worker, frame);
            return;
        }
        pn_idle_notify(worker);
    }
}

void pn_policy_away(pn_worker *worker, uint32_t away) {
    if (has_inbox(worker)) {
        /* seq_cst: before the look at the inbox; pairs with the load in inbox.c that follows a push. */
        pn_store_seq_cst(&worker->away, away);
        if (away) pn_inbox_hand_over(worker);
    }
    if (!away) return;
    pn_policy_leave(worker);
}

void pn_policy_step(pn_worker *worker) {
    if (!has_inbox(worker)) pn_ring_step(worker);
}
