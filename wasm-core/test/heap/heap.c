/* heap.c - hazards of the result heap. */
#include "heap.h"
#include "native.h"

enum { LIVE_MAX = 64 };

static void setup(uint32_t workers, uint32_t chunks) {
    pn_globals *g = memory_new(64 << 20);
    g->worker_count = workers;
    memory_init();
    CHECK(g->heap_chunk_count >= chunks);
    g->heap_chunk_count = chunks;
}

static void fill(pn_ref block, uint32_t bytes, uint8_t with) {
    memset(pn_at(block), with, bytes);
}

static void check_filled(pn_ref block, uint32_t bytes, uint8_t with) {
    const uint8_t *at = pn_at(block);
    for (uint32_t i = 0; i < bytes; i++) CHECK_EQ(at[i], with);
}

static uint32_t random_size(void) {
    switch (test_random(8)) {
    case 0: return 0;
    case 1: return PN_BLOCK_BYTES_MAX + test_random(3) - 1;
    case 2: return test_random(200000);
    case 3: return PN_CHUNK_BYTES - 264 + test_random(16);
    default: return test_random(3000);
    }
}

static void smoke(void) {
    setup(1, 4);
    pn_worker *w = pn_worker_at(0);
    pn_ref a = pn_heap_alloc(w, 10), b = pn_heap_alloc(w, 0), c = pn_heap_alloc(w, 100000);
    CHECK(a && b && c && a != b);
    CHECK_EQ(a % 8 + b % 8 + c % 8, 0);
    CHECK_EQ(pn_heap_alloc(w, 200000), 0); /* 1 chunk of blocks and 2 of the run are taken, 1 is left */
    pn_heap_free(w, a);
    pn_heap_free(w, b);
    pn_heap_free(0, c);
    CHECK_EQ(pn_globals_get()->host_results_freed.raw, 1);
    check_nothing_leaked();
}

static void heap_no_overlap(void) {
    setup(1, 40);
    pn_worker *w = pn_worker_at(0);
    struct { pn_ref block; uint32_t bytes; uint8_t with; } live[LIVE_MAX] = {0};
    uint32_t refused = 0;
    for (uint32_t i = 0; i < 20000; i++) {
        uint32_t at = test_random(LIVE_MAX);
        if (live[at].block) {
            check_filled(live[at].block, live[at].bytes, live[at].with);
            pn_heap_free(w, live[at].block);
            live[at].block = 0;
        }
        live[at].bytes = random_size();
        live[at].with = (uint8_t)(i % 255 + 1);
        live[at].block = pn_heap_alloc(w, live[at].bytes);
        if (live[at].block) fill(live[at].block, live[at].bytes, live[at].with);
        else refused++;
    }
    for (uint32_t at = 0; at < LIVE_MAX; at++) {
        if (!live[at].block) continue;
        check_filled(live[at].block, live[at].bytes, live[at].with);
        pn_heap_free(w, live[at].block);
    }
    CHECK(refused > 0); /* the heap was small enough to run out now and then */
    check_nothing_leaked();
}

static void exhausted_then_whole_again(void) {
    setup(1, 8);
    pn_worker *w = pn_worker_at(0);
    pn_ref blocks[8 * PN_CHUNK_BYTES / 1000];
    uint32_t count = 0;
    while ((blocks[count] = pn_heap_alloc(w, 1000)) != 0) count++;
    CHECK(count > 8 * 60);
    CHECK_EQ(pn_heap_alloc(w, 20000), 0);
    while (count > 0) pn_heap_free(w, blocks[--count]);
    pn_ref all = pn_heap_alloc(w, 8 * PN_CHUNK_BYTES - 1000); /* every chunk came back, neighbours together */
    CHECK(all != 0);
    pn_heap_free(w, all);
    check_nothing_leaked();
}

