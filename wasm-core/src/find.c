/* find.c - see find.h. */
#define PN_FILE PN_FILE_FIND
#include "find.h"

#include "deque.h"
#include "idle.h"
#include "injector.h"
#include "mail.h"
#include "policy.h"

uint64_t pn_find_random(pn_worker *worker) {
    /* xorshift64* (Vigna 2016); the state is never zero. */
    uint64_t x = worker->rng;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    worker->rng = x;
    return x * 0x2545F4914F6CDD1Dull;
}

uint32_t pn_find_next_victim(const pn_worker *worker, uint32_t victim) {
    uint32_t count = pn_globals_get()->worker_count;
    do { /* ends: at most two rounds, there is another worker */
        victim = victim + 1 == count ? 0 : victim + 1;
    } while (victim == worker->id);
    return victim;
}

uint32_t pn_find_first_victim(pn_worker *worker) {
    uint32_t others = pn_globals_get()->worker_count - 1;
    /* The high half times `others`, shifted down: 0 .. others - 1 without a division. */
    uint32_t victim = (uint32_t)(((pn_find_random(worker) >> 32) * others) >> 32);
    return victim + (victim >= worker->id);
}

pn_ref pn_find_held(pn_worker *worker) {
    pn_ref frame = worker->held_frame;
    /* A held JOB is alone. Relaxed: own word. */
    worker->held_frame = pn_frame_at(frame)->kind == PN_KIND_JOB ? 0 : pn_load_relaxed(&pn_frame_at(frame)->waiter);
    return frame;
}

uint32_t pn_find_holds_job(const pn_worker *worker) {
    return worker->held_frame != 0 && pn_frame_at(worker->held_frame)->kind == PN_KIND_JOB;
}

pn_ref pn_find_steal(pn_worker *worker, uint32_t victim_id) {
    pn_worker *victim = pn_worker_at(victim_id);
    pn_ref frame = pn_deque_steal(victim);
    if (frame <= PN_STEAL_RETRY) {
        pn_counter_add(&worker->counters.failed_steals, 1);
        return frame;
    }
    pn_counter_add(&worker->counters.stolen, 1);
    if (pn_deque_has_work(victim)) pn_idle_notify(worker);
    return frame;
}

/* The loop must stay small for the host's compiler, and this is not what it does in most rounds. */
#define OUT_OF_LINE __attribute__((noinline))

OUT_OF_LINE pn_ref pn_find_injected_of(pn_worker *worker, uint32_t priority) {
    pn_injector *injector = pn_injector_at(priority);
    pn_ref frame = pn_injector_pop(injector);
    if (frame == 0) return 0;
    pn_counter_add(&worker->counters.injected_pops, 1);
    if (pn_injector_has_work(injector)) pn_idle_notify(worker);
    return frame;
}

pn_ref pn_find_injected(pn_worker *worker) {
    pn_ref frame;
    if ((frame = pn_find_injected_of(worker, PN_PRIORITY_HIGH)) != 0) return frame;
    if ((frame = pn_find_injected_of(worker, PN_PRIORITY_NORMAL)) != 0) return frame;
    return pn_find_injected_of(worker, PN_PRIORITY_LOW);
}

pn_ref pn_find_mail(pn_worker *worker) {
    pn_ref frame = pn_mail_take(worker);
    if (frame == 0) return 0;
    pn_counter_add(&worker->counters.injected_pops, 1);
    pn_idle_pass_on(worker);
    return frame;
}

OUT_OF_LINE uint32_t pn_find_high_changed(pn_worker *worker) {
    const pn_injector *high = (const pn_injector *)pn_at(worker->high_ref);
    if (pn_injector_has_work(high)) return 1;
    /* relaxed: head is tail when all were taken; less while a producer has a position but has not published it yet, and
     * then the next round looks again. */
    worker->high_seen = pn_load_relaxed(&high->head);
    return 0;
}

