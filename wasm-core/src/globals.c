/* globals.c - see globals.h. */
#define PN_FILE PN_FILE_GLOBALS
#include "globals.h"

static uint32_t in_range(uint32_t value, uint32_t min, uint32_t max) {
    return value >= min && value <= max;
}

static uint32_t is_power_of_two(uint32_t value) {
    return value != 0 && (value & (value - 1)) == 0;
}

static uint32_t has_inboxes(const pn_globals *g) {
    return g->policy == PN_POLICY_ROUND_ROBIN || g->policy == PN_POLICY_RANDOM;
}

static uint32_t has_ring(const pn_globals *g) {
    return g->policy == PN_POLICY_MERRY_GO_ROUND || g->policy == PN_POLICY_HYBRID;
}

static pn_status check_policy(const pn_globals *g) {
    if (g->policy >= PN_POLICY_COUNT) return PN_STATUS_BAD_POLICY;
    if (has_inboxes(g) && (!is_power_of_two(g->inbox_capacity) ||
                           !in_range(g->inbox_capacity, PN_INBOX_CAPACITY_MIN, PN_INBOX_CAPACITY_MAX)))
        return PN_STATUS_BAD_INBOX_CAPACITY;
    if (has_ring(g) && (!is_power_of_two(g->ring_slots) || !in_range(g->ring_slots, g->ring_window, PN_RING_SLOTS_MAX) ||
                        g->ring_window == 0 || !is_power_of_two(g->ring_slot_capacity) ||
                        g->ring_slot_capacity > PN_RING_SLOT_CAPACITY_MAX || !in_range(g->ring_batch, 1, PN_RING_BATCH_MAX) ||
                        g->ring_bias > PN_RING_BIAS_MAX))
        return PN_STATUS_BAD_RING;
    return PN_STATUS_OK;
}

pn_status pn_globals_check(const pn_globals *g) {
    if (!in_range(g->worker_count, 1, PN_WORKER_COUNT_MAX)) return PN_STATUS_BAD_WORKER_COUNT;
    if (!is_power_of_two(g->deque_capacity) ||
        !in_range(g->deque_capacity, PN_DEQUE_CAPACITY_MIN, PN_DEQUE_CAPACITY_MAX))
        return PN_STATUS_BAD_DEQUE_CAPACITY;
    if (!is_power_of_two(g->injector_capacity) ||
        !in_range(g->injector_capacity, PN_INJECTOR_CAPACITY_MIN, PN_INJECTOR_CAPACITY_MAX))
        return PN_STATUS_BAD_INJECTOR_CAPACITY;
    if (!is_power_of_two(g->mailbox_capacity) ||
        !in_range(g->mailbox_capacity, PN_MAILBOX_CAPACITY_MIN, PN_MAILBOX_CAPACITY_MAX))
        return PN_STATUS_BAD_MAILBOX_CAPACITY;
    if (g->frame_count > PN_FRAME_COUNT_MAX) return PN_STATUS_BAD_FRAME_COUNT;
    if (!in_range(g->host_frame_count, 1, PN_HOST_FRAME_COUNT_MAX)) return PN_STATUS_BAD_HOST_FRAME_COUNT;
    if (!in_range(g->slot_capacity, 1, PN_SLOT_CAPACITY_MAX)) return PN_STATUS_BAD_SLOT_CAPACITY;
    if (g->stack_bytes % 16 != 0 || !in_range(g->stack_bytes, PN_STACK_BYTES_MIN, PN_STACK_BYTES_MAX))
        return PN_STATUS_BAD_STACK_BYTES;
    if (g->arg_bytes > PN_ARG_BYTES_MAX) return PN_STATUS_BAD_ARG_BYTES;
    if (!in_range(g->poll_interval, 1, PN_POLL_INTERVAL_MAX)) return PN_STATUS_BAD_POLL_INTERVAL;
    if (!in_range(g->spin_rounds, 1, PN_SPIN_ROUNDS_MAX)) return PN_STATUS_BAD_SPIN_ROUNDS;
    if (!in_range(g->range_grain, 1, PN_RANGE_GRAIN_MAX)) return PN_STATUS_BAD_RANGE_GRAIN;
    if (!in_range(g->range_yield_items, 1, PN_RANGE_YIELD_ITEMS_MAX)) return PN_STATUS_BAD_RANGE_YIELD_ITEMS;
    return check_policy(g);
}

