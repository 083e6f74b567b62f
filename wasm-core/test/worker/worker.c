/* worker.c - hazards of the whole loop: single frames over a pool of workers. */
#include "deque.h"
#include "idle.h"
#include "native.h"
#include "penny/penny.h"

enum { SLOT_ADD = 1, SLOT_TRAPS, SLOT_YIELDS, SLOT_WAITS, SLOT_BYTES, FRAMES_MAX = 4000 };

static uint32_t add(uint32_t record) {
    uint64_t *r = record_of(record);
    r[0] += r[1] + 1;
    return PN_OUTCOME_DONE;
}

static uint32_t traps(uint32_t record) {
    add(record);
    if (record_of(record)[1] % 10 == 0) task_trap();
    return PN_OUTCOME_DONE;
}

static uint32_t yields(uint32_t record) {
    uint64_t *r = record_of(record);
    return ++r[0] <= r[1] % 4 ? PN_OUTCOME_YIELD : PN_OUTCOME_DONE;
}

static uint32_t bytes(uint32_t record) {
    uint64_t *r = record_of(record);
    pn_ref block = penny_heap_alloc(current_worker(), 40);
    CHECK(block != 0);
    *(uint64_t *)pn_at(block) = r[1];
    r[0] = (uint64_t)block << 32 | 40;
    return PN_OUTCOME_DONE;
}

static struct {
    uint32_t slot, count, flags;
} plan;

static void submit_all(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < plan.count; i++) {
        pn_ref frame = frame_single(i, plan.slot, i);
        pn_frame_at(frame)->flags = plan.flags;
        pool_inject(frame);
    }
    pool_wait_completed(plan.count);
}

static void run_plan(uint32_t workers, uint32_t slot, task_function task, uint32_t count, uint32_t dispatches_max) {
    core_new(workers, 4, 4, 8);
    vtable[slot] = task;
    plan.slot = slot;
    plan.count = count;
    pool_start(dispatches_max);
    pool_run(submit_all, 0);
    for (uint32_t i = 0; i < count; i++) CHECK_EQ(completions_of(host_frame(i)), 1);
    CHECK_EQ(COUNTER(completed), count);
    check_nothing_leaked();
}

static void exactly_once(void) {
    for (uint32_t repeat = 0; repeat < rounds(20); repeat++) {
        run_plan(3, SLOT_ADD, add, rounds(FRAMES_MAX - 1), 0);
        for (uint32_t i = 0; i < plan.count; i++) CHECK_EQ(pn_frame_at(host_frame(i))->result, i + 1);
        CHECK_EQ(COUNTER(executed), plan.count);
    }
}

static void small_budgets(void) {
    run_plan(2, SLOT_ADD, add, rounds(FRAMES_MAX - 1), 1);
    CHECK_EQ(COUNTER(executed), plan.count);
}

static void many_workers(void) {
#if defined(PN_SEEDED)
    run_plan(70, SLOT_ADD, add, 20, 0);
#else
    run_plan(256, SLOT_ADD, add, rounds(FRAMES_MAX - 1), 0);
#endif
}

static void trap_storm(void) {
    run_plan(2, SLOT_TRAPS, traps, rounds(FRAMES_MAX - 1), 0);
    for (uint32_t i = 0; i < plan.count; i++) {
        CHECK_EQ(pn_load_relaxed(&pn_frame_at(host_frame(i))->state), i % 10 == 0 ? PN_FRAME_FAILED : PN_FRAME_DONE);
        CHECK_EQ(pn_frame_at(host_frame(i))->result, i + 1);
    }
    CHECK_EQ(COUNTER(failed), (plan.count + 9) / 10);
}

static void yields_finish(void) {
    run_plan(2, SLOT_YIELDS, yields, rounds(FRAMES_MAX - 1), 0);
    for (uint32_t i = 0; i < plan.count; i++) CHECK_EQ(pn_frame_at(host_frame(i))->result, i % 4 + 1);
}

static void check_bytes(uint32_t worker, uint32_t frame) {
    (void)worker;
    pn_frame *f = pn_frame_at(frame);
    CHECK_EQ(*(uint64_t *)pn_at((pn_ref)(f->result >> 32)), f->args[0]);
    f->result = 0; /* the core must not need it any more */
}

static void byte_results_are_freed_once(void) {
    plan.flags = PN_FLAG_RESULT_BYTES;
    on_complete = check_bytes;
    run_plan(2, SLOT_BYTES, bytes, rounds(FRAMES_MAX - 1), 0);
    CHECK_EQ(COUNTER(results_freed), plan.count);
}

