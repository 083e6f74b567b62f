/* log.c - record and replay: runs of a pool are recorded and made again, decision by decision. */
#include "log.h"

#include "native.h"
#include "penny/penny.h"
#include "recorder.h"

enum { SLOT_ADD = 1, SLOT_YIELDS, SLOT_TRAPS, SLOT_FIB, SLOT_WITHDRAWS };
enum { FRAMES = 60, ITEMS = 200, CHOICE_WITHDRAWN = 2, RING_SLOTS = 8 };

/* Who ran what, in the order of the runs, to see that a replay does the same in the same order. */
static pn_word ran_count;
static uint32_t ran[1 << 16], ran_before[1 << 16], ran_count_before;

static void note(uint32_t what) {
    uint32_t at = pn_fetch_add_relaxed(&ran_count, 1);
    CHECK(at < sizeof ran / sizeof *ran);
    ran[at] = what << 8 | current_worker();
}

static uint32_t ring_turns; /* 1: the ring has a clock */

/* What a timer does, and no decision of a worker. */
static void turn_ring(uint64_t argument) {
    pn_globals *g = pn_globals_get();
    if (!ring_turns || argument % 4 != 0) return;
    if (g->ring_flags & PN_RING_FLAG_BARRIER) pn_store_seq_cst(&g->turn_asked, pn_load_seq_cst(&g->epoch) + 1);
    else pn_fetch_add_relaxed(&g->epoch, 1);
}

static uint32_t add(uint32_t record) {
    uint64_t *r = record_of(record);
    note((uint32_t)r[1]);
    turn_ring(r[1]);
    r[0] = r[1] + 1;
    return PN_OUTCOME_DONE;
}

static uint32_t yields(uint32_t record) {
    uint64_t *r = record_of(record);
    note((uint32_t)r[1]);
    return ++r[0] <= r[1] % 4 ? PN_OUTCOME_YIELD : PN_OUTCOME_DONE;
}

static uint32_t traps(uint32_t record) {
    uint64_t *r = record_of(record);
    note((uint32_t)r[1]);
    if (r[1] % 5 == 0) task_trap();
    r[0] = r[1] + 1;
    return r[1] % 7 == 0 ? PN_OUTCOME_FAILED : PN_OUTCOME_DONE;
}

static uint32_t extra_poll; /* makes the program another one */

/* As the SDK forks: asks at every fork, promotes if it is told to. */
static uint64_t fib_of(uint64_t n) {
    uint32_t worker = current_worker();
    pn_ref job = 0;
    if (n < 2) return n;
    if (extra_poll && n == 3) penny_log_poll(worker);
    if (penny_log_poll(worker) & PN_POLL_PROMOTE) job = penny_fork_alloc(worker, SLOT_FIB);
    if (job != 0) {
        record_of(job + PN_RECORD_OFFSET)[1] = n - 2;
        penny_fork_push(worker, job);
    }
    uint64_t left = fib_of(n - 1);
    if (job == 0) return left + fib_of(n - 2);
    uint32_t state = penny_join(worker, job);
    if (state == PN_FRAME_READY) state = penny_fork_run(worker, job);
    CHECK_EQ(state, PN_FRAME_DONE);
    uint64_t right = record_of(job + PN_RECORD_OFFSET)[0];
    penny_fork_release(worker, job);
    return left + right;
}

static uint32_t fib(uint32_t record) {
    uint64_t *r = record_of(record);
    note((uint32_t)r[1]);
    r[0] = fib_of(r[1]);
    return PN_OUTCOME_DONE;
}

/* A host task that waits for a frame and would run it itself, as SubmittedTask of the library does. */
static uint32_t withdraws(uint32_t record) {
    uint64_t *r = record_of(record);
    uint32_t worker = current_worker();
    pn_ref frame = host_frame((uint32_t)r[1]);
    uint32_t taken;
    if (recorder_replays())
        taken = penny_log_choice(worker, CHOICE_WITHDRAWN, 1) &&
                pn_cas_acq_rel(&pn_frame_at(frame)->state, PN_FRAME_READY, PN_FRAME_CANCELLED) == PN_FRAME_READY;
    else taken = penny_log_withdraw(worker, CHOICE_WITHDRAWN, frame);
    note((uint32_t)(2 * r[1] + taken));
    r[0] = taken;
    return PN_OUTCOME_DONE;
}

/* ---- programs: what the host submits, the same in every run */

static struct {
    void (*submit)(void *);
    uint32_t workers, grain, polls, is_short;
    uint32_t policy, batch, barrier, bias, dispatches;
} plan;

