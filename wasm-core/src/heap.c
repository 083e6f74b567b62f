/* heap.c - see heap.h. */
#define PN_FILE PN_FILE_HEAP
#include "heap.h"

#define CHUNK_GUARD 0xC0DEC0DEu
#define BLOCK_ALIVE 0xA11CA7EDu
#define BLOCK_FREED 0xF5EEF5EEu
#define LIVE_OWNED (1u << 30)
#define HEADER_BYTES ((uint32_t)sizeof(pn_block_header))
/* The first block's header ends at a multiple of 8 behind the chunk's header. */
#define CHUNK_START ((uint32_t)sizeof(pn_chunk))

_Static_assert(sizeof(pn_block_header) == 8, "blocks stay 8-byte aligned");
_Static_assert(PN_CHUNK_BYTES / HEADER_BYTES < LIVE_OWNED, "live cannot reach 0 while the chunk is owned");
_Static_assert(CHUNK_START + HEADER_BYTES + PN_BLOCK_BYTES_MAX <= PN_CHUNK_BYTES, "the largest small block fits");

static pn_word *map_word(uint32_t index) {
    return (pn_word *)pn_at(pn_globals_get()->heap_map_ref) + index;
}

static pn_chunk *chunk_at(pn_ref chunk) {
    return (pn_chunk *)pn_at(chunk);
}

static pn_block_header *header_of(pn_ref block) {
    return (pn_block_header *)pn_at(block - HEADER_BYTES);
}

/* Bits [first, first + count) of the chunk map that lie in its word `word`. */
static uint32_t bits_in_word(uint32_t word, uint32_t first, uint32_t count) {
    uint32_t low = word * 32 > first ? 0 : first - word * 32;
    uint32_t end = first + count - word * 32;
    uint32_t high = end > 32 ? 32 : end;
    uint32_t below_high = high == 32 ? 0xFFFFFFFFu : (1u << high) - 1;
    return below_high & ~((1u << low) - 1);
}

static void give_back(uint32_t first, uint32_t count) {
    uint32_t last_word = (first + count - 1) / 32;
    for (uint32_t word = first / 32; word <= last_word; word++) {
        /* release: all use of the chunk is over; pairs with the acquire in claim_run. */
        pn_fetch_and_release(map_word(word), ~bits_in_word(word, first, count));
    }
}

/* Takes chunks [first, first + count), all or none. Returns 0 and gives back what it took when one was taken. */
static uint32_t claim_run(uint32_t first, uint32_t count) {
    uint32_t last_word = (first + count - 1) / 32;
    for (uint32_t word = first / 32; word <= last_word; word++) {
        uint32_t bits = bits_in_word(word, first, count);
        /* acquire: the chunk's last use is over; pairs with give_back. release: for the undo below. */
        uint32_t before = pn_fetch_or_acq_rel(map_word(word), bits);
        if ((before & bits) == 0) continue;
        /* release: nothing was written; keeps the chain of those who cleared before. */
        pn_fetch_and_release(map_word(word), ~(bits & ~before));
        if (word * 32 > first) give_back(first, word * 32 - first);
        return 0;
    }
    return 1;
}

/* First free run of `count` chunks at or after `first`, or heap_chunk_count. A look, not a claim. */
static uint32_t find_run(uint32_t first, uint32_t count) {
    uint32_t chunks = pn_globals_get()->heap_chunk_count;
    uint32_t run = 0;
    for (uint32_t i = first; i < chunks; i++) {
        uint32_t word = pn_load_relaxed(map_word(i / 32)); /* relaxed: claim_run decides */
        if (word == 0xFFFFFFFFu) {
            i |= 31;
            run = 0;
            continue;
        }
        run = (word & (1u << (i % 32))) != 0 ? 0 : run + 1;
        if (run == count) return i + 1 - count;
    }
    return chunks;
}

/* First fit. Claims go from low to high, so of several that collide at least one succeeds. */
static pn_ref claim(pn_worker *worker, uint32_t count) {
    const pn_globals *globals = pn_globals_get();
    uint32_t chunks = globals->heap_chunk_count;
    for (uint32_t pass = 0; pass < PN_CLAIM_PASSES_MAX; pass++) {
        uint32_t collided = 0;
        uint32_t first = count == 1 && pass == 0 ? worker->heap_hint : 0;
        for (;;) { /* ends: first grows in every round */
            first = find_run(first, count);
            if (first >= chunks) break;
            if (claim_run(first, count)) {
                if (count == 1) worker->heap_hint = first;
                return globals->heap_ref + first * PN_CHUNK_BYTES;
            }
            collided = 1;
            first++;
        }
        if (!collided && (pass > 0 || count > 1 || worker->heap_hint == 0)) return 0;
    }
    return 0;
}

