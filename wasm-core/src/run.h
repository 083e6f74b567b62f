/* run.h - runs one frame and finishes it by its kind.
 *
 * Overview
 *   SINGLE: claim, dispatch, and by outcome complete, block or requeue. BULK and RANGE: range.h runs the items. JOB: claim,
 *   dispatch, end; its owner joins it (join.h). GRAPH and NODE: graph.h.
 *   A dispatch may contain others: what a task runs while it waits. worker.contexts keeps the outer ones.
 *   The vtable is the wasm function table: a dispatch is one call_indirect of type (record) -> outcome.
 *
 * Who may call
 *   The worker that took the frame, on its own thread.
 *
 * Invariants
 *   worker.current_* name the dispatch while it runs, because a trap in it leaves this code without a return;
 *   pn_run_fail then finishes what they name. They are plain stores: only the worker's own thread reads them.
 *   A frame is completed once: only its claimant, or the worker that accounts for its last item, does it.
 */
#ifndef PN_RUN_H
#define PN_RUN_H

#include "check.h"
#include "layout.h"

/* Runs `frame`, at most `items_max` items of it. Returns the number of dispatches. */
uint32_t pn_run_frame(pn_worker *worker, pn_ref frame, uint32_t items_max);

/* The same inside the dispatch that is under way, which goes on afterwards. pre: nest < PN_NEST_MAX. */
uint32_t pn_run_nested(pn_worker *worker, pn_ref frame);

/* Runs a JOB that its owner took back un-started, nested. Returns its state: final, or BLOCKED or READY after WAIT. At
 * PN_NEST_MAX it fails without running. */
uint32_t pn_run_job(pn_worker *worker, pn_ref job);

/* After a trap: fails the innermost dispatches until `keep` are left. Returns PN_STATUS_OK, or PN_STATUS_NOTHING when
 * there were not more. */
pn_status pn_run_fail(pn_worker *worker, uint32_t keep);

/* Hands a final host frame back, then frees the heap blocks in `results`. */
void pn_run_complete(pn_worker *worker, pn_ref frame, pn_ref results);

/* Puts a frame that still has work where the worker finds it first, or last. Never fails: when every queue is full the
 * worker holds it. */
void pn_run_requeue_first(pn_worker *worker, pn_ref frame);
void pn_run_requeue_last(pn_worker *worker, pn_ref frame);

/* The same, but never into the worker's own deque. */
void pn_run_requeue_elsewhere(pn_worker *worker, pn_ref frame);
/* A list of them, through frame.waiter. */
void pn_run_requeue_all_elsewhere(pn_worker *worker, pn_ref list);

/* The injector a frame belongs in that is not pinned, and the own deque. Return 0 when it is full. */
uint32_t pn_run_push_outside(pn_worker *worker, pn_ref frame);
uint32_t pn_run_push_own(pn_worker *worker, pn_ref frame);

/* Keeps a frame for which no queue has room: the worker runs it next. */
void pn_run_hold(pn_worker *worker, pn_ref frame);

/* One call of the frame's function, and the end of the forks it left behind. Returns enum pn_outcome. */
uint32_t pn_run_dispatch(pn_worker *worker, pn_ref frame);

/* A block named by a result word (ref << 32 | length), added to `list`; the list unchanged when there is none. */
pn_ref pn_run_chain_result(uint64_t result, pn_ref list);

/* The calls themselves. Wasm: entry 2 * slot of the table is the thunk of a slot and entry 2 * slot + 1 its batch thunk.
 * Native: test/native.c has the function of a slot.
 *
 * A batch thunk runs the items [item, end), item < end, of which `record` is the first record: per item it stores the
 * item's number at item_ref, so that a trap is known by its item, calls the function, and stores outcome + 1 in
 * statuses. It returns how many items failed. One indirect call per batch is what makes an item cost about a
 * nanosecond. */
#if defined(__wasm__)
typedef uint32_t (*pn_task_function)(uint32_t record);
typedef uint32_t (*pn_batch_function)(uint32_t slot, uint32_t record, uint32_t stride, uint32_t item, uint32_t end,
                                      uint32_t statuses, uint32_t item_ref);

static inline uint32_t pn_dispatch(uint32_t slot, uint32_t record) {
    return ((pn_task_function)(uintptr_t)(2 * slot))(record);
}

static inline uint32_t pn_dispatch_batch(pn_worker *worker, const pn_block *block, uint32_t item, uint32_t end) {
    return ((pn_batch_function)(uintptr_t)(2 * block->slot + 1))(
        block->slot, block->records_ref + item * block->stride_bytes, block->stride_bytes, item, end,
        block->statuses_ref, (uint32_t)(uintptr_t)&worker->current_item);
}
#else
uint32_t pn_dispatch(uint32_t slot, uint32_t record);
uint32_t pn_dispatch_batch(pn_worker *worker, const pn_block *block, uint32_t item, uint32_t end);
#endif

#endif
