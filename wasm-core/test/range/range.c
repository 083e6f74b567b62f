/* range.c - hazards of bulks: splitting, failing, trapping, cancelling, making way. */
#include "deque.h"
#include "heap.h"
#include "native.h"
#include "penny/penny.h"

enum { SLOT_SQUARE = 1, SLOT_ODD_FAILS, SLOT_THIRD_TRAPS, SLOT_BYTES, SLOT_NOTE_ORDER, SLOT_WAITS };

static uint32_t square(uint32_t record) {
    uint64_t *r = record_of(record);
    r[0] += r[1] * r[1] + 1; /* += : a second run would show */
    return PN_OUTCOME_DONE;
}

static uint32_t odd_fails(uint32_t record) {
    square(record);
    return record_of(record)[1] % 2 ? PN_OUTCOME_FAILED : PN_OUTCOME_DONE;
}

static uint32_t third_traps(uint32_t record) {
    square(record);
    if (record_of(record)[1] % 3 == 2) task_trap();
    return record_of(record)[1] % 3 == 1 ? PN_OUTCOME_FAILED : PN_OUTCOME_DONE;
}

static uint32_t bytes(uint32_t record) {
    uint64_t *r = record_of(record);
    if (r[1] % 5 == 4) return PN_OUTCOME_FAILED;
    pn_ref block = r[1] % 5 == 3 ? 0 : penny_heap_alloc(current_worker(), 8);
    if (block) *(uint64_t *)pn_at(block) = r[1];
    r[0] = (uint64_t)block << 32 | (block ? 8 : 0);
    return PN_OUTCOME_DONE;
}

static void check_squares(pn_ref frame, uint32_t (*status_of)(uint64_t)) {
    pn_block *block = block_of(frame);
    for (uint32_t i = 0; i < block->count; i++) {
        uint64_t x = item_record(frame, i)[1];
        CHECK_EQ(item_status(frame, i), status_of(x));
        CHECK_EQ(item_record(frame, i)[0], x * x + 1);
    }
    CHECK_EQ(pn_load_relaxed(&block->pending), 0);
    CHECK_EQ(completions_of(frame), 1);
}

static uint32_t all_done(uint64_t x) {
    return x == UINT64_MAX ? 0 : PN_ITEM_DONE;
}
static uint32_t odd_failed(uint64_t x) {
    return x % 2 ? PN_ITEM_FAILED : PN_ITEM_DONE;
}
static uint32_t third_done(uint64_t x) {
    return x % 3 == 0 ? PN_ITEM_DONE : PN_ITEM_FAILED;
}

static void one_worker_alone(void) {
    vtable[SLOT_SQUARE] = square;
    for (uint32_t count = 0; count < 70; count++) {
        core_new(1, 4, 4, 2);
        pn_ref frame = frame_bulk(0, 0, SLOT_SQUARE, count, 100);
        CHECK(host_inject(frame));
        CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
        CHECK_EQ(pn_load_relaxed(&pn_frame_at(frame)->state), PN_FRAME_DONE);
        check_squares(frame, all_done);
        CHECK_EQ(COUNTER(executed), count);
        check_nothing_leaked();
    }
}

/* ---- bulks over a pool: the same body for different tasks ---- */

static struct {
    uint32_t slot, bulks, items, flags;
    pn_ref frames[16];
} plan;

static void submit_all(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < plan.bulks; i++) {
        plan.frames[i] = frame_bulk(i, i, plan.slot, plan.items, i * 1000);
        block_of(plan.frames[i])->flags = plan.flags;
        pool_inject(plan.frames[i]);
    }
    pool_wait_completed(plan.bulks);
}

static void run_plan(uint32_t workers, uint32_t deque, uint32_t injector, uint32_t frames) {
    core_new(workers, deque, injector, frames);
    pool_start(0);
    pool_run(submit_all, 0);
    check_nothing_leaked();
}

