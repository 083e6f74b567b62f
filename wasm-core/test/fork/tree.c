/* tree.c - random trees of forks against an oracle: what every job does follows from its number and the seed, so a plain
 * walk says how often each must run and what the root must return. Deques of 4, few frames, one spin round.
 *
 * A node forks its children or calls them, joins them newest or oldest first or leaves them to the core, and runs what it
 * gets back itself or through penny_fork_run. It may suspend, yield, or trap at one of three places. */
#include "log/recorder.h"
#include "native.h"
#include "penny/penny.h"

enum { SLOT_NODE = 1, ROOTS_MAX = 64, NODES = 40, DEPTH_MAX = 3, KIDS_MAX = 3, LIVE_MAX = 512 };

static struct {
    uint32_t roots, workers;
    uint32_t trap_percent, suspend_percent, forget_percent, call_percent, cancel_percent;
    uint64_t salt;
} plan;

/* Not through atomic.h: the oracle must not change the schedule. Relaxed: the core's own words order the threads, or the
 * test fails. */
#define LOAD(word) __atomic_load_n(&(word), __ATOMIC_RELAXED)
#define STORE(word, value) __atomic_store_n(&(word), (value), __ATOMIC_RELAXED)
static uint32_t began[ROOTS_MAX * NODES], ended[ROOTS_MAX * NODES], never[ROOTS_MAX * NODES], over[ROOTS_MAX];
/* What each worker is in, outermost first, and what that waits for. */
static uint32_t live[PN_WORKER_COUNT_MAX][LIVE_MAX], live_count[PN_WORKER_COUNT_MAX];
static uint32_t awaited[PN_WORKER_COUNT_MAX][LIVE_MAX];

/* ---- shape ---- */

static uint64_t draw(uint32_t node, uint64_t what) {
    uint64_t x = (node + 1) * 0x9E3779B97F4A7C15ull + what * 0xD1B54A32D192ED03ull + plan.salt;
    x ^= x >> 32;
    x *= 0xD6E8FEB86659FD93ull;
    x ^= x >> 29;
    x *= 0xD6E8FEB86659FD93ull;
    return x ^ (x >> 32);
}

static uint32_t percent(uint32_t node, uint64_t what, uint32_t chance) {
    return draw(node, what) % 100 < chance;
}

enum { KIDS, TRAPS, TRAP_PLACE, SUSPENDS, FORGETS, CALLS, OLDEST_FIRST, RUNS_BY_CORE, YIELDS, CANCELS };

static uint32_t kid(uint32_t node, uint32_t k) {
    return node / NODES * NODES + KIDS_MAX * (node % NODES) + 1 + k;
}

static uint32_t kids(uint32_t node) {
    if (kid(node, 0) / NODES != node / NODES) return 0;
    return node % NODES == 0 ? KIDS_MAX : (uint32_t)(draw(node, KIDS) % (KIDS_MAX + 1));
}

static uint32_t is_called(uint32_t node) {
    return percent(node, CALLS, plan.call_percent);
}

static uint32_t is_forgotten(uint32_t node) {
    return !is_called(node) && percent(node, FORGETS, plan.forget_percent);
}

static uint32_t traps(uint32_t node) {
    return percent(node, TRAPS, plan.trap_percent);
}

/* ---- oracle ---- */

static uint64_t expected_result(uint32_t node) {
    uint64_t sum = node + 1;
    for (uint32_t k = 0; k < kids(node); k++) {
        if (!is_forgotten(kid(node, k))) sum += expected_result(kid(node, k));
    }
    return sum;
}

/* A trap that was reached, and so its root failed; one may keep others from being reached. */
static uint32_t has_trapped(uint32_t node) {
    if (traps(node) && LOAD(began[node])) return 1;
    for (uint32_t k = 0; k < kids(node); k++) {
        if (has_trapped(kid(node, k))) return 1;
    }
    return 0;
}

