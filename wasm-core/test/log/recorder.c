/* recorder.c - see recorder.h. */
#include "recorder.h"

#include "deque.h"
#include "injector.h"
#include "penny/penny.h"

enum { BLOCKS_BYTES = 1 << 20, LOG_AREA_BYTES = 6 << 20, LANE_DECISIONS = 1 << 13 };

static struct {
    uint32_t mode; /* enum pn_log_mode; 0: none */
    uint32_t capacity;
    const recording *recorded;
} plan;

/* Which worker goes on in a replay, plus one; 0: none. */
static pn_word baton;
/* Without a recording to say who is next they take turns. Belongs to whoever has the baton. */
static pn_word in_turn;
static uint32_t has_ended[PN_WORKER_COUNT_MAX];

static pn_log *the_log(void) {
    return (pn_log *)pn_at(pn_worker_at(0)->log_ref);
}

void recorder_reserve(pn_globals *g) {
    if (plan.mode != 0) g->arg_bytes = BLOCKS_BYTES + LOG_AREA_BYTES;
}

void recorder_record(uint32_t capacity) {
    plan.mode = PN_LOG_RECORD;
    plan.capacity = capacity;
}

void recorder_replay(const recording *recorded) {
    plan.mode = PN_LOG_REPLAY;
    plan.capacity = recorded->count;
    plan.recorded = recorded;
}

/* Lines behind the log and its lanes. */
static pn_ref place_lanes(pn_log *log, pn_ref log_ref) {
    uint32_t workers = pn_globals_get()->worker_count;
    uint32_t lane_bytes = (plan.capacity * (uint32_t)sizeof(pn_decision) + PN_CACHE_LINE) & ~(PN_CACHE_LINE - 1);
    pn_ref ref = log_ref + (uint32_t)(sizeof(pn_log) + workers * sizeof(pn_lane));
    for (uint32_t id = 0; id < workers; id++) {
        log->lanes[id].decisions_ref = ref;
        log->lanes[id].capacity = plan.capacity;
        ref += lane_bytes;
        pn_worker_at(id)->log_ref = log_ref;
    }
    return ref;
}

static void place_decisions(pn_log *log, pn_ref ref) {
    pn_decision *decisions = (pn_decision *)pn_at(ref);
    uint32_t workers = pn_globals_get()->worker_count;
    log->decisions_ref = ref;
    log->decision_count = plan.recorded->count;
    for (uint32_t id = 0; id < workers; id++) log->lanes[id].next = log->decision_count;
    for (uint32_t i = log->decision_count; i-- > 0;) {
        decisions[i] = plan.recorded->decisions[i];
        CHECK(decisions[i].worker < workers);
        decisions[i].order = log->lanes[decisions[i].worker].next;
        log->lanes[decisions[i].worker].next = i;
    }
}

/* ---- replay */

static uint32_t has_work(uint32_t worker) {
    if (the_log()->stash != 0 || pn_injector_has_work(pn_mailbox_at(worker)) || pn_deque_has_work(pn_worker_at(worker))) return 1;
    for (uint32_t priority = 0; priority < PN_PRIORITY_COUNT; priority++) {
        if (pn_injector_has_work(pn_injector_at(priority))) return 1;
    }
    return 0;
}

static uint32_t is_due(uint32_t worker) {
    pn_log *log = the_log();
    uint32_t turn = pn_load_acquire(&log->turn);
    if (pn_load_seq_cst(&pn_globals_get()->command) != PN_COMMAND_RUN || pn_load_acquire(&log->mode) != PN_LOG_REPLAY)
        return pn_load_acquire(&in_turn) == worker;
    return turn == log->decision_count ? has_work(worker) : log->lanes[worker].next == turn;
}

static uint32_t takes_baton(void *argument) {
    uint32_t worker = (uint32_t)(uintptr_t)argument;
    if (pn_load_acquire(&baton) != 0) return 0;
    if (pn_cas_acq_rel(&baton, 0, worker + 1) != 0) return 0;
    if (is_due(worker)) return 1;
    pn_store_release(&baton, 0);
    return 0;
}

static void give_baton(uint32_t worker) {
    uint32_t workers = pn_globals_get()->worker_count, next = worker;
    for (uint32_t i = 0; i < workers && (i == 0 || has_ended[next]); i++) next = (next + 1) % workers;
    pn_store_release(&in_turn, next);
    pn_store_release(&baton, 0);
}

