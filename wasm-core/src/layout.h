/* layout.h - every shared struct but those of graphs (layout_graph.h) and of logs (layout_log.h), and where the regions lie.
 *
 * Overview
 *   One memory, from low to high:
 *     0            shadow stack of the control instance
 *     1024         pn_globals
 *     workers      worker_count * pn_worker
 *     rings        one deque ring per worker, deque_capacity words
 *     injectors    PN_PRIORITY_COUNT times a pn_injector and its cells
 *     mailboxes    one pn_injector and its cells per worker, for frames pinned to it
 *     inboxes      the same, for the policies round-robin and random
 *     ring         ring_slots * pn_slot and its cells, for the policies merry-go-round and hybrid
 *     frames       frame_count worker frames, an equal share per worker
 *     host frames  host_frame_count * 256 bytes, managed by the host
 *     registry     open-addressed table
 *     stacks       one shadow stack per worker, canary at the low end
 *     args         arg_bytes, managed by the host (bulk blocks, graphs, byte arguments)
 *     heap map     one bit per chunk
 *     heap         chunks of 64 KiB to the end of memory: byte results
 *   A pn_ref is an offset from the start of memory, 0 = none. Wasm pointers are refs; a native build adds pn_memory.
 *
 * Invariants
 *   Fields are grouped by writer; groups with different writers never share a line. No pointer, size_t, bool or enum is
 *   stored. Every field that the host reads is in layout.def, from which its offsets are generated. docs/memory-model.md
 *   lists the writer, the readers and the order of every shared word.
 */
#ifndef PN_LAYOUT_H
#define PN_LAYOUT_H

#include <stddef.h>

#include "atomic.h"
#include "config.h"

typedef uint32_t pn_ref;

#define PN_ON_LINE _Alignas(PN_CACHE_LINE)

typedef struct pn_globals {
    /* Written by penny_init, last of all. */
    uint32_t magic;
    uint32_t reserved;
    uint64_t abi_hash;
    /* Written by the host before penny_init, constant afterwards. */
    uint32_t worker_count;
    uint32_t deque_capacity;
    uint32_t injector_capacity;
    uint32_t frame_count;
    uint32_t host_frame_count;
    uint32_t slot_capacity;
    uint32_t stack_bytes;
    uint32_t arg_bytes;
    uint32_t poll_interval;
    uint32_t spin_rounds;
    uint32_t range_grain;
    uint32_t range_yield_items;
    uint64_t seed;
    uint32_t policy;
    uint32_t heartbeat_polls;
    uint32_t mailbox_capacity;
    uint32_t inbox_capacity;
    uint32_t ring_slots;
    uint32_t ring_window;
    uint32_t ring_slot_capacity;
    uint32_t ring_batch;
    uint32_t ring_flags;
    uint32_t ring_bias;
    uint32_t ring_turn_steps;

    /* Written by penny_init, constant afterwards. */
    PN_ON_LINE pn_ref workers_ref;
    uint32_t worker_stride;
    pn_ref rings_ref;
    pn_ref injector_ref;
    pn_ref frames_ref;
    pn_ref host_frames_ref;
    uint32_t host_frame_stride;
    pn_ref registry_ref;
    uint32_t registry_capacity;
    pn_ref stacks_ref;
    pn_ref args_ref;
    pn_ref heap_map_ref;
    pn_ref heap_ref;
    uint32_t heap_chunk_count;
    uint32_t heap_bytes;
    uint32_t memory_bytes;
    uint64_t bytes_needed;
    uint32_t injector_stride;
    pn_ref mailboxes_ref;
    uint32_t mailbox_stride;
    pn_ref inboxes_ref;
    uint32_t inbox_stride;
    pn_ref ring_ref;
    uint32_t ring_slot_stride;
    /* Written by the control instance, which has one caller at a time. */
    uint32_t registry_count;

    /* Written by the host, read by workers in every round. */
    PN_ON_LINE pn_word command;

    /* Written by a timer of the host, read in polls. */
    PN_ON_LINE pn_word heartbeat; /* beats so far */
    pn_word heartbeat_timer;      /* 1: the timer runs */

    /* Bit i: worker i waits for an unpark. Set by the worker, cleared by whoever claims it, worker or host. */
    PN_ON_LINE pn_word sleepers[PN_SLEEPER_WORDS];

    /* Added to by threads of the host that free result blocks without being workers. */
    PN_ON_LINE pn_word64 host_results_freed;

    /* Raised by workers and by a timer of the host. */
    PN_ON_LINE pn_word epoch; /* turns of the ring so far */
    pn_word turn_asked;       /* ring with a barrier: turn it up to this epoch */
} pn_globals;