static void bulk_split(void) {
    uint64_t splits = 0;
    vtable[SLOT_SQUARE] = square;
    for (uint32_t repeat = 0; repeat < rounds(40); repeat++) {
        plan = (typeof(plan)){.slot = SLOT_SQUARE, .bulks = 4, .items = 20 + rounds(1000)};
        run_plan(3, 4, 4, 12);
        for (uint32_t i = 0; i < plan.bulks; i++) {
            CHECK_EQ(pn_load_relaxed(&pn_frame_at(plan.frames[i])->state), PN_FRAME_DONE);
            check_squares(plan.frames[i], all_done);
        }
        CHECK_EQ(COUNTER(executed), plan.bulks * plan.items);
        splits += COUNTER(splits);
    }
    CHECK(splits > 0);
}

static void bulk_without_frames_never_splits(void) {
    vtable[SLOT_SQUARE] = square;
    plan = (typeof(plan)){.slot = SLOT_SQUARE, .bulks = 2, .items = 100};
    run_plan(2, 4, 4, 0);
    check_squares(plan.frames[0], all_done);
    CHECK_EQ(COUNTER(splits), 0);
}

static void bulk_fail_continues(void) {
    vtable[SLOT_ODD_FAILS] = odd_fails;
    for (uint32_t repeat = 0; repeat < rounds(20); repeat++) {
        plan = (typeof(plan)){.slot = SLOT_ODD_FAILS, .bulks = 2, .items = 20 + rounds(800)};
        run_plan(2, 4, 4, 8);
        for (uint32_t i = 0; i < plan.bulks; i++) {
            CHECK_EQ(pn_load_relaxed(&pn_frame_at(plan.frames[i])->state), PN_FRAME_FAILED);
            CHECK_EQ(pn_load_relaxed(&block_of(plan.frames[i])->failed), plan.items / 2);
            check_squares(plan.frames[i], odd_failed);
        }
    }
}

static void bulk_trap_continues(void) {
    vtable[SLOT_THIRD_TRAPS] = third_traps;
    for (uint32_t repeat = 0; repeat < rounds(20); repeat++) {
        plan = (typeof(plan)){.slot = SLOT_THIRD_TRAPS, .bulks = 2, .items = 20 + rounds(600)};
        run_plan(2, 4, 4, 8);
        uint64_t failed = 0;
        for (uint32_t i = 0; i < plan.bulks; i++) {
            uint32_t in_bulk = pn_load_relaxed(&block_of(plan.frames[i])->failed), expected = 0;
            check_squares(plan.frames[i], third_done);
            for (uint32_t item = 0; item < plan.items; item++) expected += item_status(plan.frames[i], item) == PN_ITEM_FAILED;
            CHECK_EQ(in_bulk, expected);
            failed += in_bulk;
        }
        CHECK_EQ(COUNTER(failed), failed);
        CHECK_EQ(COUNTER(executed), plan.bulks * plan.items);
    }
}

/* The results are read in complete, as the host must; the host reuses block and frame there at once. */
static void read_results(uint32_t worker, uint32_t frame) {
    (void)worker;
    for (uint32_t i = 0; i < block_of(frame)->count; i++) {
        uint64_t *r = item_record(frame, i);
        CHECK_EQ(item_status(frame, i), r[1] % 5 == 4 ? PN_ITEM_FAILED : PN_ITEM_DONE);
        if (r[1] % 5 == 4) continue;
        pn_ref block = (pn_ref)(r[0] >> 32);
        CHECK_EQ(block == 0, r[1] % 5 == 3);
        if (block) CHECK_EQ(*(uint64_t *)pn_at(block), r[1]);
    }
    pn_block *block = block_of(frame);
    uint32_t count = block->count;
    for (uint32_t i = 0; i < count; i++) item_record(frame, i)[0] = 0xDEADBEEFDEADBEEFull;
    memset((void *)((char *)pn_at(frame) + 4), 0xEE, sizeof(pn_frame) - 4);
}

