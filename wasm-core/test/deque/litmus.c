/* litmus.c - the shapes that other projects test their deques with, under their names; docs/litmus.md says whose they are.
 * Written from their descriptions. Every item carries a number; each must come out once, whoever takes it. */
#include "deque.h"
#include "native.h"

enum { ITEMS_MAX = 4000 };

static pn_word taken[ITEMS_MAX];
static pn_word stolen_count, owner_done;
static uint32_t pushed, popped, steals_each;

static void setup(uint32_t capacity) {
    core_new(2, capacity, 4, 4);
    for (uint32_t i = 0; i < ITEMS_MAX; i++) pn_store_relaxed(&taken[i], 0);
    pn_store_relaxed(&stolen_count, 0);
    pn_store_relaxed(&owner_done, 0);
    pushed = popped = 0;
}

static pn_worker *victim(void) {
    return pn_worker_at(0);
}

static uint32_t push_one(void) {
    pn_frame_at(host_frame(pushed))->ticket = pushed + 7;
    if (!pn_deque_push(victim(), host_frame(pushed))) return 0;
    pushed++;
    return 1;
}

static void take(pn_ref frame) {
    uint32_t number = (frame - host_frame(0)) / PN_HOST_FRAME_STRIDE;
    CHECK_EQ(pn_frame_at(frame)->ticket, number + 7);
    CHECK_EQ(pn_fetch_add_relaxed(&taken[number], 1), 0);
}

static uint32_t pop_one(void) {
    pn_ref frame = pn_deque_pop(victim());
    if (frame == 0) return 0;
    take(frame);
    popped++;
    return 1;
}

static void steal_some(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < steals_each; i++) {
        pn_ref frame = pn_deque_steal(victim());
        if (frame <= PN_STEAL_RETRY) continue;
        take(frame);
        pn_fetch_add_relaxed(&stolen_count, 1);
    }
}

static void steal_until_done(void *unused) {
    (void)unused;
    for (;;) { /* ends: the owner ends, and then the deque is empty */
        uint32_t last_look = pn_load_acquire(&owner_done);
        pn_ref frame = pn_deque_steal(victim());
        if (frame > PN_STEAL_RETRY) {
            take(frame);
            pn_fetch_add_relaxed(&stolen_count, 1);
        } else if (frame == PN_STEAL_EMPTY && last_look) {
            return;
        }
    }
}

/* Everything that went in came out: popped, stolen, or still there. */
static void check_all(void) {
    while (pop_one()) continue;
    CHECK_EQ(popped + pn_load_relaxed(&stolen_count), pushed);
    for (uint32_t i = 0; i < pushed; i++) CHECK_EQ(pn_load_relaxed(&taken[i]), 1);
}

static void contest(uint32_t repeats, uint32_t capacity, uint32_t before, void (*owner)(void *), uint32_t thieves,
                    void (*thief)(void *), uint32_t steals) {
    for (uint32_t repeat = 0; repeat < repeats; repeat++) {
        setup(capacity);
        steals_each = steals;
        for (uint32_t i = 0; i < before; i++) CHECK(push_one());
        host_spawn(owner, 0);
        for (uint32_t i = 0; i < thieves; i++) host_spawn(thief, 0);
        host_join();
        check_all();
    }
}

static void pops(uint32_t count) {
    while (count-- > 0) pop_one();
}

/* ---- libvsync ---- */

static void push_pop_push_pop(void *unused) {
    (void)unused;
    push_one();
    pops(3);
    push_one();
    pops(4);
}

static void basic(void) {
    contest(rounds(400), 4, 3, push_pop_push_pop, 2, steal_some, 1);
}

static void pops_first(void *unused) {
    (void)unused;
    pops(2);
    push_one();
    push_one();
    pops(2);
}

static void basic_variation(void) {
    contest(rounds(400), 4, 3, pops_first, 3, steal_some, 2);
}

static void empty(void) {
    contest(rounds(400), 4, 0, push_pop_push_pop, 2, steal_some, 3);
}

static void mutual_exclusion(void) {
    contest(rounds(200), 4, 1, pops_first, 7, steal_some, 1);
}

/* ---- CDSChecker: 1, 2 and 4 go in; whoever gets them, they add up to 7 ---- */

static void two_takes(void *unused) {
    (void)unused;
    pops(2);
}

static void sum_of_three(void) {
    contest(rounds(400), 4, 3, two_takes, 1, steal_some, 1);
}

/* ---- Tokio ---- */

static void overflows(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < 8; i++) {
        if (!push_one()) pop_one();
    }
}

static void steal_overflow(void) {
    contest(rounds(400), 4, 0, overflows, 1, steal_some, 2);
}

static void multi_stealer(void) {
    contest(rounds(400), 8, 5, two_takes, 2, steal_some, 3);
}