/* ---- sleep and wake-up: every frame finds all workers asleep, or nearly ---- */

static void one_at_a_time(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < plan.count; i++) {
        pool_inject(frame_single(i, SLOT_ADD, i));
        pool_wait_completed(i + 1);
    }
}

static void lost_wakeup(void) {
    vtable[SLOT_ADD] = add;
    for (uint32_t workers = 1; workers <= 3; workers++) {
        core_new(workers, 4, 4, 0);
        pn_globals_get()->spin_rounds = 1;
        plan.count = rounds(FRAMES_MAX - 1);
        pool_start(0);
        pool_run(one_at_a_time, 0);
        CHECK_EQ(COUNTER(executed), plan.count);
    }
}

static void stop_wakes_all(void) {
    vtable[SLOT_ADD] = add;
    for (uint32_t repeat = 0; repeat < rounds(200); repeat++) {
        core_new(3, 4, 4, 0);
        plan.count = repeat % 4;
        pool_start(0);
        pool_run(one_at_a_time, 0);
        for (uint32_t id = 0; id < 3; id++)
            CHECK_EQ(pn_load_relaxed(&pn_worker_at(id)->state), PN_WORKER_STOPPED);
    }
}

static void a_push_wakes_one(void) {
    core_new(2, 4, 4, 0);
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(worker_run(1, 0), PN_RUN_PARK);
    CHECK_EQ(pn_load_relaxed(&pn_globals_get()->sleepers[0]), 3);
    CHECK_EQ(pn_load_relaxed(&pn_worker_at(0)->state), PN_WORKER_SLEEPING);
    host_inject(frame_single(0, SLOT_ADD, 0));
    CHECK_EQ(pn_load_relaxed(&pn_globals_get()->sleepers[0]), 2);
    vtable[SLOT_ADD] = add;
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(COUNTER(parks), 3);
    CHECK_EQ(COUNTER(wakeups_sent), 0);
}

/* ---- swapping the backend: RETURN in the middle, RUN again ---- */

static uint32_t is_partly_done(void *argument) {
    return pn_load_acquire(&completed_count) >= (uint32_t)(uintptr_t)argument;
}

static void swap_three_times(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < plan.count; i++) {
        pool_inject(frame_single(i, SLOT_YIELDS, i));
        if (i % (plan.count / 4 + 1) != plan.count / 8) continue;
        host_wait(is_partly_done, (void *)(uintptr_t)(i / 2));
        host_command(PN_COMMAND_RETURN);
        host_command(PN_COMMAND_RUN);
    }
    pool_wait_completed(plan.count);
}

static void swap_loses_nothing(void) {
    vtable[SLOT_YIELDS] = yields;
    for (uint32_t repeat = 0; repeat < rounds(20); repeat++) {
        core_new(2, 4, 16, 8);
        plan.count = 16 + rounds(2000);
        pool_start(0);
        pool_run(swap_three_times, 0);
        for (uint32_t i = 0; i < plan.count; i++) CHECK_EQ(completions_of(host_frame(i)), 1);
    }
}

/* ---- order ---- */

static uint32_t sequence[8], sequence_count;

static uint32_t note(uint32_t record) {
    uint64_t *r = record_of(record);
    sequence[sequence_count++] = (uint32_t)r[1];
    return ++r[0] < 2 && r[1] == 1 ? PN_OUTCOME_YIELD : PN_OUTCOME_DONE;
}

static void yield_goes_fifo(void) {
    core_new(1, 4, 4, 0);
    vtable[SLOT_YIELDS] = note;
    for (uint32_t i = 1; i <= 3; i++) host_inject(frame_single(i, SLOT_YIELDS, i));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    static const uint32_t expected[] = {1, 2, 3, 1};
    CHECK_EQ(sequence_count, 4);
    for (uint32_t i = 0; i < 4; i++) CHECK_EQ(sequence[i], expected[i]);
}

/* A frame that keeps pushing into its worker's own deque: the injector is polled all the same. */
static uint32_t breeder_rounds;

static uint32_t breed(uint32_t record) {
    (void)record;
    if (completions_of(host_frame(0))) return PN_OUTCOME_DONE;
    breeder_rounds++;
    pn_store_relaxed(&pn_frame_at(host_frame(breeder_rounds + 1))->state, 0);
    CHECK(pn_deque_push(pn_worker_at(0), frame_single(breeder_rounds + 1, SLOT_YIELDS, 0)));
    return PN_OUTCOME_DONE;
}

