/* ring.c - the ring: who sees what, what turning does, and that no frame is lost or run twice while it turns. */
#include "native.h"
#include "penny/penny.h"
#include "policy.h"
#include "ring.h"

enum { SLOT_NOTE = 1, SLOT_YIELDS, SLOT_ITEM, FRAMES_MAX = 2000 };

typedef struct ring_words {
    uint32_t workers, slots, window, slot_capacity, batch, flags;
} ring_words;

static pn_globals *ring_new(uint32_t policy, ring_words words) {
    test_policy = policy;
    pn_globals *g = memory_new(4 << 20);
    g->worker_count = words.workers;
    g->ring_slots = words.slots;
    g->ring_window = words.window;
    g->ring_slot_capacity = words.slot_capacity;
    g->ring_batch = words.batch;
    g->ring_flags = words.flags;
    memory_init();
    return g;
}

static void set_epoch(uint32_t epoch) {
    pn_store_seq_cst(&pn_globals_get()->epoch, epoch);
}

/* ---- the mapping */

static void workers_see_different_slots_at_every_epoch(void) {
    for (uint32_t window = 1; window <= 4; window++) {
        for (uint32_t workers = 1; workers * window <= 16; workers++) {
            ring_new(PN_POLICY_MERRY_GO_ROUND, (ring_words){workers, 16, window, 1, 1, 0});
            for (uint32_t epoch = (uint32_t)-20; epoch != 20; epoch++) { /* over the wrap */
                uint32_t seen = 0;
                for (uint32_t id = 0; id < workers; id++) {
                    for (uint32_t j = 0; j < window; j++) {
                        uint32_t slot = pn_ring_slot_of(id, epoch, j);
                        CHECK_EQ(slot, ((uint64_t)(uint32_t)(id + epoch) * window + j) % 16);
                        CHECK((seen & (1u << slot)) == 0);
                        seen |= 1u << slot;
                    }
                }
            }
        }
    }
}

static void every_slot_is_seen_within_a_round_of_epochs(void) {
    for (uint32_t window = 1; window <= 5; window++) {
        ring_new(PN_POLICY_MERRY_GO_ROUND, (ring_words){1, 16, window, 1, 1, 0});
        for (uint32_t first = (uint32_t)-16; first != 16; first++) {
            uint32_t seen = 0;
            for (uint32_t turn = 0; turn < (16 + window - 1) / window; turn++) {
                for (uint32_t j = 0; j < window; j++) seen |= 1u << pn_ring_slot_of(0, first + turn, j);
            }
            CHECK_EQ(seen, 0xFFFF);
        }
    }
}

/* ---- the turn of four tasks under four threads: T1 1->3, T2 2->1, T3 4->2, T4 3->4 */

static uint32_t ran_on[FRAMES_MAX], ran_times[FRAMES_MAX];

static uint32_t yields(uint32_t record) {
    uint64_t *r = record_of(record);
    ran_on[r[1]] = current_worker();
    ran_times[r[1]]++;
    return ++r[0] < r[2] ? PN_OUTCOME_YIELD : PN_OUTCOME_DONE;
}

/* Task k lies in slot k - 1. The workers sit around the table in the order 1, 2, 4, 3, as the four of the drawing do. */
static void the_four_thread_turn(void) {
    static const uint32_t thread_of[4] = {1, 2, 4, 3}; /* of worker 0, 1, 2, 3 */
    static const uint32_t start[5] = {0, 1, 2, 4, 3}, after_one[5] = {0, 3, 1, 2, 4};
    ring_new(PN_POLICY_MERRY_GO_ROUND, (ring_words){4, 4, 1, 1, 1, 0});
    vtable[SLOT_YIELDS] = yields;
    for (uint32_t task = 1; task <= 4; task++) {
        pn_ref frame = frame_single(task, SLOT_YIELDS, task);
        pn_frame_at(frame)->args[1] = 100;
        CHECK(pn_ring_put(task - 1, frame));
    }
    uint32_t at[9][5];
    for (uint32_t epoch = 0; epoch <= 8; epoch++) {
        set_epoch(epoch);
        for (uint32_t id = 0; id < 4; id++) CHECK_EQ(worker_run(id, 1), PN_RUN_MORE);
        for (uint32_t task = 1; task <= 4; task++) {
            CHECK_EQ(ran_times[task], epoch + 1);
            at[epoch][task] = thread_of[ran_on[task]];
        }
    }
    for (uint32_t task = 1; task <= 4; task++) {
        CHECK_EQ(at[0][task], start[task]);
        CHECK_EQ(at[1][task], after_one[task]);
        CHECK_EQ(at[4][task], at[0][task]); /* four turns are none */
        CHECK_EQ(at[5][task], at[1][task]);
        CHECK_EQ(at[8][task], at[0][task]);
        for (uint32_t epoch = 0; epoch < 3; epoch++) CHECK(at[epoch][task] != at[epoch + 1][task]);
    }
    CHECK_EQ(COUNTER(resumed), 4 * 8);
    CHECK_EQ(COUNTER(resumed_here), 0); /* each step on another worker */
}