static void byte_results_are_freed_once(void) {
    vtable[SLOT_BYTES] = bytes;
    on_complete = read_results;
    for (uint32_t repeat = 0; repeat < rounds(30); repeat++) {
        plan = (typeof(plan)){.slot = SLOT_BYTES, .bulks = 3, .items = 20 + rounds(700), .flags = PN_FLAG_RESULT_BYTES};
        run_plan(2, 4, 4, 8);
        CHECK(COUNTER(results_freed) > 0);
    }
}

/* ---- cancelling ---- */

static void bulk_cancel_skips_the_rest(void) {
    vtable[SLOT_SQUARE] = square;
    core_new(1, 4, 4, 0);
    pn_ref frame = frame_bulk(0, 0, SLOT_SQUARE, 100, 0);
    host_inject(frame);
    CHECK_EQ(worker_run(0, 8), PN_RUN_MORE);
    pn_store_release(&block_of(frame)->cancelled, 1);
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(pn_load_relaxed(&pn_frame_at(frame)->state), PN_FRAME_CANCELLED);
    for (uint32_t i = 0; i < 100; i++) CHECK_EQ(item_status(frame, i), i < 8 ? PN_ITEM_DONE : PN_ITEM_CANCELLED);
    CHECK_EQ(pn_load_relaxed(&block_of(frame)->skipped), 92);
    CHECK_EQ(COUNTER(skipped), 92);
    CHECK_EQ(COUNTER(executed), 8);
    CHECK_EQ(completions_of(frame), 1);
}

static void bulk_cancelled_before_it_began(void) {
    core_new(1, 4, 4, 0);
    pn_ref frame = frame_bulk(0, 0, SLOT_SQUARE, 10, 0);
    pn_store_release(&pn_frame_at(frame)->state, PN_FRAME_CANCELLED);
    host_inject(frame);
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(completions_of(frame), 1);
    for (uint32_t i = 0; i < 10; i++) CHECK_EQ(item_status(frame, i), PN_ITEM_CANCELLED);
    CHECK_EQ(COUNTER(executed), 0);
}

static void cancel_while_running(void *unused) {
    (void)unused;
    plan.frames[0] = frame_bulk(0, 0, SLOT_SQUARE, plan.items, 0);
    pool_inject(plan.frames[0]);
    pn_store_release(&block_of(plan.frames[0])->cancelled, 1);
    pool_wait_completed(1);
}

static void bulk_cancel_races_with_workers(void) {
    vtable[SLOT_SQUARE] = square;
    for (uint32_t repeat = 0; repeat < rounds(100); repeat++) {
        plan = (typeof(plan)){.items = 20 + rounds(2000)};
        core_new(3, 4, 4, 12);
        pool_start(0);
        pool_run(cancel_while_running, 0);
        pn_block *block = block_of(plan.frames[0]);
        uint32_t ran = 0, skipped = 0;
        for (uint32_t i = 0; i < plan.items; i++) {
            uint8_t status = item_status(plan.frames[0], i);
            ran += status == PN_ITEM_DONE;
            skipped += status == PN_ITEM_CANCELLED;
        }
        CHECK_EQ(ran + skipped, plan.items);
        CHECK_EQ(pn_load_relaxed(&block->skipped), skipped);
        CHECK_EQ(COUNTER(executed), ran);
        CHECK_EQ(completions_of(plan.frames[0]), 1);
        CHECK_EQ(pn_load_relaxed(&pn_frame_at(plan.frames[0])->state), skipped ? PN_FRAME_CANCELLED : PN_FRAME_DONE);
        check_nothing_leaked();
    }
}

/* ---- making way ---- */

static uint64_t items_before_single;

static uint32_t note_order(uint32_t record) {
    (void)record;
    items_before_single = COUNTER(executed);
    return PN_OUTCOME_DONE;
}