static void drop(pn_ref chunk, uint32_t amount) {
    /* release: this thread's use of the block is over; acquire: so is everyone's, for the one who gives it back. Pairs
     * with itself. */
    if (pn_fetch_sub_acq_rel(&chunk_at(chunk)->live, amount) != amount) return;
    uint32_t count = chunk_at(chunk)->chunk_count;
    chunk_at(chunk)->guard = 0;
    give_back((chunk - pn_globals_get()->heap_ref) / PN_CHUNK_BYTES, count);
}

static pn_ref open_block(pn_worker *worker, pn_ref block) {
    header_of(block)->link = 0;
    header_of(block)->guard = BLOCK_ALIVE ^ block;
    pn_counter_add(&worker->counters.results_allocated, 1);
    return block;
}

static void open_chunk(pn_ref chunk, uint32_t count, uint32_t live) {
    chunk_at(chunk)->guard = CHUNK_GUARD ^ chunk;
    chunk_at(chunk)->chunk_count = count;
    /* Relaxed: others learn of the chunk only through a block, which is published by a frame. */
    pn_store_relaxed(&chunk_at(chunk)->live, live);
}

/* Makes worker->heap_chunk one with all its room free, or 0. */
static void next_chunk(pn_worker *worker) {
    pn_ref chunk = worker->heap_chunk;
    if (chunk != 0) {
        /* acquire: every free has happened, so the blocks may be reused; pairs with drop. */
        if (pn_load_acquire(&chunk_at(chunk)->live) == LIVE_OWNED - worker->heap_blocks) {
            /* Relaxed: no block is alive, so nobody else touches the word. */
            pn_store_relaxed(&chunk_at(chunk)->live, LIVE_OWNED);
        } else {
            drop(chunk, LIVE_OWNED - worker->heap_blocks);
            chunk = 0;
        }
    }
    if (chunk == 0) {
        chunk = claim(worker, 1);
        if (chunk != 0) open_chunk(chunk, 1, LIVE_OWNED);
    }
    worker->heap_chunk = chunk;
    worker->heap_bump = CHUNK_START;
    worker->heap_blocks = 0;
}

static pn_ref alloc_run(pn_worker *worker, uint32_t bytes) {
    uint64_t total = (uint64_t)bytes + CHUNK_START + HEADER_BYTES;
    uint64_t count = (total + PN_CHUNK_BYTES - 1) / PN_CHUNK_BYTES;
    if (count > pn_globals_get()->heap_chunk_count) return 0;
    pn_ref chunk = claim(worker, (uint32_t)count);
    if (chunk == 0) return 0;
    open_chunk(chunk, (uint32_t)count, 1);
    return open_block(worker, chunk + CHUNK_START + HEADER_BYTES);
}

pn_ref pn_heap_alloc(pn_worker *worker, uint32_t bytes) {
    if (bytes > PN_BLOCK_BYTES_MAX) return alloc_run(worker, bytes);
    /* An empty block takes room too: at the end of a chunk its ref would lie in the next one. */
    uint32_t total = HEADER_BYTES + (bytes == 0 ? 8 : (bytes + 7) & ~7u);
    if (worker->heap_chunk == 0 || PN_CHUNK_BYTES - worker->heap_bump < total) {
        next_chunk(worker);
        if (worker->heap_chunk == 0) return 0;
    }
    pn_ref block = worker->heap_chunk + worker->heap_bump + HEADER_BYTES;
    worker->heap_bump += total;
    worker->heap_blocks++;
    return open_block(worker, block);
}

/* The chunk of a live block; panics on anything else. */
static pn_ref chunk_of(pn_ref block) {
    const pn_globals *globals = pn_globals_get();
    PN_ASSERT(block % 8 == 0 && block >= globals->heap_ref + CHUNK_START + HEADER_BYTES &&
                  block - globals->heap_ref < globals->heap_bytes,
              BAD_REF);
    pn_ref chunk = block & ~(PN_CHUNK_BYTES - 1);
    PN_ASSERT(block - chunk >= CHUNK_START + HEADER_BYTES, BAD_REF);
    PN_ASSERT(header_of(block)->guard == (BLOCK_ALIVE ^ block), HEAP_CORRUPT);
    PN_ASSERT(chunk_at(chunk)->guard == (CHUNK_GUARD ^ chunk), HEAP_CORRUPT);
    return chunk;
}

void pn_heap_free(pn_worker *worker, pn_ref block) {
    pn_ref chunk = chunk_of(block);
    header_of(block)->guard = BLOCK_FREED ^ block;
    if (worker != 0) {
        pn_counter_add(&worker->counters.results_freed, 1);
    } else {
        pn_fetch_add64_relaxed(&pn_globals_get()->host_results_freed, 1); /* relaxed: a statistic */
    }
    drop(chunk, 1);
}

pn_ref pn_heap_chain(pn_ref block, pn_ref list) {
    (void)chunk_of(block);
    header_of(block)->link = list;
    return block;
}

void pn_heap_free_chain(pn_worker *worker, pn_ref list) {
    while (list != 0) { /* ends: the chain was built from distinct live blocks */
        pn_ref next = header_of(list)->link;
        pn_heap_free(worker, list);
        list = next;
    }
}
