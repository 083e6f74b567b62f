/* policy.c - where the policies put frames, and in which order they run. That nothing is lost and nothing runs twice is in the
 * other groups, which scripts/test-core runs with every policy. */
#include "deque.h"
#include "idle.h"
#include "injector.h"
#include "native.h"
#include "penny/penny.h"
#include "policy.h"

enum { SLOT_NOTE = 1, SLOT_YIELDS, SLOT_ITEM, FRAMES = 30 };

static uint32_t ran_on[FRAMES];

static uint32_t note(uint32_t record) {
    ran_on[record_of(record)[1]] = current_worker();
    return PN_OUTCOME_DONE;
}

static void policy_new(uint32_t policy, uint32_t workers, uint32_t injector_capacity) {
    test_policy = policy;
    core_new(workers, 4, injector_capacity, 8);
    vtable[SLOT_NOTE] = note;
}

static void run_all(uint32_t workers) {
    for (uint32_t id = 0; id < workers; id++) CHECK_EQ(worker_run(id, 0), PN_RUN_PARK);
}

/* ---- round-robin and random */

static void round_robin_goes_by_the_order_outside(void) {
    policy_new(PN_POLICY_ROUND_ROBIN, 3, 32);
    for (uint32_t i = 0; i < 12; i++) CHECK(host_inject(frame_single(i, SLOT_NOTE, i)));
    run_all(3);
    for (uint32_t i = 0; i < 12; i++) CHECK_EQ(ran_on[i], i % 3);
    CHECK_EQ(COUNTER(placed), 8);
    CHECK_EQ(COUNTER(stolen), 0);
}

static void it_does_not_matter_who_takes_them(void) {
    policy_new(PN_POLICY_ROUND_ROBIN, 3, 32);
    for (uint32_t i = 0; i < 12; i++) CHECK(host_inject(frame_single(i, SLOT_NOTE, i)));
    CHECK_EQ(worker_run(2, 0), PN_RUN_PARK);
    run_all(3);
    for (uint32_t i = 0; i < 12; i++) CHECK_EQ(ran_on[i], i % 3);
}

static void what_finds_its_inbox_full_runs_here(void) {
    policy_new(PN_POLICY_ROUND_ROBIN, 3, 32);
    for (uint32_t i = 0; i < 30; i++) CHECK(host_inject(frame_single(i, SLOT_NOTE, i)));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(COUNTER(placed), 8); /* two inboxes of 4 */
    CHECK_EQ(COUNTER(executed), 22);
    CHECK_EQ(COUNTER(spills), 12);
    run_all(3);
    CHECK_EQ(COUNTER(executed), 30);
}

static uint64_t random_placement(uint64_t seed) {
    uint64_t code = 0;
    memory_new(4 << 20);
    pn_globals *g = pn_globals_get();
    g->worker_count = 3;
    g->policy = PN_POLICY_RANDOM;
    g->seed = seed;
    memory_init();
    vtable[SLOT_NOTE] = note;
    for (uint32_t i = 0; i < 10; i++) CHECK(host_inject(frame_single(i, SLOT_NOTE, i)));
    run_all(3);
    for (uint32_t i = 0; i < 10; i++) code = 3 * code + ran_on[i];
    return code;
}

static void random_goes_by_the_seed(void) {
    uint32_t distinct = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t code = random_placement(seed);
        CHECK_EQ(random_placement(seed), code);
        distinct += code != random_placement(seed + 1);
    }
    CHECK(distinct > 15);
}

static void a_frame_in_an_inbox_wakes_its_worker_only(void) {
    policy_new(PN_POLICY_ROUND_ROBIN, 3, 8);
    run_all(3);
    CHECK(host_inject(frame_single(0, SLOT_NOTE, 0))); /* the host wakes worker 0 */
    CHECK(host_inject(frame_single(1, SLOT_NOTE, 1))); /* and worker 1 */
    CHECK_EQ(pn_load_relaxed(&pn_globals_get()->sleepers[0]), 4);
    CHECK(host_inject(frame_single(2, SLOT_NOTE, 2)));
    run_all(2); /* worker 2 is awake, its frame is placed */
    CHECK_EQ(pn_load_relaxed(&pn_globals_get()->sleepers[0]), 3);
    CHECK_EQ(COUNTER(executed), 2);
    run_all(3);
    CHECK_EQ(COUNTER(executed), 3);
    CHECK_EQ(COUNTER(wakeups_sent), 0); /* all were awake when it was placed */
}