static void starvation(void) {
    core_new(1, 4, 4, 0);
    vtable[SLOT_YIELDS] = breed;
    vtable[SLOT_ADD] = add;
    CHECK(pn_deque_push(pn_worker_at(0), frame_single(1, SLOT_YIELDS, 0)));
    host_inject(frame_single(0, SLOT_ADD, 0));
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK(breeder_rounds > 0 && breeder_rounds <= 61); /* poll_interval */
}

/* ---- overflow: every queue full, nothing lost ---- */

static void overflow_spills(void) {
    core_new(1, 4, 4, 0);
    vtable[SLOT_YIELDS] = yields;
    uint32_t count = 0;
    for (; count < 4; count++) CHECK(pn_deque_push(pn_worker_at(0), frame_single(count, SLOT_YIELDS, 3)));
    while (host_inject(frame_single(count, SLOT_YIELDS, 3))) count++;
    CHECK_EQ(count, 8);
    CHECK_EQ(worker_run(0, 1), PN_RUN_MORE); /* from the deque; yields, injector full: spills back to the deque */
    CHECK_EQ(COUNTER(spills), 1);
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    for (uint32_t i = 0; i < count; i++) CHECK_EQ(completions_of(host_frame(i)), 1);
}

static uint32_t fill_and_yield(uint32_t record) {
    uint64_t *r = record_of(record);
    if (++r[0] == 2) return PN_OUTCOME_DONE;
    for (uint32_t i = 10; pn_deque_push(pn_worker_at(0), frame_single(i, SLOT_ADD, 0)); i++) continue;
    for (uint32_t i = 20; host_inject(frame_single(i, SLOT_ADD, 0)); i++) continue;
    return PN_OUTCOME_YIELD;
}

static void all_full_holds_the_frame(void) {
    core_new(1, 4, 4, 0);
    vtable[SLOT_YIELDS] = fill_and_yield;
    vtable[SLOT_ADD] = add;
    host_inject(frame_single(0, SLOT_YIELDS, 0));
    CHECK_EQ(worker_run(0, 1), PN_RUN_MORE);
    CHECK_EQ(pn_worker_at(0)->held_frame, host_frame(0));
    CHECK_EQ(worker_run(0, 1), PN_RUN_MORE);
    CHECK_EQ(completions_of(host_frame(0)), 1); /* it goes first */
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(COUNTER(completed), 9);
}

/* ---- WAIT: the host resumes early, late, or cancels ---- */

static uint32_t waits(uint32_t record) {
    uint64_t *r = record_of(record);
    pn_word *mailbox = (pn_word *)pn_at((pn_ref)r[1]); /* tells the resumer that the task waits, or is about to */
    if (r[0]++ > 0) return PN_OUTCOME_DONE;
    pn_store_release(mailbox, 1);
    return PN_OUTCOME_WAIT;
}

static uint32_t has_mail(void *mailbox) {
    return pn_load_acquire(mailbox);
}

/* The protocol of frame.h for a host that resumes. */
static void resume(pn_ref ref) {
    pn_word *state = &pn_frame_at(ref)->state;
    if (pn_cas_acq_rel(state, PN_FRAME_RUNNING, PN_FRAME_READY_AGAIN) == PN_FRAME_RUNNING) return; /* the worker queues it */
    CHECK_EQ(pn_cas_acq_rel(state, PN_FRAME_BLOCKED, PN_FRAME_READY_AGAIN), PN_FRAME_BLOCKED);
    pool_inject(ref);
}

static void wait_and_resume(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < plan.count; i++) {
        pn_word *mailbox = pn_at(pn_globals_get()->args_ref + i * 4);
        pool_inject(frame_single(i, SLOT_WAITS, pn_globals_get()->args_ref + i * 4));
        host_wait(has_mail, mailbox);
        resume(host_frame(i));
    }
    pool_wait_completed(plan.count);
}

static void resume_races_with_wait(void) {
    vtable[SLOT_WAITS] = waits;
    core_new(2, 4, 4, 0);
    plan.count = rounds(FRAMES_MAX - 1);
    pool_start(0);
    pool_run(wait_and_resume, 0);
    for (uint32_t i = 0; i < plan.count; i++) {
        CHECK_EQ(pn_frame_at(host_frame(i))->result, 2);
        CHECK_EQ(completions_of(host_frame(i)), 1);
    }
    CHECK_EQ(COUNTER(waits), plan.count);
}

