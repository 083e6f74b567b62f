/* deque.c - hazards of the deque. Built also with indices that start just below 2^32, 2^63 and 2^64. */
#include "deque.h"
#include "native.h"

enum { CAPACITY = 4, FRAMES_MAX = 4096 };

static void setup(void) {
    core_new(4, CAPACITY, 16, 32);
}

/* Frame references that only have to be recognised; the payload shows whether the frame was published. */
static pn_ref numbered(uint32_t number) {
    return host_frame(number);
}

static uint32_t number_of(pn_ref frame) {
    return (frame - host_frame(0)) / PN_HOST_FRAME_STRIDE;
}

static void smoke(void) {
    setup();
    pn_worker *w = pn_worker_at(0);
    CHECK(pn_deque_is_empty(w));
    CHECK(!pn_deque_has_work(w));
    CHECK_EQ(pn_deque_pop(w), 0);
    CHECK_EQ(pn_deque_steal(w), PN_STEAL_EMPTY);
    CHECK(pn_deque_push(w, numbered(1)));
    CHECK(!pn_deque_is_empty(w));
    CHECK(pn_deque_has_work(w));
    CHECK_EQ(pn_deque_pop(w), numbered(1));
    CHECK(pn_deque_is_empty(w));
    CHECK_EQ(pn_deque_pop(w), 0);
}

static void order(void) {
    setup();
    pn_worker *w = pn_worker_at(0);
    for (uint32_t i = 1; i <= 4; i++) CHECK(pn_deque_push(w, numbered(i)));
    CHECK_EQ(pn_deque_steal(w), numbered(1)); /* thieves: oldest first */
    CHECK_EQ(pn_deque_pop(w), numbered(4));   /* owner: newest first */
    CHECK_EQ(pn_deque_steal(w), numbered(2));
    CHECK_EQ(pn_deque_pop(w), numbered(3));
    CHECK_EQ(pn_deque_pop(w), 0);
    CHECK_EQ(pn_deque_steal(w), PN_STEAL_EMPTY);
}

static void full(void) {
    setup();
    pn_worker *w = pn_worker_at(0);
    for (uint32_t i = 1; i <= CAPACITY; i++) CHECK(pn_deque_push(w, numbered(i)));
    CHECK(!pn_deque_push(w, numbered(99)));
    CHECK_EQ(pn_deque_steal(w), numbered(1));
    CHECK(pn_deque_push(w, numbered(5)));
    CHECK(!pn_deque_push(w, numbered(99)));
    for (uint32_t i = 5; i >= 2; i--) CHECK_EQ(pn_deque_pop(w), numbered(i));
    CHECK_EQ(pn_deque_pop(w), 0);
}

static void wrap(void) {
    setup();
    pn_worker *w = pn_worker_at(0);
    /* A model beside it: the frames that must be inside, oldest first. */
    uint32_t inside[CAPACITY], count = 0, next = 1;
    for (uint32_t i = 0; i < 2000; i++) {
        uint32_t choice = test_random(3);
        if (choice == 0) {
            uint32_t pushed = pn_deque_push(w, numbered(next % FRAMES_MAX));
            CHECK_EQ(pushed, count < CAPACITY);
            if (pushed) inside[count++] = next++ % FRAMES_MAX;
        } else if (choice == 1) {
            CHECK_EQ(pn_deque_pop(w), count ? numbered(inside[--count]) : 0);
        } else {
            CHECK_EQ(pn_deque_steal(w), count ? numbered(inside[0]) : (pn_ref)PN_STEAL_EMPTY);
            if (count) memmove(inside, inside + 1, --count * sizeof *inside);
        }
        CHECK_EQ(pn_deque_is_empty(w), count == 0);
    }
    CHECK(next > 100);
}

/* ---- with thieves ---- */

static pn_word taken[FRAMES_MAX];
static pn_word owner_done;
static uint32_t frames;

static void take(pn_ref frame) {
    CHECK_EQ(pn_frame_at(frame)->ticket, number_of(frame) + 7); /* published before it was pushed */
    CHECK_EQ(pn_fetch_add_relaxed(&taken[number_of(frame)], 1), 0); /* and taken once */
}

static void thief(void *unused) {
    (void)unused;
    pn_worker *w = pn_worker_at(0);
    for (;;) { /* ends: the owner ends, and then the deque is empty */
        uint32_t last_look = pn_load_acquire(&owner_done);
        pn_ref frame = pn_deque_steal(w);
        if (frame > PN_STEAL_RETRY) take(frame);
        else if (frame == PN_STEAL_EMPTY && last_look) return;
    }
}

static void put(pn_worker *w, uint32_t number) {
    pn_frame_at(numbered(number))->ticket = number + 7;
    while (!pn_deque_push(w, numbered(number))) { /* ends: a pop makes room */
        pn_ref frame = pn_deque_pop(w);
        if (frame != 0) take(frame);
    }
}

static void owner_one_by_one(void *unused) {
    (void)unused;
    pn_worker *w = pn_worker_at(0);
    for (uint32_t i = 0; i < frames; i++) {
        put(w, i);
        pn_ref frame = pn_deque_pop(w);
        if (frame != 0) take(frame);
    }
    pn_store_release(&owner_done, 1);
}

static void owner_in_bursts(void *unused) {
    (void)unused;
    pn_worker *w = pn_worker_at(0);
    for (uint32_t i = 0; i < frames;) {
        for (uint32_t burst = 1 + i % CAPACITY; burst > 0 && i < frames; burst--) put(w, i++);
        for (uint32_t pops = i % 3; pops > 0; pops--) {
            pn_ref frame = pn_deque_pop(w);
            if (frame != 0) take(frame);
        }
    }
    pn_store_release(&owner_done, 1);
}

static void contend(void (*owner)(void *), uint32_t thieves, uint32_t repeats) {
    for (uint32_t repeat = 0; repeat < repeats; repeat++) {
        setup();
        frames = rounds(FRAMES_MAX - 1);
        pn_store_relaxed(&owner_done, 0);
        for (uint32_t i = 0; i < frames; i++) pn_store_relaxed(&taken[i], 0);
        host_spawn(owner, 0);
        for (uint32_t i = 0; i < thieves; i++) host_spawn(thief, 0);
        host_join();
        for (uint32_t i = 0; i < frames; i++) CHECK_EQ(pn_load_relaxed(&taken[i]), 1);
        CHECK(pn_deque_is_empty(pn_worker_at(0)));
    }
}

static void last_item_race(void) {
    contend(owner_one_by_one, 1, rounds(200));
}

static void stampede(void) {
    contend(owner_one_by_one, 3, rounds(60));
}

static void exactly_once(void) {
    contend(owner_in_bursts, 2, rounds(100));
}

const test deque_tests[] = {
    {"smoke", smoke}, {"order", order}, {"full", full}, {"wrap", wrap}, {"last_item_race", last_item_race},
    {"stampede", stampede}, {"exactly_once", exactly_once}, {0, 0},
};