/* One writer, the worker; the host reads them while it runs. */
typedef struct pn_counters {
    pn_counter executed;          /* dispatches: single frames and bulk items */
    pn_counter completed;         /* host frames handed back */
    pn_counter failed;            /* dispatches that failed or trapped */
    pn_counter skipped;           /* bulk items and single frames found cancelled */
    pn_counter waits;             /* dispatches that returned WAIT */
    pn_counter yields;            /* dispatches that returned YIELD, and ranges that made way */
    pn_counter stolen;            /* frames taken from other deques */
    pn_counter failed_steals;     /* victims found empty or lost to another thief */
    pn_counter injected_pops;     /* frames taken from an injector or the mailbox */
    pn_counter parks;             /* returns with PARK */
    pn_counter wakeups_sent;      /* unparks asked of the host */
    pn_counter spills;            /* frames that found a queue full and went to the next one */
    pn_counter splits;            /* ranges halved */
    pn_counter frames_allocated;  /* worker frames */
    pn_counter frames_freed;
    pn_counter results_allocated; /* blocks of the result heap */
    pn_counter results_freed;
    pn_counter polls;             /* looks at the heartbeat */
    pn_counter promotions;        /* forks made visible to thieves */
    pn_counter reclaimed;         /* of these, taken back un-started */
    pn_counter waits_for_child;   /* joins that found their child stolen and not done */
    pn_counter leapfrogs;         /* frames stolen from the thief of a child, while waiting for it */
    pn_counter waits_parked;      /* times a waiting join let its thread rest */
    pn_counter placed;            /* frames put into another worker's inbox */
    pn_counter admissions;        /* frames taken from outside into the ring */
    pn_counter rotations;         /* times it turned the ring */
    pn_counter resumed;           /* single frames dispatched again after YIELD or WAIT */
    pn_counter resumed_here;      /* of these, by the worker that ran them before */
} pn_counters;

/* One dispatch under way. */
typedef struct pn_context {
    pn_ref frame; /* 0: nothing */
    uint32_t slot;
    uint32_t item;
    uint32_t record;
    uint32_t range_failed;
    uint32_t range_counted;
    uint32_t graph_credit;
} pn_context;

