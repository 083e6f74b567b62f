/* native.c - see native.h: memory, vtable, frames, and the imports of penny_host.h. */
#include "native.h"

#include <sys/mman.h>

#include "idle.h"
#include "injector.h"
#include "penny/penny.h"
#include "run.h"

enum { MEMORY_DEFAULT_BYTES = 8 << 20, HOST_FRAMES = 4096, BLOCK_AREA_BYTES = 1 << 16 };

unsigned char *pn_memory;
int panic_expected;
uint32_t panic_code;
jmp_buf panic_return;
int test_quick;
uint64_t test_seed = 1;
uint32_t test_policy;
task_function vtable[SLOT_COUNT];
#if defined(PN_COUNT_ATOMICS)
_Thread_local uint64_t pn_test_atomics;
#endif
void (*on_trap)(uint32_t worker);
void (*on_wait)(uint32_t worker);
void (*on_complete)(uint32_t worker, uint32_t frame);
void (*on_node)(uint32_t worker, uint32_t node, uint32_t state);
void (*on_trace)(uint32_t node, uint32_t event);
pn_word completed_count;
static pn_word completions[HOST_FRAMES];

void test_fail(const char *file, int line, const char *what) {
    fprintf(stderr, "%s:%d: check failed: %s\n", file, line, what);
    test_print_replay();
    _Exit(1);
}

void test_fail_eq(const char *file, int line, const char *what, uint64_t actual, uint64_t expected) {
    char text[256];
    snprintf(text, sizeof text, "%s is %llu, expected %llu", what, (unsigned long long)actual,
             (unsigned long long)expected);
    test_fail(file, line, text);
}

uint32_t rounds(uint32_t plain) {
    uint32_t divisor = test_quick ? 8 : 1;
#if defined(PN_SEEDED)
    divisor *= 200;
#elif defined(PN_SANITIZED)
    divisor *= 8;
#endif
    return plain / divisor + 1;
}

uint32_t test_random(uint32_t below) {
    static uint64_t state;
    if (state == 0) state = test_seed * 0x9E3779B97F4A7C15ull | 1;
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * 0x2545F4914F6CDD1Dull) >> 33) % below;
}

/* ---- memory ---- */

pn_globals *memory_new(uint32_t bytes) {
    static uint32_t mapped_bytes;
    if (pn_memory) munmap(pn_memory, mapped_bytes);
    pn_memory = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pn_memory != MAP_FAILED);
    mapped_bytes = bytes;
    pn_store_relaxed(&completed_count, 0);
    for (uint32_t i = 0; i < HOST_FRAMES; i++) pn_store_relaxed(&completions[i], 0);
    pn_globals *g = pn_globals_get();
    g->worker_count = 2;
    g->deque_capacity = 16;
    g->injector_capacity = 16;
    g->mailbox_capacity = 4;
    g->frame_count = 32;
    g->host_frame_count = HOST_FRAMES;
    g->slot_capacity = SLOT_COUNT;
    g->stack_bytes = PN_STACK_BYTES_MIN;
    g->arg_bytes = 16 * BLOCK_AREA_BYTES;
    g->poll_interval = 61;
    g->spin_rounds = 2;
    g->range_grain = 4;
    g->range_yield_items = 64;
    g->seed = test_seed;
    g->policy = test_policy;
    g->inbox_capacity = 4;
    g->ring_slots = 8;
    g->ring_window = 1;
    g->ring_slot_capacity = 1;
    g->ring_batch = 1;
    g->memory_bytes = bytes; /* for memory_init; penny_init writes it again */
    return g;
}

void memory_init(void) {
    uint32_t status = penny_init(pn_globals_get()->memory_bytes);
    CHECK_EQ(status, PN_STATUS_OK);
}

void core_new(uint32_t workers, uint32_t deque_capacity, uint32_t injector_capacity, uint32_t frame_count) {
    pn_globals *g = memory_new(MEMORY_DEFAULT_BYTES);
    g->worker_count = workers;
    g->deque_capacity = deque_capacity;
    g->injector_capacity = injector_capacity;
    g->frame_count = frame_count;
    memory_init();
}

/* ---- dispatch and traps ---- */

static jmp_buf trap_return[PN_WORKER_COUNT_MAX];

uint32_t current_worker(void) {
    return *host_worker_slot();
}

uint64_t *record_of(uint32_t record) {
    return (uint64_t *)pn_at(record);
}

uint32_t pn_dispatch(uint32_t slot, uint32_t record) {
    return vtable[slot](record);
}

