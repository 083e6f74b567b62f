/* penny.h - everything the host may call in the core.
 *
 * Overview
 *   One shared memory, one core instance per worker on it, and one more (the control instance) for penny_init and the
 *   registry. The core has no data, no elements and no start function: an instance is nothing but its own
 *   __stack_pointer, which the host sets to the top of that worker's shadow stack (stacks_ref + (worker + 1) *
 *   stack_bytes) before the first call, and again after a trap. The control instance keeps its initial value: the
 *   first 1024 bytes of the memory are its stack.
 *
 * Who may call
 *   penny_worker_*, penny_heap_alloc: only the thread that runs `worker` at that time, one thread at a time per worker.
 *   penny_init, penny_registry_*: the control instance, one thread at a time.
 *
 * Limits
 *   A bad `worker` or `ref` is a bug of the host and panics. Shortage and bad configuration return a status.
 */
#ifndef PENNY_H
#define PENNY_H

#include <stdint.h>

#if defined(__wasm__)
#define PN_EXPORT(name) __attribute__((export_name(name)))
#else
#define PN_EXPORT(name)
#endif

typedef enum pn_status {
#define PN_STATUS(name, value, text) PN_STATUS_##name = (value),
#include "penny/status.def"
#undef PN_STATUS
} pn_status;

#define PN_WORKER_STATE(name, value, text) PN_WORKER_##name = (value),
enum pn_worker_state {
#include "penny/state.def"
};
#define PN_FRAME_STATE(name, value, text) PN_FRAME_##name = (value),
enum pn_frame_state {
#include "penny/state.def"
};
#define PN_KIND(name, value, text) PN_KIND_##name = (value),
enum pn_kind {
#include "penny/state.def"
};
#define PN_FLAG(name, value, text) PN_FLAG_##name = (value),
enum pn_flag {
#include "penny/state.def"
};
#define PN_GRAPH_FLAG(name, value, text) PN_GRAPH_FLAG_##name = (value),
enum pn_graph_flag {
#include "penny/state.def"
};
#define PN_TRACE(name, value, text) PN_TRACE_##name = (value),
enum pn_trace {
#include "penny/state.def"
};
#define PN_EDGE_FLAG(name, value, text) PN_EDGE_FLAG_##name = (value),
enum pn_edge_flag {
#include "penny/state.def"
};
#define PN_PRIORITY(name, value, text) PN_PRIORITY_##name = (value),
enum pn_priority {
#include "penny/state.def"
};
#define PN_WAITER(name, value, text) PN_WAITER_##name = (value),
enum pn_waiter {
#include "penny/state.def"
};
#define PN_ITEM(name, value, text) PN_ITEM_##name = (value),
enum pn_item_status {
#include "penny/state.def"
};
#define PN_OUTCOME(name, value, text) PN_OUTCOME_##name = (value),
enum pn_outcome {
#include "penny/state.def"
};
#define PN_POLL(name, value, text) PN_POLL_##name = (value),
enum pn_poll {
#include "penny/state.def"
};
#define PN_COMMAND(name, value, text) PN_COMMAND_##name = (value),
enum pn_command {
#include "penny/state.def"
};
#define PN_RUN(name, value, text) PN_RUN_##name = (value),
enum pn_run_result {
#include "penny/state.def"
};
#define PN_ACTION(name, value, text) PN_ACTION_##name = (value),
enum pn_action {
#include "penny/state.def"
};
#define PN_LOG(name, value, text) PN_LOG_##name = (value),
enum pn_log_mode {
#include "penny/state.def"
};
#define PN_DECISION(name, value, text) PN_DECISION_##name = (value),
enum pn_decision_kind {
#include "penny/state.def"
};
#define PN_PANIC(name, value, text) PN_PANIC_##name = (value),
enum pn_panic_code {
#include "penny/state.def"
};

#define PN_SLOT_NONE 0xFFFFFFFFu
#define PN_OWNER_HOST 0xFFFFFFFFu

/* Hash of every name and value in src/layout.def. The host compares it with its generated twin and refuses a core that
 * differs. May be called on a memory that was never initialised. */
PN_EXPORT("penny_abi_hash") uint64_t penny_abi_hash(void);

/* Lays out a zeroed memory of `memory_bytes` from the configuration words the host wrote into the globals.
 * Returns a pn_status. On NO_MEMORY globals.bytes_needed holds the size it would take (a multiple of 65536, may exceed
 * 32 bits). After any status but OK the host may correct the words and call again. */
PN_EXPORT("penny_init") uint32_t penny_init(uint32_t memory_bytes);

/* The worker's loop: find, run, until the command changes, `dispatches_max` calls were dispatched (0: no limit; a range
 * notices after at most one grain), or there is nothing to do. Returns PN_RUN_*.
 * PARK: the host parks the thread while the worker's bit in globals.sleepers is set, then calls again. Calling again
 * without waiting is allowed and only wastes time.
 * RETURN: the worker may hold frames in its deque, so the host must enter every returned worker again later. */
PN_EXPORT("penny_worker_run") uint32_t penny_worker_run(uint32_t worker, uint32_t dispatches_max);

