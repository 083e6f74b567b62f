/* explore.c - every schedule of small cases (seeded build only): the deque's last-frame race, the injector, frame states,
 * sleep and wake-up. */
#include "deque.h"
#include "find.h"
#include "frame.h"
#include "host_seeded.h"
#include "idle.h"
#include "injector.h"
#include "native.h"

enum { FULL = 1000 };

static uint32_t taken[8];
static uint32_t schedules;

static void take(pn_ref frame) {
    if (frame > PN_STEAL_RETRY) taken[(frame - host_frame(0)) / PN_HOST_FRAME_STRIDE]++;
}

/* Puts the deque of worker 0 back to its first state without a new memory: the exploration runs millions of times. */
static void reset(uint32_t pushed) {
    pn_worker *w = pn_worker_at(0);
    w->top.raw = w->bottom.raw = PN_DEQUE_INDEX_START;
    memset(taken, 0, sizeof taken);
    for (uint32_t i = 0; i < pushed; i++) pn_deque_push(w, host_frame(i));
}

static void drain(uint32_t frames) {
    pn_worker *w = pn_worker_at(0);
    for (pn_ref frame; (frame = pn_deque_pop(w)) != 0;) take(frame);
    for (uint32_t i = 0; i < frames; i++) CHECK_EQ(taken[i], 1);
    schedules++;
}

static void owner_pops(void *times) {
    for (uintptr_t i = 0; i < (uintptr_t)times; i++) take(pn_deque_pop(pn_worker_at(0)));
}

static void owner_pushes_and_pops(void *unused) {
    (void)unused;
    pn_worker *w = pn_worker_at(0);
    CHECK(pn_deque_push(w, host_frame(1)));
    take(pn_deque_pop(w));
    CHECK(pn_deque_push(w, host_frame(2)));
    take(pn_deque_pop(w));
}

static void thief_steals(void *times) {
    for (uintptr_t i = 0; i < (uintptr_t)times; i++) take(pn_deque_steal(pn_worker_at(0)));
}

static void deque_last_frame(void) {
    core_new(3, 4, 4, 0);
    schedules = 0;
    explore_begin(FULL);
    do {
        reset(1);
        host_spawn(owner_pops, (void *)1);
        host_spawn(thief_steals, (void *)1);
        host_spawn(thief_steals, (void *)1);
        host_join();
        drain(1);
    } while (explore_next());
    printf("     %u schedules, all of them\n", schedules);
}

static void deque_two_frames(void) {
    core_new(3, 4, 4, 0);
    schedules = 0;
    explore_begin(test_quick ? 3 : 5);
    do {
        reset(2);
        host_spawn(owner_pops, (void *)2);
        host_spawn(thief_steals, (void *)1);
        host_spawn(thief_steals, (void *)1);
        host_join();
        drain(2);
    } while (explore_next());
    printf("     %u schedules, up to %u preemptions\n", schedules, test_quick ? 3 : 5);
}

static void deque_three_frames(void) {
    core_new(3, 4, 4, 0);
    schedules = 0;
    explore_begin(test_quick ? 3 : 5);
    do {
        reset(1);
        host_spawn(owner_pushes_and_pops, 0);
        host_spawn(thief_steals, (void *)2);
        host_spawn(thief_steals, (void *)1);
        host_join();
        drain(3);
    } while (explore_next());
    printf("     %u schedules, up to %u preemptions\n", schedules, test_quick ? 3 : 5);
}

/* ---- the harness itself: every interleaving of 3 and 4 operations, 35 of them, and no other ---- */

static uint8_t order_of[8];
static uint32_t order_length;

static void operates(void *name_and_count) {
    for (uintptr_t count = (uintptr_t)name_and_count % 16; count > 0; count--) {
        pn_load_relaxed(&pn_worker_at(0)->state);
        order_of[order_length++] = (uint8_t)((uintptr_t)name_and_count / 16);
    }
}

static void visits_every_interleaving(void) {
    uint8_t seen[128] = {0};
    uint32_t distinct = 0;
    core_new(1, 4, 4, 0);
    explore_begin(FULL);
    do {
        order_length = 0;
        host_spawn(operates, (void *)(uintptr_t)(0 * 16 + 3));
        host_spawn(operates, (void *)(uintptr_t)(1 * 16 + 4));
        host_join();
        uint32_t code = 0;
        CHECK_EQ(order_length, 7);
        for (uint32_t i = 0; i < 7; i++) code = 2 * code + order_of[i];
        distinct += !seen[code];
        seen[code] = 1;
    } while (explore_next());
    CHECK_EQ(distinct, 35); /* 7! / (3! 4!) */
}

/* 5 pushes, 3 pops, 2 pushes against one thief: whatever it gets is the oldest there, or nothing. */
static uint32_t thief_got[8];

