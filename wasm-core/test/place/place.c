/* place.c - priorities and pins: who goes first, who starves, who may run a pinned frame. */
#include "deque.h"
#include "frame.h"
#include "mail.h"
#include "native.h"
#include "penny/penny.h"

enum { SLOT_NOTE = 1, SLOT_FLOOD, SLOT_ON, SLOT_ITEM, SLOT_WAITS, FRAMES_MAX = 2000 };

static uint32_t sequence[32], sequence_count;

static uint32_t note(uint32_t record) {
    sequence[sequence_count++] = (uint32_t)record_of(record)[1];
    return PN_OUTCOME_DONE;
}

static void check_sequence(const uint32_t *expected, uint32_t count) {
    CHECK_EQ(sequence_count, count);
    for (uint32_t i = 0; i < count; i++) CHECK_EQ(sequence[i], expected[i]);
}

static void waiting_frames_go_by_priority(void) {
    static const uint32_t priorities[] = {PN_PRIORITY_LOW, PN_PRIORITY_NORMAL, PN_PRIORITY_HIGH};
    core_new(1, 4, 4, 0);
    vtable[SLOT_NOTE] = note;
    for (uint32_t i = 0; i < 9; i++) host_inject(frame_priority(frame_single(i, SLOT_NOTE, i), priorities[i % 3]));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    check_sequence((const uint32_t[]){2, 5, 8, 1, 4, 7, 0, 3, 6}, 9);
}

static void high_goes_before_the_own_deque(void) {
    core_new(1, 4, 4, 0);
    vtable[SLOT_NOTE] = note;
    for (uint32_t i = 0; i < 3; i++) CHECK(pn_deque_push(pn_worker_at(0), frame_single(i, SLOT_NOTE, i)));
    host_inject(frame_single(3, SLOT_NOTE, 3));
    host_inject(frame_pinned(frame_single(4, SLOT_NOTE, 4), 0));
    CHECK_EQ(worker_run(0, 1), PN_RUN_MORE);
    host_inject(frame_priority(frame_single(5, SLOT_NOTE, 5), PN_PRIORITY_HIGH));
    CHECK_EQ(worker_run(0, 1), PN_RUN_MORE);
    host_inject(frame_priority(frame_single(6, SLOT_NOTE, 6), PN_PRIORITY_HIGH)); /* the hint works more than once */
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    check_sequence((const uint32_t[]){2, 5, 6, 1, 0, 4, 3}, 7);
}

static void a_bad_place_panics(void) {
    core_new(2, 4, 4, 0);
    CHECK_PANIC(BAD_REF, host_inject(frame_priority(frame_single(0, SLOT_NOTE, 0), PN_PRIORITY_COUNT)));
    CHECK_PANIC(BAD_REF, host_inject(frame_pinned(frame_single(0, SLOT_NOTE, 0), 2)));
}

/* ---- starvation: four sources, three of them never empty ---- */

enum { HIGH, NORMAL, LOW, MAIL, OWN, SOURCES };
static uint32_t flood_rounds, served;

static void put(uint32_t source, pn_ref frame) {
    switch (source) {
    case HIGH: frame_priority(frame, PN_PRIORITY_HIGH); break;
    case LOW: frame_priority(frame, PN_PRIORITY_LOW); break;
    case MAIL: frame_pinned(frame, 0); break;
    default: break;
    }
    if (source == OWN) CHECK(pn_deque_push(pn_worker_at(0), frame));
    else CHECK(host_inject(frame));
}

static uint32_t flood(uint32_t record) {
    uint32_t source = (uint32_t)record_of(record)[1];
    if (served || ++flood_rounds == FRAMES_MAX) return PN_OUTCOME_DONE;
    put(source, frame_single(SOURCES + flood_rounds, SLOT_FLOOD, source));
    return PN_OUTCOME_DONE;
}

static uint32_t serve(uint32_t record) {
    (void)record;
    served = 1;
    return PN_OUTCOME_DONE;
}

static void no_source_starves(void) {
    for (uint32_t waits = NORMAL; waits < SOURCES; waits++) {
        core_new(1, 4, 4, 0);
        vtable[SLOT_FLOOD] = flood;
        vtable[SLOT_NOTE] = serve;
        flood_rounds = served = 0;
        for (uint32_t source = 0; source < SOURCES; source++) {
            if (source != waits) put(source, frame_single(source, SLOT_FLOOD, source));
        }
        put(waits, frame_single(waits, SLOT_NOTE, 0));
        CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
        CHECK(served);
        CHECK(flood_rounds <= PN_TURN_COUNT * pn_globals_get()->poll_interval);
        if (waits == LOW) CHECK(flood_rounds < pn_globals_get()->poll_interval); /* it has the first turn */
    }
}

