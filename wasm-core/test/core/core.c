/* core.c - hazards of penny_init and of the exports' arguments. */
#include "native.h"
#include "penny/penny.h"

static void bad_config_is_refused(void) {
    static const struct { size_t word; uint32_t value; uint32_t status; } cases[] = {
        {offsetof(pn_globals, worker_count), 0, PN_STATUS_BAD_WORKER_COUNT},
        {offsetof(pn_globals, worker_count), 257, PN_STATUS_BAD_WORKER_COUNT},
        {offsetof(pn_globals, deque_capacity), 2, PN_STATUS_BAD_DEQUE_CAPACITY},
        {offsetof(pn_globals, deque_capacity), 24, PN_STATUS_BAD_DEQUE_CAPACITY},
        {offsetof(pn_globals, deque_capacity), 131072, PN_STATUS_BAD_DEQUE_CAPACITY},
        {offsetof(pn_globals, injector_capacity), 0, PN_STATUS_BAD_INJECTOR_CAPACITY},
        {offsetof(pn_globals, injector_capacity), 5, PN_STATUS_BAD_INJECTOR_CAPACITY},
        {offsetof(pn_globals, injector_capacity), 1u << 21, PN_STATUS_BAD_INJECTOR_CAPACITY},
        {offsetof(pn_globals, mailbox_capacity), 0, PN_STATUS_BAD_MAILBOX_CAPACITY},
        {offsetof(pn_globals, mailbox_capacity), 5, PN_STATUS_BAD_MAILBOX_CAPACITY},
        {offsetof(pn_globals, mailbox_capacity), 1u << 17, PN_STATUS_BAD_MAILBOX_CAPACITY},
        {offsetof(pn_globals, frame_count), (1u << 24) + 1, PN_STATUS_BAD_FRAME_COUNT},
        {offsetof(pn_globals, host_frame_count), 0, PN_STATUS_BAD_HOST_FRAME_COUNT},
        {offsetof(pn_globals, host_frame_count), (1u << 22) + 1, PN_STATUS_BAD_HOST_FRAME_COUNT},
        {offsetof(pn_globals, slot_capacity), 0, PN_STATUS_BAD_SLOT_CAPACITY},
        {offsetof(pn_globals, slot_capacity), 65537, PN_STATUS_BAD_SLOT_CAPACITY},
        {offsetof(pn_globals, stack_bytes), 4080, PN_STATUS_BAD_STACK_BYTES},
        {offsetof(pn_globals, stack_bytes), 4104, PN_STATUS_BAD_STACK_BYTES},
        {offsetof(pn_globals, stack_bytes), (1u << 20) + 16, PN_STATUS_BAD_STACK_BYTES},
        {offsetof(pn_globals, arg_bytes), 0x80000000u, PN_STATUS_BAD_ARG_BYTES},
        {offsetof(pn_globals, poll_interval), 0, PN_STATUS_BAD_POLL_INTERVAL},
        {offsetof(pn_globals, spin_rounds), 0, PN_STATUS_BAD_SPIN_ROUNDS},
        {offsetof(pn_globals, range_grain), 0, PN_STATUS_BAD_RANGE_GRAIN},
        {offsetof(pn_globals, range_yield_items), 0, PN_STATUS_BAD_RANGE_YIELD_ITEMS},
        {offsetof(pn_globals, policy), PN_POLICY_COUNT, PN_STATUS_BAD_POLICY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pn_globals *g = memory_new(4 << 20);
        uint32_t *word = (uint32_t *)((char *)g + cases[i].word);
        uint32_t good = *word;
        *word = cases[i].value;
        CHECK_EQ(penny_init(4 << 20), cases[i].status);
        CHECK(g->magic != PN_MAGIC);
        *word = good; /* a corrected configuration is accepted */
        CHECK_EQ(penny_init(4 << 20), PN_STATUS_OK);
    }
}

static void init_twice_is_refused(void) {
    core_new(1, 4, 4, 0);
    CHECK_EQ(penny_init(4 << 20), PN_STATUS_ALREADY);
}

static void memory_too_small_says_how_much(void) {
    pn_globals *g = memory_new(64 << 20);
    g->host_frame_count = 100000;
    CHECK_EQ(penny_init(1 << 20), PN_STATUS_NO_MEMORY);
    uint64_t needed = g->bytes_needed;
    CHECK(needed > 25600000 && needed < (64 << 20) && needed % PN_PAGE_BYTES == 0);
    /* The chunk map grows with the memory, by less than a chunk. */
    CHECK_EQ(penny_init((uint32_t)needed - PN_PAGE_BYTES), PN_STATUS_NO_MEMORY);
    CHECK_EQ(penny_init((uint32_t)needed + 1), PN_STATUS_BAD_MEMORY_BYTES);
    uint32_t status = penny_init((uint32_t)needed);
    CHECK_EQ(status, PN_STATUS_OK);
    CHECK_EQ(g->heap_chunk_count, 1);
    /* The largest configuration overflows nothing. */
    g = memory_new(4 << 20);
    g->worker_count = 256;
    g->deque_capacity = 65536;
    g->injector_capacity = 1u << 20;
    g->frame_count = 1u << 24;
    g->host_frame_count = 1u << 22;
    g->stack_bytes = 1u << 20;
    g->arg_bytes = 0x7FFFFFFF;
    CHECK_EQ(penny_init(4 << 20), PN_STATUS_NO_MEMORY);
    CHECK(g->bytes_needed > 1ull << 32);
}

static uint64_t end_of_region(uint64_t start, uint64_t before, uint64_t bytes) {
    CHECK(start >= before);
    CHECK_EQ(start % PN_CACHE_LINE, 0);
    return start + bytes;
}

static void check_layout(uint32_t workers) {
    pn_globals *g = memory_new(8 << 20);
    g->worker_count = workers;
    g->frame_count = 1000;
    memory_init();
    uint64_t end = PN_GLOBALS_REF + sizeof *g;
    end = end_of_region(g->workers_ref, end, (uint64_t)workers * g->worker_stride);
    end = end_of_region(g->rings_ref, end, (uint64_t)workers * g->deque_capacity * 4);
    end = end_of_region(g->injector_ref, end, PN_PRIORITY_COUNT * g->injector_stride);
    end = end_of_region(g->mailboxes_ref, end, g->worker_count * g->mailbox_stride);
    CHECK(g->injector_stride >= sizeof(pn_injector) + g->injector_capacity * sizeof(pn_cell));
    CHECK(g->mailbox_stride >= sizeof(pn_injector) + g->mailbox_capacity * sizeof(pn_cell));
    end = end_of_region(g->frames_ref, end, g->frame_count * sizeof(pn_frame));
    end = end_of_region(g->host_frames_ref, end, (uint64_t)g->host_frame_count * g->host_frame_stride);
    end = end_of_region(g->registry_ref, end, g->registry_capacity * sizeof(pn_registry_entry));
    end = end_of_region(g->stacks_ref, end, (uint64_t)workers * g->stack_bytes);
    end = end_of_region(g->args_ref, end, g->arg_bytes);
    end = end_of_region(g->heap_map_ref, end, (g->heap_chunk_count + 31) / 32 * 4);
    end = end_of_region(g->heap_ref, end, g->heap_bytes);
    CHECK(end <= g->memory_bytes && g->memory_bytes - end < PN_CHUNK_BYTES);
    uint32_t frames = 0;
    for (uint32_t id = 0; id < workers; id++) {
        pn_worker *w = pn_worker_at(id);
        CHECK_EQ(w->id, id);
        CHECK_EQ(w->ring_ref, g->rings_ref + id * g->deque_capacity * 4);
        CHECK_EQ(w->frames_bump, g->frames_ref + frames * sizeof(pn_frame));
        frames += (w->frames_limit - w->frames_bump) / (uint32_t)sizeof(pn_frame);
        CHECK_EQ(*(uint32_t *)pn_at(g->stacks_ref + id * g->stack_bytes), PN_STACK_CANARY);
        CHECK(g->sleepers[id / 32].raw & (1u << id % 32));
        CHECK(id == 0 || w->rng != pn_worker_at(id - 1)->rng);
    }
    CHECK_EQ(frames, g->frame_count);
    uint32_t sleepers = 0;
    for (uint32_t i = 0; i < PN_SLEEPER_WORDS; i++) sleepers += (uint32_t)__builtin_popcount(g->sleepers[i].raw);
    CHECK_EQ(sleepers, workers);
}

static void layouts_are_disjoint(void) {
    for (uint32_t workers = 1; workers <= PN_WORKER_COUNT_MAX; workers++) check_layout(workers);
}

static void canary(void) {
    core_new(2, 4, 4, 0);
    pn_globals *g = pn_globals_get();
    *(uint32_t *)pn_at(g->stacks_ref + g->stack_bytes) ^= 1;
    CHECK_EQ(worker_run(0, 0), PN_RUN_PARK);
    CHECK_PANIC(STACK_OVERFLOW, penny_worker_run(1, 0));
    CHECK_PANIC(STACK_OVERFLOW, penny_worker_step(1));
}

static void bad_arguments_panic(void) {
    memory_new(4 << 20);
    CHECK_PANIC(NOT_INITIALISED, penny_worker_run(0, 0));
    CHECK_PANIC(NOT_INITIALISED, penny_registry_find(1));
    core_new(2, 4, 4, 0);
    CHECK_PANIC(BAD_ARGUMENT, penny_worker_run(2, 0));
    CHECK_PANIC(BAD_ARGUMENT, penny_worker_step(2));
    CHECK_PANIC(BAD_ARGUMENT, penny_worker_fail(2, 0));
    CHECK_PANIC(BAD_ARGUMENT, penny_heap_alloc(2, 8));
    pn_globals_get()->command.raw = 77;
    CHECK_PANIC(BAD_ARGUMENT, penny_worker_run(0, 0));
    CHECK_EQ(penny_worker_fail(0, 0), PN_STATUS_NOTHING);
}

const test core_tests[] = {
    {"bad_config_is_refused", bad_config_is_refused}, {"init_twice_is_refused", init_twice_is_refused},
    {"memory_too_small_says_how_much", memory_too_small_says_how_much}, {"layouts_are_disjoint", layouts_are_disjoint},
    {"canary", canary}, {"bad_arguments_panic", bad_arguments_panic}, {0, 0},
};
