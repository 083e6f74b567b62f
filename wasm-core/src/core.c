/* core.c - the exports of penny.h: check the arguments, then call the subsystem. */
#define PN_FILE PN_FILE_CORE
#include "fork.h"
#include "frame.h"
#include "globals.h"
#include "heap.h"
#include "join.h"
#include "log.h"
#include "registry.h"
#include "run.h"
#include "worker.h"

/* The hash is straight-line arithmetic on constants, so that the compiler folds it and no text ends up in a data
 * segment. FNV-1a over 64-bit words: five words of name, zero-padded to 40 characters, then the value. */
#define CHAR(name, i) ((uint64_t)((i) < sizeof(name) ? (name)[(i) < sizeof(name) ? (i) : 0] : 0) << (8 * ((i) % 8)))
#define WORD(name, k)                                                                                                  \
    (CHAR(name, (k)) | CHAR(name, (k) + 1) | CHAR(name, (k) + 2) | CHAR(name, (k) + 3) | CHAR(name, (k) + 4) |         \
     CHAR(name, (k) + 5) | CHAR(name, (k) + 6) | CHAR(name, (k) + 7))
#define MIX(word) hash = (hash ^ (word)) * 0x100000001B3ull;
#define PN_ABI(name, value)                                                                                            \
    _Static_assert(sizeof(name) <= 41, "the name is hashed up to 40 characters");                                      \
    MIX(WORD(name, 0))                                                                                                 \
    MIX(WORD(name, 8))                                                                                                 \
    MIX(WORD(name, 16))                                                                                                \
    MIX(WORD(name, 24))                                                                                                \
    MIX(WORD(name, 32))                                                                                                \
    MIX((uint32_t)(value))

uint64_t penny_abi_hash(void) {
    uint64_t hash = 0xCBF29CE484222325ull;
#include "abi.def"
    return hash;
}

static pn_worker *checked_worker(uint32_t worker) {
    const pn_globals *globals = pn_globals_get();
    PN_ASSERT(globals->magic == PN_MAGIC, NOT_INITIALISED);
    PN_ASSERT(worker < globals->worker_count, BAD_ARGUMENT);
    return pn_worker_at(worker);
}

uint32_t penny_init(uint32_t memory_bytes) {
    pn_globals *globals = pn_globals_get();
    if (globals->magic == PN_MAGIC) return PN_STATUS_ALREADY;
#if defined(__wasm__)
    if (memory_bytes / PN_PAGE_BYTES > __builtin_wasm_memory_size(0)) return PN_STATUS_BAD_MEMORY_BYTES;
#endif
    if (memory_bytes % PN_PAGE_BYTES != 0) return PN_STATUS_BAD_MEMORY_BYTES;
    pn_status status = pn_globals_check(globals);
    if (status == PN_STATUS_OK) status = pn_globals_layout(globals, memory_bytes);
    if (status != PN_STATUS_OK) return status;
    pn_globals_start(globals);
    globals->abi_hash = penny_abi_hash();
    globals->magic = PN_MAGIC;
    return PN_STATUS_OK;
}

uint32_t penny_worker_run(uint32_t worker_id, uint32_t dispatches_max) {
    pn_worker *worker = checked_worker(worker_id);
    pn_stack_check(worker);
    return pn_worker_run(worker, dispatches_max);
}

uint32_t penny_worker_step(uint32_t worker_id) {
    pn_worker *worker = checked_worker(worker_id);
    pn_stack_check(worker);
    return pn_worker_step(worker);
}

uint32_t penny_worker_fail(uint32_t worker_id, uint32_t keep) {
    return pn_run_fail(checked_worker(worker_id), keep);
}

uint32_t penny_worker_help(uint32_t worker_id) {
    return pn_worker_help(checked_worker(worker_id));
}

uint32_t penny_log_poll(uint32_t worker_id) {
    pn_worker *worker = checked_worker(worker_id);
    return pn_log_is_on(worker) ? pn_log_poll(worker) : pn_fork_poll(worker);
}

uint32_t penny_log_choice(uint32_t worker_id, uint32_t what, uint32_t seen) {
    pn_worker *worker = checked_worker(worker_id);
    return pn_log_is_on(worker) ? pn_log_choice(worker, what, seen) : seen;
}

uint32_t penny_log_withdraw(uint32_t worker_id, uint32_t what, pn_ref frame) {
    const pn_globals *globals = pn_globals_get();
    pn_worker *worker = checked_worker(worker_id);
    PN_ASSERT(frame % PN_CACHE_LINE == 0 && frame >= globals->host_frames_ref && frame < globals->registry_ref, BAD_REF);
    PN_ASSERT(pn_log_is_on(worker), BAD_STATE);
    return pn_log_withdraws(worker, what, frame);
}

uint32_t penny_poll(uint32_t worker_id) {
    return pn_fork_poll(checked_worker(worker_id));
}

uint32_t penny_cancelled(uint32_t worker_id) {
    pn_ref frame = checked_worker(worker_id)->current_frame;
    return frame != 0 && pn_frame_is_cancelled(pn_frame_at(frame));
}

uint32_t penny_fork_alloc(uint32_t worker_id, uint32_t slot) {
    return pn_fork_alloc(checked_worker(worker_id), slot);
}

uint32_t penny_fork_push(uint32_t worker_id, uint32_t job) {
    return pn_fork_push(checked_worker(worker_id), job);
}

uint32_t penny_join(uint32_t worker_id, uint32_t job) {
    pn_worker *worker = checked_worker(worker_id);
    pn_stack_check(worker);
    return pn_join(worker, job);
}

uint32_t penny_fork_run(uint32_t worker_id, uint32_t job) {
    pn_worker *worker = checked_worker(worker_id);
    pn_stack_check(worker);
    return pn_join_run(worker, job);
}

void penny_fork_release(uint32_t worker_id, uint32_t job) {
    pn_fork_release(checked_worker(worker_id), job);
}

uint32_t penny_fork_cancel(uint32_t worker_id, uint32_t job) {
    return pn_join_cancel(checked_worker(worker_id), job);
}

uint32_t penny_heap_alloc(uint32_t worker_id, uint32_t bytes) {
    return pn_heap_alloc(checked_worker(worker_id), bytes);
}

void penny_heap_free(uint32_t worker_id, uint32_t ref) {
    pn_heap_free(worker_id == PN_OWNER_HOST ? 0 : checked_worker(worker_id), ref);
}

uint32_t penny_registry_insert(uint64_t hash, uint32_t slot) {
    PN_ASSERT(pn_globals_get()->magic == PN_MAGIC, NOT_INITIALISED);
    return pn_registry_insert(hash, slot);
}

uint32_t penny_registry_replace(uint64_t hash, uint32_t slot) {
    PN_ASSERT(pn_globals_get()->magic == PN_MAGIC, NOT_INITIALISED);
    return pn_registry_replace(hash, slot);
}

uint32_t penny_registry_find(uint64_t hash) {
    PN_ASSERT(pn_globals_get()->magic == PN_MAGIC, NOT_INITIALISED);
    return pn_registry_find(hash);
}
