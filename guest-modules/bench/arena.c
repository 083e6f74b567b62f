// What the arena costs against a free list: a task that allocates eight blocks of mixed sizes, touches them and gives them back.

#define PENNY_ARENA_BYTES_MAX 0x100000u
#include "penny.h"

enum { BLOCKS = 8, HEAP_BYTES = 1 << 16 };

static const uint32_t sizes[BLOCKS] = {16, 48, 200, 1024, 32, 4000, 96, 640};

static uint32_t touch(uint8_t *block, uint32_t bytes, uint32_t value) {
    block[0] = (uint8_t)value;
    block[bytes - 1] = (uint8_t)value;
    return block[bytes / 2];
}

// A first-fit list of free blocks in the order of their addresses; neighbours are merged when one is freed.
typedef struct free_block {
    uint32_t bytes;  // with this header
    struct free_block *next;
} free_block;

static _Alignas(16) uint8_t heap[HEAP_BYTES];
static free_block *first;

static void *list_alloc(uint32_t bytes) {
    uint32_t needed = ((bytes + 15) & ~15u) + 16;
    for (free_block **link = &first; *link; link = &(*link)->next) {
        free_block *block = *link;
        if (block->bytes < needed) continue;
        if (block->bytes - needed >= 32) {
            free_block *rest = (free_block *)((uint8_t *)block + needed);
            *rest = (free_block){block->bytes - needed, block->next};
            block->bytes = needed;
            *link = rest;
        } else {
            *link = block->next;
        }
        return (uint8_t *)block + 16;
    }
    return 0;
}

static void list_free(void *address) {
    free_block *block = (free_block *)((uint8_t *)address - 16), **link = &first, *before = 0;
    for (; *link && *link < block; link = &(*link)->next) before = *link;
    block->next = *link;
    *link = block;
    if (block->next && (uint8_t *)block + block->bytes == (uint8_t *)block->next) {
        block->bytes += block->next->bytes;
        block->next = block->next->next;
    }
    if (before && (uint8_t *)before + before->bytes == (uint8_t *)block) {
        before->bytes += block->bytes;
        before->next = block->next;
    }
}

// `rounds` times with the arena. The sum keeps the compiler from leaving out the blocks.
PENNY_EXPORT(bump, "(i32)->i32")
int32_t bump(int32_t rounds) {
    uint32_t sum = 0;
    for (int32_t round = 0; round < rounds; round++) {
        for (uint32_t i = 0; i < BLOCKS; i++) {
            uint8_t *block = penny_alloc(sizes[i]);
            if (!block) penny_fail("bump: no memory");
            sum += touch(block, sizes[i], i);
        }
        penny_reset();
    }
    return (int32_t)sum;
}

// The same with the free list; freed in the order 0 2 4 6 1 3 5 7, so that neighbours meet.
PENNY_EXPORT(free_list, "(i32)->i32")
int32_t free_list(int32_t rounds) {
    uint32_t sum = 0;
    first = (free_block *)heap;
    *first = (free_block){HEAP_BYTES, 0};
    for (int32_t round = 0; round < rounds; round++) {
        uint8_t *blocks[BLOCKS];
        for (uint32_t i = 0; i < BLOCKS; i++) {
            blocks[i] = list_alloc(sizes[i]);
            if (!blocks[i]) penny_fail("free_list: no memory");
            sum += touch(blocks[i], sizes[i], i);
        }
        for (uint32_t i = 0; i < BLOCKS; i++) list_free(blocks[2 * (i % 4) + i / 4]);
    }
    if (first->bytes != HEAP_BYTES || first->next) penny_fail("free_list: the heap is not whole again");
    return (int32_t)sum;
}