/* As the host's generated batch thunks do it. */
uint32_t pn_dispatch_batch(pn_worker *worker, const pn_block *block, uint32_t item, uint32_t end) {
    uint8_t *statuses = (uint8_t *)pn_at(block->statuses_ref);
    uint32_t failed = 0;
    for (; item != end; item++) {
        worker->current_item = item;
        uint32_t outcome = pn_dispatch(block->slot, block->records_ref + item * block->stride_bytes);
        if (outcome > PN_OUTCOME_FAILED) task_trap(); /* an item of a bulk has no frame to wait in */
        statuses[item] = (uint8_t)(outcome + 1);
        failed += outcome;
    }
    return failed;
}

static uint32_t enter(uint32_t (*export_call)(uint32_t, uint32_t), uint32_t worker, uint32_t argument) {
    while (setjmp(trap_return[worker]) != 0) { /* ends: every trap fails one dispatch */
        if (on_trap) on_trap(worker);
        uint32_t status = penny_worker_fail(worker, 0);
        CHECK_EQ(status, PN_STATUS_OK);
    }
    *host_worker_slot() = worker;
    return export_call(worker, argument);
}

_Noreturn void task_trap(void) {
    longjmp(trap_return[current_worker()], 1);
}

static uint32_t call_step(uint32_t worker, uint32_t unused) {
    (void)unused;
    return penny_worker_step(worker);
}

uint32_t worker_run(uint32_t worker, uint32_t dispatches_max) {
    return enter(penny_worker_run, worker, dispatches_max);
}

uint32_t worker_step(uint32_t worker) {
    return enter(call_step, worker, 0);
}

/* ---- imports ---- */

void penny_host_panic(uint32_t code, uint32_t line) {
    if (panic_expected) {
        panic_code = code;
        panic_expected = 0;
        longjmp(panic_return, 1);
    }
    fprintf(stderr, "panic code=%u file=%u line=%u\n", code, line / 1000, line % 1000);
    test_print_replay();
    _Exit(1);
}

void penny_host_unpark(uint32_t worker) {
    host_wake(worker);
}

void penny_host_wait(void) {
    if (on_wait) on_wait(current_worker());
    else host_rest(current_worker());
}

void penny_host_heartbeat(void) {
    if (pn_globals_get()->heartbeat_polls != 0) return;
    /* relaxed: a hint; tests beat by polls, or add to the word themselves */
    pn_store_relaxed(&pn_globals_get()->heartbeat_timer, 1);
}

void penny_host_trace(void) {
    CHECK(on_trace != 0);
    const pn_worker *worker = pn_worker_at(current_worker());
    on_trace(worker->traced_node, worker->trace_event);
}

void penny_host_complete(void) {
    uint32_t worker = current_worker();
    pn_ref frame = pn_worker_at(worker)->completed_frame;
    if (frame >= pn_globals_get()->args_ref) {
        CHECK(on_node != 0);
        on_node(worker, frame, pn_worker_at(worker)->completed_state);
        return;
    }
    uint32_t index = (frame - pn_globals_get()->host_frames_ref) / PN_HOST_FRAME_STRIDE;
    uint32_t state = pn_load_acquire(&pn_frame_at(frame)->state);
    CHECK(index < HOST_FRAMES);
    CHECK(state == PN_FRAME_DONE || state == PN_FRAME_FAILED || state == PN_FRAME_CANCELLED);
    pn_fetch_add_relaxed(&completions[index], 1);
    if (on_complete) on_complete(worker, frame);
    /* Not relaxed: who reads the count reads the results next. */
    __atomic_fetch_add(&completed_count.raw, 1, __ATOMIC_ACQ_REL);
}

uint32_t completions_of(pn_ref frame) {
    return pn_load_relaxed(&completions[(frame - pn_globals_get()->host_frames_ref) / PN_HOST_FRAME_STRIDE]);
}

/* ---- frames ---- */

pn_ref host_frame(uint32_t index) {
    return pn_globals_get()->host_frames_ref + index * PN_HOST_FRAME_STRIDE;
}

pn_ref frame_ready(uint32_t index, uint32_t kind, uint32_t slot) {
    pn_ref ref = host_frame(index);
    pn_frame *frame = pn_frame_at(ref);
    memset((void *)&frame->slot, 0, sizeof *frame - sizeof frame->state);
    frame->slot = slot;
    frame->kind = kind;
    frame->owner = PN_OWNER_HOST;
    frame->ticket = index + 1;
    pn_store_relaxed(&completions[index], 0);
    pn_store_release(&frame->state, PN_FRAME_READY);
    return ref;
}

pn_ref frame_single(uint32_t index, uint32_t slot, uint64_t argument) {
    pn_ref ref = frame_ready(index, PN_KIND_SINGLE, slot);
    pn_frame_at(ref)->args[0] = argument;
    return ref;
}

