/* freeze.c - is the ring lock-free? A worker is stopped for ever before each of its atomic operations in turn; the others must
 * finish everything but what it has in its hands (seeded build only). With the barrier they do not, and that shows that the
 * test can tell. What it shows is about the slots and the epoch: a worker that is stopped in a push into the queue outside
 * holds back what is behind (injector.h), and one that is stopped before it wakes somebody owes that. */
#include "host_seeded.h"
#include "native.h"
#include "penny/penny.h"
#include "ring.h"

enum { SLOT_YIELDS = 1, WORKERS = 3, FRAMES = 8, STEPS_EACH = 3, STEPS_MAX = 400 };

static uint32_t yields(uint32_t record) {
    uint64_t *r = record_of(record);
    return ++r[0] < STEPS_EACH ? PN_OUTCOME_YIELD : PN_OUTCOME_DONE;
}

static void worker_body(void *id) {
    for (uint32_t i = 0; i < STEPS_MAX && pn_load_relaxed(&completed_count) < FRAMES; i++) worker_step((uint32_t)(uintptr_t)id);
}

/* Returns how many frames the others did not finish, with worker 0 stopped at its `point`-th operation. */
static uint32_t unfinished(uint32_t policy, uint32_t flags, uint32_t batch, uint64_t point) {
    test_policy = policy;
    pn_globals *g = memory_new(4 << 20);
    g->worker_count = WORKERS;
    g->ring_slots = 4;
    g->ring_slot_capacity = 4;
    g->ring_batch = batch;
    g->ring_flags = flags;
    g->ring_turn_steps = 5;
    g->spin_rounds = PN_SPIN_ROUNDS_MAX; /* nobody sleeps: who sleeps needs somebody to wake it */
    memory_init();
    vtable[SLOT_YIELDS] = yields;
    for (uint32_t i = 0; i < FRAMES; i++) CHECK(pn_ring_put(i % 4, frame_single(i, SLOT_YIELDS, i)));
    for (uint32_t id = 0; id < WORKERS; id++) host_spawn(worker_body, (void *)(uintptr_t)id);
    host_freeze(0, point);
    host_join();
    return FRAMES - pn_load_relaxed(&completed_count);
}

static uint32_t points_at_which_others_stop(uint32_t policy, uint32_t flags, uint32_t batch) {
    uint32_t stuck = 0, schedules = test_quick ? 2 : 8, frozen = 1;
    uint64_t point;
    for (point = 1; frozen != 0; point++) { /* ends: worker 0 comes to its end before so many operations */
        frozen = 0;
        for (uint32_t i = 0; i < schedules; i++) {
            uint32_t left = unfinished(policy, flags, batch, point);
            frozen += (uint32_t)host_was_frozen();
            stuck += left > (host_was_frozen() ? batch : 0) || pn_ring_has_work();
        }
    }
    CHECK(point > 50);
    return stuck;
}

static void the_ring_is_lock_free(void) {
    CHECK_EQ(points_at_which_others_stop(PN_POLICY_MERRY_GO_ROUND, 0, 1), 0);
    CHECK_EQ(points_at_which_others_stop(PN_POLICY_MERRY_GO_ROUND, 0, 3), 0);
    CHECK_EQ(points_at_which_others_stop(PN_POLICY_HYBRID, 0, 1), 0);
}

static void the_barrier_is_not(void) {
    CHECK(points_at_which_others_stop(PN_POLICY_MERRY_GO_ROUND, PN_RING_FLAG_BARRIER, 1) > 20);
}

const test freeze_tests[] = {
    {"the_ring_is_lock_free", the_ring_is_lock_free}, {"the_barrier_is_not", the_barrier_is_not}, {0, 0},
};