static void range_makes_way_for_injected_frames(void) {
    vtable[SLOT_SQUARE] = square;
    vtable[SLOT_NOTE_ORDER] = note_order;
    core_new(1, 4, 4, 4);
    pn_ref bulk = frame_bulk(0, 0, SLOT_SQUARE, 2000, 0);
    host_inject(bulk);
    host_inject(frame_single(1, SLOT_NOTE_ORDER, 0));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK(items_before_single >= 64 && items_before_single < 64 + 8); /* range_yield_items, and a grain or two */
    CHECK(COUNTER(yields) >= 1);
    CHECK_EQ(completions_of(bulk), 1);
    CHECK_EQ(completions_of(host_frame(1)), 1);
}

static uint32_t waits(uint32_t record) {
    (void)record;
    return PN_OUTCOME_WAIT;
}

/* An item of a bulk has no frame to wait in: its batch thunk traps, which fails the item. */
static void an_item_that_waits_fails(void) {
    vtable[SLOT_WAITS] = waits;
    core_new(1, 4, 4, 0);
    pn_ref bulk = frame_bulk(0, 0, SLOT_WAITS, 3, 0);
    host_inject(bulk);
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(pn_load_relaxed(&block_of(bulk)->failed), 3);
    CHECK_EQ(completions_of(bulk), 1);
    CHECK_EQ(pn_load_relaxed(&pn_frame_at(bulk)->state), PN_FRAME_FAILED);
    check_nothing_leaked();
}

static void a_block_outside_the_memory_panics(void) {
    vtable[SLOT_SQUARE] = square;
    for (uint32_t wrong = 0; wrong < 5; wrong++) {
        core_new(1, 4, 4, 0);
        pn_ref frame = frame_bulk(0, 0, SLOT_SQUARE, 3, 0);
        pn_block *block = block_of(frame);
        switch (wrong) {
        case 0: block->records_ref = pn_globals_get()->memory_bytes - 40; break;
        case 1: block->statuses_ref = UINT32_MAX; break;
        case 2: block->stride_bytes = 1u << 31; break;
        case 3: block->records_ref += 4; break;
        case 4: pn_frame_at(frame)->block += 4; break;
        }
        host_inject(frame);
        CHECK_PANIC(BAD_REF, worker_run(0, 0));
    }
}

static void block_grain_overrules_the_configuration(void) {
    vtable[SLOT_SQUARE] = square;
    core_new(2, 4, 4, 8);
    pn_ref frame = frame_bulk(0, 0, SLOT_SQUARE, 4, 0); /* the configured grain, 4, would not split it */
    block_of(frame)->grain = 1;
    host_inject(frame);
    CHECK_EQ(worker_run(0, 1), PN_RUN_MORE);
    CHECK_EQ(COUNTER(splits), 1);
    CHECK_EQ(worker_run(1, 0), PN_RUN_PARK);
    CHECK(COUNTER(stolen) >= 1);
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    check_squares(frame, all_done);
}

const test range_tests[] = {
    {"one_worker_alone", one_worker_alone}, {"bulk_split", bulk_split},
    {"bulk_without_frames_never_splits", bulk_without_frames_never_splits},
    {"bulk_fail_continues", bulk_fail_continues}, {"bulk_trap_continues", bulk_trap_continues},
    {"byte_results_are_freed_once", byte_results_are_freed_once},
    {"bulk_cancel_skips_the_rest", bulk_cancel_skips_the_rest},
    {"bulk_cancelled_before_it_began", bulk_cancelled_before_it_began},
    {"bulk_cancel_races_with_workers", bulk_cancel_races_with_workers},
    {"range_makes_way_for_injected_frames", range_makes_way_for_injected_frames},
    {"an_item_that_waits_fails", an_item_that_waits_fails},
    {"a_block_outside_the_memory_panics", a_block_outside_the_memory_panics},
    {"block_grain_overrules_the_configuration", block_grain_overrules_the_configuration}, {0, 0},
};