/* ---- ranges ---- */

static uint32_t items_run, items_before;

static uint32_t item(uint32_t record) {
    uint64_t *r = record_of(record);
    r[0] = r[1];
    if (++items_run == 10) put((uint32_t)pn_globals_get()->seed, frame_single(1, SLOT_NOTE, 0));
    return PN_OUTCOME_DONE;
}

static uint32_t note_items(uint32_t record) {
    (void)record;
    items_before = items_run;
    return PN_OUTCOME_DONE;
}

/* How many items ran before a frame that came after the tenth. */
static uint32_t items_before_frame(uint32_t source, uint32_t priority) {
    core_new(1, 4, 4, 4);
    pn_globals_get()->seed = source;
    vtable[SLOT_ITEM] = item;
    vtable[SLOT_NOTE] = note_items;
    items_run = 0;
    host_inject(frame_priority(frame_bulk(0, 0, SLOT_ITEM, 2000, 0), priority));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(items_run, 2000);
    CHECK_EQ(completions_of(host_frame(0)), 1);
    CHECK_EQ(completions_of(host_frame(1)), 1);
    check_nothing_leaked();
    return items_before;
}

static void a_range_makes_way_for_high_at_its_next_look(void) {
    CHECK_EQ(items_before_frame(HIGH, PN_PRIORITY_NORMAL), 12); /* the end of its batch of 4 */
    CHECK_EQ(items_before_frame(HIGH, PN_PRIORITY_LOW), 12);
    CHECK_EQ(items_before_frame(HIGH, PN_PRIORITY_HIGH), 64); /* its equals wait for range_yield_items */
}

static void a_range_makes_way_for_its_equals_not_for_less(void) {
    CHECK_EQ(items_before_frame(NORMAL, PN_PRIORITY_NORMAL), 64);
    CHECK_EQ(items_before_frame(NORMAL, PN_PRIORITY_LOW), 64);
    CHECK_EQ(items_before_frame(MAIL, PN_PRIORITY_NORMAL), 64);
    CHECK(items_before_frame(LOW, PN_PRIORITY_NORMAL) > 64); /* but in its turn, see the next test */
}

/* A look outside counts as a round: low does not wait for the end of a bulk that goes on for ever. */
static void a_long_range_lets_low_have_its_turn(void) {
    core_new(1, 4, 4, 0);
    pn_globals_get()->seed = LOW;
    pn_globals_get()->poll_interval = 8;
    pn_worker_at(0)->polls_left = 8;
    vtable[SLOT_ITEM] = item;
    vtable[SLOT_NOTE] = note_items;
    items_run = 0;
    host_inject(frame_bulk(0, 0, SLOT_ITEM, 2000, 0));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK(items_before <= 9 * 64);
}

/* ---- pins ---- */

static uint32_t on_its_worker(uint32_t record) {
    uint64_t *r = record_of(record);
    CHECK_EQ(current_worker(), r[1] % 3);
    return ++r[0] <= r[1] % 5 ? PN_OUTCOME_YIELD : PN_OUTCOME_DONE;
}

static uint32_t frame_total;

static void submit_pinned(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < frame_total; i++) pool_inject(frame_pinned(frame_single(i, SLOT_ON, i), i % 3));
    pool_wait_completed(frame_total);
}

static void a_pinned_frame_runs_on_its_worker_only(void) {
    vtable[SLOT_ON] = on_its_worker;
    for (uint32_t budget = 0; budget < 2; budget++) {
        core_new(3, 4, 4, 8);
        frame_total = rounds(FRAMES_MAX);
        pool_start(budget);
        pool_run(submit_pinned, 0);
        for (uint32_t i = 0; i < frame_total; i++) CHECK_EQ(completions_of(host_frame(i)), 1);
        CHECK_EQ(COUNTER(stolen), 0);
        check_nothing_leaked();
    }
}

static uint32_t item_on_one(uint32_t record) {
    uint64_t *r = record_of(record);
    CHECK_EQ(current_worker(), 1);
    if (r[1] % 50 == 7) task_trap();
    r[0] = r[1];
    return PN_OUTCOME_DONE;
}