static uint64_t align_up(uint64_t value, uint64_t alignment) {
    return (value + alignment - 1) & ~(alignment - 1);
}

/* Returns the start of a region of `bytes` on its own lines, and moves `*end` behind it. */
static uint64_t region(uint64_t *end, uint64_t bytes) {
    uint64_t start = align_up(*end, PN_CACHE_LINE);
    *end = start + bytes;
    return start;
}

/* From one queue to the next. */
static uint32_t queue_stride(uint32_t capacity) {
    return (uint32_t)align_up(sizeof(pn_injector) + (uint64_t)capacity * sizeof(pn_cell), PN_CACHE_LINE);
}

/* At most half full: probes stay short and an empty entry always ends them. */
static uint32_t registry_capacity(uint32_t slot_capacity) {
    uint32_t capacity = 8;
    while (capacity < 2 * slot_capacity) capacity *= 2; /* ends: slot_capacity is at most 65536 */
    return capacity;
}

pn_status pn_globals_layout(pn_globals *g, uint32_t memory_bytes) {
    uint32_t capacity = registry_capacity(g->slot_capacity);
    uint64_t end = PN_GLOBALS_REF + sizeof(pn_globals);
    uint64_t workers = region(&end, (uint64_t)g->worker_count * sizeof(pn_worker));
    uint64_t rings = region(&end, (uint64_t)g->worker_count * g->deque_capacity * sizeof(pn_word));
    uint64_t injectors = region(&end, (uint64_t)PN_PRIORITY_COUNT * queue_stride(g->injector_capacity));
    uint64_t mailboxes = region(&end, (uint64_t)g->worker_count * queue_stride(g->mailbox_capacity));
    uint32_t slot_stride = (uint32_t)align_up(offsetof(pn_slot, cells) + g->ring_slot_capacity * sizeof(pn_word), PN_CACHE_LINE);
    uint64_t inboxes = region(&end, has_inboxes(g) ? (uint64_t)g->worker_count * queue_stride(g->inbox_capacity) : 0);
    uint64_t ring = region(&end, has_ring(g) ? (uint64_t)g->ring_slots * slot_stride : 0);
    uint64_t frames = region(&end, (uint64_t)g->frame_count * sizeof(pn_frame));
    uint64_t host_frames = region(&end, (uint64_t)g->host_frame_count * PN_HOST_FRAME_STRIDE);
    uint64_t registry = region(&end, (uint64_t)capacity * sizeof(pn_registry_entry));
    uint64_t stacks = region(&end, (uint64_t)g->worker_count * g->stack_bytes);
    uint64_t args = region(&end, g->arg_bytes);
    /* The map has a bit for every chunk the memory could hold, a few more than it will. */
    uint32_t map_words = memory_bytes / PN_CHUNK_BYTES / 32 + 1;
    uint64_t heap_map = region(&end, (uint64_t)map_words * sizeof(pn_word));
    uint64_t heap = align_up(end, PN_CHUNK_BYTES);

    g->bytes_needed = align_up(heap + PN_CHUNK_BYTES, PN_PAGE_BYTES);
    if (g->bytes_needed > memory_bytes) return PN_STATUS_NO_MEMORY;

    g->workers_ref = (pn_ref)workers;
    g->worker_stride = (uint32_t)sizeof(pn_worker);
    g->rings_ref = (pn_ref)rings;
    g->injector_ref = (pn_ref)injectors;
    g->injector_stride = queue_stride(g->injector_capacity);
    g->mailboxes_ref = (pn_ref)mailboxes;
    g->mailbox_stride = queue_stride(g->mailbox_capacity);
    g->inboxes_ref = (pn_ref)inboxes;
    g->inbox_stride = has_inboxes(g) ? queue_stride(g->inbox_capacity) : 0;
    g->ring_ref = (pn_ref)ring;
    g->ring_slot_stride = has_ring(g) ? slot_stride : 0;
    g->frames_ref = (pn_ref)frames;
    g->host_frames_ref = (pn_ref)host_frames;
    g->host_frame_stride = PN_HOST_FRAME_STRIDE;
    g->registry_ref = (pn_ref)registry;
    g->registry_capacity = capacity;
    g->registry_count = 0;
    g->stacks_ref = (pn_ref)stacks;
    g->args_ref = (pn_ref)args;
    g->heap_map_ref = (pn_ref)heap_map;
    g->heap_ref = (pn_ref)heap;
    g->heap_chunk_count = (memory_bytes - (uint32_t)heap) / PN_CHUNK_BYTES;
    g->heap_bytes = g->heap_chunk_count * PN_CHUNK_BYTES;
    g->memory_bytes = memory_bytes;
    return PN_STATUS_OK;
}