static void an_inbox_is_nobody_elses_unless_its_worker_is_away(void) {
    policy_new(PN_POLICY_ROUND_ROBIN, 2, 8);
    run_all(2);
    CHECK(host_inject(frame_single(0, SLOT_NOTE, 0)));
    CHECK(host_inject(frame_single(1, SLOT_NOTE, 1)));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK); /* frame 1 lies in the inbox of worker 1 */
    CHECK_EQ(COUNTER(executed), 1);
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(COUNTER(executed), 1);
    pn_policy_away(pn_worker_at(1), 1);
    CHECK_EQ(COUNTER(wakeups_sent), 1); /* whoever sleeps is woken for it */
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(ran_on[1], 0);
    pn_policy_away(pn_worker_at(1), 0);
    CHECK_EQ(worker_run(1, 0), PN_RUN_PARK);
    CHECK_EQ(COUNTER(executed), 2);
}

/* ---- all of them */

/* Of frames that go on yielding, how many dispatches of others lie between two of one frame. */
enum { YIELDERS_MAX = 64, STEPS_EACH = 20 };
static uint32_t dispatches, last_dispatch[YIELDERS_MAX], longest_wait;

static uint32_t yields(uint32_t record) {
    uint64_t *r = record_of(record);
    uint32_t wait = ++dispatches - last_dispatch[r[1]];
    if (wait > longest_wait) longest_wait = wait;
    last_dispatch[r[1]] = dispatches;
    return ++r[0] < STEPS_EACH ? PN_OUTCOME_YIELD : PN_OUTCOME_DONE;
}

static void yielding_frames_take_turns(void) {
    for (uint32_t policy = 0; policy < PN_POLICY_COUNT; policy++) {
        for (uint32_t count = 1; count <= YIELDERS_MAX; count *= 2) {
            policy_new(policy, 1, 64);
            vtable[SLOT_YIELDS] = yields;
            dispatches = longest_wait = 0;
            memset(last_dispatch, 0, sizeof last_dispatch);
            for (uint32_t i = 0; i < count; i++) CHECK(host_inject(frame_single(i, SLOT_YIELDS, i)));
            CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
            CHECK_EQ(dispatches, count * STEPS_EACH);
            /* First in, first out; the ring holds up to a window of frames back, and lets each go before it admits another. */
            CHECK(longest_wait <= count + pn_globals_get()->ring_window);
        }
    }
}

/* A worker that leaves takes nothing with it: others, or itself when it is back, find all of it. */
static void nothing_is_lost_when_workers_are_sent_back(void) {
    for (uint32_t policy = 0; policy < PN_POLICY_COUNT; policy++) {
        policy_new(policy, 2, 32);
        vtable[SLOT_YIELDS] = yields;
        memset(last_dispatch, 0, sizeof last_dispatch);
        for (uint32_t i = 0; i < 16; i++) CHECK(host_inject(frame_single(i, SLOT_YIELDS, i)));
        for (uint32_t round = 0; round < 40; round++) {
            worker_run(round % 2, 3);
            host_command(PN_COMMAND_RETURN);
            CHECK_EQ(worker_run(0, 0), PN_RUN_RETURN);
            CHECK_EQ(worker_run(1, 0), PN_RUN_RETURN);
            host_command(PN_COMMAND_RUN);
        }
        for (uint32_t round = 0; pn_load_relaxed(&completed_count) < 16; round++) {
            CHECK(round < 100);
            run_all(2);
        }
        for (uint32_t i = 0; i < 16; i++) CHECK_EQ(completions_of(host_frame(i)), 1);
        host_command(PN_COMMAND_STOP);
        for (uint32_t id = 0; id < 2; id++) CHECK_EQ(worker_run(id, 0), PN_RUN_STOPPED);
        check_nothing_leaked();
    }
}

static uint32_t item(uint32_t record) {
    record_of(record)[0] = record_of(record)[1] + 1;
    return PN_OUTCOME_DONE;
}

/* With every queue as small as it may be. */
static void tiny_queues_lose_nothing(void) {
    for (uint32_t policy = 0; policy < PN_POLICY_COUNT; policy++) {
        test_policy = policy;
        pn_globals *g = memory_new(4 << 20);
        g->deque_capacity = g->injector_capacity = g->mailbox_capacity = g->inbox_capacity = 4;
        g->ring_slots = 1;
        g->frame_count = 3;
        g->range_grain = 1;
        g->poll_interval = 1;
        memory_init();
        vtable[SLOT_ITEM] = item;
        pn_ref bulks[4];
        for (uint32_t i = 0; i < 4; i++) CHECK(host_inject(bulks[i] = frame_bulk(i, i, SLOT_ITEM, 50, 100 * i)));
        for (uint32_t round = 0; pn_load_relaxed(&completed_count) < 4; round++) {
            CHECK(round < 1000);
            worker_run(round % 2, 7);
        }
        for (uint32_t i = 0; i < 4; i++) {
            for (uint32_t k = 0; k < 50; k++) CHECK_EQ(item_record(bulks[i], k)[0], 100 * i + k + 1);
        }
        check_nothing_leaked();
    }
}