static void singles(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < FRAMES; i++) {
        pn_ref frame = frame_single(i, i % 3 == 0 ? SLOT_YIELDS : SLOT_ADD, i);
        if (i % 5 == 1) frame_priority(frame, i % 2 ? PN_PRIORITY_HIGH : PN_PRIORITY_LOW);
        if (i % 5 == 2) frame_pinned(frame, i % plan.workers);
        pool_inject(frame);
    }
    pool_wait_completed(FRAMES);
}

static void bulks(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < 8; i++) {
        pn_ref frame = frame_bulk(i, i, i % 2 ? SLOT_TRAPS : SLOT_ADD, ITEMS + 13 * i, 1000 * i);
        pool_inject(i % 4 == 3 ? frame_priority(frame, PN_PRIORITY_HIGH) : frame);
    }
    pool_wait_completed(8);
}

static void forks(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < 6; i++) pool_inject(frame_single(i, SLOT_FIB, 9 + i % 4));
    pool_inject(frame_bulk(6, 0, SLOT_FIB, 12, 1));
    pool_wait_completed(7);
}

static void all(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < FRAMES; i++) {
        if (i % 10 == 9) pool_inject(frame_bulk(i, i / 10, SLOT_FIB, 12, 0));
        else pool_inject(frame_single(i, SLOT_ADD + i % 4, i % 4 == 3 ? 8 : i));
    }
    pool_wait_completed(FRAMES);
}

/* Each even frame is taken by a worker, or withdrawn by the odd one behind or before it: one of the two. */
static void withdrawals(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < FRAMES; i += 2) {
        pn_ref frame = frame_single(i, i % 4 ? SLOT_ADD : SLOT_YIELDS, i);
        pn_ref other = frame_single(i + 1, SLOT_WITHDRAWS, i);
        uint32_t first = i % 8 < 4;
        pool_inject(first ? frame : other);
        pool_inject(first ? other : frame);
    }
    pool_wait_completed(FRAMES);
    for (uint32_t i = 0; i < FRAMES; i += 2)
        CHECK_EQ(pn_load_relaxed(&pn_frame_at(host_frame(i))->state) == PN_FRAME_CANCELLED, *record_of(host_frame(i + 1) + PN_RECORD_OFFSET));
}

static void run(void) {
    pn_globals *g = memory_new(16 << 20);
    g->worker_count = plan.workers;
    g->deque_capacity = 16;
    g->injector_capacity = 64;
    g->mailbox_capacity = 64;
    g->range_grain = plan.grain;
    g->range_yield_items = 4 * plan.grain;
    g->poll_interval = 5;
    g->frame_count = plan.workers * (plan.is_short ? 3 : 8);
    g->heartbeat_polls = plan.polls;
    g->spin_rounds = 2;
    g->policy = plan.policy;
    g->inbox_capacity = 4;
    g->ring_slots = RING_SLOTS;
    g->ring_window = RING_SLOTS / plan.workers > 1 ? 1 + plan.is_short : 1;
    g->ring_slot_capacity = 1 + plan.is_short;
    g->ring_batch = plan.batch;
    g->ring_flags = plan.barrier ? PN_RING_FLAG_BARRIER : 0;
    g->ring_bias = plan.bias;
    recorder_reserve(g);
    memory_init();
    vtable[SLOT_ADD] = add;
    vtable[SLOT_YIELDS] = yields;
    vtable[SLOT_TRAPS] = traps;
    vtable[SLOT_FIB] = fib;
    vtable[SLOT_WITHDRAWS] = withdraws;
    memcpy(ran_before, ran, sizeof ran);
    ran_count_before = pn_load_relaxed(&ran_count);
    pn_store_relaxed(&ran_count, 0);
    pool_start(plan.dispatches);
    pool_run(plan.submit, 0);
    check_nothing_leaked();
}

static recording recorded;

/* Twice from one recording: what ran where is the same both times, in the same order. */
static uint64_t kinds_seen; /* a bit for each enum pn_decision_kind */

static void check_replays(void (*submit)(void *), uint32_t rounds_each) {
    static recording again;
    pn_decision found;
    for (uint32_t round = 0; round < rounds_each; round++) {
        plan.submit = submit;
        plan.workers = 2 + 2 * (round % 2);
        plan.grain = 1 + 3 * (round / 2 % 2);
        plan.polls = 1 + round % 3;
        plan.is_short = round % 3 == 0;
        recorder_run_twice(run, &recorded);
        for (uint32_t i = 0; i < recorded.count; i++) kinds_seen |= 1ull << recorded.decisions[i].kind;
        recorder_replay(&recorded);
        run();
        CHECK_EQ(recorder_difference(&recorded, &found), -1);
        recorder_collect(&again);
        CHECK_EQ(again.count, recorded.count);
        CHECK_EQ(pn_load_relaxed(&ran_count), ran_count_before);
        CHECK(memcmp(ran, ran_before, ran_count_before * sizeof *ran) == 0);
    }
}

