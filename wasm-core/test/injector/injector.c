/* injector.c - hazards of the injector. Built also with positions that start just below 2^32. */
#include "injector.h"
#include "native.h"

enum { CAPACITY = 4, PRODUCERS = 3, CONSUMERS = 2, FRAMES_MAX = 4000 };

static pn_injector *queue(void) {
    return pn_injector_at(PN_PRIORITY_NORMAL);
}

static void setup(void) {
    core_new(2, 4, CAPACITY, 0);
}

static void smoke(void) {
    setup();
    CHECK(!pn_injector_has_work(queue()));
    CHECK_EQ(pn_injector_pop(queue()), 0);
    CHECK(pn_injector_push(queue(), host_frame(3)));
    CHECK(pn_injector_has_work(queue()));
    CHECK_EQ(pn_injector_pop(queue()), host_frame(3));
    CHECK(!pn_injector_has_work(queue()));
    CHECK_EQ(pn_injector_pop(queue()), 0);
}

static void full(void) {
    setup();
    for (uint32_t i = 0; i < CAPACITY; i++) CHECK(pn_injector_push(queue(), host_frame(i)));
    CHECK(!pn_injector_push(queue(), host_frame(9)));
    CHECK_EQ(pn_injector_pop(queue()), host_frame(0));
    CHECK(pn_injector_push(queue(), host_frame(4)));
    CHECK(!pn_injector_push(queue(), host_frame(9)));
    for (uint32_t i = 1; i <= CAPACITY; i++) CHECK_EQ(pn_injector_pop(queue()), host_frame(i));
    CHECK_EQ(pn_injector_pop(queue()), 0);
}

static void order_and_wrap(void) {
    setup();
    uint32_t pushed = 0, popped = 0;
    for (uint32_t i = 0; i < 2000; i++) {
        if (test_random(2)) {
            CHECK_EQ(pn_injector_push(queue(), host_frame(pushed % 1000)), pushed - popped < CAPACITY);
            pushed += pushed - popped < CAPACITY;
        } else {
            CHECK_EQ(pn_injector_pop(queue()), popped < pushed ? host_frame(popped % 1000) : 0);
            popped += popped < pushed;
        }
        CHECK_EQ(pn_injector_has_work(queue()), popped < pushed);
    }
    CHECK(popped > 10 * CAPACITY);
}

static pn_word taken[FRAMES_MAX];
static pn_word taken_count;
static uint32_t per_producer;

static uint32_t try_push(void *frame) {
    return pn_injector_push(queue(), (pn_ref)(uintptr_t)frame);
}

static void producer(void *argument) {
    uint32_t first = (uint32_t)(uintptr_t)argument * per_producer;
    for (uint32_t i = first; i < first + per_producer; i++) {
        pn_frame_at(host_frame(i))->ticket = i + 7;
        host_wait(try_push, (void *)(uintptr_t)host_frame(i));
    }
}

/* A frame in `out`, or the end. */
static uint32_t try_pop_or_end(void *out) {
    pn_ref frame = *(pn_ref *)out = pn_injector_pop(queue());
    return frame != 0 || pn_load_acquire(&taken_count) == PRODUCERS * per_producer;
}

static void consumer(void *unused) {
    uint32_t last_of[PRODUCERS] = {0};
    (void)unused;
    for (;;) { /* ends: the producers end */
        pn_ref frame;
        host_wait(try_pop_or_end, &frame);
        if (frame == 0) return;
        uint32_t number = (frame - host_frame(0)) / PN_HOST_FRAME_STRIDE;
        uint32_t from = number / per_producer;
        CHECK_EQ(pn_frame_at(frame)->ticket, number + 7);
        CHECK_EQ(pn_fetch_add_relaxed(&taken[number], 1), 0);
        CHECK(number % per_producer + 1 > last_of[from]); /* one producer's frames stay in order */
        last_of[from] = number % per_producer + 1;
        pn_fetch_add_relaxed(&taken_count, 1);
    }
}

static void exactly_once(void) {
    for (uint32_t repeat = 0; repeat < rounds(8); repeat++) {
        setup();
        per_producer = rounds(FRAMES_MAX / PRODUCERS - 1);
        pn_store_relaxed(&taken_count, 0);
        for (uint32_t i = 0; i < PRODUCERS * per_producer; i++) pn_store_relaxed(&taken[i], 0);
        for (uint32_t i = 0; i < PRODUCERS; i++) host_spawn(producer, (void *)(uintptr_t)i);
        for (uint32_t i = 0; i < CONSUMERS; i++) host_spawn(consumer, 0);
        host_join();
        for (uint32_t i = 0; i < PRODUCERS * per_producer; i++) CHECK_EQ(pn_load_relaxed(&taken[i]), 1);
    }
}

const test injector_tests[] = {
    {"smoke", smoke}, {"full", full}, {"order_and_wrap", order_and_wrap}, {"exactly_once", exactly_once}, {0, 0},
};
