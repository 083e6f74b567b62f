/* find.c - see find.h. */
#define PN_FILE PN_FILE_FIND
#include "find.h"

#include "deque.h"
#include "idle.h"
#include "injector.h"

static uint64_t random_next(pn_worker *worker) {
    /* xorshift64* (Vigna 2016); the state is never zero. */
    uint64_t x = worker->rng;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    worker->rng = x;
    return x * 0x2545F4914F6CDD1Dull;
}

uint32_t pn_find_poll_first(pn_worker *worker) {
    if (--worker->polls_left != 0) return 0;
    worker->polls_left = pn_globals_get()->poll_interval;
    return 1;
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
    uint32_t victim = (uint32_t)(((random_next(worker) >> 32) * others) >> 32);
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

pn_ref pn_find_own(pn_worker *worker) {
    return worker->held_frame != 0 ? pn_find_held(worker) : pn_deque_pop(worker);
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

pn_ref pn_find_injected(pn_worker *worker) {
    pn_ref frame = pn_injector_pop();
    if (frame == 0) return 0;
    pn_counter_add(&worker->counters.injected_pops, 1);
    if (pn_injector_has_work()) pn_idle_notify(worker);
    return frame;
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
    uint32_t injector_first = pn_find_poll_first(worker) && worker->held_frame == 0;
    if (injector_first && (frame = pn_find_injected(worker)) != 0) return frame;
    if ((frame = pn_find_own(worker)) != 0) return frame;
    if ((frame = steal_round(worker)) != 0) return frame;
    return pn_find_injected(worker);
}