static void a_pinned_bulk_stays_whole_on_its_worker(void) {
    core_new(2, 4, 4, 8);
    vtable[SLOT_ITEM] = item_on_one;
    pn_ref bulk = frame_pinned(frame_bulk(0, 0, SLOT_ITEM, 200, 0), 1);
    host_inject(bulk);
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    while (worker_run(1, 3) == PN_RUN_MORE) { /* leaves it in a queue again and again */
        CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    }
    CHECK_EQ(completions_of(bulk), 1);
    CHECK_EQ(COUNTER(splits), 0);
    CHECK_EQ(COUNTER(executed), 200);
    CHECK_EQ(pn_load_relaxed(&block_of(bulk)->failed), 4);
    check_nothing_leaked();
}

static uint32_t fill_and_yield(uint32_t record) {
    uint64_t *r = record_of(record);
    if (++r[0] == 2) return PN_OUTCOME_DONE;
    uint32_t pushed = 0;
    while (host_inject(frame_pinned(frame_single(10 + pushed, SLOT_NOTE, 10 + pushed), 0))) pushed++;
    CHECK_EQ(pushed, 4); /* all cells */
    return PN_OUTCOME_YIELD;
}

static void a_pinned_frame_that_goes_on_finds_room(void) {
    core_new(1, 4, 4, 0);
    vtable[SLOT_ON] = fill_and_yield;
    vtable[SLOT_NOTE] = note;
    host_inject(frame_pinned(frame_single(0, SLOT_ON, 0), 0));
    CHECK_EQ(worker_run(0, 1), PN_RUN_MORE);
    CHECK_EQ(pn_worker_at(0)->held_frame, 0);
    CHECK_EQ(COUNTER(spills), 1);
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    check_sequence((const uint32_t[]){10, 11, 12, 13}, 4);
    CHECK_EQ(completions_of(host_frame(0)), 1);
}

/* Cells and list of a mailbox take turns, and each is first in, first out. */
static void neither_part_of_a_mailbox_starves(void) {
    core_new(2, 4, 4, 0);
    pn_worker *reader = pn_worker_at(0), *sender = pn_worker_at(1);
    for (uint32_t i = 0; i < 7; i++) pn_mail_send(sender, frame_pinned(host_frame(i), 0));
    CHECK_EQ(pn_load_relaxed(&pn_globals_get()->sleepers[0]) & 1, 0);
    CHECK_EQ(COUNTER(spills), 3);
    CHECK_EQ(pn_mail_take(reader), host_frame(0));
    for (uint32_t i = 7; i < 9; i++) pn_mail_send(sender, frame_pinned(host_frame(i), 0));
    static const uint32_t order[] = {4, 5, 6, 1, 8, 2, 3, 7};
    for (uint32_t i = 0; i < 8; i++) {
        CHECK(pn_mail_waits(reader));
        CHECK_EQ(pn_mail_take(reader), host_frame(order[i]));
    }
    CHECK(!pn_mail_waits(reader));
    CHECK_EQ(pn_mail_take(reader), 0);
}

static void a_pinned_push_wakes_its_worker_only(void) {
    core_new(3, 4, 4, 0);
    vtable[SLOT_NOTE] = note;
    for (uint32_t id = 0; id < 3; id++) CHECK_EQ(worker_run(id, 0), PN_RUN_PARK);
    host_inject(frame_pinned(frame_single(0, SLOT_NOTE, 0), 2));
    CHECK_EQ(pn_load_relaxed(&pn_globals_get()->sleepers[0]), 3);
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(worker_run(1, 0), PN_RUN_PARK);
    CHECK_EQ(completions_of(host_frame(0)), 0);
    CHECK_EQ(worker_run(2, 0), PN_RUN_PARK);
    CHECK_EQ(completions_of(host_frame(0)), 1);
    CHECK_EQ(COUNTER(wakeups_sent), 0);
}

/* Every frame finds its worker asleep, or nearly. */
static void one_at_a_time(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < frame_total; i++) {
        pn_ref frame = frame_single(i, SLOT_ON, i);
        pool_inject(i % 6 < 3 ? frame_pinned(frame, i % 3) : frame_priority(frame, i % 3));
        pool_wait_completed(i + 1);
    }
}