static void notes_steal(void *unused) {
    (void)unused;
    pn_ref frame = pn_deque_steal(pn_worker_at(0));
    thief_got[frame > PN_STEAL_RETRY ? 2 + (frame - host_frame(0)) / PN_HOST_FRAME_STRIDE : frame]++;
    take(frame);
}

static void pushes_pops_pushes(void *unused) {
    (void)unused;
    pn_worker *w = pn_worker_at(0);
    for (uint32_t i = 0; i < 5; i++) CHECK(pn_deque_push(w, host_frame(i)));
    for (uint32_t i = 0; i < 3; i++) take(pn_deque_pop(w));
    for (uint32_t i = 5; i < 7; i++) CHECK(pn_deque_push(w, host_frame(i)));
}

static void five_pushes_three_pops_two_pushes(void) {
    core_new(2, 8, 4, 0);
    schedules = 0;
    memset(thief_got, 0, sizeof thief_got);
    explore_begin(test_quick ? 3 : FULL);
    do {
        reset(0);
        host_spawn(pushes_pops_pushes, 0);
        host_spawn(notes_steal, 0);
        host_join();
        drain(7);
    } while (explore_next());
    CHECK(thief_got[PN_STEAL_EMPTY] > 0 && thief_got[2] > 0);
    CHECK_EQ(thief_got[PN_STEAL_RETRY], 0); /* the owner never reaches the last frame, so it never touches top */
    for (uint32_t i = 1; i < 6; i++) CHECK_EQ(thief_got[2 + i], 0); /* nothing but the oldest */
    printf("     %u schedules, %s\n", schedules, test_quick ? "up to 3 preemptions" : "all of them");
}

/* ---- injector ---- */

static pn_injector *queue(void) {
    return pn_injector_at(PN_PRIORITY_NORMAL);
}

static void push_one(void *number) {
    CHECK(pn_injector_push(queue(), host_frame((uint32_t)(uintptr_t)number)));
}

static void pop_one(void *unused) {
    (void)unused;
    take(pn_injector_pop(queue()));
}

static void injector_two_by_two(void) {
    core_new(2, 4, 4, 0);
    schedules = 0;
    explore_begin(test_quick ? 3 : 4);
    do {
        memset(taken, 0, sizeof taken);
        for (uintptr_t i = 0; i < 2; i++) host_spawn(push_one, (void *)i);
        for (uint32_t i = 0; i < 2; i++) host_spawn(pop_one, 0);
        host_join();
        for (pn_ref frame; (frame = pn_injector_pop(queue())) != 0;) take(frame);
        CHECK_EQ(taken[0], 1);
        CHECK_EQ(taken[1], 1);
        schedules++;
    } while (explore_next());
    printf("     %u schedules, up to %u preemptions\n", schedules, test_quick ? 3 : 4);
}

/* ---- sleep and wake-up ---- */

static uint32_t found;

static void sleeper(void *id) {
    pn_worker *w = pn_worker_at((uint32_t)(uintptr_t)id);
    for (;;) { /* ends: the frame arrives */
        /* It takes one frame and runs it for ever: if it was woken for the other, it must pass the wake-up on. */
        if (pn_find_injected(w) != 0) {
            found++;
            return;
        }
        worker_rest(w);
    }
}

static void submitter(void *number) {
    CHECK(host_inject(host_frame((uint32_t)(uintptr_t)number)));
}

static void reset_workers(uint32_t workers) {
    for (uint32_t id = 0; id < workers; id++) pn_worker_at(id)->state.raw = PN_WORKER_RUNNING;
    pn_globals_get()->sleepers[0].raw = 0;
    found = 0;
}

static void wake_up_is_never_lost(void) {
    core_new(2, 4, 4, 0);
    for (uintptr_t workers = 1; workers <= 2; workers++) {
        schedules = 0;
        uint32_t preemptions = (workers == 1 ? 4 : 2) + (test_quick ? 0 : 1);
        explore_begin(preemptions);
        do {
            reset_workers(2);
            for (uintptr_t id = 0; id < workers; id++) host_spawn(sleeper, (void *)id);
            for (uintptr_t id = 0; id < workers; id++) host_spawn(submitter, (void *)id);
            host_join(); /* a lost wake-up is a deadlock here */
            CHECK_EQ(found, workers);
            schedules++;
        } while (explore_next());
        printf("     %u schedules, %u workers, up to %u preemptions\n", schedules, (uint32_t)workers, preemptions);
    }
}

/* ---- the same for frames of other priorities, and for mail ---- */

static void submitter_of_priority(void *number) {
    uint32_t index = (uint32_t)(uintptr_t)number;
    CHECK(host_inject(frame_priority(host_frame(index), 1 + index)));
}