static uint64_t mix(uint64_t value) {
    /* splitmix64 (Steele, Lea, Flood 2014): neighbouring seeds give unrelated streams. */
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ull;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBull;
    return value ^ (value >> 31);
}

static void start_worker(pn_globals *g, uint32_t id) {
    pn_worker *worker = pn_worker_at(id);
    uint32_t share = g->frame_count / g->worker_count;
    uint32_t rest = g->frame_count % g->worker_count;
    uint32_t first = id * share + (id < rest ? id : rest);
    uint32_t count = share + (id < rest);

    worker->id = id;
    worker->rng = mix(g->seed + (id + 1) * 0x9E3779B97F4A7C15ull) | 1; /* never zero, or xorshift stays there */
    worker->polls_left = g->poll_interval;
    worker->high_seen = PN_INJECTOR_INDEX_START;
    worker->high_ref = g->injector_ref + PN_PRIORITY_HIGH * g->injector_stride;
    worker->mailbox_ref = g->mailboxes_ref + id * g->mailbox_stride;
    worker->policy = g->policy;
    worker->place_turn = id + 1 == g->worker_count ? 0 : id + 1;
    worker->home_slot = has_ring(g) ? (id * g->ring_window) & (g->ring_slots - 1) : 0;
    worker->ring_ref = g->rings_ref + id * g->deque_capacity * (uint32_t)sizeof(pn_word);
    worker->ring_mask = g->deque_capacity - 1;
    worker->frames_bump = g->frames_ref + first * (uint32_t)sizeof(pn_frame);
    worker->frames_limit = worker->frames_bump + count * (uint32_t)sizeof(pn_frame);
    worker->stack_ref = g->stacks_ref + id * g->stack_bytes;
    *(uint32_t *)pn_at(worker->stack_ref) = PN_STACK_CANARY;
    /* Relaxed: nobody else runs yet; the host publishes the memory to its threads when it starts them. */
    pn_store_relaxed(&worker->state, PN_WORKER_IDLE);
    pn_store64_release(&worker->top, PN_DEQUE_INDEX_START);
    pn_store64_release(&worker->bottom, PN_DEQUE_INDEX_START);
}

static void start_queue(pn_injector *queue, uint32_t capacity) {
    queue->capacity = capacity;
    queue->mask = capacity - 1;
    pn_store_relaxed(&queue->head, PN_INJECTOR_INDEX_START); /* relaxed: as in start_worker, here and below */
    pn_store_relaxed(&queue->tail, PN_INJECTOR_INDEX_START);
    for (uint32_t i = 0; i < capacity; i++) {
        uint32_t position = PN_INJECTOR_INDEX_START + i;
        pn_store_relaxed(&queue->cells[position & queue->mask].sequence, position);
    }
}

void pn_globals_start(pn_globals *g) {
    for (uint32_t id = 0; id < g->worker_count; id++) {
        start_worker(g, id);
        start_queue(pn_mailbox_at(id), g->mailbox_capacity);
        if (has_inboxes(g)) start_queue((pn_injector *)pn_at(g->inboxes_ref + id * g->inbox_stride), g->inbox_capacity);
        /* A worker that was never started counts as a sleeper: the first push starts it. */
        pn_fetch_or_seq_cst(&g->sleepers[id / 32], 1u << (id % 32));
    }
    for (uint32_t priority = 0; priority < PN_PRIORITY_COUNT; priority++)
        start_queue(pn_injector_at(priority), g->injector_capacity);
    /* seq_cst: the value every worker's first round reads; pairs with pn_idle_command. */
    pn_store_seq_cst(&g->command, PN_COMMAND_RUN);
}

void pn_stack_check(const pn_worker *worker) {
    PN_ASSERT(*(const uint32_t *)pn_at(worker->stack_ref) == PN_STACK_CANARY, STACK_OVERFLOW);
}
