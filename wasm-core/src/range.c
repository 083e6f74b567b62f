/* range.c - see range.h. */
#define PN_FILE PN_FILE_RANGE
#include "range.h"

#include "deque.h"
#include "find.h"
#include "fork.h"
#include "frame.h"
#include "heap.h"
#include "idle.h"
#include "injector.h"
#include "join.h"
#include "log.h"
#include "policy.h"
#include "replay.h"
#include "run.h"

_Static_assert(PN_ITEM_DONE == PN_OUTCOME_DONE + 1 && PN_ITEM_FAILED == PN_OUTCOME_FAILED + 1, "status = outcome + 1");

/* Two copies, without a log and with one, so that the usual loop does not grow by what is rare: `logged` is constant in both. */
#define IN_BOTH_LOOPS static inline __attribute__((always_inline))
#define OUT_OF_LINE __attribute__((noinline))

static uint32_t min_u32(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static uint8_t *statuses_of(const pn_block *block) {
    return (uint8_t *)pn_at(block->statuses_ref);
}

/* pre: every item is accounted for, so nobody else holds the block. */
static void complete_bulk(pn_worker *worker, pn_ref root_ref) {
    pn_frame *root = pn_frame_at(root_ref);
    pn_block *block = pn_block_at(root->block);
    pn_ref results = 0;
    if (block->flags & PN_FLAG_RESULT_BYTES) {
        const uint8_t *statuses = statuses_of(block);
        for (uint32_t item = 0; item < block->count; item++) {
            const uint64_t *record = (const uint64_t *)pn_at(block->records_ref + item * block->stride_bytes);
            if (statuses[item] != PN_ITEM_CANCELLED) results = pn_run_chain_result(record[0], results);
        }
    }
    /* Relaxed: pending was acquired. */
    uint32_t failed = pn_load_relaxed(&block->failed);
    uint32_t skipped = pn_load_relaxed(&block->skipped); /* relaxed: as above */
    pn_frame_finish(root, failed ? PN_FRAME_FAILED : skipped ? PN_FRAME_CANCELLED : PN_FRAME_DONE);
    pn_run_complete(worker, root_ref, results);
}

/* Accounts for `count` items whose statuses are written. The caller may touch the block afterwards only if it holds
 * other items of it. */
IN_BOTH_LOOPS void account(pn_worker *worker, pn_ref root, pn_block *block, uint32_t count, uint32_t failed, uint32_t skipped,
                           uint32_t logged) {
    pn_counter_add(&worker->counters.failed, failed);
    pn_counter_add(&worker->counters.skipped, skipped);
    if (failed) pn_fetch_add_relaxed(&block->failed, failed);    /* relaxed: released with pending */
    if (skipped) pn_fetch_add_relaxed(&block->skipped, skipped); /* relaxed: released with pending */
    /* release: statuses, results and the two counts; acquire: those of all other parts. Pairs with itself. */
    if (logged) {
        if (pn_log_completes(worker, root, &block->pending, count)) complete_bulk(worker, root);
        return;
    }
    uint32_t before = pn_fetch_sub_acq_rel(&block->pending, count);
    PN_ASSERT(before >= count, BROKEN_INVARIANT);
    if (before == count) complete_bulk(worker, root);
}

/* Ends a part whose items up to hi have their statuses. */
IN_BOTH_LOOPS void end_part(pn_worker *worker, pn_ref part_ref, uint32_t failed, uint32_t skipped, uint32_t logged) {
    pn_frame *part = pn_frame_at(part_ref);
    pn_ref root = part->root;
    pn_block *block = pn_block_at(part->block);
    uint32_t count = part->hi - part->lo;
    worker->current_frame = 0;
    if (logged) pn_log_decide(worker, PN_DECISION_END, 0, part_ref, part->hi - skipped);
    if (part->kind == PN_KIND_RANGE) pn_frame_free(worker, part_ref);
    account(worker, root, block, count, failed, skipped, logged);
}

/* Leaves a part at item `next`, with the rest of it to be queued by the caller. `logged`: 0, or how it is left. */
IN_BOTH_LOOPS void leave_part(pn_worker *worker, pn_ref part_ref, uint32_t next, uint32_t failed, uint32_t logged) {
    pn_frame *part = pn_frame_at(part_ref);
    uint32_t count = next - part->lo;
    if (logged) pn_log_decide(worker, logged, 0, part_ref, next);
    worker->current_frame = 0;
    part->lo = next;
    if (part->kind == PN_KIND_RANGE) pn_frame_transition(part, PN_FRAME_READY);
    if (count) account(worker, part->root, pn_block_at(part->block), count, failed, 0, logged);
}

static uint32_t skip_items(pn_block *block, uint32_t lo, uint32_t hi) {
    __builtin_memset(statuses_of(block) + lo, PN_ITEM_CANCELLED, hi - lo);
    return hi - lo;
}

static uint32_t push_part(pn_worker *worker, pn_ref ref) {
    if (!pn_deque_push(worker, ref)) return 0;
    pn_idle_notify(worker);
    return 1;
}

/* Gives the upper half of [lo, part.hi) to whoever steals it. No frame or no room: no split. */
IN_BOTH_LOOPS void split(pn_worker *worker, pn_frame *part, uint32_t lo, uint32_t logged, uint32_t by_policy) {
    pn_ref ref = pn_frame_alloc(worker);
    if (ref == 0) return;
    pn_frame *upper = pn_frame_at(ref);
    uint32_t middle = lo + (part->hi - lo) / 2;
    upper->slot = part->slot;
    upper->kind = PN_KIND_RANGE;
    upper->root = part->root;
    upper->block = part->block;
    upper->lo = middle;
    upper->hi = part->hi;
    upper->flags = part->flags;
    upper->ticket = part->ticket;
    if (logged) pn_log_decide(worker, PN_DECISION_SPLIT, 0, ref, lo);
    if (!(by_policy ? pn_policy_place_part(worker, ref) : push_part(worker, ref))) {
        if (!(logged ? pn_log_pushes_outside(worker, ref) : pn_injector_push(pn_injector_of(upper->flags), ref))) {
            pn_frame_free(worker, ref);
            return;
        }
        pn_counter_add(&worker->counters.spills, 1);
        pn_idle_notify(worker);
    }
    part->hi = middle;
    pn_counter_add(&worker->counters.splits, 1);
}

/* So that there is nothing to free of items that fail. */
static OUT_OF_LINE void clear_results(const pn_block *block, uint32_t item, uint32_t end) {
    for (; item < end; item++) *(uint64_t *)pn_at(block->records_ref + item * block->stride_bytes) = 0;
}

/* One batch. Returns where it stopped: `end`, or `item` because the bulk was cancelled. */
IN_BOTH_LOOPS uint32_t run_items(pn_worker *worker, const pn_block *block, uint32_t item, uint32_t end) {
    if (pn_load_hint(&block->cancelled)) return item;
    if (block->flags & PN_FLAG_RESULT_BYTES) clear_results(block, item, end);
    worker->current_record = block->records_ref + item * block->stride_bytes;
    uint32_t failed = pn_dispatch_batch(worker, block, item, end);
    pn_ref part = worker->current_frame;
    if (pn_frame_at(part)->children != 0) {
        /* Nobody joined them, so nobody misses the cause of a failure either. */
        pn_ref child = pn_join_children(worker, part, 0);
        if (child != 0) pn_fork_release(worker, child);
    }
    PN_ASSERT(failed <= end - item, BAD_OUTCOME);
    worker->range_failed += failed;
    return end;
}

IN_BOTH_LOOPS void count_executed(pn_worker *worker, uint32_t next) {
    pn_counter_add(&worker->counters.executed, next - worker->range_counted);
    worker->range_counted = next;
}

/* The same as the loop in run, from a recording. */
static OUT_OF_LINE uint32_t run_as_recorded(pn_worker *worker, pn_ref part_ref, uint32_t grain, uint32_t by_policy) {
    pn_frame *part = pn_frame_at(part_ref);
    const pn_block *block = pn_block_at(part->block);
    uint32_t first = part->lo;
    uint32_t next = first;
    for (;;) { /* ends: every round runs an item, or returns */
        if (pn_replay_splits(worker, next)) split(worker, part, next, 1, by_policy);
        uint32_t end = next + pn_replay_batch(worker, next, min_u32(part->hi - next, grain));
        uint32_t skips = pn_replay_skips(worker, next);
        if (!skips) next = run_items(worker, block, next, end);
        count_executed(worker, next);
        if (skips || next < end || next == part->hi) {
            uint32_t skipped = next == part->hi ? 0 : skip_items(pn_block_at(part->block), next, part->hi);
            end_part(worker, part_ref, worker->range_failed, skipped, 1);
            return next - first;
        }
        uint32_t recorded = pn_replay_leaves(worker, next);
        if (recorded != 0 || !pn_replay_is_on(worker)) {
            pn_counter_add(&worker->counters.yields, recorded == PN_DECISION_MAKE_WAY);
            leave_part(worker, part_ref, next, worker->range_failed, recorded);
            if (recorded == PN_DECISION_MAKE_WAY) pn_run_requeue_last(worker, part_ref);
            else pn_run_requeue_first(worker, part_ref);
            return next - first;
        }
    }
}

IN_BOTH_LOOPS uint32_t run(pn_worker *worker, pn_ref part_ref, uint32_t items_max, uint32_t logged, uint32_t by_policy) {
    const pn_globals *globals = pn_globals_get();
    pn_frame *part = pn_frame_at(part_ref);
    pn_block *block = pn_block_at(part->block);
    uint32_t grain = block->grain ? block->grain : globals->range_grain;
    uint32_t first = part->lo;
    uint32_t next = first;
    uint32_t looked = first; /* item at which the injectors were looked at last */
    uint32_t may_split = !pn_flags_are_pinned(part->flags);
    uint32_t looks_for_high = pn_flags_priority(part->flags) != PN_PRIORITY_HIGH;
    PN_ASSERT(block->slot < globals->slot_capacity && part->hi <= block->count, BAD_REF);
    worker->range_failed = 0;
    worker->range_counted = first;
    worker->current_slot = block->slot;
    worker->current_frame = part_ref;
    if (logged && pn_replay_is_on(worker)) return run_as_recorded(worker, part_ref, grain, by_policy);
    for (;;) { /* ends: every round runs an item, or returns */
        if (part->hi - next > grain && may_split && (by_policy ? pn_policy_is_hungry(worker) : pn_deque_is_empty(worker)))
            split(worker, part, next, logged, by_policy);
        uint32_t end = next + min_u32(min_u32(part->hi - next, grain), items_max - (next - first));
        next = run_items(worker, block, next, end);
        count_executed(worker, next);
        if (next < end) {
            end_part(worker, part_ref, worker->range_failed, skip_items(block, next, part->hi), logged);
            return next - first;
        }
        if (next == part->hi) {
            end_part(worker, part_ref, worker->range_failed, 0, logged);
            return next - first;
        }
        uint32_t high_waits = looks_for_high && pn_find_high_waits(worker);
        if (high_waits || next - first >= items_max || pn_idle_command() != PN_COMMAND_RUN) {
            pn_counter_add(&worker->counters.yields, high_waits);
            leave_part(worker, part_ref, next, worker->range_failed, logged ? PN_DECISION_LEAVE : 0);
            pn_run_requeue_first(worker, part_ref);
            return next - first;
        }
        if (by_policy && pn_policy_interrupts(worker)) {
            pn_counter_add(&worker->counters.yields, 1);
            leave_part(worker, part_ref, next, worker->range_failed, logged ? PN_DECISION_MAKE_WAY : 0);
            pn_run_requeue_last(worker, part_ref);
            return next - first;
        }
        if (next - looked >= globals->range_yield_items) {
            looked = next;
            if (pn_find_make_way(worker, part->flags)) {
                pn_counter_add(&worker->counters.yields, 1);
                leave_part(worker, part_ref, next, worker->range_failed, logged ? PN_DECISION_MAKE_WAY : 0);
                pn_run_requeue_last(worker, part_ref);
                return next - first;
            }
        }
    }
}

/* Parts of high and low priority go the way of work stealing whatever the policy. */
static uint32_t is_by_policy(const pn_worker *worker, pn_ref part_ref) {
    return worker->policy != PN_POLICY_WORK_STEALING && pn_flags_priority(pn_frame_at(part_ref)->flags) == PN_PRIORITY_NORMAL;
}

static OUT_OF_LINE uint32_t run_logged(pn_worker *worker, pn_ref part_ref, uint32_t items_max) {
    return run(worker, part_ref, items_max, 1, is_by_policy(worker, part_ref));
}

static OUT_OF_LINE uint32_t run_by_policy(pn_worker *worker, pn_ref part_ref, uint32_t items_max) {
    return run(worker, part_ref, items_max, 0, is_by_policy(worker, part_ref));
}

uint32_t pn_range_run(pn_worker *worker, pn_ref part_ref, uint32_t items_max) {
    if (pn_log_is_on(worker)) return run_logged(worker, part_ref, items_max);
    if (worker->policy != PN_POLICY_WORK_STEALING) return run_by_policy(worker, part_ref, items_max);
    return run(worker, part_ref, items_max, 0, 0);
}

/* Panics on a block whose items would lie outside the memory. */
static void check_block(pn_ref ref) {
    uint64_t end = pn_globals_get()->memory_bytes;
    PN_ASSERT(ref % PN_CACHE_LINE == 0 && ref >= PN_GLOBALS_REF && ref + sizeof(pn_block) <= end, BAD_REF);
    const pn_block *block = pn_block_at(ref);
    uint64_t records_end = block->records_ref + (uint64_t)block->count * block->stride_bytes;
    PN_ASSERT((uint64_t)block->statuses_ref + block->count <= end && records_end <= end, BAD_REF);
    PN_ASSERT(block->records_ref % 8 == 0 && block->stride_bytes % 8 == 0 && block->stride_bytes != 0, BAD_REF);
}

uint32_t pn_range_begin(pn_worker *worker, pn_ref root_ref) {
    pn_frame *root = pn_frame_at(root_ref);
    pn_block *block = pn_block_at(root->block);
    check_block(root->block);
    root->root = root_ref;
    root->lo = 0;
    root->hi = block->count;
    if (block->count != 0) return 1;
    complete_bulk(worker, root_ref);
    return 0;
}

void pn_range_skip_all(pn_worker *worker, pn_ref root_ref) {
    check_block(pn_frame_at(root_ref)->block);
    pn_block *block = pn_block_at(pn_frame_at(root_ref)->block);
    uint32_t skipped = skip_items(block, 0, block->count);
    pn_counter_add(&worker->counters.skipped, skipped);
    pn_fetch_add_relaxed(&block->skipped, skipped); /* relaxed: no part of this bulk exists */
    pn_fetch_sub_acq_rel(&block->pending, skipped); /* acq_rel: as in account */
    pn_run_complete(worker, root_ref, 0);
}

void pn_range_fail_item(pn_worker *worker, pn_ref part_ref, uint32_t item) {
    pn_frame *part = pn_frame_at(part_ref);
    uint8_t *statuses = statuses_of(pn_block_at(part->block));
    uint32_t failed = 1;
    PN_ASSERT(item >= part->lo && item < part->hi, BROKEN_INVARIANT);
    statuses[item] = PN_ITEM_FAILED;
    pn_counter_add(&worker->counters.executed, item + 1 - worker->range_counted);
    /* The count in worker.range_failed lacks what the trapped loop held in a register. */
    for (uint32_t i = part->lo; i < item; i++) failed += statuses[i] == PN_ITEM_FAILED;
    if (item + 1 == part->hi) {
        end_part(worker, part_ref, failed, 0, pn_log_is_on(worker));
    } else {
        leave_part(worker, part_ref, item + 1, failed, pn_log_is_on(worker) ? PN_DECISION_LEAVE : 0);
        pn_run_requeue_first(worker, part_ref);
    }
}
