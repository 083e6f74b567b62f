/* ring.c - see ring.h. */
#define PN_FILE PN_FILE_RING
#include "ring.h"

uint32_t pn_ring_slot_of(uint32_t worker, uint32_t epoch, uint32_t offset) {
    const pn_globals *globals = pn_globals_get();
    return ((worker + epoch) * globals->ring_window + offset) & (globals->ring_slots - 1);
}

static pn_slot *slot_at(uint32_t index) {
    const pn_globals *globals = pn_globals_get();
    return (pn_slot *)pn_at(globals->ring_ref + index * globals->ring_slot_stride);
}

static uint32_t has_barrier(void) {
    return pn_globals_get()->ring_flags & PN_RING_FLAG_BARRIER;
}

uint32_t pn_ring_sees(const pn_worker *worker, uint32_t slot) {
    const pn_globals *globals = pn_globals_get();
    uint32_t distance = (slot - pn_ring_slot_of(worker->id, worker->ring_epoch, 0)) & (globals->ring_slots - 1);
    return distance < globals->ring_window || slot == worker->home_slot;
}

/* ---- slots ---- */

uint32_t pn_ring_put(uint32_t index, pn_ref frame) {
    pn_slot *slot = slot_at(index);
    uint32_t capacity = pn_globals_get()->ring_slot_capacity;
    /* relaxed: where the next take starts. The first free cell from there on: behind the frames that are there. */
    uint32_t start = capacity == 1 ? 0 : pn_load_relaxed(&slot->takes);
    for (uint32_t i = 0; i < capacity; i++) {
        pn_word *cell = &slot->cells[(start + i) & (capacity - 1)];
        if (pn_load_relaxed(cell) != 0) continue; /* relaxed: a guess, the CAS decides */
        /* seq_cst, as release: publishes the frame; pairs with the exchange in pn_ring_take. As seq_cst: before the load of
         * the sleeper mask in pn_idle_notify; pairs with pn_ring_slot_has_work. */
        if (pn_cas_seq_cst(cell, 0, frame) == 0) return 1;
    }
    return 0;
}

pn_ref pn_ring_take(pn_worker *worker, uint32_t index) {
    pn_slot *slot = slot_at(index);
    uint32_t capacity = pn_globals_get()->ring_slot_capacity;
    PN_ASSERT(pn_ring_sees(worker, index), BROKEN_INVARIANT);
    uint32_t start = capacity == 1 ? 0 : pn_load_relaxed(&slot->takes); /* relaxed: where to look first */
    for (uint32_t i = 0; i < capacity; i++) {
        pn_word *cell = &slot->cells[(start + i) & (capacity - 1)];
        if (pn_load_relaxed(cell) == 0) continue; /* relaxed: a guess, the exchange decides */
        /* acquire: receives the frame; pairs with the CAS in pn_ring_put. */
        pn_ref frame = pn_exchange_n_acquire(cell, 0);
        if (frame == 0) continue;
        if (capacity != 1) pn_fetch_add_relaxed(&slot->takes, 1); /* relaxed: only says where to look */
        worker->ring_slot = index;
        return frame;
    }
    return 0;
}

uint32_t pn_ring_slot_has_work(uint32_t index) {
    const pn_slot *slot = slot_at(index);
    uint32_t capacity = pn_globals_get()->ring_slot_capacity;
    for (uint32_t i = 0; i < capacity; i++) {
        /* seq_cst: after the sleeper bit; pairs with the CAS in pn_ring_put, see idle.h. */
        if (pn_load_seq_cst(&slot->cells[i]) != 0) return 1;
    }
    return 0;
}

uint32_t pn_ring_has_work(void) {
    uint32_t slots = pn_globals_get()->ring_slots;
    for (uint32_t index = 0; index < slots; index++) {
        if (pn_ring_slot_has_work(index)) return 1;
    }
    return 0;
}

/* ---- windows ---- */

pn_ref pn_ring_take_from_window(pn_worker *worker) {
    uint32_t window = pn_globals_get()->ring_window;
    for (uint32_t offset = 0; offset < window; offset++) {
        pn_ref frame = pn_ring_take(worker, pn_ring_slot_of(worker->id, worker->ring_epoch, offset));
        if (frame != 0) return frame;
    }
    return 0;
}

uint32_t pn_ring_put_into_window(pn_worker *worker, pn_ref frame) {
    uint32_t window = pn_globals_get()->ring_window;
    for (uint32_t offset = 0; offset < window; offset++) {
        if (pn_ring_put(pn_ring_slot_of(worker->id, worker->ring_epoch, offset), frame)) return 1;
    }
    return 0;
}

