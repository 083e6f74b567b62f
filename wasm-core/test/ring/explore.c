/* explore.c - every schedule of small cases of the ring and the inboxes (seeded build only). */
#include "host_seeded.h"
#include "inbox.h"
#include "injector.h"
#include "native.h"
#include "policy.h"
#include "ring.h"

static uint32_t taken[8], schedules, done_workers;

static void setup(uint32_t policy, uint32_t workers, uint32_t slots) {
    test_policy = policy;
    pn_globals *g = memory_new(4 << 20);
    g->worker_count = workers;
    g->ring_slots = slots;
    memory_init();
    schedules = 0;
}

static void reset(uint32_t workers) {
    pn_globals *g = pn_globals_get();
    for (uint32_t id = 0; id < workers; id++) {
        pn_worker_at(id)->state.raw = PN_WORKER_RUNNING;
        pn_worker_at(id)->away.raw = 0;
        pn_worker_at(id)->polls_left = 1000;
    }
    g->sleepers[0].raw = 0;
    g->epoch.raw = 0;
    memset(taken, 0, sizeof taken);
    done_workers = 0;
    schedules++;
}

static void take(pn_ref frame) {
    if (frame != 0) taken[(frame - host_frame(0)) / PN_HOST_FRAME_STRIDE]++;
}

static pn_worker *worker_of(void *id) {
    return pn_worker_at((uint32_t)(uintptr_t)id);
}

static void *as_argument(uint32_t number) {
    return (void *)(uintptr_t)number;
}

static void report(uint32_t preemptions) {
    printf("     %u schedules, up to %u preemptions\n", schedules, preemptions);
}

/* ---- one cell */

static void takes_one(void *id) {
    take(pn_ring_take(worker_of(id), 0));
}

static void takes_and_puts_back(void *id) {
    pn_ref frame = pn_ring_take(worker_of(id), 0);
    if (frame != 0) CHECK(pn_ring_put(0, frame));
}

static void puts_one(void *number) {
    pn_ref frame = host_frame((uint32_t)(uintptr_t)number);
    if (!pn_ring_put(0, frame)) take(frame);
}

static void a_cell_gives_its_frame_to_one(void) {
    setup(PN_POLICY_MERRY_GO_ROUND, 3, 1);
    explore_begin(4);
    do {
        reset(3);
        CHECK(pn_ring_put(0, host_frame(0)));
        host_spawn(takes_one, as_argument(0));
        host_spawn(takes_one, as_argument(1));
        host_spawn(takes_and_puts_back, as_argument(2));
        host_join();
        take(pn_ring_take(pn_worker_at(0), 0));
        CHECK_EQ(taken[0], 1);
    } while (explore_next());
    report(4);
}

static void a_cell_takes_one_frame(void) {
    setup(PN_POLICY_MERRY_GO_ROUND, 2, 1);
    explore_begin(4);
    do {
        reset(2);
        host_spawn(puts_one, as_argument(0));
        host_spawn(puts_one, as_argument(1));
        host_spawn(takes_one, as_argument(0));
        host_join();
        take(pn_ring_take(pn_worker_at(0), 0));
        CHECK_EQ(taken[0], 1);
        CHECK_EQ(taken[1], 1);
    } while (explore_next());
    report(4);
}

/* ---- turning */

static void turns(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t epoch = pn_load_seq_cst(&pn_globals_get()->epoch);
        pn_cas_seq_cst(&pn_globals_get()->epoch, epoch, epoch + 1);
    }
}

/* A round may lose against a turn, which then was somebody else's step. */
static void searches(void *id) {
    pn_ref frame = 0;
    for (uint32_t round = 0; round < 4 && frame == 0; round++) frame = pn_policy_find(worker_of(id));
    take(frame);
}

static void searches_once(void *id) {
    take(pn_policy_find(worker_of(id)));
}

static void a_turn_in_the_middle_of_a_look_loses_nothing(void) {
    for (uint32_t window = 1; window <= 2; window++) {
        setup(PN_POLICY_MERRY_GO_ROUND, 1, 4);
        pn_globals_get()->ring_window = window;
        explore_begin(test_quick ? 2 : 3);
        do {
            reset(1);
            CHECK(pn_ring_put(3, host_frame(0)));
            host_spawn(searches, as_argument(0));
            host_spawn(turns, 0);
            host_join();
            CHECK_EQ(taken[0], 1);
        } while (explore_next());
        report(test_quick ? 2 : 3);
    }
}