static void singles_are_replayed(void) {
    check_replays(singles, rounds(160));
}

static void bulks_are_replayed(void) {
    check_replays(bulks, rounds(160));
}

static void forks_are_replayed(void) {
    check_replays(forks, rounds(160));
}

static void everything_is_replayed(void) {
    check_replays(all, rounds(160));
}

enum { SEEN_ATTEMPTS_MAX = 20 };

#define SEEN(kind) (1ull << PN_DECISION_##kind)

/* What is decided depends on timing: again, until all kinds have been seen. */
static void check_until_seen(void (*check)(void), uint64_t wanted) {
    kinds_seen = 0;
    for (uint32_t attempt = 0; attempt < SEEN_ATTEMPTS_MAX && (attempt == 0 || (kinds_seen & wanted) != wanted); attempt++) check();
    CHECK_EQ(kinds_seen & wanted, wanted);
}

static void check_withdrawals(void) {
    check_replays(withdrawals, rounds(400));
}

static void withdrawals_are_replayed(void) {
    check_until_seen(check_withdrawals, SEEN(CHOICE) | SEEN(SKIP));
}

/* ---- policies */

static void check_policy(void) {
    static void (*const programs[])(void *) = {singles, bulks, forks, all};
    for (uint32_t variant = 0; variant < 8; variant++) {
        ring_turns = variant % 2;
        plan.batch = variant % 3 + 1;
        plan.barrier = variant % 4 == 3;
        plan.dispatches = 3 * (variant / 2 % 2);
        plan.bias = plan.policy == PN_POLICY_HYBRID ? PN_RING_BIAS_MAX / 2 : 0;
        check_replays(programs[variant % 4 ^ variant / 4], rounds(24));
    }
}

static void policy_is_replayed(uint32_t policy, uint64_t wanted) {
    plan.policy = policy;
    check_until_seen(check_policy, wanted);
    ring_turns = plan.policy = plan.dispatches = 0;
}

static void round_robin_is_replayed(void) {
    policy_is_replayed(PN_POLICY_ROUND_ROBIN, SEEN(INBOX) | SEEN(ADMIT) | SEEN(PUT));
}

static void random_is_replayed(void) {
    policy_is_replayed(PN_POLICY_RANDOM, SEEN(INBOX) | SEEN(ADMIT));
}

static void merry_go_round_is_replayed(void) {
    policy_is_replayed(PN_POLICY_MERRY_GO_ROUND, SEEN(SLOT) | SEEN(HOLD) | SEEN(HELD) | SEEN(GIVE_BACK) | SEEN(PUT) | SEEN(ADMIT) |
                                                     SEEN(EPOCH));
}

static void hybrid_is_replayed(void) {
    policy_is_replayed(PN_POLICY_HYBRID, SEEN(SLOT) | SEEN(PUT) | SEEN(POP) | SEEN(SPLIT));
}

/* ---- recordings that were changed */

/* Those that a replay looks at only when it has decided; the others it follows, as far as it can. */
static uint32_t is_checked(uint32_t kind) {
    return kind >= PN_DECISION_PROMOTE && kind <= PN_DECISION_JOINED;
}

/* Of no frame: that of the next may lie in the same queue, and is taken from it as well. */
static const uint64_t TICKETS_FURTHER = 1ull << 40;

/* Changes a decision so that it cannot be made; 0: there is no such change. */
static int falsify(pn_decision *d, uint32_t how) {
    uint32_t is_outside = d->kind == PN_DECISION_INJECTOR || d->kind == PN_DECISION_MAIL;
    switch (how) {
    case 0: d->nest++; return 1;
    case 1: d->ticket += TICKETS_FURTHER; return !is_outside && d->kind != PN_DECISION_BEAT;
    case 2: d->item += 1000000; return !is_outside;
    case 3: d->kind = PN_DECISION_SPILL; return 1;
    case 4: d->worker = (uint8_t)((d->worker + 1) % plan.workers); return is_checked(d->kind);
    default: d->victim = (uint8_t)(d->victim + plan.workers); return d->kind == PN_DECISION_STEAL;
    }
}