typedef struct pn_worker {
    /* Written by the worker, read by the host at any time. */
    PN_ON_LINE pn_word state; /* enum pn_worker_state */
    uint32_t id;
    /* What is being dispatched. The host reads them on the worker's own thread, after a trap or in an upcall. */
    uint32_t current_frame; /* 0: nothing */
    uint32_t current_slot;
    uint32_t current_item;
    uint32_t current_record;
    /* Written by penny_worker_step; the host reads them after it, on the same thread. */
    uint32_t trace_action;
    uint32_t trace_victim;
    uint64_t trace_ticket;

    /* Private to the worker from here to the next line. */
    uint64_t rng;
    pn_ref held_frame;      /* taken, or requeued while every queue was full: runs next */
    uint32_t polls_left;    /* rounds until another source goes first, see find.h */
    uint32_t phase;         /* penny_worker_step: what comes next */
    uint32_t step_rounds;   /* penny_worker_step: fruitless rounds */
    uint32_t victim;        /* penny_worker_step: next victim */
    uint32_t victims_left;  /* penny_worker_step */
    uint32_t range_failed;  /* failed items of the running range that are not in its block yet */
    uint32_t range_counted; /* its first item that is not in counters.executed yet */
    pn_ref ring_ref;
    uint32_t ring_mask;
    pn_ref free_frames;     /* list through frame.next */
    pn_ref frames_bump;     /* frames never used yet: from here ... */
    pn_ref frames_limit;    /* ... to here */
    pn_ref heap_chunk;      /* chunk that small results come from, 0: none */
    uint32_t heap_bump;     /* offset in it of the first free byte */
    uint32_t heap_blocks;   /* blocks handed out from it */
    uint32_t heap_hint;     /* index of the chunk claimed last: where the next search starts */
    pn_ref stack_ref;
    pn_ref mail;            /* list through frame.waiter, see mail.h */

    PN_ON_LINE pn_counters counters;

    /* Arguments of upcalls, read by the host inside them: an import without parameters costs the host half of one with two. */
    pn_ref completed_frame; /* of penny_host_complete */
    uint32_t completed_state; /* of penny_host_complete, for nodes */
    pn_ref traced_node;     /* of penny_host_trace */
    uint32_t trace_event;   /* of penny_host_trace: enum pn_trace */
    /* From here on written by the thunks of functions that are not wasm. */
    uint32_t call_record;
    uint32_t call_slot;
    uint32_t call_stride; /* this one and the following: batch thunks only, their parameters */
    uint32_t call_item;
    uint32_t call_end;
    uint32_t call_statuses;

    /* Private to the worker again. */
    uint32_t turn;        /* the source that goes first next */
    uint32_t high_seen;   /* tail of the high injector when it was last found empty */
    pn_ref high_ref;      /* the high injector */
    pn_ref mailbox_ref;
    uint32_t forked;       /* 0: the current dispatch has no forks, so its frame need not be asked */
    uint32_t graph_credit; /* of the graph whose nodes run: counted in graph.active, and no node's */
    uint32_t makes_way;   /* 1: a range made way, so what comes from outside goes before the deque once */
    uint32_t policy;      /* globals.policy */
    uint32_t found_action; /* enum pn_action: where pn_policy_find found the last frame */
    uint32_t place_turn;  /* round-robin: the worker that the next frame of its own goes to */
    uint32_t part_target; /* round-robin, random: the worker that the next part of a range goes to */
    uint32_t ring_epoch;  /* the epoch of this round */
    uint32_t ring_slot;   /* the slot that the last frame was taken from */
    uint32_t home_slot;   /* the slot it prefers; the host may write it before the worker runs */
    uint32_t steps;       /* since it turned the ring in stepped mode */
    pn_ref log_ref;       /* where decisions are recorded or replayed, 0: they are not; the host writes */

    /* Frames that other workers gave back: they push, the owner takes all. */
    PN_ON_LINE pn_word returned_frames;

    /* Deque. TOP: raised by thieves, and by the owner for the last frame. BOTTOM: written by the owner. Never wraps in
     * practice, correct if it does. */
    PN_ON_LINE pn_word64 top;
    PN_ON_LINE pn_word64 bottom;
    pn_word helping; /* 0, or nest + 1 of the outermost dispatch that helps: the deque may hold anything */
    pn_word away;    /* 1: its task waits and it can run nothing */
    pn_word arrived; /* ring with a barrier: 1 + the epoch that it waits to end */

    /* Private to the worker from here on, but for the words that the host reads on the worker's own thread. */
    PN_ON_LINE uint32_t beat_seen; /* globals.heartbeat at the last poll */
    uint32_t polls_to_beat;        /* globals.heartbeat_polls > 0: polls until the next beat */
    uint32_t nest;                 /* contexts in use: dispatches around the current one */
    pn_ref awaited_frame;          /* of penny_host_wait */
    pn_ref failed_child;           /* why the current dispatch fails: a child that did; its frame is the host's to release */
    uint64_t tickets;              /* forks so far */
    pn_context contexts[PN_NEST_MAX];
} pn_worker;

typedef struct pn_cell {
    pn_word sequence;
    pn_word frame;
} pn_cell;

/* A slot of the ring: cells hold a frame or 0. */
typedef struct pn_slot {
    PN_ON_LINE pn_word takes; /* so far: where the next take starts */
    pn_word cells[];          /* ring_slot_capacity */
} pn_slot;

typedef struct pn_injector {
    PN_ON_LINE pn_word head; /* consumers */
    PN_ON_LINE pn_word tail; /* producers */
    pn_word overflow;        /* of a mailbox: list of frames beside the cells, see mail.h */
    /* Constant. */
    PN_ON_LINE uint32_t mask;
    uint32_t capacity;
    /* capacity cells follow. */
    PN_ON_LINE pn_cell cells[];
} pn_injector;

