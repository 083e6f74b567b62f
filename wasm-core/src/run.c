/* run.c - see run.h. */
#define PN_FILE PN_FILE_RUN
#include "run.h"

#include "deque.h"
#include "frame.h"
#include "heap.h"
#include "idle.h"
#include "injector.h"
#include "range.h"

static void hold(pn_worker *worker, pn_ref frame) {
    PN_ASSERT(worker->held_frame == 0, BROKEN_INVARIANT); /* a worker requeues at most one frame per dispatch */
    worker->held_frame = frame;
}

/* A pinned frame may be in no queue but the mailbox. It came from there or was pushed by the host, which leaves a cell
 * free for it, so it is held only inside nested dispatches. */
static uint32_t requeue_pinned(pn_worker *worker, pn_ref frame) {
    uint32_t flags = pn_frame_at(frame)->flags;
    if (!pn_flags_are_pinned(flags)) return 0;
    if (!pn_injector_push(pn_injector_of(flags), frame)) {
        pn_counter_add(&worker->counters.spills, 1);
        hold(worker, frame);
    }
    return 1;
}

/* No notify: the worker looks into the same queues before it can sleep. */
void pn_run_requeue_first(pn_worker *worker, pn_ref frame) {
    if (requeue_pinned(worker, frame)) return;
    if (pn_deque_push(worker, frame)) return;
    pn_counter_add(&worker->counters.spills, 1);
    if (pn_injector_push(pn_injector_of(pn_frame_at(frame)->flags), frame)) return;
    hold(worker, frame);
}

void pn_run_requeue_last(pn_worker *worker, pn_ref frame) {
    if (requeue_pinned(worker, frame)) return;
    if (pn_injector_push(pn_injector_of(pn_frame_at(frame)->flags), frame)) {
        /* The worker goes on with its own deque first, so another one may take this frame. */
        if (!pn_deque_is_empty(worker)) pn_idle_notify(worker);
        return;
    }
    pn_counter_add(&worker->counters.spills, 1);
    if (pn_deque_push(worker, frame)) return;
    hold(worker, frame);
}

pn_ref pn_run_chain_result(uint64_t result, pn_ref list) {
    pn_ref block = (pn_ref)(result >> 32);
    return block == 0 ? list : pn_heap_chain(block, list);
}

void pn_run_complete(pn_worker *worker, pn_ref frame, pn_ref results) {
    worker->current_frame = 0;
    pn_counter_add(&worker->counters.completed, 1);
    worker->completed_frame = frame;
    penny_host_complete();
    pn_heap_free_chain(worker, results); /* the frame and the block belong to the host again: not read here */
}

static void finish_single(pn_worker *worker, pn_ref ref, uint32_t state) {
    pn_frame *frame = pn_frame_at(ref);
    pn_ref results = 0;
    if (state == PN_FRAME_DONE && (frame->flags & PN_FLAG_RESULT_BYTES)) results = pn_run_chain_result(frame->result, 0);
    if (state == PN_FRAME_FAILED) pn_counter_add(&worker->counters.failed, 1);
    pn_frame_finish(frame, state);
    pn_run_complete(worker, ref, results);
}

static uint32_t run_single(pn_worker *worker, pn_ref ref) {
    pn_frame *frame = pn_frame_at(ref);
    if (!pn_frame_claim(frame)) {
        pn_counter_add(&worker->counters.skipped, 1);
        pn_run_complete(worker, ref, 0);
        return 1;
    }
    uint32_t slot = frame->slot;
    PN_ASSERT(slot < pn_globals_get()->slot_capacity, BAD_REF);
    worker->current_slot = slot;
    worker->current_item = 0;
    worker->current_record = ref + PN_RECORD_OFFSET;
    worker->current_frame = ref;
    uint32_t outcome = pn_dispatch(slot, ref + PN_RECORD_OFFSET);
    worker->current_frame = 0;
    pn_counter_add(&worker->counters.executed, 1);
    switch (outcome) {
    case PN_OUTCOME_DONE: finish_single(worker, ref, PN_FRAME_DONE); break;
    case PN_OUTCOME_FAILED: finish_single(worker, ref, PN_FRAME_FAILED); break;
    case PN_OUTCOME_WAIT:
        pn_counter_add(&worker->counters.waits, 1);
        if (!pn_frame_block(frame)) pn_run_requeue_last(worker, ref); /* else the frame is the host's now */
        break;
    case PN_OUTCOME_YIELD:
        pn_counter_add(&worker->counters.yields, 1);
        pn_frame_transition(frame, PN_FRAME_READY);
        pn_run_requeue_last(worker, ref);
        break;
    default: PN_ASSERT(0, BAD_OUTCOME);
    }
    return 1;
}

static uint32_t run_bulk(pn_worker *worker, pn_ref ref, uint32_t items_max) {
    pn_frame *frame = pn_frame_at(ref);
    /* Relaxed: RUNNING means that it was claimed before and came through a queue; otherwise the claim decides. */
    if (pn_load_relaxed(&frame->state) != PN_FRAME_RUNNING) {
        if (!pn_frame_claim(frame)) {
            pn_range_skip_all(worker, ref);
            return 1;
        }
        if (!pn_range_begin(worker, ref)) return 1;
    }
    return pn_range_run(worker, ref, items_max);
}

uint32_t pn_run_frame(pn_worker *worker, pn_ref ref, uint32_t items_max) {
    const pn_globals *globals = pn_globals_get();
    PN_ASSERT(ref % PN_CACHE_LINE == 0 && ref >= globals->frames_ref && ref < globals->registry_ref, BAD_REF);
    switch (pn_frame_at(ref)->kind) {
    case PN_KIND_SINGLE: return run_single(worker, ref);
    case PN_KIND_BULK: return run_bulk(worker, ref, items_max);
    case PN_KIND_RANGE:
        pn_frame_transition(pn_frame_at(ref), PN_FRAME_RUNNING);
        return pn_range_run(worker, ref, items_max);
    default: PN_ASSERT(0, BAD_REF);
    }
    return 0;
}

pn_status pn_run_fail(pn_worker *worker) {
    pn_ref ref = worker->current_frame;
    if (ref == 0) return PN_STATUS_NOTHING;
    worker->current_frame = 0;
    if (pn_frame_at(ref)->kind == PN_KIND_SINGLE) {
        pn_counter_add(&worker->counters.executed, 1);
        finish_single(worker, ref, PN_FRAME_FAILED);
    } else {
        pn_range_fail_item(worker, ref, worker->current_item);
    }
    return PN_STATUS_OK;
}