static void pass_baton(uint32_t worker) {
    give_baton(worker);
    host_wait(takes_baton, (void *)(uintptr_t)worker);
}

static void replayer(void *argument) {
    uint32_t worker = (uint32_t)(uintptr_t)argument;
    host_wait(takes_baton, argument);
    while (worker_step(worker) != PN_ACTION_STOPPED) pass_baton(worker); /* ends: STOP */
    has_ended[worker] = 1;
    give_baton(worker);
}

int recorder_starts(void) {
    uint32_t mode = plan.mode;
    plan.mode = 0;
    on_wait = 0;
    if (mode == 0) return 0;
    pn_ref ref = pn_globals_get()->args_ref + BLOCKS_BYTES;
    pn_log *log = (pn_log *)pn_at(ref);
    pn_ref end = place_lanes(log, ref);
    pn_store_release(&log->mode, mode);
    if (mode == PN_LOG_REPLAY) place_decisions(log, end);
    CHECK(end + plan.capacity * sizeof(pn_decision) <= ref + LOG_AREA_BYTES);
    if (mode == PN_LOG_RECORD) return 0;
    on_wait = pass_baton;
    memset(has_ended, 0, sizeof has_ended);
    pn_store_release(&in_turn, 0);
    pn_store_release(&baton, 0);
    for (uint32_t id = 0; id < pn_globals_get()->worker_count; id++) host_spawn(replayer, (void *)(uintptr_t)id);
    return 1;
}

uint32_t recorder_replays(void) {
    return pn_load_acquire(&the_log()->mode) != PN_LOG_RECORD;
}

/* ---- afterwards */

static int by_order(const void *a, const void *b) {
    uint32_t first = ((const pn_decision *)a)->order, second = ((const pn_decision *)b)->order;
    return first < second ? -1 : first > second;
}

void recorder_collect(recording *out) {
    pn_log *log = the_log();
    out->count = 0;
    for (uint32_t id = 0; id < pn_globals_get()->worker_count; id++) {
        uint32_t count = pn_load_acquire(&log->lanes[id].count);
        CHECK(out->count + count <= DECISIONS_MAX);
        memcpy(out->decisions + out->count, pn_at(log->lanes[id].decisions_ref), count * sizeof(pn_decision));
        out->count += count;
    }
    qsort(out->decisions, out->count, sizeof(pn_decision), by_order);
    for (uint32_t i = 0; i < out->count; i++) {
        CHECK(i == 0 || out->decisions[i - 1].order < out->decisions[i].order || out->decisions[i].order == i);
        out->decisions[i].order = i;
    }
}

uint32_t recorder_overflowed(void) {
    return pn_load_relaxed(&the_log()->overflowed);
}

int recorder_difference(const recording *recorded, pn_decision *found) {
    pn_log *log = the_log();
    uint32_t turn = pn_load_acquire(&log->turn);
    *found = log->found;
    if (pn_load_acquire(&log->mode) == PN_LOG_REPLAY && turn == recorded->count) return -1;
    return (int)turn;
}

static void print(const char *what, const pn_decision *d) {
    fprintf(stderr, "  %s: kind %u worker %u victim %u nest %u ticket %llx item %u\n", what, d->kind, d->worker, d->victim,
            d->nest, (unsigned long long)d->ticket, d->item);
}

static void fail_different(const recording *recorded, int index, const pn_decision *found) {
    fprintf(stderr, "  decision %d of %u\n", index, recorded->count);
    if ((uint32_t)index < recorded->count) print("recorded", &recorded->decisions[index]);
    print("found", found);
    test_fail(__FILE__, __LINE__, "the replay decided something else");
}

void recorder_run_twice(void (*run)(void), recording *out) {
    static recording made;
    pn_decision found;
    recorder_record(LANE_DECISIONS);
    run();
    CHECK_EQ(recorder_overflowed(), 0);
    recorder_collect(out);
    recorder_replay(out);
    run();
    int different = recorder_difference(out, &found);
    if (different >= 0) fail_different(out, different, &found);
    recorder_collect(&made);
    CHECK_EQ(made.count, out->count);
    CHECK(memcmp(made.decisions, out->decisions, out->count * sizeof(pn_decision)) == 0);
}
