/* wake.c - hazards of wake-ups: nobody sleeps while a frame that it could take waits for a worker that is busy with another.
 * Every test has one thread, and looks from inside a task, as if that went on for long. */
#include "deque.h"
#include "idle.h"
#include "injector.h"
#include "native.h"
#include "penny/penny.h"
#include "policy.h"

enum { SLOT_LOOKS = 1, SLOT_NOP, SLOT_YIELDS, SLOT_HELPS };

static uint32_t forgotten; /* times that worker 1 slept beside work */

static void look_at_worker_1(void) {
    const pn_worker *worker = pn_worker_at(1);
    uint32_t work = worker->policy != PN_POLICY_WORK_STEALING && pn_policy_has_work(worker);
    for (uint32_t priority = 0; priority < PN_PRIORITY_COUNT; priority++) work |= pn_injector_has_work(pn_injector_at(priority));
    for (uint32_t id = 0; id < pn_globals_get()->worker_count; id++) work |= pn_deque_has_work(pn_worker_at(id));
    if (work && pn_idle_is_asleep(worker)) forgotten++;
}

static uint32_t looks(uint32_t record) {
    (void)record;
    look_at_worker_1();
    return PN_OUTCOME_DONE;
}

static uint32_t nop(uint32_t record) {
    (void)record;
    return PN_OUTCOME_DONE;
}

static void begin(uint32_t policy, uint32_t workers) {
    test_policy = policy;
    core_new(workers, 4, 16, 16);
    memset(vtable, 0, sizeof vtable);
    vtable[SLOT_LOOKS] = looks;
    vtable[SLOT_NOP] = nop;
    forgotten = 0;
    for (uint32_t id = 0; id < workers; id++) CHECK_EQ(worker_run(id, 0), PN_RUN_PARK);
}

static void end(void) {
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(forgotten, 0);
}

static void mail_passes_a_wake_up_on(void) {
    begin(PN_POLICY_WORK_STEALING, 2);
    CHECK(host_inject(frame_single(0, SLOT_NOP, 0)));                    /* wakes worker 0 */
    CHECK(host_inject(frame_pinned(frame_single(1, SLOT_LOOKS, 0), 0))); /* wakes nobody, and comes first */
    end();
}

static void an_inbox_passes_a_wake_up_on(void) {
    begin(PN_POLICY_ROUND_ROBIN, 3);
    CHECK(host_inject(frame_single(0, SLOT_NOP, 0))); /* worker 0's */
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK(host_inject(frame_single(1, SLOT_NOP, 0)));                        /* worker 1's: wakes worker 0, which is to place it */
    CHECK(pn_policy_place(pn_worker_at(2), frame_single(2, SLOT_LOOKS, 0))); /* into worker 0's inbox: wakes nobody, and comes first */
    end();
}

static uint32_t yields_beside_mail(uint32_t record) {
    if (record_of(record)[1]++ != 0) return PN_OUTCOME_DONE;
    CHECK(host_inject(frame_pinned(frame_single(1, SLOT_LOOKS, 0), 0)));
    return PN_OUTCOME_YIELD;
}

static void what_yields_beside_mail_wakes_another(void) {
    begin(PN_POLICY_WORK_STEALING, 2);
    vtable[SLOT_YIELDS] = yields_beside_mail;
    CHECK(host_inject(frame_single(0, SLOT_YIELDS, 0)));
    end();
}

static uint32_t yields_once(uint32_t record) {
    if (record_of(record)[1]++ != 0) return PN_OUTCOME_DONE;
    if (current_worker() == 0) { /* worker 1 was woken for this task, came late, and sleeps again */
        *host_worker_slot() = 1;
        CHECK_EQ(penny_worker_run(1, 0), PN_RUN_PARK);
        *host_worker_slot() = 0;
    }
    return PN_OUTCOME_YIELD;
}

static uint32_t helps(uint32_t record) {
    (void)record;
    CHECK(host_inject(frame_single(1, SLOT_YIELDS, 0)));
    CHECK_EQ(penny_worker_help(0), 1);
    look_at_worker_1(); /* what it waited for has ended, so it goes on */
    return PN_OUTCOME_DONE;
}

static void what_yields_in_a_waiting_task(uint32_t policy) {
    begin(policy, 2);
    vtable[SLOT_YIELDS] = yields_once;
    vtable[SLOT_HELPS] = helps;
    CHECK(host_inject(frame_single(0, SLOT_HELPS, 0)));
    end();
}

static void what_yields_in_a_waiting_task_wakes_another(void) {
    what_yields_in_a_waiting_task(PN_POLICY_WORK_STEALING);
}

static void with_merry_go_round(void) {
    what_yields_in_a_waiting_task(PN_POLICY_MERRY_GO_ROUND);
}

static void with_hybrid(void) {
    what_yields_in_a_waiting_task(PN_POLICY_HYBRID);
}

const test wake_tests[] = {
    {"mail_passes_a_wake_up_on", mail_passes_a_wake_up_on},
    {"an_inbox_passes_a_wake_up_on", an_inbox_passes_a_wake_up_on},
    {"what_yields_beside_mail_wakes_another", what_yields_beside_mail_wakes_another},
    {"what_yields_in_a_waiting_task_wakes_another", what_yields_in_a_waiting_task_wakes_another},
    {"what_yields_in_a_waiting_task_wakes_another_merry_go_round", with_merry_go_round},
    {"what_yields_in_a_waiting_task_wakes_another_hybrid", with_hybrid},
    {0},
};
