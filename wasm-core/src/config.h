/* config.h - every limit and constant of the core, with its unit. Tests shrink or shift some of them with -D. */
#ifndef PN_CONFIG_H
#define PN_CONFIG_H

#include <stdint.h>

/* Words written by different parties are this far apart (bytes). Covers adjacent-line prefetch on x86-64. */
#define PN_CACHE_LINE 128u

/* Where the globals live. Below them: the shadow stack of the control instance. */
#define PN_GLOBALS_REF 1024u
#define PN_MAGIC 0x594E4550u /* "PENY" */
#define PN_PAGE_BYTES 65536u

#define PN_WORKER_COUNT_MAX 256u
#define PN_SLEEPER_WORDS (PN_WORKER_COUNT_MAX / 32u)
#define PN_DEQUE_CAPACITY_MIN 4u
#define PN_DEQUE_CAPACITY_MAX 65536u
#define PN_INJECTOR_CAPACITY_MIN 4u
#define PN_INJECTOR_CAPACITY_MAX (1u << 20)
#define PN_MAILBOX_CAPACITY_MIN 4u
#define PN_MAILBOX_CAPACITY_MAX 65536u
#define PN_FRAME_COUNT_MAX (1u << 24)
#define PN_HOST_FRAME_COUNT_MAX (1u << 22)
#define PN_SLOT_CAPACITY_MAX 65536u
#define PN_STACK_BYTES_MIN 4096u
#define PN_STACK_BYTES_MAX (1u << 20)
#define PN_ARG_BYTES_MAX 0x7FFFFFFFu
#define PN_POLL_INTERVAL_MAX 65536u
#define PN_SPIN_ROUNDS_MAX (1u << 20)
#define PN_RANGE_GRAIN_MAX (1u << 20)
#define PN_RANGE_YIELD_ITEMS_MAX (1u << 30)

#define PN_ARITY_MAX 8u
#define PN_HOST_FRAME_STRIDE 256u /* a frame and 128 bytes in which the host keeps small arguments */

/* Dispatches inside dispatches on one worker. Waiters stop leapfrogging, and helpers helping, at the first limit and only
 * wait; what a task asks to be run at the second fails. */
#ifndef PN_NEST_WAIT_MAX
#define PN_NEST_WAIT_MAX 64u
#endif
#ifndef PN_NEST_MAX
#define PN_NEST_MAX 255u
#endif

/* Lowest word of every shadow stack; gone means that the stack ran over. */
#define PN_STACK_CANARY 0xCA11AB1Eu

/* Sources that take turns at going first, see find.h: low, normal, mailbox, own deque. */
#define PN_TURN_COUNT 4u
#define PN_PRIORITY_COUNT 3u

/* frame.flags above the enum pn_flag bits: the priority, and the worker it is pinned to plus one, 0 for none (bits). */
#define PN_FLAG_PRIORITY_SHIFT 8u
#define PN_FLAG_PRIORITY_MASK 3u
#define PN_FLAG_SEMAPHORES_SHIFT 10u /* nodes: how many semaphores it takes */
#define PN_FLAG_SEMAPHORES_MASK 15u
#define PN_FLAG_PIN_SHIFT 16u

/* Edges of graphs: the argument that gets the result, plus one, is shifted by this; below it the successor's index. */
#define PN_EDGE_ARGUMENT_SHIFT 24u
#define PN_NODE_COUNT_MAX (1u << PN_EDGE_ARGUMENT_SHIFT)
#define PN_EDGES_CLOSED 1u          /* node.live_edges of a node that has finished */
#define PN_PENDING_POISONED (1u << 31) /* node.pending: a predecessor was not done */
#define PN_SEMAPHORE_PERMITS_MAX 65535u

/* Policies: values of globals.policy. */
#define PN_POLICY_WORK_STEALING 0u
#define PN_POLICY_ROUND_ROBIN 1u
#define PN_POLICY_RANDOM 2u
#define PN_POLICY_MERRY_GO_ROUND 3u
#define PN_POLICY_HYBRID 4u
#define PN_POLICY_COUNT 5u

/* Inboxes: cells, and how many frames a worker places in one round (frames). */
#define PN_INBOX_CAPACITY_MIN 4u
#define PN_INBOX_CAPACITY_MAX 65536u
#define PN_PLACE_MAX 16u

/* The ring: slots, cells of a slot, frames taken at once; always look at the home slot first (65,536ths). */
#define PN_RING_SLOTS_MAX 4096u
#define PN_RING_SLOT_CAPACITY_MAX 256u
#define PN_RING_BATCH_MAX 64u
#define PN_RING_BIAS_MAX 65536u
#define PN_RING_FLAG_BARRIER 1u

/* How often a thief tries one victim again after losing a race, before it goes on to the next (attempts). */
#define PN_STEAL_ATTEMPTS_MAX 4u

/* Result heap: chunk size, largest block that shares a chunk, passes of a search that met other claimants. */
#define PN_CHUNK_BYTES 65536u
#define PN_BLOCK_BYTES_MAX 16384u
#define PN_CLAIM_PASSES_MAX 4u

/* First index of deques, injectors and mailboxes. Zero in production; tests start just below a wrap. */
#ifndef PN_DEQUE_INDEX_START
#define PN_DEQUE_INDEX_START 0ull
#endif
#ifndef PN_INJECTOR_INDEX_START
#define PN_INJECTOR_INDEX_START 0u
#endif

_Static_assert((PN_CACHE_LINE & (PN_CACHE_LINE - 1)) == 0, "a line is a power of two");
_Static_assert(PN_GLOBALS_REF % PN_CACHE_LINE == 0, "globals start on a line");
_Static_assert(PN_BLOCK_BYTES_MAX <= PN_CHUNK_BYTES / 4, "a chunk holds several of the largest blocks");

#endif