/* A thief pushes what it stole onto its own deque, where another one steals it. */
static void steals_and_offers(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < 3; i++) {
        pn_ref frame = pn_deque_steal(victim());
        if (frame > PN_STEAL_RETRY) CHECK(pn_deque_push(pn_worker_at(1), frame));
    }
    for (pn_ref frame; (frame = pn_deque_pop(pn_worker_at(1))) != 0;) {
        take(frame);
        pn_fetch_add_relaxed(&stolen_count, 1);
    }
}

static void steals_from_the_thief(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < 3; i++) {
        pn_ref frame = pn_deque_steal(pn_worker_at(1));
        if (frame <= PN_STEAL_RETRY) continue;
        take(frame);
        pn_fetch_add_relaxed(&stolen_count, 1);
    }
}

static void chained_steal(void) {
    for (uint32_t repeat = 0; repeat < rounds(400); repeat++) {
        setup(4);
        for (uint32_t i = 0; i < 4; i++) CHECK(push_one());
        host_spawn(two_takes, 0);
        host_spawn(steals_and_offers, 0);
        host_spawn(steals_from_the_thief, 0);
        host_join();
        check_all();
    }
}

/* ---- crossbeam ---- */

static void is_empty(void) {
    setup(4);
    CHECK(pn_deque_is_empty(victim()));
    CHECK(push_one() && !pn_deque_is_empty(victim()));
    CHECK(push_one() && !pn_deque_is_empty(victim()));
    CHECK(pop_one() && !pn_deque_is_empty(victim()));
    CHECK(pop_one() && pn_deque_is_empty(victim()));
    CHECK(push_one() && pn_deque_has_work(victim()));
    take(pn_deque_steal(victim()));
    CHECK(pn_deque_is_empty(victim()) && !pn_deque_has_work(victim()));
}

static void pushes_only(void *unused) {
    (void)unused;
    for (uint32_t count = rounds(ITEMS_MAX - 1); pushed < count;) push_one(); /* ends: the thief makes room */
    pn_store_release(&owner_done, 1);
}

/* One thief, and what it gets is in order. */
static uint32_t next_in_order;

static void steals_in_order(void *unused) {
    (void)unused;
    for (;;) { /* ends: the owner ends, and then the deque is empty */
        uint32_t last_look = pn_load_acquire(&owner_done);
        pn_ref frame = pn_deque_steal(victim());
        if (frame > PN_STEAL_RETRY) {
            CHECK_EQ(frame, host_frame(next_in_order++));
            take(frame);
            pn_fetch_add_relaxed(&stolen_count, 1);
        } else if (last_look) {
            return;
        }
    }
}

static void spsc(void) {
    next_in_order = 0;
    contest(1, 4, 0, pushes_only, 1, steals_in_order, 0);
    CHECK_EQ(next_in_order, pushed);
}

static void pushes_and_pops_at_random(void *unused) {
    (void)unused;
    for (uint32_t count = rounds(ITEMS_MAX - 1); pushed < count;) {
        if (test_random(3) == 0) pop_one();
        else if (!push_one()) pop_one();
    }
    pn_store_release(&owner_done, 1);
}

static void stress(void) {
    contest(rounds(40), 16, 0, pushes_and_pops_at_random, 8, steal_until_done, 0);
}

/* Every thief gets something, if the owner goes on long enough. */
static pn_word hungry;

static void steals_until_fed(void *unused) {
    (void)unused;
    for (;;) { /* ends: the owner pushes until nobody is hungry */
        pn_ref frame = pn_deque_steal(victim());
        if (frame <= PN_STEAL_RETRY) continue;
        pn_fetch_sub_acq_rel(&hungry, 1);
        return;
    }
}

static void feeds_all(void *unused) {
    (void)unused;
    while (pn_load_acquire(&hungry) != 0) { /* ends: thieves steal */
        pn_deque_push(victim(), host_frame(0));
        pn_deque_pop(victim());
        pn_deque_push(victim(), host_frame(0));
    }
}

static void no_starvation(void) {
    setup(4);
    pn_store_relaxed(&hungry, 4);
    host_spawn(feeds_all, 0);
    for (uint32_t i = 0; i < 4; i++) host_spawn(steals_until_fed, 0);
    host_join();
}

/* What is left when everyone has gone is still there, once. */
static void leaves_some(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < 12; i++) push_one();
    pops(3);
}

static void destructors(void) {
    contest(rounds(100), 16, 0, leaves_some, 4, steal_some, 1);
}

/* ---- Kotlin ---- */

static void work_queue_stress(void) {
    contest(rounds(40), 4, 0, pushes_and_pops_at_random, 6, steal_until_done, 0);
}

const test litmus_tests[] = {
    {"basic", basic}, {"basic_variation", basic_variation}, {"empty", empty}, {"mutual_exclusion", mutual_exclusion},
    {"sum_of_three", sum_of_three}, {"steal_overflow", steal_overflow}, {"multi_stealer", multi_stealer},
    {"chained_steal", chained_steal}, {"is_empty", is_empty}, {"spsc", spsc}, {"stress", stress},
    {"no_starvation", no_starvation}, {"destructors", destructors}, {"work_queue_stress", work_queue_stress}, {0, 0},
};
