/* frame.c - hazards of frame states and free lists. */
#include "frame.h"
#include "native.h"

enum { SHARE = 8 };

static void setup(uint32_t workers) {
    core_new(workers, 4, 4, workers * SHARE);
}

static void alloc_and_exhaust(void) {
    setup(2);
    pn_worker *w = pn_worker_at(1);
    pn_ref refs[SHARE];
    for (uint32_t again = 0; again < 3; again++) {
        for (uint32_t i = 0; i < SHARE; i++) {
            refs[i] = pn_frame_alloc(w);
            CHECK(refs[i] != 0);
            CHECK_EQ(pn_frame_at(refs[i])->owner, 1);
            for (uint32_t j = 0; j < i; j++) CHECK(refs[j] != refs[i]);
        }
        CHECK_EQ(pn_frame_alloc(w), 0);
        for (uint32_t i = 0; i < SHARE; i++) pn_frame_free(w, refs[i]);
    }
    CHECK_EQ(w->counters.frames_allocated.raw, 3 * SHARE);
    CHECK_EQ(w->counters.frames_freed.raw, 3 * SHARE);
}

static void state_machine_rejects(void) {
    static const uint8_t allowed[9][9] = {
        [PN_FRAME_FREE] = {[PN_FRAME_READY] = 1},
        [PN_FRAME_READY] = {[PN_FRAME_RUNNING] = 1, [PN_FRAME_CANCELLED] = 1, [PN_FRAME_FREE] = 1},
        [PN_FRAME_RUNNING] = {[PN_FRAME_READY] = 1, [PN_FRAME_READY_AGAIN] = 1, [PN_FRAME_BLOCKED] = 1, [PN_FRAME_DONE] = 1, [PN_FRAME_FAILED] = 1,
                              [PN_FRAME_CANCELLED] = 1, [PN_FRAME_FREE] = 1},
        [PN_FRAME_BLOCKED] = {[PN_FRAME_READY] = 1, [PN_FRAME_READY_AGAIN] = 1, [PN_FRAME_CANCELLED] = 1},
        [PN_FRAME_READY_AGAIN] = {[PN_FRAME_RUNNING] = 1, [PN_FRAME_CANCELLED] = 1},
        [PN_FRAME_DONE] = {[PN_FRAME_FREE] = 1},
        [PN_FRAME_FAILED] = {[PN_FRAME_FREE] = 1},
        [PN_FRAME_CANCELLED] = {[PN_FRAME_FREE] = 1},
    };
    setup(1);
    pn_frame *frame = pn_frame_at(host_frame(0));
    for (uint32_t from = 0; from < 9; from++) {
        for (uint32_t to = 0; to < 10; to++) {
            pn_store_relaxed(&frame->state, from);
            if (to < 9 && allowed[from][to]) {
                pn_frame_transition(frame, to);
                CHECK_EQ(pn_load_relaxed(&frame->state), to);
            } else {
                CHECK_PANIC(BAD_STATE, pn_frame_transition(frame, to));
            }
        }
    }
    pn_store_relaxed(&frame->state, PN_FRAME_DONE);
    CHECK_PANIC(BAD_STATE, pn_frame_claim(frame));
    CHECK_PANIC(BAD_STATE, pn_frame_finish(frame, PN_FRAME_DONE));
    CHECK_PANIC(BAD_STATE, pn_frame_block(frame));
    pn_store_relaxed(&frame->state, PN_FRAME_RUNNING);
    CHECK_PANIC(BAD_STATE, pn_frame_finish(frame, PN_FRAME_READY));
}

static void double_free_panics(void) {
    setup(1);
    pn_ref ref = pn_frame_alloc(pn_worker_at(0));
    pn_frame_free(pn_worker_at(0), ref);
    CHECK_PANIC(BAD_STATE, pn_frame_free(pn_worker_at(0), ref));
}

/* ---- races ---- */