/* It would run twice: a host that runs calls itself which have not begun takes them from READY. */
static void begun_call_is_not_withdrawn(void) {
    core_new(1, 4, 4, 0);
    vtable[SLOT_YIELDS] = yields;
    vtable[SLOT_WAITS] = waits;
    pn_word *mailbox = pn_at(pn_globals_get()->args_ref);
    pn_ref yielding = frame_single(0, SLOT_YIELDS, 3);
    pn_ref waiting = frame_single(1, SLOT_WAITS, pn_globals_get()->args_ref);
    host_inject(yielding);
    host_inject(waiting);
    while (!pn_load_acquire(mailbox)) CHECK_EQ(worker_run(0, 1), PN_RUN_MORE); /* ends: with the second dispatch or the third */
    CHECK_EQ(pn_cas_acq_rel(&pn_frame_at(waiting)->state, PN_FRAME_BLOCKED, PN_FRAME_READY_AGAIN), PN_FRAME_BLOCKED);
    host_inject(waiting);
    CHECK_EQ(pn_cas_acq_rel(&pn_frame_at(yielding)->state, PN_FRAME_READY, PN_FRAME_CANCELLED), PN_FRAME_READY_AGAIN);
    CHECK_EQ(pn_cas_acq_rel(&pn_frame_at(waiting)->state, PN_FRAME_READY, PN_FRAME_CANCELLED), PN_FRAME_READY_AGAIN);
    /* A cancellation still reaches it. */
    CHECK_EQ(pn_cas_acq_rel(&pn_frame_at(yielding)->state, PN_FRAME_READY_AGAIN, PN_FRAME_CANCELLED), PN_FRAME_READY_AGAIN);
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(completions_of(yielding), 1);
    CHECK_EQ(COUNTER(skipped), 1);
    CHECK_EQ(pn_load_relaxed(&pn_frame_at(waiting)->state), PN_FRAME_DONE);
    CHECK_EQ(pn_frame_at(waiting)->result, 2);
}

static void cancelled_single_only_completes(void) {
    core_new(1, 4, 4, 0);
    vtable[SLOT_ADD] = add;
    pn_ref frame = frame_single(0, SLOT_ADD, 5);
    host_inject(frame);
    CHECK_EQ(pn_cas_acq_rel(&pn_frame_at(frame)->state, PN_FRAME_READY, PN_FRAME_CANCELLED), PN_FRAME_READY);
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_EQ(completions_of(frame), 1);
    CHECK_EQ(pn_frame_at(frame)->result, 0);
    CHECK_EQ(COUNTER(executed), 0);
    CHECK_EQ(COUNTER(skipped), 1);
}

static void state_machine_rejects(void) {
    static const uint8_t allowed[6][6] = {
        [PN_WORKER_IDLE] = {[PN_WORKER_RUNNING] = 1},
        [PN_WORKER_RUNNING] = {[PN_WORKER_IDLE] = 1, [PN_WORKER_BLOCKED] = 1, [PN_WORKER_SLEEPING] = 1, [PN_WORKER_STOPPED] = 1},
        [PN_WORKER_BLOCKED] = {[PN_WORKER_RUNNING] = 1},
        [PN_WORKER_SLEEPING] = {[PN_WORKER_RUNNING] = 1},
    };
    core_new(1, 4, 4, 0);
    pn_worker *w = pn_worker_at(0);
    for (uint32_t from = 0; from < 6; from++) {
        for (uint32_t to = 0; to < 7; to++) {
            pn_store_relaxed(&w->state, from);
            if (to < 6 && allowed[from][to]) pn_worker_transition(w, to);
            else CHECK_PANIC(BAD_STATE, pn_worker_transition(w, to));
        }
    }
    pn_store_relaxed(&w->state, PN_WORKER_STOPPED);
    CHECK_PANIC(BAD_STATE, penny_worker_run(0, 0));
}

const test worker_tests[] = {
    {"exactly_once", exactly_once}, {"small_budgets", small_budgets}, {"many_workers", many_workers},
    {"trap_storm", trap_storm}, {"yields_finish", yields_finish},
    {"byte_results_are_freed_once", byte_results_are_freed_once}, {"lost_wakeup", lost_wakeup},
    {"stop_wakes_all", stop_wakes_all}, {"a_push_wakes_one", a_push_wakes_one}, {"swap_loses_nothing", swap_loses_nothing},
    {"yield_goes_fifo", yield_goes_fifo}, {"starvation", starvation}, {"overflow_spills", overflow_spills},
    {"all_full_holds_the_frame", all_full_holds_the_frame}, {"resume_races_with_wait", resume_races_with_wait}, {"begun_call_is_not_withdrawn", begun_call_is_not_withdrawn},
    {"cancelled_single_only_completes", cancelled_single_only_completes},
    {"state_machine_rejects", state_machine_rejects}, {0, 0},
};