/* Exactly one scheduling action; returns PN_ACTION_* and leaves it in worker.trace_*. A bulk runs one item per step.
 * With the same memory, seeds and order of calls it does the same. */
PN_EXPORT("penny_worker_step") uint32_t penny_worker_step(uint32_t worker);

/* After a trap has unwound to the host: fails the frames and bulk items that were being dispatched, innermost first, until
 * `keep` levels are left (worker.current_* and worker.contexts tell which; they are read before this call). Each one's
 * forks are dropped or waited for, then it is completed, the rest of a range requeued. Out of penny_worker_run or
 * penny_worker_step nothing is left: keep = 0. A host task that was dispatched when worker.nest was n and called into the
 * core keeps n + 1. Returns OK, or NOTHING when no dispatch was under way. The host resets __stack_pointer first. */
PN_EXPORT("penny_worker_fail") uint32_t penny_worker_fail(uint32_t worker, uint32_t keep);

/* Inside a dispatch, by a host task that waits for another frame: finds one frame as the loop would and runs it. Returns the
 * number of dispatches; 0 when nothing was found, or the tasks are nested too deeply to help. */
PN_EXPORT("penny_worker_help") uint32_t penny_worker_help(uint32_t worker);

/* Inside a dispatch, if a log is on: a host task has looked whether something has happened that depends on other workers.
 * Recording, `seen` is noted, if it is not 0, and returned. In a replay it is not looked at: waits for the worker's turn and
 * returns whether the recording has a look like this (`what`: the host's number for it) next. With what = 0 the host asks
 * whether to promote a fork without a beat: recording, `seen`, and nothing is noted; in a replay, what was done. */
PN_EXPORT("penny_log_choice") uint32_t penny_log_choice(uint32_t worker, uint32_t what, uint32_t seen);

/* The same for a host frame that is to be withdrawn where it is queued, because the waiting task will run it itself: READY ->
 * CANCELLED and the note of it, as one decision that whoever takes the frame later comes after. Only while recording (a
 * replay asks penny_log_choice, and then does it). Returns 0 when somebody has begun it. */
PN_EXPORT("penny_log_withdraw") uint32_t penny_log_withdraw(uint32_t worker, uint32_t what, uint32_t frame);

/* ---- forks: all inside a dispatch of that worker ---- */

/* Whether the oldest private fork should be promoted now: PN_POLL_* bits. */
PN_EXPORT("penny_poll") uint32_t penny_poll(uint32_t worker);

/* The same for hosts that record or replay. */
PN_EXPORT("penny_log_poll") uint32_t penny_log_poll(uint32_t worker);

/* Whether the task that is being dispatched, or the one it was forked for, has been cancelled: it may end early. A hint. */
PN_EXPORT("penny_cancelled") uint32_t penny_cancelled(uint32_t worker);

/* A fork of the task that is being dispatched: a JOB frame that runs `slot`, its record to be written by the caller; 0 when
 * there is none left. */
PN_EXPORT("penny_fork_alloc") uint32_t penny_fork_alloc(uint32_t worker, uint32_t slot);

/* Lets thieves have it. Returns 0 when the deque is full: it is then joined like one that nobody stole. */
PN_EXPORT("penny_fork_push") uint32_t penny_fork_push(uint32_t worker, uint32_t job);

/* Waits for a fork of the task that is being dispatched: FRAME_STATE READY when nobody has started it: then the caller
 * runs its work itself, or calls penny_fork_run; else DONE, FAILED or CANCELLED. 0 when `job` is none of its forks. */
PN_EXPORT("penny_join") uint32_t penny_join(uint32_t worker, uint32_t job);

/* Dispatches a fork that penny_join gave back un-started. Returns its final state. */
PN_EXPORT("penny_fork_run") uint32_t penny_fork_run(uint32_t worker, uint32_t job);

/* Frees a joined fork; its result has been read. */
PN_EXPORT("penny_fork_release") void penny_fork_release(uint32_t worker, uint32_t job);

/* Returns 1 when the fork has not started and never will: joining it gives CANCELLED. */
PN_EXPORT("penny_fork_cancel") uint32_t penny_fork_cancel(uint32_t worker, uint32_t job);

/* A block of the result heap, 8-byte aligned, or 0 when there is no room. Any worker frees it; worker PN_OWNER_HOST
 * stands for a thread that runs no worker (its frees are counted in globals.host_results_freed). */
PN_EXPORT("penny_heap_alloc") uint32_t penny_heap_alloc(uint32_t worker, uint32_t bytes);
PN_EXPORT("penny_heap_free") void penny_heap_free(uint32_t worker, uint32_t ref);

/* hash -> slot. Inserting the same pair again is OK; the same hash with another slot is EXISTS. */
PN_EXPORT("penny_registry_insert") uint32_t penny_registry_insert(uint64_t hash, uint32_t slot);
PN_EXPORT("penny_registry_replace") uint32_t penny_registry_replace(uint64_t hash, uint32_t slot);
PN_EXPORT("penny_registry_find") uint32_t penny_registry_find(uint64_t hash);

#endif