pn_ref frame_bulk(uint32_t index, uint32_t block_index, uint32_t slot, uint32_t count, uint64_t first) {
    pn_ref ref = frame_ready(index, PN_KIND_BULK, slot);
    pn_ref block_ref = pn_globals_get()->args_ref + block_index * BLOCK_AREA_BYTES;
    pn_block *block = pn_block_at(block_ref);
    memset((void *)block, 0, sizeof *block);
    block->count = count;
    block->stride_bytes = 16;
    block->slot = slot;
    block->statuses_ref = block_ref + (uint32_t)sizeof *block;
    block->records_ref = block->statuses_ref + ((count + 7) & ~7u);
    CHECK(block->records_ref + 16 * count <= block_ref + BLOCK_AREA_BYTES);
    pn_store_relaxed(&block->pending, count);
    pn_frame_at(ref)->block = block_ref;
    for (uint32_t i = 0; i < count; i++) {
        *((uint8_t *)pn_at(block->statuses_ref) + i) = PN_ITEM_PENDING;
        item_record(ref, i)[0] = 0;
        item_record(ref, i)[1] = first + i;
    }
    return ref;
}

pn_block *block_of(pn_ref frame) {
    return pn_block_at(pn_frame_at(frame)->block);
}

uint8_t item_status(pn_ref frame, uint32_t item) {
    return *((uint8_t *)pn_at(block_of(frame)->statuses_ref) + item);
}

uint64_t *item_record(pn_ref frame, uint32_t item) {
    return record_of(block_of(frame)->records_ref + item * block_of(frame)->stride_bytes);
}

static void wake(uint32_t all) {
    pn_globals *g = pn_globals_get();
    for (uint32_t word = 0; word < (g->worker_count + 31) / 32; word++) {
        uint32_t mask = pn_load_seq_cst(&g->sleepers[word]);
        while (mask != 0) { /* ends: every round takes a bit out of mask */
            uint32_t bit = mask & -mask;
            mask -= bit;
            if ((pn_fetch_and_seq_cst(&g->sleepers[word], ~bit) & bit) == 0) continue;
            host_wake(word * 32 + (uint32_t)__builtin_ctz(bit));
            if (!all) return;
        }
    }
}

static void wake_worker(uint32_t id) {
    uint32_t bit = 1u << id % 32;
    if (pn_fetch_and_seq_cst(&pn_globals_get()->sleepers[id / 32], ~bit) & bit) host_wake(id);
}

uint32_t host_inject(pn_ref frame) {
    uint32_t flags = pn_frame_at(frame)->flags;
    if (!pn_injector_push(pn_injector_of(flags), frame)) return 0;
    if (pn_flags_are_pinned(flags)) wake_worker(pn_flags_pinned_to(flags));
    else wake(0);
    return 1;
}

pn_ref frame_priority(pn_ref frame, uint32_t priority) {
    pn_frame_at(frame)->flags |= priority << PN_FLAG_PRIORITY_SHIFT;
    return frame;
}

pn_ref frame_pinned(pn_ref frame, uint32_t worker) {
    pn_frame_at(frame)->flags |= (worker + 1) << PN_FLAG_PIN_SHIFT;
    return frame;
}

void host_command(uint32_t command) {
    pn_store_seq_cst(&pn_globals_get()->command, command);
    wake(1);
}

void worker_rest(pn_worker *worker) {
    pn_idle_announce(worker);
    if (!pn_idle_recheck(worker)) return;
    host_park(worker->id);
    pn_idle_enter(worker);
}

uint64_t counter_sum(size_t offset) {
    uint64_t sum = 0;
    for (uint32_t id = 0; id < pn_globals_get()->worker_count; id++) {
        const pn_counter *counter = (const pn_counter *)((const char *)&pn_worker_at(id)->counters + offset);
        sum += __atomic_load_n(&counter->raw, __ATOMIC_RELAXED);
    }
    return sum;
}

void check_nothing_leaked(void) {
    pn_globals *g = pn_globals_get();
    CHECK_EQ(COUNTER(frames_allocated), COUNTER(frames_freed));
    CHECK_EQ(COUNTER(results_allocated), COUNTER(results_freed) + pn_load64_relaxed(&g->host_results_freed));
    uint32_t owned = 0, taken = 0;
    for (uint32_t id = 0; id < g->worker_count; id++) {
        owned += pn_worker_at(id)->heap_chunk != 0;
        CHECK_EQ(pn_worker_at(id)->held_frame, 0);
        CHECK_EQ(pn_worker_at(id)->mail, 0);
        CHECK_EQ(pn_load_relaxed(&pn_mailbox_at(id)->overflow), 0);
    }
    for (uint32_t i = 0; i < g->heap_chunk_count; i += 32)
        taken += (uint32_t)__builtin_popcount(pn_load_relaxed((pn_word *)pn_at(g->heap_map_ref) + i / 32));
    CHECK_EQ(taken, owned);
}