/* Changes one decision of a copy as `how` says: the first that can be, from a random one on. Its place, or -1. */
static int64_t falsify_one(int (*how_to)(pn_decision *, uint32_t), uint32_t how, recording *changed) {
    *changed = recorded;
    uint32_t from = test_random(recorded.count);
    for (uint32_t i = 0; i < recorded.count; i++) {
        uint32_t at = (from + i) % recorded.count;
        if (how_to(&changed->decisions[at], how)) return at;
        changed->decisions[at] = recorded.decisions[at]; /* a refused change may have been made in part */
    }
    return -1;
}

/* Replays copies of which one decision was changed. That is found where it is, or before: a worker that does not know of its
 * next beat, or of its next split, goes on until it decides something, and what it has done by then others may see. */
static void changes_are_found(int (*how_to)(pn_decision *, uint32_t), uint32_t hows, uint32_t count) {
    static recording changed;
    pn_decision found;
    uint32_t tried = 0, there = 0;
    for (uint32_t round = 0; round < count; round++) {
        int64_t at = falsify_one(how_to, round % hows, &changed);
        if (at < 0) continue;
        recorder_replay(&changed);
        run(); /* ends, and all is well, for the workers go on without the recording */
        int different = recorder_difference(&changed, &found);
        if (different < 0 || different > at) CHECK_EQ(different, at);
        tried++;
        there += different == at;
    }
    CHECK(tried != 0 && there + 1 + tried / 10 >= tried);
}

static void a_changed_decision_is_found(void) {
    plan.submit = all;
    plan.workers = 3;
    plan.grain = 1;
    plan.polls = 3;
    recorder_run_twice(run, &recorded);
    changes_are_found(falsify, 6, rounds(400));
}

static void a_run_that_does_more_is_found(void) {
    pn_decision found;
    plan.submit = singles;
    plan.workers = 2;
    plan.grain = 1;
    recorder_run_twice(run, &recorded);
    recorded.count /= 2;
    recorder_replay(&recorded);
    run();
    CHECK_EQ(recorder_difference(&recorded, &found), recorded.count);
}

static void another_program_is_found(void) {
    pn_decision found;
    plan.submit = forks;
    plan.workers = 2;
    plan.grain = 1;
    plan.polls = 2;
    recorder_run_twice(run, &recorded);
    plan.polls = 1; /* has no meaning in a replay */
    recorder_replay(&recorded);
    run();
    CHECK_EQ(recorder_difference(&recorded, &found), -1);
    extra_poll = 1;
    recorder_replay(&recorded);
    run();
    extra_poll = 0;
    CHECK(recorder_difference(&recorded, &found) >= 0);
}

/* A ticket, item or place by which a frame is looked for: there is none, which may mean that it is still to come. */
static int is_waited_for(const pn_decision *d) {
    return d->kind == PN_DECISION_INJECTOR || d->kind == PN_DECISION_MAIL || d->kind == PN_DECISION_ADMIT ||
           (d->kind == PN_DECISION_HOLD && d->place == 0);
}

static int falsify_by_policy(pn_decision *d, uint32_t how) {
    uint32_t steals = d->kind == PN_DECISION_STEAL || d->kind == PN_DECISION_INBOX;
    uint32_t in_ring = d->kind == PN_DECISION_SLOT || (d->kind == PN_DECISION_HOLD && d->place != 0);
    switch (how) {
    case 0: d->nest++; return 1;
    case 1: d->ticket += TICKETS_FURTHER; return !is_waited_for(d) && d->kind != PN_DECISION_BEAT;
    case 2: d->item += 1000000; return !is_waited_for(d) && d->kind != PN_DECISION_EPOCH;
    case 3: d->worker = (uint8_t)((d->worker + 1) % plan.workers); return is_checked(d->kind);
    case 4: d->victim = (uint8_t)(d->victim + plan.workers); return steals;
    case 5: d->place++; return in_ring;
    default: d->kind = PN_DECISION_GIVE_BACK; return steals || in_ring;
    }
}

static void a_changed_decision_of_a_policy_is_found(void) {
    plan.submit = all;
    plan.workers = 3;
    plan.grain = 1;
    plan.polls = 3;
    plan.batch = 2;
    for (plan.policy = 1; plan.policy < PN_POLICY_COUNT; plan.policy++) {
        recorder_run_twice(run, &recorded);
        changes_are_found(falsify_by_policy, 7, rounds(200));
    }
}