static uint32_t has_work(uint32_t priority) {
    return pn_injector_has_work(pn_injector_at(priority));
}

uint32_t pn_find_make_way(pn_worker *worker, uint32_t flags) {
    uint32_t priority = pn_flags_priority(flags);
    if (has_work(PN_PRIORITY_HIGH) || (priority != PN_PRIORITY_HIGH && has_work(PN_PRIORITY_NORMAL)) ||
        (priority == PN_PRIORITY_LOW && has_work(PN_PRIORITY_LOW)) ||
        pn_mail_waits(worker) || (worker->policy != PN_POLICY_WORK_STEALING && pn_policy_waits(worker))) {
        worker->makes_way = 1;
        return 1;
    }
    if (worker->polls_left > 1) {
        worker->polls_left--;
        return 0;
    }
    return has_work(PN_PRIORITY_NORMAL) || has_work(PN_PRIORITY_LOW);
}

static pn_ref find_source(pn_worker *worker, uint32_t source) {
    switch (source) { /* not OWN */
    case PN_SOURCE_LOW: return pn_find_injected_of(worker, PN_PRIORITY_LOW);
    case PN_SOURCE_NORMAL: return pn_find_injected_of(worker, PN_PRIORITY_NORMAL);
    default: return pn_find_mail(worker);
    }
}

static OUT_OF_LINE pn_ref find_after_making_way(pn_worker *worker) {
    worker->makes_way = 0;
    /* Mail first: the range itself may be the only frame in the injectors. */
    pn_ref frame = pn_find_mail(worker);
    return frame != 0 ? frame : pn_find_injected(worker);
}

static pn_ref find_high(pn_worker *worker) {
    return pn_find_high_waits(worker) ? pn_find_injected_of(worker, PN_PRIORITY_HIGH) : 0;
}

/* The sources from the one whose turn it is on. On its own turn the deque is asked next, if only nothing is taken here. */
static OUT_OF_LINE pn_ref find_by_turn(pn_worker *worker) {
    uint32_t turn = worker->turn;
    worker->turn = turn + 1 == PN_TURN_COUNT ? 0 : turn + 1;
    for (uint32_t asked = 0; asked < PN_TURN_COUNT; asked++) {
        uint32_t source = (turn + asked) % PN_TURN_COUNT;
        if (source == PN_SOURCE_OWN) {
            if (asked == 0 && !pn_deque_is_empty(worker)) return 0;
            continue;
        }
        pn_ref frame = find_source(worker, source);
        if (frame != 0) return frame;
    }
    return find_high(worker);
}

pn_ref pn_find_first(pn_worker *worker) {
    if (--worker->polls_left == 0) {
        worker->polls_left = pn_globals_get()->poll_interval;
        worker->makes_way = 0;
        return find_by_turn(worker);
    }
    if (worker->makes_way) return find_after_making_way(worker);
    return find_high(worker);
}

static pn_ref steal_round(pn_worker *worker) {
    uint32_t others = pn_globals_get()->worker_count - 1;
    if (others == 0) return 0;
    uint32_t victim = pn_find_first_victim(worker);
    for (uint32_t asked = 0; asked < others; asked++) {
        for (uint32_t attempt = 0; attempt < PN_STEAL_ATTEMPTS_MAX; attempt++) {
            pn_ref frame = pn_find_steal(worker, victim);
            if (frame > PN_STEAL_RETRY) return frame;
            if (frame == PN_STEAL_EMPTY) break;
        }
        victim = pn_find_next_victim(worker, victim);
    }
    return 0;
}

pn_ref pn_find(pn_worker *worker) {
    pn_ref frame;
    if (worker->held_frame != 0) return pn_find_held(worker);
    if ((frame = pn_find_first(worker)) != 0) return frame;
    if ((frame = pn_deque_pop(worker)) != 0) return frame;
    if ((frame = pn_find_mail(worker)) != 0) return frame;
    if ((frame = steal_round(worker)) != 0) return frame;
    return pn_find_injected(worker);
}