/* Two that search do not turn the frame away from each other: one of them has it after a single round each. */
static void two_that_search_find_it_once(void) {
    setup(PN_POLICY_MERRY_GO_ROUND, 2, 4);
    explore_begin(2);
    do {
        reset(2);
        CHECK(pn_ring_put(2, host_frame(0)));
        for (uint32_t id = 0; id < 2; id++) host_spawn(searches_once, as_argument(id));
        host_join();
        CHECK_EQ(taken[0], 1);
    } while (explore_next());
    report(2);
}

/* ---- sleep */

/* Takes one frame and is gone. */
static void sleeper(void *id) {
    pn_worker *w = worker_of(id);
    for (;;) { /* ends: the frame arrives, and a lost wake-up is a deadlock here */
        pn_ref frame = pn_policy_find(w);
        if (frame != 0) {
            take(frame);
            done_workers++;
            return;
        }
        worker_rest(w);
    }
}

static void places(void *number) {
    CHECK(pn_policy_place(pn_worker_at(0), host_frame((uint32_t)(uintptr_t)number)));
}

static void what_is_placed_wakes_a_sleeper(void) {
    for (uint32_t policy = PN_POLICY_ROUND_ROBIN; policy < PN_POLICY_COUNT; policy++) {
        if (policy == PN_POLICY_RANDOM) continue; /* it may draw worker 0, which runs for ever */
        setup(policy, 2, 4);
        frame_single(0, 1, 0);
        explore_begin(test_quick ? 2 : 3);
        do {
            reset(2);
            pn_worker_at(0)->place_turn = 1;
            host_spawn(sleeper, as_argument(1));
            host_spawn(places, as_argument(0));
            host_join();
            CHECK_EQ(taken[0], 1);
        } while (explore_next());
        report(test_quick ? 2 : 3);
    }
}

/* From outside: worker 0 places what is for worker 1, which sleeps, or nearly. */
static void submits_two(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < 2; i++) CHECK(host_inject(host_frame(i)));
}

static void what_is_sent_on_wakes_its_worker(void) {
    setup(PN_POLICY_ROUND_ROBIN, 2, 4);
    for (uint32_t i = 0; i < 2; i++) frame_single(i, 1, i);
    explore_begin(2);
    do {
        reset(2);
        for (uint32_t priority = 0; priority < PN_PRIORITY_COUNT; priority++) {
            pn_injector *queue = pn_injector_at(priority); /* positions say whose turn it is */
            queue->head.raw = queue->tail.raw = PN_INJECTOR_INDEX_START;
            for (uint32_t i = 0; i < queue->capacity; i++) queue->cells[i].sequence.raw = PN_INJECTOR_INDEX_START + i;
        }
        for (uint32_t id = 0; id < 2; id++) host_spawn(sleeper, as_argument(id));
        host_spawn(submits_two, 0);
        host_join();
        CHECK_EQ(taken[0], 1);
        CHECK_EQ(taken[1], 1);
        CHECK_EQ(done_workers, 2);
    } while (explore_next());
    report(2);
}

static void goes_away(void *id) {
    pn_policy_away(worker_of(id), 1);
}

static void the_inbox_of_one_that_goes_away_is_served(void) {
    setup(PN_POLICY_ROUND_ROBIN, 3, 4);
    frame_single(0, 1, 0);
    explore_begin(test_quick ? 2 : 3);
    do {
        reset(3);
        pn_worker_at(0)->place_turn = 1;
        host_spawn(sleeper, as_argument(2));
        host_spawn(places, as_argument(0));
        host_spawn(goes_away, as_argument(1));
        host_join();
        CHECK_EQ(taken[0], 1);
    } while (explore_next());
    report(test_quick ? 2 : 3);
}

const test explore_ring_tests[] = {
    {"a_cell_gives_its_frame_to_one", a_cell_gives_its_frame_to_one},
    {"a_cell_takes_one_frame", a_cell_takes_one_frame},
    {"a_turn_in_the_middle_of_a_look_loses_nothing", a_turn_in_the_middle_of_a_look_loses_nothing},
    {"two_that_search_find_it_once", two_that_search_find_it_once},
    {"what_is_placed_wakes_a_sleeper", what_is_placed_wakes_a_sleeper},
    {"what_is_sent_on_wakes_its_worker", what_is_sent_on_wakes_its_worker},
    {"the_inbox_of_one_that_goes_away_is_served", the_inbox_of_one_that_goes_away_is_served}, {0, 0},
};