/* Then the slots that follow are not those that the worker sees. */
static void a_changed_epoch_is_found(void) {
    pn_decision found;
    uint32_t tried = 0;
    plan.submit = singles;
    plan.workers = 3;
    plan.grain = 1;
    plan.batch = 1;
    plan.is_short = 1; /* a wider window and deeper slots: what yields goes through the ring, however many workers come to run */
    plan.policy = PN_POLICY_MERRY_GO_ROUND;
    ring_turns = 1;
    uint32_t at = recorded.count = 0;
    for (uint32_t runs = 0; tried < rounds(20); at++) {
        if (at >= recorded.count) {
            CHECK(++runs < 100);
            recorder_run_twice(run, &recorded);
            at = 0;
        }
        if (recorded.decisions[at].kind != PN_DECISION_EPOCH) continue;
        uint32_t next = at + 1;
        while (next < recorded.count && recorded.decisions[next].worker != recorded.decisions[at].worker) next++;
        CHECK(next < recorded.count && recorded.decisions[next].place != 0);
        if (recorded.decisions[next].place == 1 + pn_worker_at(recorded.decisions[next].worker)->home_slot) continue;
        recorded.decisions[at].item++;
        recorder_replay(&recorded);
        run();
        CHECK_EQ(recorder_difference(&recorded, &found), next);
        recorded.decisions[at].item--;
        tried++;
    }
}

/* ---- shortage and cost */

static void a_full_log_says_so(void) {
    plan.submit = all;
    plan.workers = 2;
    plan.grain = 1;
    plan.polls = 1;
    recorder_record(8);
    run();
    CHECK_EQ(recorder_overflowed(), 1);
    recorder_collect(&recorded);
    CHECK(recorded.count >= 8 && recorded.count <= 16);
}

#if defined(PN_COUNT_ATOMICS)
static uint64_t atomics_of_a_run(uint32_t policy, uint32_t capacity) {
    pn_globals *g = memory_new(16 << 20);
    g->policy = policy;
    g->worker_count = 1;
    g->heartbeat_polls = 2;
    g->spin_rounds = 1;
    if (capacity != 0) recorder_record(capacity);
    recorder_reserve(g);
    memory_init();
    vtable[SLOT_ADD] = add;
    vtable[SLOT_FIB] = fib;
    if (capacity != 0) recorder_starts();
    pn_store_relaxed(&ran_count, 0);
    host_inject(frame_bulk(0, 0, SLOT_ADD, 100, 0));
    for (uint32_t i = 1; i < 12; i++) host_inject(frame_single(i, i % 4 == 0 ? SLOT_FIB : SLOT_ADD, 5));
    uint64_t before = pn_test_atomics;
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    return pn_test_atomics - before;
}

/* By policy, of the core before it had logs, or recorded that policy. */
static const uint32_t atomics_of_a_run_before[PN_POLICY_COUNT] = {655, 568, 568, 645, 682};

static void without_a_log_nothing_is_atomic_that_was_not(void) {
    for (uint32_t policy = 0; policy < PN_POLICY_COUNT; policy++) {
        uint64_t without = atomics_of_a_run(policy, 0);
        uint64_t with = atomics_of_a_run(policy, 1000);
        recorder_collect(&recorded);
        printf("     policy %u: %u atomic operations, %u with a log of %u decisions\n", policy, (uint32_t)without, (uint32_t)with,
               recorded.count);
        CHECK_EQ(without, atomics_of_a_run_before[policy]);
        CHECK(with >= without + 2 * recorded.count); /* the counter counts: a number and a length for each */
    }
}
#endif

const test log_tests[] = {
    {"singles_are_replayed", singles_are_replayed},
    {"bulks_are_replayed", bulks_are_replayed},
    {"forks_are_replayed", forks_are_replayed},
    {"everything_is_replayed", everything_is_replayed},
    {"withdrawals_are_replayed", withdrawals_are_replayed},
    {"round_robin_is_replayed", round_robin_is_replayed},
    {"random_is_replayed", random_is_replayed},
    {"merry_go_round_is_replayed", merry_go_round_is_replayed},
    {"hybrid_is_replayed", hybrid_is_replayed},
    {"a_changed_decision_is_found", a_changed_decision_is_found},
    {"a_changed_decision_of_a_policy_is_found", a_changed_decision_of_a_policy_is_found},
    {"a_changed_epoch_is_found", a_changed_epoch_is_found},
    {"a_run_that_does_more_is_found", a_run_that_does_more_is_found},
    {"another_program_is_found", another_program_is_found},
    {"a_full_log_says_so", a_full_log_says_so},
#if defined(PN_COUNT_ATOMICS)
    {"without_a_log_nothing_is_atomic_that_was_not", without_a_log_nothing_is_atomic_that_was_not},
#endif
    {0, 0},
};