static void check_quiet(uint32_t node) {
    CHECK_EQ(LOAD(began[node]), LOAD(ended[node]));
    for (uint32_t k = 0; k < kids(node); k++) check_quiet(kid(node, k));
}

static void check_ran(uint32_t node, uint32_t times) {
    CHECK_EQ(LOAD(began[node]), LOAD(never[node]) ? 0 : times);
    for (uint32_t k = 0; k < kids(node); k++) check_ran(kid(node, k), LOAD(never[node]) ? 0 : times);
}

/* ---- the tasks ---- */

static uint32_t descends(uint32_t node, uint32_t from) {
    uint32_t base = node / NODES * NODES;
    while (node > from) node = base + (node - base - 1) / KIDS_MAX; /* ends: upwards */
    return node == from;
}

static void enter_node(uint32_t node) {
    uint32_t worker = current_worker();
    /* A waiter runs nothing but descendants of what it waits for. */
    if (live_count[worker] > 0) CHECK(descends(node, awaited[worker][live_count[worker] - 1]));
    CHECK_EQ(__atomic_fetch_add(&began[node], 1, __ATOMIC_RELAXED), 0); /* once */
    CHECK_EQ(LOAD(over[node / NODES]), 0);                              /* before its root ends */
    CHECK(live_count[worker] < LIVE_MAX);
    awaited[worker][live_count[worker]] = node;
    live[worker][live_count[worker]++] = node;
}

static void leave_node(uint32_t worker) {
    uint32_t node = live[worker][--live_count[worker]];
    __atomic_fetch_add(&ended[node], 1, __ATOMIC_RELAXED);
}

/* The trap ends everything that this worker was in. */
static void leave_all(uint32_t worker) {
    while (live_count[worker] > 0) leave_node(worker);
}

static void trap_at(uint32_t node, uint32_t place) {
    if (traps(node) && draw(node, TRAP_PLACE) % 3 == place) task_trap();
}

static uint64_t run_node(uint32_t node);

static pn_ref fork_node(uint32_t node) {
    if (is_called(node)) return 0;
    pn_ref job = penny_fork_alloc(current_worker(), SLOT_NODE);
    if (job == 0) return 0; /* shortage: called instead */
    uint64_t *record = record_of(job + PN_RECORD_OFFSET);
    record[1] = node;
    record[2] = 0;
    penny_fork_push(current_worker(), job);
    return job;
}

static uint64_t join_node(uint32_t node, pn_ref job) {
    if (job == 0) return run_node(node);
    uint32_t worker = current_worker();
    uint32_t *waits_for = &awaited[worker][live_count[worker] - 1];
    uint32_t self = *waits_for;
    *waits_for = node;
    uint32_t cancelled = percent(node, CANCELS, plan.cancel_percent) && penny_fork_cancel(worker, job);
    if (cancelled) STORE(never[node], 1);
    uint32_t state = penny_join(worker, job);
    if (state == PN_FRAME_READY && !percent(node, RUNS_BY_CORE, 50)) {
        penny_fork_release(worker, job);
        *waits_for = self;
        return run_node(node);
    }
    if (state == PN_FRAME_READY) state = penny_fork_run(worker, job);
    *waits_for = self;
    check_quiet(node); /* a join returns after its child and all below it */
    uint64_t result = record_of(job + PN_RECORD_OFFSET)[0];
    penny_fork_release(worker, job);
    CHECK_EQ(state == PN_FRAME_CANCELLED, cancelled);
    if (cancelled) return expected_result(node);
    CHECK_EQ(LOAD(began[node]), 1);
    if (state == PN_FRAME_DONE) return result;
    CHECK_EQ(state, PN_FRAME_FAILED);
    task_trap();
}