/* ---- slots */

static void a_slot_hands_its_frames_out_in_turn(void) {
    for (uint32_t capacity = 1; capacity <= 256; capacity *= 4) {
        ring_new(PN_POLICY_MERRY_GO_ROUND, (ring_words){1, 2, 1, capacity, 1, 0});
        pn_worker *w = pn_worker_at(0);
        for (uint32_t i = 0; i < capacity; i++) CHECK(pn_ring_put(0, host_frame(i)));
        CHECK(!pn_ring_put(0, host_frame(capacity)));
        /* Whatever is taken comes back at once: still each frame has its turn within `capacity` takes. */
        for (uint32_t i = 0; i < 3 * capacity; i++) {
            pn_ref frame = pn_ring_take(w, 0);
            CHECK_EQ(frame, host_frame(i % capacity));
            CHECK(pn_ring_put(0, frame));
        }
        for (uint32_t i = 0; i < capacity; i++) CHECK_EQ(pn_ring_take(w, 0), host_frame(i));
        CHECK_EQ(pn_ring_take(w, 0), 0);
        CHECK(!pn_ring_has_work());
    }
}

static void a_slot_outside_of_the_window_panics(void) {
    ring_new(PN_POLICY_MERRY_GO_ROUND, (ring_words){2, 8, 2, 1, 1, 0});
    pn_worker *w = pn_worker_at(1);
    CHECK(pn_ring_look(w));
    for (uint32_t i = 0; i < 8; i++) CHECK(pn_ring_put(i, host_frame(i)));
    CHECK_EQ(pn_ring_take(w, 2), host_frame(2));
    CHECK_EQ(pn_ring_take(w, 3), host_frame(3));
    CHECK_PANIC(BROKEN_INVARIANT, pn_ring_take(w, 4));
}

static uint32_t order[FRAMES_MAX], order_length, look_at_epoch;

static uint32_t note(uint32_t record) {
    order[order_length++] = (uint32_t)record_of(record)[1];
    if (look_at_epoch) pn_store_seq_cst(&pn_globals_get()->epoch, pn_load_seq_cst(&pn_globals_get()->epoch) + 1);
    return PN_OUTCOME_DONE;
}

static void a_batch_runs_without_a_look_at_the_epoch(void) {
    for (uint32_t batch = 1; batch <= 4; batch++) {
        ring_new(PN_POLICY_MERRY_GO_ROUND, (ring_words){1, 4, 1, 4, batch, 0});
        vtable[SLOT_NOTE] = note;
        order_length = 0;
        look_at_epoch = 1; /* every frame turns the ring, so the slot is out of sight after each look */
        for (uint32_t i = 0; i < 8; i++) CHECK(pn_ring_put(i / 4, frame_single(i, SLOT_NOTE, i)));
        CHECK_EQ(worker_run(0, batch), PN_RUN_MORE);
        for (uint32_t i = 0; i < batch; i++) CHECK_EQ(order[i], i);
        look_at_epoch = 0;
        CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
        for (uint32_t i = 0; i < 8; i++) CHECK_EQ(completions_of(host_frame(i)), 1);
    }
}

/* ---- turning */

static void an_idle_worker_turns_the_ring_to_the_next_frame(void) {
    for (uint32_t far = 1; far < 8; far++) {
        ring_new(PN_POLICY_MERRY_GO_ROUND, (ring_words){2, 8, 1, 1, 1, 0});
        vtable[SLOT_NOTE] = note;
        order_length = 0;
        CHECK(pn_ring_put(far, frame_single(0, SLOT_NOTE, far)));
        CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
        CHECK_EQ(order[0], far);
        CHECK_EQ(pn_load_relaxed(&pn_globals_get()->epoch), far);
        CHECK_EQ(COUNTER(rotations), 1); /* one step, however far */
    }
}

static void a_worker_with_work_does_not_turn_it(void) {
    ring_new(PN_POLICY_MERRY_GO_ROUND, (ring_words){2, 8, 1, 1, 1, 0});
    vtable[SLOT_YIELDS] = yields;
    pn_ref frame = frame_single(1, SLOT_YIELDS, 1);
    pn_frame_at(frame)->args[1] = 50;
    CHECK(pn_ring_put(0, frame));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(COUNTER(rotations), 0);
    CHECK_EQ(COUNTER(resumed_here), 49);
}