static uint32_t done(uint32_t record) {
    (void)record;
    return PN_OUTCOME_DONE;
}

static void lost_wakeup(void) {
    vtable[SLOT_ON] = done;
    core_new(3, 4, 4, 0);
    pn_globals_get()->spin_rounds = 1;
    frame_total = rounds(FRAMES_MAX);
    pool_start(0);
    pool_run(one_at_a_time, 0);
    CHECK_EQ(COUNTER(executed), frame_total);
}

/* ---- steps ---- */

static void steps_look_in_the_same_order(void) {
    core_new(1, 4, 4, 0);
    vtable[SLOT_NOTE] = note;
    CHECK(pn_deque_push(pn_worker_at(0), frame_single(0, SLOT_NOTE, 0)));
    host_inject(frame_priority(frame_single(1, SLOT_NOTE, 1), PN_PRIORITY_LOW));
    host_inject(frame_pinned(frame_single(2, SLOT_NOTE, 2), 0));
    host_inject(frame_priority(frame_single(3, SLOT_NOTE, 3), PN_PRIORITY_HIGH));
    static const uint32_t actions[] = {
        PN_ACTION_WAKE, PN_ACTION_INJECT_POP, PN_ACTION_RUN_FRAME, PN_ACTION_POP, PN_ACTION_RUN_FRAME, PN_ACTION_MAIL_POP,
        PN_ACTION_RUN_FRAME, PN_ACTION_POP_MISS, PN_ACTION_INJECT_POP, PN_ACTION_RUN_FRAME,
    };
    for (uint32_t i = 0; i < sizeof actions / sizeof *actions; i++) CHECK_EQ(worker_step(0), actions[i]);
    check_sequence((const uint32_t[]){3, 0, 2, 1}, 4);
    /* After announcing: mail is seen, as by the loop. */
    uint32_t action;
    while ((action = worker_step(0)) != PN_ACTION_ANNOUNCE) CHECK(action != PN_ACTION_PARK);
    host_inject(frame_pinned(frame_single(4, SLOT_NOTE, 4), 0));
    CHECK_EQ(worker_step(0), PN_ACTION_RECHECK_HIT);
    CHECK_EQ(worker_step(0), PN_ACTION_MAIL_POP);
}

static void a_frame_knows_that_it_is_cancelled(void) {
    core_new(1, 4, 4, 0);
    pn_frame *single = pn_frame_at(frame_single(0, SLOT_NOTE, 0));
    pn_frame *bulk = pn_frame_at(frame_bulk(1, 0, SLOT_ITEM, 3, 0));
    CHECK(!pn_frame_is_cancelled(single) && !pn_frame_is_cancelled(bulk));
    pn_store_release(&single->cancelled, 1);
    CHECK(pn_frame_is_cancelled(single) && !pn_frame_is_cancelled(bulk));
    pn_store_release(&pn_block_at(bulk->block)->cancelled, 1);
    CHECK(pn_frame_is_cancelled(bulk));
}

const test place_tests[] = {
    {"waiting_frames_go_by_priority", waiting_frames_go_by_priority},
    {"high_goes_before_the_own_deque", high_goes_before_the_own_deque},
    {"a_bad_place_panics", a_bad_place_panics},
    {"no_source_starves", no_source_starves},
    {"a_range_makes_way_for_high_at_its_next_look", a_range_makes_way_for_high_at_its_next_look},
    {"a_range_makes_way_for_its_equals_not_for_less", a_range_makes_way_for_its_equals_not_for_less},
    {"a_long_range_lets_low_have_its_turn", a_long_range_lets_low_have_its_turn},
    {"a_pinned_frame_runs_on_its_worker_only", a_pinned_frame_runs_on_its_worker_only},
    {"a_pinned_bulk_stays_whole_on_its_worker", a_pinned_bulk_stays_whole_on_its_worker},
    {"a_pinned_frame_that_goes_on_finds_room", a_pinned_frame_that_goes_on_finds_room},
    {"neither_part_of_a_mailbox_starves", neither_part_of_a_mailbox_starves},
    {"a_pinned_push_wakes_its_worker_only", a_pinned_push_wakes_its_worker_only},
    {"lost_wakeup", lost_wakeup},
    {"steps_look_in_the_same_order", steps_look_in_the_same_order},
    {"a_frame_knows_that_it_is_cancelled", a_frame_knows_that_it_is_cancelled}, {0, 0},
};