static uint64_t run_node(uint32_t node) {
    pn_ref jobs[KIDS_MAX];
    uint32_t count = kids(node);
    uint64_t sum = node + 1;
    enter_node(node);
    trap_at(node, 0);
    for (uint32_t k = 0; k < count; k++) jobs[k] = fork_node(kid(node, k));
    trap_at(node, 1);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t k = percent(node, OLDEST_FIRST, 30) ? i : count - 1 - i;
        if (is_forgotten(kid(node, k))) {
            if (jobs[k] == 0) run_node(kid(node, k));
        } else {
            sum += join_node(kid(node, k), jobs[k]);
        }
    }
    trap_at(node, 2);
    leave_node(current_worker());
    return sum;
}

static pn_ref mail[ROOTS_MAX * NODES]; /* suspended frames, for the host to resume */
static uint32_t mail_written, mail_read;

static uint32_t run_record(uint32_t record) {
    uint64_t *r = record_of(record);
    uint32_t node = (uint32_t)r[1];
    if (r[2] == 0 && node % NODES != 0 && percent(node, SUSPENDS, plan.suspend_percent)) {
        r[2] = 1;
        uint32_t at = __atomic_fetch_add(&mail_written, 1, __ATOMIC_RELAXED);
        __atomic_store_n(&mail[at], record - PN_RECORD_OFFSET, __ATOMIC_RELEASE);
        return PN_OUTCOME_WAIT;
    }
    if (r[2]++ < 2 && percent(node, YIELDS, 10)) return PN_OUTCOME_YIELD;
    r[0] = run_node(node);
    return PN_OUTCOME_DONE;
}

/* ---- the host ---- */

static uint32_t has_mail_or_end(void *unused) {
    (void)unused;
    return __atomic_load_n(&mail[mail_read], __ATOMIC_ACQUIRE) != 0 || pn_load_acquire(&completed_count) >= plan.roots;
}

/* As the host resumes a JOB. */
static void resume(pn_ref ref) {
    pn_frame *frame = pn_frame_at(ref);
    uint32_t owner = frame->owner;
    if (pn_cas_acq_rel(&frame->state, PN_FRAME_RUNNING, PN_FRAME_READY) != PN_FRAME_RUNNING)
        CHECK_EQ(pn_cas_acq_rel(&frame->state, PN_FRAME_BLOCKED, PN_FRAME_READY), PN_FRAME_BLOCKED);
    if (pn_load_seq_cst(&frame->waiter) & PN_WAITER_PARKS) host_wake(owner);
}

static void resumer(void *unused) {
    (void)unused;
    for (;;) { /* ends: every root is completed */
        host_wait(has_mail_or_end, 0);
        pn_ref ref = __atomic_load_n(&mail[mail_read], __ATOMIC_ACQUIRE);
        if (ref == 0) return;
        mail_read++;
        resume(ref);
    }
}

static void root_completed(uint32_t worker, uint32_t frame) {
    uint32_t node = (uint32_t)pn_frame_at(frame)->args[0];
    pn_ref failed = pn_worker_at(worker)->failed_child;
    if (failed != 0) {
        pn_worker_at(worker)->failed_child = 0;
        penny_fork_release(worker, failed);
    }
    check_quiet(node); /* every child ends before its scope */
    STORE(over[node / NODES], 1);
}

static void submit_roots(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < plan.roots; i++) {
        pn_ref frame = frame_single(i, SLOT_NODE, i * NODES);
        pn_frame_at(frame)->args[1] = 0;
        pool_inject(frame);
    }
    pool_wait_completed(plan.roots);
}