static uint32_t items;

static uint32_t item(uint32_t record) {
    record_of(record)[0] = record_of(record)[1];
    if (++items % 10 == 0) set_epoch(pn_load_seq_cst(&pn_globals_get()->epoch) + 1);
    return PN_OUTCOME_DONE;
}

/* A task without a yield stops at the next safepoint after a turn: a range at the end of its batch of 4. */
static void a_range_goes_back_into_the_ring_after_a_turn(void) {
    ring_new(PN_POLICY_MERRY_GO_ROUND, (ring_words){1, 4, 1, 1, 1, 0});
    vtable[SLOT_ITEM] = item;
    items = 0;
    pn_ref bulk = frame_bulk(0, 0, SLOT_ITEM, 40, 0);
    pn_worker_at(0)->frames_limit = pn_worker_at(0)->frames_bump; /* none to split with */
    CHECK(host_inject(bulk));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(items, 40);
    CHECK_EQ(completions_of(bulk), 1);
    CHECK(COUNTER(yields) >= 3);
    for (uint32_t i = 0; i < 40; i++) CHECK_EQ(item_record(bulk, i)[0], i);
    check_nothing_leaked();
}

/* Ten thousand times as many frames as slots: each waits no longer than its place in the queue says. */
static void more_frames_than_slots_wait_in_order(void) {
    ring_new(PN_POLICY_MERRY_GO_ROUND, (ring_words){2, 2, 1, 1, 1, 0});
    pn_globals *g = memory_new(8 << 20);
    g->worker_count = 2;
    g->ring_slots = 2;
    g->injector_capacity = 2048;
    memory_init();
    vtable[SLOT_NOTE] = note;
    order_length = look_at_epoch = 0;
    for (uint32_t i = 0; i < FRAMES_MAX; i++) CHECK(host_inject(frame_single(i, SLOT_NOTE, i)));
    for (uint32_t i = 0; order_length < FRAMES_MAX; i++) {
        worker_run(i % 2, 5);
        set_epoch(i);
        CHECK(i < FRAMES_MAX);
    }
    for (uint32_t i = 0; i < FRAMES_MAX; i++) CHECK(order[i] + 4 > i && order[i] < i + 4); /* slots and workers hold 4 */
    CHECK_EQ(COUNTER(admissions), FRAMES_MAX);
}

/* ---- bias */

static void the_bias_prefers_the_home_slot(void) {
    for (uint32_t bias = 0; bias <= PN_RING_BIAS_MAX; bias += PN_RING_BIAS_MAX / 2) {
        pn_globals *g = ring_new(PN_POLICY_MERRY_GO_ROUND, (ring_words){1, 2, 1, 1, 1, 0});
        g->ring_bias = bias;
        pn_worker_at(0)->home_slot = 1;
        uint32_t home = 0;
        for (uint32_t i = 0; i < 200; i++) {
            g->poll_interval = 1000;
            pn_worker_at(0)->polls_left = 1000;
            for (uint32_t slot = 0; slot < 2; slot++) CHECK(pn_ring_put(slot, host_frame(slot)));
            home += pn_policy_find(pn_worker_at(0)) == host_frame(1);
            CHECK(pn_policy_find(pn_worker_at(0)) != 0); /* the other one */
            CHECK(!pn_ring_has_work());
            set_epoch(0);
        }
        if (bias == 0) CHECK_EQ(home, 0);
        else if (bias == PN_RING_BIAS_MAX) CHECK_EQ(home, 200);
        else CHECK(home > 60 && home < 140);
    }
}

/* ---- many threads, while the ring turns */

static uint32_t frame_total, turn_flags;
static pn_word stop_turning;

static void submit(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < frame_total; i++) {
        pn_ref frame = frame_single(i, SLOT_YIELDS, i);
        pn_frame_at(frame)->args[1] = 1 + i % 4;
        pool_inject(frame);
    }
    pool_wait_completed(frame_total);
    pn_store_seq_cst(&stop_turning, 1);
}

static uint32_t always(void *unused) {
    (void)unused;
    return 1;
}

/* The host's timer. */
static void turn_until_stopped(void *unused) {
    (void)unused;
    pn_globals *g = pn_globals_get();
    while (!pn_load_seq_cst(&stop_turning)) { /* ends: when all frames are done */
        uint32_t epoch = pn_load_seq_cst(&g->epoch);
        if (turn_flags & PN_RING_FLAG_BARRIER) pn_store_seq_cst(&g->turn_asked, epoch + 1);
        else pn_cas_seq_cst(&g->epoch, epoch, epoch + 1);
        host_wait(always, 0);
    }
}