/* A task. While it is in a queue it belongs to the queue; a worker that took it owns every field but `state`. */
typedef struct pn_frame {
    PN_ON_LINE pn_word state; /* enum pn_frame_state */
    uint32_t slot;
    uint32_t kind;
    uint32_t owner; /* worker id, or PN_OWNER_HOST */
    pn_ref root;    /* RANGE: its BULK frame. JOB: the host frame it descends from */
    pn_ref block;   /* BULK, RANGE. JOB: the fork it left behind that made it fail */
    uint32_t lo;    /* BULK, RANGE: first item not accounted for. JOB: the worker that runs it */
    uint32_t hi;
    union {
        pn_ref next;       /* worker frames: free list. JOB: the next older child of the same parent */
        pn_word cancelled; /* host frames, SINGLE: the host sets 1 when it no longer wants the result */
    };
    uint32_t flags; /* enum pn_flag | priority << PN_FLAG_PRIORITY_SHIFT | (pinned worker + 1) << PN_FLAG_PIN_SHIFT */
    uint64_t ticket; /* the host's sequence number */
    /* The record, as a task function sees it: [result][arg 0][arg 1]... */
    uint64_t result;
    uint64_t args[PN_ARITY_MAX];
    pn_word waiter;  /* JOB: enum pn_waiter. Others: the next frame in a list, of held frames or of a mailbox */
    pn_ref children; /* the newest fork of this task that is not joined yet; only the worker that runs the task. In log.stash: replay.h */
} pn_frame;

/* A bulk: written by the host in the argument region. */
typedef struct pn_block {
    /* Constant while the bulk runs. */
    PN_ON_LINE uint32_t count;
    uint32_t stride_bytes; /* 8 * (1 + arity) */
    uint32_t slot;
    uint32_t flags; /* enum pn_flag */
    pn_ref statuses_ref;
    pn_ref records_ref;
    uint32_t grain; /* items between two looks around; 0: globals.range_grain */
    uint32_t reserved;

    /* The host writes pending = count, the others 0. */
    PN_ON_LINE pn_word pending; /* items without a final status; workers */
    pn_word failed;             /* workers */
    pn_word skipped;            /* workers */
    pn_word cancelled;          /* the host sets 1: the rest is skipped */
} pn_block;

typedef struct pn_registry_entry {
    uint64_t hash;
    pn_word slot;
    pn_word used;
} pn_registry_entry;

#define PN_RECORD_OFFSET 48u

_Static_assert(sizeof(pn_frame) == 128, "a frame is one line");
_Static_assert(offsetof(pn_frame, slot) == 4 && offsetof(pn_frame, kind) == 8 && offsetof(pn_frame, owner) == 12, "frame");
_Static_assert(offsetof(pn_frame, root) == 16 && offsetof(pn_frame, block) == 20 && offsetof(pn_frame, lo) == 24, "frame");
_Static_assert(offsetof(pn_frame, hi) == 28 && offsetof(pn_frame, next) == 32 && offsetof(pn_frame, flags) == 36, "frame");
_Static_assert(offsetof(pn_frame, ticket) == 40 && offsetof(pn_frame, result) == PN_RECORD_OFFSET, "frame");
_Static_assert(offsetof(pn_frame, args) == 56 && offsetof(pn_frame, waiter) == 120, "frame");
_Static_assert(offsetof(pn_frame, children) == 124, "frame");
_Static_assert(PN_HOST_FRAME_STRIDE >= sizeof(pn_frame) && PN_HOST_FRAME_STRIDE % PN_CACHE_LINE == 0, "host frames");