static void every_priority_wakes(void) {
    core_new(2, 4, 4, 0);
    schedules = 0;
    uint32_t preemptions = test_quick ? 2 : 3;
    explore_begin(preemptions);
    do {
        reset_workers(2);
        for (uintptr_t id = 0; id < 2; id++) host_spawn(sleeper, (void *)id);
        for (uintptr_t id = 0; id < 2; id++) host_spawn(submitter_of_priority, (void *)id);
        host_join();
        CHECK_EQ(found, 2);
        schedules++;
    } while (explore_next());
    printf("     %u schedules, up to %u preemptions\n", schedules, preemptions);
}

/* Goes on after its mail until it has both: a wake-up for the one must not cost it the other. */
static void mail_reader(void *unused) {
    (void)unused;
    pn_worker *w = pn_worker_at(0);
    uint32_t mail = 0, injected = 0;
    while (!mail || !injected) { /* ends: both frames arrive */
        if (!mail && pn_find_mail(w) != 0) mail = 1;
        else if (!injected && pn_find_injected(w) != 0) injected = 1;
        else worker_rest(w);
    }
    found++;
}

static void mailer(void *unused) {
    (void)unused;
    CHECK(host_inject(host_frame(5)));
}

static void mail_wakes_its_worker(void) {
    core_new(2, 4, 4, 0);
    frame_pinned(host_frame(5), 0);
    schedules = 0;
    uint32_t preemptions = test_quick ? 3 : 4;
    explore_begin(preemptions);
    do {
        reset_workers(2);
        host_spawn(mail_reader, 0);
        host_spawn(mailer, 0);
        host_spawn(submitter, (void *)1);
        host_join();
        CHECK_EQ(found, 1);
        schedules++;
    } while (explore_next());
    printf("     %u schedules, up to %u preemptions\n", schedules, preemptions);
}

/* A worker that runs for ever after its push: what it pushed must wake a thief. */
static void busy_pusher(void *unused) {
    (void)unused;
    CHECK(pn_deque_push(pn_worker_at(0), host_frame(0)));
    pn_idle_notify(pn_worker_at(0));
}

static void sleepy_thief(void *unused) {
    (void)unused;
    pn_worker *w = pn_worker_at(1);
    while (pn_find_steal(w, 0) <= PN_STEAL_RETRY) { /* ends: the frame arrives */
        worker_rest(w);
    }
    found++;
}

static void a_push_wakes_a_thief(void) {
    core_new(2, 4, 4, 0);
    schedules = 0;
    explore_begin(test_quick ? 4 : 6);
    do {
        reset_workers(2);
        reset(0);
        host_spawn(sleepy_thief, 0);
        host_spawn(busy_pusher, 0);
        host_join();
        CHECK_EQ(found, 1);
        schedules++;
    } while (explore_next());
    printf("     %u schedules, up to %u preemptions\n", schedules, test_quick ? 4 : 6);
}

/* ---- frame states ---- */

static uint32_t outcome_worker, outcome_host;

static void blocker(void *unused) {
    (void)unused;
    outcome_worker = pn_frame_block(pn_frame_at(host_frame(0)));
}

static void resumer(void *unused) {
    (void)unused;
    pn_word *state = &pn_frame_at(host_frame(0))->state;
    outcome_host = pn_cas_acq_rel(state, PN_FRAME_RUNNING, PN_FRAME_READY) != PN_FRAME_RUNNING;
    if (outcome_host) CHECK_EQ(pn_cas_acq_rel(state, PN_FRAME_BLOCKED, PN_FRAME_READY), PN_FRAME_BLOCKED);
}

static void exactly_one_queues_a_resumed_frame(void) {
    core_new(1, 4, 4, 0);
    explore_begin(FULL);
    do {
        pn_frame_at(host_frame(0))->state.raw = PN_FRAME_RUNNING;
        host_spawn(blocker, 0);
        host_spawn(resumer, 0);
        host_join();
        CHECK_EQ(pn_frame_at(host_frame(0))->state.raw, PN_FRAME_READY);
        CHECK_EQ(outcome_worker, outcome_host); /* blocked: the host queues it; not blocked: the worker does */
    } while (explore_next());
}

const test explore_tests[] = {
    {"visits_every_interleaving", visits_every_interleaving},
    {"five_pushes_three_pops_two_pushes", five_pushes_three_pops_two_pushes},
    {"deque_last_frame", deque_last_frame}, {"deque_two_frames", deque_two_frames},
    {"deque_three_frames", deque_three_frames}, {"injector_two_by_two", injector_two_by_two},
    {"wake_up_is_never_lost", wake_up_is_never_lost},
    {"a_push_wakes_a_thief", a_push_wakes_a_thief}, {"every_priority_wakes", every_priority_wakes},
    {"mail_wakes_its_worker", mail_wakes_its_worker},
    {"exactly_one_queues_a_resumed_frame", exactly_one_queues_a_resumed_frame}, {0, 0},
};