static void stress(uint32_t policy, ring_words words, uint32_t bias) {
    pn_globals *g = ring_new(policy, words);
    g->ring_bias = bias;
    vtable[SLOT_YIELDS] = yields;
    memset(ran_times, 0, sizeof ran_times);
    set_epoch((uint32_t)-3); /* soon over the wrap */
    for (uint32_t id = 0; id < words.workers; id++) pn_store_relaxed(&pn_worker_at(id)->arrived, (uint32_t)-3);
    pn_store_relaxed(&g->turn_asked, (uint32_t)-3);
    pn_store_relaxed(&stop_turning, 0);
    frame_total = rounds(FRAMES_MAX - 1);
    turn_flags = words.flags;
    pool_start(0);
    host_spawn(turn_until_stopped, 0);
    pool_run(submit, 0);
    for (uint32_t i = 0; i < frame_total; i++) {
        CHECK_EQ(completions_of(host_frame(i)), 1);
        CHECK_EQ(ran_times[i], 1 + i % 4);
    }
    check_nothing_leaked();
}

static void each_frame_runs_once_while_the_ring_turns(void) {
    stress(PN_POLICY_MERRY_GO_ROUND, (ring_words){3, 4, 1, 1, 1, 0}, 0);
    stress(PN_POLICY_MERRY_GO_ROUND, (ring_words){3, 2, 2, 4, 3, 0}, 30000);
    stress(PN_POLICY_MERRY_GO_ROUND, (ring_words){4, 1, 1, 1, 1, 0}, 0); /* one slot for all */
    stress(PN_POLICY_HYBRID, (ring_words){3, 8, 1, 2, 2, 0}, 30000);
}

static void each_frame_runs_once_with_the_barrier(void) {
    stress(PN_POLICY_MERRY_GO_ROUND, (ring_words){3, 4, 1, 1, 1, PN_RING_FLAG_BARRIER}, 0);
    stress(PN_POLICY_HYBRID, (ring_words){2, 4, 1, 2, 1, PN_RING_FLAG_BARRIER}, 0);
}

/* Every frame finds the workers asleep, or nearly. */
static void one_at_a_time(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < frame_total; i++) {
        pn_ref frame = frame_single(i, SLOT_YIELDS, i);
        pn_frame_at(frame)->args[1] = 3;
        pool_inject(frame);
        pool_wait_completed(i + 1);
    }
}

static void lost_wakeup(void) {
    for (uint32_t policy = PN_POLICY_ROUND_ROBIN; policy < PN_POLICY_COUNT; policy++) {
        pn_globals *g = ring_new(policy, (ring_words){3, 4, 1, 1, 1, 0});
        g->spin_rounds = 1;
        vtable[SLOT_YIELDS] = yields;
        frame_total = rounds(1000);
        pool_start(0);
        pool_run(one_at_a_time, 0);
        CHECK_EQ(COUNTER(executed), 3 * frame_total);
    }
}

const test ring_tests[] = {
    {"workers_see_different_slots_at_every_epoch", workers_see_different_slots_at_every_epoch},
    {"every_slot_is_seen_within_a_round_of_epochs", every_slot_is_seen_within_a_round_of_epochs},
    {"the_four_thread_turn", the_four_thread_turn},
    {"a_slot_hands_its_frames_out_in_turn", a_slot_hands_its_frames_out_in_turn},
    {"a_slot_outside_of_the_window_panics", a_slot_outside_of_the_window_panics},
    {"a_batch_runs_without_a_look_at_the_epoch", a_batch_runs_without_a_look_at_the_epoch},
    {"an_idle_worker_turns_the_ring_to_the_next_frame", an_idle_worker_turns_the_ring_to_the_next_frame},
    {"a_worker_with_work_does_not_turn_it", a_worker_with_work_does_not_turn_it},
    {"a_range_goes_back_into_the_ring_after_a_turn", a_range_goes_back_into_the_ring_after_a_turn},
    {"more_frames_than_slots_wait_in_order", more_frames_than_slots_wait_in_order},
    {"the_bias_prefers_the_home_slot", the_bias_prefers_the_home_slot},
    {"each_frame_runs_once_while_the_ring_turns", each_frame_runs_once_while_the_ring_turns},
    {"each_frame_runs_once_with_the_barrier", each_frame_runs_once_with_the_barrier},
    {"lost_wakeup", lost_wakeup}, {0, 0},
};