uint32_t pn_ring_window_has_work(const pn_worker *worker) {
    uint32_t window = pn_globals_get()->ring_window;
    for (uint32_t offset = 0; offset < window; offset++) {
        if (pn_ring_slot_has_work(pn_ring_slot_of(worker->id, worker->ring_epoch, offset))) return 1;
    }
    return 0;
}

/* ---- turning ---- */

/* Returns 0 when somebody else turned it. */
static uint32_t turn(pn_worker *worker, uint32_t epoch, uint32_t turns) {
    /* seq_cst: with the barrier before the next look at it; without, only one of several turns it from here. */
    if (pn_cas_seq_cst(&pn_globals_get()->epoch, epoch, epoch + turns) != epoch) return 0;
    pn_counter_add(&worker->counters.rotations, 1);
    return 1;
}

static uint32_t is_due(uint32_t epoch) {
    /* seq_cst: pairs with the store of whoever asks. */
    return (int32_t)(pn_load_seq_cst(&pn_globals_get()->turn_asked) - epoch) > 0;
}

/* Whether everybody else sleeps, waits in a task, or has arrived for the turn from `epoch`. */
static uint32_t are_all_there(const pn_worker *worker, uint32_t epoch) {
    const pn_globals *globals = pn_globals_get();
    for (uint32_t id = 0; id < globals->worker_count; id++) {
        const pn_worker *other = pn_worker_at(id);
        if (id == worker->id) continue;
        if (pn_load_seq_cst(&other->arrived) == epoch + 1) continue; /* seq_cst: pairs with the store in pn_ring_look */
        if (pn_load_seq_cst(&other->away) != 0) continue;            /* seq_cst: pairs with pn_policy_away */
        /* seq_cst: pairs with the RMWs in idle.c */
        if ((pn_load_seq_cst(&globals->sleepers[id / 32]) & (1u << (id % 32))) == 0) return 0;
    }
    return 1;
}

uint32_t pn_ring_look(pn_worker *worker) {
    const pn_globals *globals = pn_globals_get();
    uint32_t epoch = pn_load_seq_cst(&globals->epoch); /* seq_cst: for the barrier; else a guess that is good for one round */
    worker->ring_epoch = epoch;
    if (!has_barrier() || !is_due(epoch)) return 1;
    pn_store_seq_cst(&worker->arrived, epoch + 1); /* seq_cst: before the look at the others: the last one sees all */
    if (are_all_there(worker, epoch)) turn(worker, epoch, 1);
    worker->ring_epoch = pn_load_seq_cst(&globals->epoch); /* seq_cst: as above */
    return worker->ring_epoch != epoch;
}

uint32_t pn_ring_has_turned(const pn_worker *worker) {
    return pn_load_hint(&pn_globals_get()->epoch) != worker->ring_epoch || (has_barrier() && is_due(worker->ring_epoch));
}

/* How many turns until a slot with a frame is in the window; 0: there is no such slot. */
static uint32_t distance_to_work(const pn_worker *worker, uint32_t *found) {
    const pn_globals *globals = pn_globals_get();
    uint32_t slots = globals->ring_slots, window = globals->ring_window;
    for (uint32_t ahead = window; ahead < slots; ahead++) {
        uint32_t index = pn_ring_slot_of(worker->id, worker->ring_epoch, ahead);
        if (!pn_ring_slot_has_work(index)) continue;
        *found = index;
        return ahead / window;
    }
    return 0;
}

pn_ref pn_ring_seek(pn_worker *worker) {
    uint32_t index = 0, epoch = worker->ring_epoch;
    uint32_t turns = distance_to_work(worker, &index);
    if (turns == 0) return 0;
    if (has_barrier()) {
        /* seq_cst: before the asker's next look. An older request is for this turn as well. */
        pn_store_seq_cst(&pn_globals_get()->turn_asked, epoch + 1);
        return 0;
    }
    if (!turn(worker, epoch, turns)) return 0;
    /* Taken at this epoch, whatever others turn meanwhile: or two that search could go on turning it away from each other. */
    worker->ring_epoch = epoch + turns;
    return pn_ring_take(worker, index);
}

void pn_ring_step(pn_worker *worker) {
    uint32_t steps = pn_globals_get()->ring_turn_steps;
    if (steps == 0 || ++worker->steps < steps) return;
    worker->steps = 0;
    pn_globals *globals = pn_globals_get();
    uint32_t epoch = pn_load_relaxed(&globals->epoch); /* relaxed: the CAS decides */
    if (has_barrier()) pn_store_seq_cst(&globals->turn_asked, epoch + 1); /* seq_cst: pairs with is_due */
    else turn(worker, epoch, 1);
}
