/* step.c - the deterministic twin of the loop: same seed, same schedule; it finds and finishes the same work. */
#include "native.h"
#include "penny/penny.h"

enum { SLOT_SQUARE = 1, SLOT_TRAPS, WORKERS = 3, SINGLES = 20, ITEMS = 150, STEPS_MAX = 100000 };

static uint32_t square(uint32_t record) {
    uint64_t *r = record_of(record);
    r[0] += r[1] * r[1] + 1;
    return PN_OUTCOME_DONE;
}

static uint32_t traps(uint32_t record) {
    square(record);
    if (record_of(record)[1] % 4 == 0) task_trap();
    return PN_OUTCOME_DONE;
}

static uint64_t hash;

static void mix(uint64_t value) {
    hash = (hash ^ value) * 0x100000001B3ull;
}

/* Steps workers in an order drawn from `seed` until all of them sleep. Returns the hash of the trace. */
static uint64_t run_schedule(uint64_t seed) {
    uint64_t order = seed * 0x9E3779B97F4A7C15ull | 1;
    pn_globals *g = memory_new(4 << 20);
    g->worker_count = WORKERS;
    g->frame_count = 12;
    g->deque_capacity = 4;
    g->seed = seed;
    memory_init();
    vtable[SLOT_SQUARE] = square;
    vtable[SLOT_TRAPS] = traps;
    hash = 0xCBF29CE484222325ull;
    uint32_t next = 0, done = SINGLES + 1, parked = 0;
    pn_ref bulk = frame_bulk(SINGLES, 0, SLOT_SQUARE, ITEMS, 0);
    for (uint32_t step = 0; step < STEPS_MAX; step++) {
        if (next < done && host_inject(next == SINGLES ? bulk : frame_single(next, next % 2 ? SLOT_TRAPS : SLOT_SQUARE, next))) next++;
        order ^= order << 13;
        order ^= order >> 7;
        order ^= order << 17;
        uint32_t worker = (uint32_t)(order >> 40) % WORKERS;
        uint32_t action = worker_step(worker);
        CHECK_EQ(pn_worker_at(worker)->trace_action, action);
        mix(worker << 8 | action);
        mix(pn_worker_at(worker)->trace_ticket);
        if (action == PN_ACTION_STEAL) mix(pn_worker_at(worker)->trace_victim);
        parked &= pn_load_relaxed(&g->sleepers[0]); /* a notifier may have claimed one */
        if (action == PN_ACTION_PARK) parked |= 1u << worker;
        if (next == done && parked == (1u << WORKERS) - 1 && pn_load_relaxed(&completed_count) == done) {
            CHECK_EQ(worker_step(0), PN_ACTION_ASLEEP);
            for (uint32_t i = 0; i < done; i++) CHECK_EQ(completions_of(host_frame(i)), 1);
            for (uint32_t i = 0; i < SINGLES; i++) CHECK_EQ(pn_frame_at(host_frame(i))->result, (uint64_t)i * i + 1);
            for (uint32_t i = 0; i < ITEMS; i++) CHECK_EQ(item_record(bulk, i)[0], (uint64_t)i * i + 1);
            CHECK_EQ(COUNTER(executed), SINGLES + ITEMS);
            check_nothing_leaked();
            return hash;
        }
    }
    test_fail(__FILE__, __LINE__, "the schedule does not end");
}

static void same_seed_same_trace(void) {
    for (uint64_t seed = 1; seed <= 20; seed++) CHECK_EQ(run_schedule(seed), run_schedule(seed));
}

static void many_seeds_many_traces(void) {
    enum { SEEDS = 100 };
    uint64_t seen[SEEDS];
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        seen[seed] = run_schedule(seed + 1);
        for (uint64_t other = 0; other < seed; other++) CHECK(seen[seed] != seen[other]);
    }
}

static void every_action_occurs(void) {
    core_new(2, 4, 4, 4);
    vtable[SLOT_SQUARE] = square;
    pn_globals_get()->spin_rounds = 1;
    pn_ref bulk = frame_bulk(0, 0, SLOT_SQUARE, 10, 0);
    host_inject(bulk);
    CHECK_EQ(worker_step(0), PN_ACTION_WAKE);
    CHECK_EQ(worker_step(0), PN_ACTION_POP_MISS);
    CHECK_EQ(worker_step(0), PN_ACTION_STEAL_MISS);
    CHECK_EQ(worker_step(0), PN_ACTION_INJECT_POP);
    CHECK_EQ(pn_worker_at(0)->trace_ticket, 1);
    CHECK_EQ(worker_step(0), PN_ACTION_RUN_ITEM); /* splits: half on the deque, the rest of its own half above it */
    CHECK_EQ(worker_step(1), PN_ACTION_WAKE);
    CHECK_EQ(worker_step(1), PN_ACTION_POP_MISS);
    CHECK_EQ(worker_step(1), PN_ACTION_STEAL);
    CHECK_EQ(pn_worker_at(1)->trace_victim, 0);
    CHECK_EQ(worker_step(1), PN_ACTION_RUN_ITEM);
    CHECK_EQ(item_status(bulk, 0), PN_ITEM_DONE);
    CHECK_EQ(item_status(bulk, 5), PN_ITEM_DONE);
    for (uint32_t i = 1; i < 5; i++) {
        CHECK_EQ(worker_step(0), PN_ACTION_POP);
        CHECK_EQ(worker_step(0), PN_ACTION_RUN_ITEM);
    }
    for (uint32_t i = 6; i < 10; i++) {
        CHECK_EQ(worker_step(1), PN_ACTION_POP);
        CHECK_EQ(worker_step(1), PN_ACTION_RUN_ITEM);
    }
    CHECK_EQ(completions_of(bulk), 1);
    CHECK_EQ(worker_step(0), PN_ACTION_POP_MISS);
    CHECK_EQ(worker_step(0), PN_ACTION_STEAL_MISS);
    CHECK_EQ(worker_step(0), PN_ACTION_INJECT_MISS);
    CHECK_EQ(worker_step(0), PN_ACTION_ANNOUNCE);
    host_inject(frame_single(1, SLOT_SQUARE, 3));
    CHECK_EQ(worker_step(0), PN_ACTION_RECHECK_HIT);
    for (uint32_t i = 0; i < 2; i++) worker_step(0);
    CHECK_EQ(worker_step(0), PN_ACTION_INJECT_POP);
    CHECK_EQ(worker_step(0), PN_ACTION_RUN_FRAME);
    for (uint32_t i = 0; i < 4; i++) worker_step(0);
    CHECK_EQ(worker_step(0), PN_ACTION_PARK);
    CHECK_EQ(worker_step(0), PN_ACTION_ASLEEP);
    host_inject(frame_single(2, SLOT_SQUARE, 3));
    CHECK_EQ(worker_step(0), PN_ACTION_WAKE);
    host_command(PN_COMMAND_RETURN);
    CHECK_EQ(worker_step(0), PN_ACTION_RETURNED);
    host_command(PN_COMMAND_STOP);
    CHECK_EQ(worker_step(0), PN_ACTION_STOPPED);
}

const test step_tests[] = {
    {"same_seed_same_trace", same_seed_same_trace}, {"many_seeds_many_traces", many_seeds_many_traces},
    {"every_action_occurs", every_action_occurs}, {0, 0},
};