/* High goes to whoever looks next, low to whoever finds nothing else, also where frames have places of their own. */
static void priorities_go_before_places(void) {
    for (uint32_t policy = PN_POLICY_ROUND_ROBIN; policy < PN_POLICY_COUNT; policy++) {
        policy_new(policy, 1, 8);
        CHECK(host_inject(frame_single(0, SLOT_NOTE, 0)));
        CHECK(host_inject(frame_priority(frame_single(1, SLOT_NOTE, 1), PN_PRIORITY_LOW)));
        CHECK(host_inject(frame_priority(frame_single(2, SLOT_NOTE, 2), PN_PRIORITY_HIGH)));
        CHECK_EQ(worker_run(0, 1), PN_RUN_MORE);
        CHECK_EQ(completions_of(host_frame(2)), 1);
        CHECK_EQ(worker_run(0, 1), PN_RUN_MORE);
        CHECK_EQ(completions_of(host_frame(0)), 1);
        CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
        CHECK_EQ(completions_of(host_frame(1)), 1);
    }
}

static void a_bad_configuration_is_refused(void) {
    static const struct {
        uint32_t policy;
        size_t word;
        uint32_t value;
        pn_status status;
    } cases[] = {
        {PN_POLICY_ROUND_ROBIN, offsetof(pn_globals, inbox_capacity), 2, PN_STATUS_BAD_INBOX_CAPACITY},
        {PN_POLICY_RANDOM, offsetof(pn_globals, inbox_capacity), 6, PN_STATUS_BAD_INBOX_CAPACITY},
        {PN_POLICY_MERRY_GO_ROUND, offsetof(pn_globals, ring_slots), 3, PN_STATUS_BAD_RING},
        {PN_POLICY_MERRY_GO_ROUND, offsetof(pn_globals, ring_slots), 8192, PN_STATUS_BAD_RING},
        {PN_POLICY_MERRY_GO_ROUND, offsetof(pn_globals, ring_window), 0, PN_STATUS_BAD_RING},
        {PN_POLICY_MERRY_GO_ROUND, offsetof(pn_globals, ring_window), 16, PN_STATUS_BAD_RING},
        {PN_POLICY_HYBRID, offsetof(pn_globals, ring_slot_capacity), 512, PN_STATUS_BAD_RING},
        {PN_POLICY_HYBRID, offsetof(pn_globals, ring_batch), 65, PN_STATUS_BAD_RING},
        {PN_POLICY_HYBRID, offsetof(pn_globals, ring_bias), 65537, PN_STATUS_BAD_RING},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        test_policy = cases[i].policy;
        pn_globals *g = memory_new(4 << 20);
        *(uint32_t *)((unsigned char *)g + cases[i].word) = cases[i].value;
        CHECK_EQ(penny_init(4 << 20), cases[i].status);
        g->policy = PN_POLICY_WORK_STEALING; /* which does not look at these words */
        CHECK_EQ(penny_init(4 << 20), PN_STATUS_OK);
    }
}

const test policy_tests[] = {
    {"round_robin_goes_by_the_order_outside", round_robin_goes_by_the_order_outside},
    {"it_does_not_matter_who_takes_them", it_does_not_matter_who_takes_them},
    {"what_finds_its_inbox_full_runs_here", what_finds_its_inbox_full_runs_here},
    {"random_goes_by_the_seed", random_goes_by_the_seed},
    {"a_frame_in_an_inbox_wakes_its_worker_only", a_frame_in_an_inbox_wakes_its_worker_only},
    {"an_inbox_is_nobody_elses_unless_its_worker_is_away", an_inbox_is_nobody_elses_unless_its_worker_is_away},
    {"yielding_frames_take_turns", yielding_frames_take_turns},
    {"nothing_is_lost_when_workers_are_sent_back", nothing_is_lost_when_workers_are_sent_back},
    {"tiny_queues_lose_nothing", tiny_queues_lose_nothing},
    {"priorities_go_before_places", priorities_go_before_places},
    {"a_bad_configuration_is_refused", a_bad_configuration_is_refused}, {0, 0},
};
