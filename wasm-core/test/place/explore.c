/* explore.c - every schedule of a mailbox whose queue is full (seeded build only). */
#include "host_seeded.h"
#include "injector.h"
#include "mail.h"
#include "native.h"

enum { CELLS = 4, SENDERS = 2, FRAMES = CELLS + SENDERS };

static uint32_t taken[FRAMES], found;

static void take(pn_ref frame) {
    for (uint32_t i = 0; i < FRAMES; i++) taken[i] += frame == host_frame(i);
    found++;
}

static void reader(void *unused) {
    (void)unused;
    pn_worker *w = pn_worker_at(0);
    while (found < FRAMES) { /* ends: all frames arrive; if one does not, this is a deadlock */
        pn_ref frame = pn_mail_take(w);
        if (frame != 0) {
            take(frame);
            continue;
        }
        worker_rest(w);
    }
}

static void sender(void *id) {
    pn_mail_send(pn_worker_at((uint32_t)(uintptr_t)id), host_frame(CELLS - 1 + (uint32_t)(uintptr_t)id));
}

static void reset(void) {
    for (uint32_t id = 0; id <= SENDERS; id++) pn_worker_at(id)->state.raw = PN_WORKER_RUNNING;
    pn_globals_get()->sleepers[0].raw = 0;
    memset(taken, 0, sizeof taken);
    found = 0;
    for (uint32_t i = 0; i < CELLS; i++) CHECK(pn_injector_push(pn_mailbox_at(0), host_frame(i)));
}

static void mail_beside_a_full_queue(void) {
    uint32_t schedules = 0, preemptions = test_quick ? 2 : 3;
    core_new(1 + SENDERS, 4, CELLS, 0);
    for (uint32_t i = 0; i < FRAMES; i++) frame_pinned(host_frame(i), 0);
    explore_begin(preemptions);
    do {
        reset();
        host_spawn(reader, 0);
        for (uintptr_t id = 1; id <= SENDERS; id++) host_spawn(sender, (void *)id);
        host_join();
        for (uint32_t i = 0; i < FRAMES; i++) CHECK_EQ(taken[i], 1);
        schedules++;
    } while (explore_next());
    printf("     %u schedules, up to %u preemptions\n", schedules, preemptions);
}

const test explore_place_tests[] = {
    {"mail_beside_a_full_queue", mail_beside_a_full_queue},
    {0},
};