static void steady_state_reuses_one_chunk(void) {
    setup(1, 2);
    pn_worker *w = pn_worker_at(0);
    for (uint32_t i = 0; i < 100000; i++) {
        pn_ref block = pn_heap_alloc(w, 500);
        CHECK(block != 0);
        CHECK_EQ((block - pn_globals_get()->heap_ref) / PN_CHUNK_BYTES, 0);
        pn_heap_free(w, block);
    }
}

static void bad_free_panics(void) {
    setup(1, 4);
    pn_worker *w = pn_worker_at(0);
    pn_ref block = pn_heap_alloc(w, 100), other = pn_heap_alloc(w, 100);
    CHECK_PANIC(BAD_REF, pn_heap_free(w, 0));
    CHECK_PANIC(BAD_REF, pn_heap_free(w, pn_globals_get()->args_ref));
    CHECK_PANIC(BAD_REF, pn_heap_free(w, block + 1));
    CHECK_PANIC(HEAP_CORRUPT, pn_heap_free(w, block + 8));
    pn_heap_free(w, block);
    CHECK_PANIC(HEAP_CORRUPT, pn_heap_free(w, block));
    fill(other - 8, 8, 0xEE); /* an overrun of the block before */
    CHECK_PANIC(HEAP_CORRUPT, pn_heap_free(w, other));
}

static void chain_frees_all(void) {
    setup(1, 8);
    pn_worker *w = pn_worker_at(0);
    pn_ref list = 0;
    for (uint32_t i = 0; i < 500; i++) list = pn_heap_chain(pn_heap_alloc(w, i), list);
    pn_heap_free_chain(w, list);
    CHECK_EQ(COUNTER(results_freed), 500);
    check_nothing_leaked();
}

/* ---- races: every thread but the last hands its blocks to the next one, which checks and frees them. Nothing goes back,
 * so that only the free itself orders those reads before the owner's reuse of the memory. ---- */

enum { LINE = 3 };
static pn_word line[LINE];
static uint32_t hops;

static uint32_t is_free(void *box) {
    return pn_load_acquire(box) == 0;
}

static void hop(void *argument) {
    uint32_t id = (uint32_t)(uintptr_t)argument;
    pn_worker *w = pn_worker_at(id);
    for (uint32_t i = 0; i < hops; i++) {
        uint32_t bytes = 8 + (i * 37 + id * 11) % 900 + (i % 64 == 0 ? 70000 : 0);
        pn_ref block = pn_heap_alloc(w, bytes);
        CHECK(block != 0);
        *(uint32_t *)pn_at(block) = bytes;
        fill(block + 4, bytes - 4, (uint8_t)bytes);
        pn_ref incoming = pn_exchange_n_acquire(&line[id], 0);
        if (incoming != 0) {
            uint32_t length = *(uint32_t *)pn_at(incoming);
            check_filled(incoming + 4, length - 4, (uint8_t)length);
            pn_heap_free(w, incoming);
        }
        if (id + 1 < LINE && is_free(&line[id + 1])) pn_store_release(&line[id + 1], block);
        else pn_heap_free(w, block);
    }
}

static void foreign_free(void) {
    setup(LINE, 24);
    hops = rounds(60000);
    for (uint32_t i = 0; i < LINE; i++) pn_store_relaxed(&line[i], 0);
    for (uint32_t i = 0; i < LINE; i++) host_spawn(hop, (void *)(uintptr_t)i);
    host_join();
    for (uint32_t i = 0; i < LINE; i++)
        if (line[i].raw) pn_heap_free(0, line[i].raw);
    check_nothing_leaked();
}

const test heap_tests[] = {
    {"smoke", smoke}, {"heap_no_overlap", heap_no_overlap}, {"exhausted_then_whole_again", exhausted_then_whole_again},
    {"steady_state_reuses_one_chunk", steady_state_reuses_one_chunk}, {"bad_free_panics", bad_free_panics},
    {"chain_frees_all", chain_frees_all}, {"foreign_free", foreign_free}, {0, 0},
};