static void run_trees(uint32_t workers, uint32_t frames_each) {
    pn_globals *g = memory_new(16 << 20);
    g->worker_count = workers;
    g->deque_capacity = 4;
    g->injector_capacity = 4;
    g->frame_count = workers * frames_each;
    g->spin_rounds = 1;
    recorder_reserve(g);
    memory_init();
    memset(began, 0, sizeof began);
    memset(ended, 0, sizeof ended);
    memset(never, 0, sizeof never);
    memset(over, 0, sizeof over);
    memset(live_count, 0, sizeof live_count);
    memset(mail, 0, sizeof mail);
    mail_written = mail_read = 0;
    vtable[SLOT_NODE] = run_record;
    on_trap = leave_all;
    on_complete = root_completed;
    pool_start(0);
    host_spawn(resumer, 0);
    pool_run(submit_roots, 0);
    for (uint32_t i = 0; i < plan.roots; i++) {
        pn_ref frame = host_frame(i);
        uint32_t state = pn_load_relaxed(&pn_frame_at(frame)->state);
        CHECK_EQ(completions_of(frame), 1);
        CHECK_EQ(state, has_trapped(i * NODES) ? PN_FRAME_FAILED : PN_FRAME_DONE);
        if (state != PN_FRAME_DONE) continue;
        CHECK_EQ(pn_frame_at(frame)->result, expected_result(i * NODES));
        check_ran(i * NODES, 1);
    }
    check_nothing_leaked();
}

/* Every round: 1, 2, 3 and 4 workers, each with a share of 2, 3 and 8 frames. */
static void sweep(uint32_t plain_rounds) {
    static const uint32_t shares[] = {2, 3, 8};
    for (uint32_t round = 0; round < rounds(plain_rounds); round++) {
        for (uint32_t workers = 1; workers <= 4; workers++) {
            plan.roots = workers == 1 ? 4 : 1 + test_random(8);
            plan.salt = (uint64_t)test_random(1u << 30) << 20;
            run_trees(workers, shares[(round + workers) % 3]);
        }
    }
}

static void every_job_runs_once(void) {
    plan.call_percent = 20;
    sweep(400);
}

static void what_is_not_joined_ends_first(void) {
    plan.forget_percent = 40;
    sweep(400);
}

static void failures_stay_in_their_tree(void) {
    plan.trap_percent = 5;
    plan.call_percent = 10;
    sweep(400);
}

static void a_forgotten_child_that_fails_fails_its_parent(void) {
    plan.trap_percent = 5;
    plan.forget_percent = 50;
    sweep(400);
}

static void suspended_jobs_are_resumed_by_their_joiner(void) {
    plan.suspend_percent = 30;
    sweep(400);
}

static void a_cancelled_fork_never_starts(void) {
    plan.cancel_percent = 40;
    sweep(400);
}

static void all_at_once(void) {
    plan.trap_percent = 3;
    plan.suspend_percent = 15;
    plan.forget_percent = 15;
    plan.call_percent = 15;
    plan.cancel_percent = 15;
    sweep(800);
}

static uint32_t replayed_workers, replayed_frames;

static void run_replayed(void) {
    run_trees(replayed_workers, replayed_frames);
}

static void a_recording_is_replayed(void) {
    static recording recorded;
    plan.call_percent = 15;
    plan.forget_percent = 15;
    plan.cancel_percent = 15;
    for (uint32_t round = 0; round < rounds(400); round++) {
        plan.trap_percent = round % 2 == 0 ? 0 : 3;
        plan.suspend_percent = round % 4 < 2 ? 0 : 15;
        plan.salt = (uint64_t)test_random(1u << 30) << 20;
        plan.roots = 1 + test_random(8);
        replayed_workers = 1 + round % 4;
        replayed_frames = 2 + test_random(7);
        recorder_run_twice(run_replayed, &recorded);
    }
}

const test tree_tests[] = {
    {"every_job_runs_once", every_job_runs_once},
    {"what_is_not_joined_ends_first", what_is_not_joined_ends_first},
    {"failures_stay_in_their_tree", failures_stay_in_their_tree},
    {"a_forgotten_child_that_fails_fails_its_parent", a_forgotten_child_that_fails_fails_its_parent},
    {"suspended_jobs_are_resumed_by_their_joiner", suspended_jobs_are_resumed_by_their_joiner},
    {"a_cancelled_fork_never_starts", a_cancelled_fork_never_starts},
    {"all_at_once", all_at_once},
    {"a_recording_is_replayed", a_recording_is_replayed},
    {0, 0},
};