enum { RACES = 2000 };
static pn_word claimed[RACES];
static pn_word cancelled[RACES];
static uint32_t races;

static void claimer(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < races; i++)
        if (pn_frame_claim(pn_frame_at(host_frame(i)))) pn_fetch_add_relaxed(&claimed[i], 1);
}

static void canceller(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < races; i++) {
        pn_word *state = &pn_frame_at(host_frame(i))->state;
        if (pn_cas_acq_rel(state, PN_FRAME_READY, PN_FRAME_CANCELLED) == PN_FRAME_READY)
            pn_fetch_add_relaxed(&cancelled[i], 1);
    }
}

static void claim_vs_cancel(void) {
    for (uint32_t repeat = 0; repeat < rounds(50); repeat++) {
        setup(1);
        races = rounds(RACES - 1);
        for (uint32_t i = 0; i < races; i++) {
            frame_single(i, 0, i);
            pn_store_relaxed(&claimed[i], 0);
            pn_store_relaxed(&cancelled[i], 0);
        }
        host_spawn(claimer, 0);
        host_spawn(canceller, 0);
        host_join();
        for (uint32_t i = 0; i < races; i++) {
            CHECK_EQ(pn_load_relaxed(&claimed[i]) + pn_load_relaxed(&cancelled[i]), 1);
            CHECK_EQ(pn_load_relaxed(&pn_frame_at(host_frame(i))->state),
                     pn_load_relaxed(&claimed[i]) ? PN_FRAME_RUNNING : PN_FRAME_CANCELLED);
        }
    }
}

/* Frames go from their owner to another worker and back over the returned list, with contents. */
static pn_word mailbox[4];
static uint32_t letters;

static uint32_t is_full(void *box) {
    return pn_load_acquire(box) != 0;
}

static uint32_t is_empty(void *box) {
    return pn_load_acquire(box) == 0;
}

static void foreign_freer(void *argument) {
    uint32_t id = (uint32_t)(uintptr_t)argument;
    for (uint32_t i = 0; i < letters; i++) {
        host_wait(is_full, &mailbox[id]);
        /* Emptied first and without release: only the returned list publishes what the free writes. */
        pn_ref ref = pn_exchange_n_acquire(&mailbox[id], 0);
        CHECK_EQ(pn_frame_at(ref)->ticket, ref);
        pn_frame_free(pn_worker_at(id), ref);
    }
}

static uint32_t can_alloc(void *out) {
    return (*(pn_ref *)out = pn_frame_alloc(pn_worker_at(0))) != 0;
}

static void owner(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < 2 * letters; i++) {
        pn_ref ref = 0;
        pn_word *box = &mailbox[1 + i % 2];
        host_wait(is_empty, box);
        host_wait(can_alloc, &ref);
        pn_frame_at(ref)->ticket = ref;
        pn_store_release(box, ref);
    }
}

static void foreign_free(void) {
    setup(3);
    letters = rounds(20000);
    host_spawn(owner, 0);
    host_spawn(foreign_freer, (void *)1);
    host_spawn(foreign_freer, (void *)2);
    host_join();
    check_nothing_leaked();
    pn_ref seen[SHARE];
    for (uint32_t i = 0; i < SHARE; i++) CHECK((seen[i] = pn_frame_alloc(pn_worker_at(0))) != 0);
    for (uint32_t i = 0; i < SHARE; i++)
        for (uint32_t j = 0; j < i; j++) CHECK(seen[i] != seen[j]);
    CHECK_EQ(pn_frame_alloc(pn_worker_at(0)), 0);
}

const test frame_tests[] = {
    {"alloc_and_exhaust", alloc_and_exhaust}, {"state_machine_rejects", state_machine_rejects},
    {"double_free_panics", double_free_panics}, {"claim_vs_cancel", claim_vs_cancel}, {"foreign_free", foreign_free},
    {0, 0},
};