_Static_assert(offsetof(pn_globals, abi_hash) == 8 && offsetof(pn_globals, worker_count) == 16, "globals");
_Static_assert(offsetof(pn_globals, seed) == 64 && offsetof(pn_globals, policy) == 72, "globals");
_Static_assert(offsetof(pn_globals, heartbeat_polls) == 76 && offsetof(pn_globals, heartbeat_timer) == 388, "globals");
_Static_assert(offsetof(pn_globals, workers_ref) == 128 && offsetof(pn_globals, bytes_needed) == 192, "globals");
_Static_assert(PN_WORKER_COUNT_MAX < 1u << (32 - PN_FLAG_PIN_SHIFT), "every worker can be pinned to");
_Static_assert(offsetof(pn_globals, command) == 256 && offsetof(pn_globals, heartbeat) == 384, "globals");
_Static_assert(offsetof(pn_globals, sleepers) == 512 && offsetof(pn_globals, host_results_freed) == 640, "globals");
_Static_assert(offsetof(pn_globals, ring_turn_steps) == 112 && offsetof(pn_globals, registry_count) == 228, "globals");
_Static_assert(offsetof(pn_globals, epoch) == 768 && sizeof(pn_globals) == 896, "globals");

_Static_assert(offsetof(pn_worker, state) == 0 && offsetof(pn_worker, current_frame) == 8, "worker");
_Static_assert(offsetof(pn_worker, trace_ticket) == 32 && offsetof(pn_worker, mail) < PN_CACHE_LINE, "worker");
_Static_assert(offsetof(pn_worker, counters) == 128 && offsetof(pn_worker, returned_frames) == 512, "worker");
_Static_assert(offsetof(pn_worker, top) == 640 && offsetof(pn_worker, bottom) == 768, "worker");
_Static_assert(offsetof(pn_worker, beat_seen) == 896 && offsetof(pn_worker, contexts) == 928, "worker");
_Static_assert(sizeof(pn_worker) % PN_CACHE_LINE == 0 && sizeof(pn_context) == 28, "worker");

_Static_assert(sizeof(pn_cell) == 8 && offsetof(pn_cell, frame) == 4, "cell");
_Static_assert(offsetof(pn_injector, tail) == 128 && offsetof(pn_injector, overflow) == 132 && offsetof(pn_injector, mask) == 256, "injector");
_Static_assert(offsetof(pn_injector, cells) == 384, "injector");
_Static_assert(offsetof(pn_slot, cells) == 4, "slot");
_Static_assert(sizeof(pn_block) == 256 && offsetof(pn_block, pending) == 128, "block");
_Static_assert(sizeof(pn_registry_entry) == 16, "registry entry");

#if defined(__wasm__)
static inline void *pn_at(pn_ref ref) {
    return (void *)(uintptr_t)ref;
}
#else
extern unsigned char *pn_memory;
static inline void *pn_at(pn_ref ref) {
    return pn_memory + ref;
}
#endif

static inline pn_globals *pn_globals_get(void) {
    return (pn_globals *)pn_at(PN_GLOBALS_REF);
}

static inline pn_worker *pn_worker_at(uint32_t id) {
    return (pn_worker *)pn_at(pn_globals_get()->workers_ref + id * (uint32_t)sizeof(pn_worker));
}

static inline pn_frame *pn_frame_at(pn_ref ref) {
    return (pn_frame *)pn_at(ref);
}

static inline pn_block *pn_block_at(pn_ref ref) {
    return (pn_block *)pn_at(ref);
}

static inline pn_injector *pn_injector_at(uint32_t priority) {
    const pn_globals *globals = pn_globals_get();
    return (pn_injector *)pn_at(globals->injector_ref + priority * globals->injector_stride);
}

static inline pn_injector *pn_mailbox_at(uint32_t worker) {
    const pn_globals *globals = pn_globals_get();
    return (pn_injector *)pn_at(globals->mailboxes_ref + worker * globals->mailbox_stride);
}

static inline uint32_t pn_flags_priority(uint32_t flags) {
    return flags >> PN_FLAG_PRIORITY_SHIFT & PN_FLAG_PRIORITY_MASK;
}

static inline uint32_t pn_flags_semaphores(uint32_t flags) {
    return flags >> PN_FLAG_SEMAPHORES_SHIFT & PN_FLAG_SEMAPHORES_MASK;
}

static inline uint32_t pn_flags_are_pinned(uint32_t flags) {
    return flags >> PN_FLAG_PIN_SHIFT != 0;
}

/* pre: pinned. */
static inline uint32_t pn_flags_pinned_to(uint32_t flags) {
    return (flags >> PN_FLAG_PIN_SHIFT) - 1;
}

#endif
