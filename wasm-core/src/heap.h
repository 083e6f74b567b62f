/* heap.h - byte results: blocks that a worker allocates and any worker frees, mostly soon and together.
 *
 * Overview
 *   The region is cut into chunks of 64 KiB; a bit map says which are taken. A worker carves small blocks out of its own
 *   chunk from low to high and never reuses a block: it counts what it handed out, every free lowers the chunk's `live`.
 *   A used-up chunk whose blocks are all free is reused in place, else it is let go, and the last free gives it back to
 *   the map. A block larger than PN_BLOCK_BYTES_MAX takes a run of whole chunks. Neighbouring free chunks need no
 *   merging: the map is the only record of them.
 *
 * Who may call
 *   pn_heap_alloc: the worker. pn_heap_free: any thread; worker 0 (null) for one that runs no worker.
 *
 * Invariants
 *   While a worker owns a chunk, live = OWNED - blocks freed, with OWNED far above any number of blocks; the blocks
 *   handed out are counted privately, so an allocation touches no shared word. Letting go subtracts OWNED - blocks handed
 *   out: then live is the number of blocks alive, and whoever brings it to 0 gives the chunk back.
 *   A block starts with a guard word that names it and says whether it is alive: a second free panics.
 *
 * Memory order
 *   Lowering live is acq_rel: the one who reuses the chunk sees all reads of the blocks done. Clearing map bits releases,
 *   setting them acquires.
 *
 * Limits
 *   A block that lives long keeps 64 KiB from being reused. A search that meets other claimants is repeated
 *   PN_CLAIM_PASSES_MAX times before it reports no room.
 */
#ifndef PN_HEAP_H
#define PN_HEAP_H

#include "check.h"
#include "layout.h"

typedef struct pn_chunk {
    /* Written by the claimant before any block is handed out. */
    PN_ON_LINE uint32_t guard;
    uint32_t chunk_count; /* 1, or the length of the run */
    /* Lowered by everyone. */
    PN_ON_LINE pn_word live;
} pn_chunk;

typedef struct pn_block_header {
    pn_ref link;    /* the core chains blocks that it will free */
    uint32_t guard; /* alive or freed, xor the block's ref */
} pn_block_header;

/* An 8-byte aligned block of `bytes`, or 0 when there is no room. */
pn_ref pn_heap_alloc(pn_worker *worker, uint32_t bytes);

void pn_heap_free(pn_worker *worker, pn_ref block);

/* A list through the headers of live blocks, so that they can be freed after the words that named them are gone. */
pn_ref pn_heap_chain(pn_ref block, pn_ref list);
void pn_heap_free_chain(pn_worker *worker, pn_ref list);

#endif
