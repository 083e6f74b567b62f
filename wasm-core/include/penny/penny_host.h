/* penny_host.h - everything the core asks of its host.
 *
 * Overview
 *   The wasm imports of the core, module `penny_host`, beside env.memory and env.__indirect_function_table. A native
 *   build links an implementation instead (test/host_pthread.c, test/host_seeded.c).
 *
 * Who may call
 *   Only the core, on the thread that is inside an export of that core instance. `worker` is the worker that thread
 *   runs, except in penny_host_unpark.
 *
 * Rules for implementations
 *   - unpark, wait, heartbeat and trace do not call back into an export of the same core instance; complete only into
 *     penny_heap_alloc, penny_heap_free, penny_fork_release and penny_worker_help.
 *   - None of them unwinds through the core (no exception, no trap).
 *   - None of them blocks for long: a worker waits inside.
 */
#ifndef PENNY_HOST_H
#define PENNY_HOST_H

#include <stdint.h>

#if defined(__wasm__)
#define PN_IMPORT(name) __attribute__((import_module("penny_host"), import_name(name)))
#else
#define PN_IMPORT(name)
#endif

/* worker.completed_frame of the worker that this thread runs is
 *   a host frame (SINGLE, BULK, GRAPH) that is final.
 *     pre:  frame.state is DONE, FAILED or CANCELLED; the result (SINGLE: frame.result; BULK: statuses and records of the
 *           block; GRAPH: the nodes) is visible to this thread; every heap block the result names is alive.
 *     post: the host has copied what it wants. The frame and the block belong to the host and may be reused at once; the
 *           core reads neither again. The core frees the heap blocks after this returns; those of nodes the host frees.
 *   a NODE that fails, or of a live graph with NOTIFY and is about to be final: worker.completed_state says how. The node is
 *     still the core's until its state is final.
 *   a LIVE graph: its waiter word was 1 and is 0 now; a node has become final. */
PN_IMPORT("complete") void penny_host_complete(void);

/* The core took `worker`'s sleeper bit away, so that worker must enter penny_worker_run (or step) soon.
 * pre:  the bit was set and this call is the only one that cleared it; the worker parks, is about to park, was never
 *       started, or is on its way out of its own re-check.
 * post: a thread parked for `worker` returns from its park, also when it parks only after this call. A worker that
 *       was never started gets started. May be called for a worker that is awake: then it does nothing. */
PN_IMPORT("unpark") void penny_host_unpark(uint32_t worker);

/* The task that is being dispatched waits for worker.awaited_frame, which another worker runs.
 * post: returns after an unpark of this worker, or after a short while: the core looks around and calls again. A host that
 * runs all workers on one thread lets another one make a step. */
PN_IMPORT("wait") void penny_host_wait(void);

/* A task forks and the timer that adds to globals.heartbeat rests: start it, with globals.heartbeat_timer = 1. At every beat
 * while that word is 1 the host looks at the deques of the workers (top < bottom) and unparks a sleeper if one is not empty;
 * it clears the word and looks once more before the timer rests.
 * With globals.heartbeat_polls > 0: a beat. A host that runs all workers on one thread lets another one make a step, or
 * nobody would ever take a fork. */
PN_IMPORT("heartbeat") void penny_host_heartbeat(void);

/* A node of a traced graph is dispatched, or was: worker.traced_node, worker.trace_event (PN_TRACE_*). */
PN_IMPORT("trace") void penny_host_trace(void);

/* An invariant is broken; the core traps when this returns, and no export may be called again on this memory.
 * pre:  code is a PN_PANIC_*; line = file number * 1000 + line, file numbers in src/check.h. */
PN_IMPORT("panic") void penny_host_panic(uint32_t code, uint32_t line);

#endif
