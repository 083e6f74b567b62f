// What penny_alloc hands out, for tests of the arena.

#include "penny_fork.h"

// For every uint32 in `sizes` the address of so many bytes, 0 where there are none. Every byte is written and found again at the end.
PENNY_EXPORT(addresses, "(bytes)->bytes")
penny_bytes addresses(const uint8_t *sizes, uint32_t bytes) {
    uint32_t count = bytes / 4;
    const uint32_t *size = (const uint32_t *)sizes;
    uint32_t *address = penny_alloc(4 * count);
    if (!address) penny_fail("addresses: no memory for the result");
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *block = penny_alloc(size[i]);
        address[i] = (uint32_t)(uintptr_t)block;
        if (block) memset(block, (int)(i * 37 + 1), size[i]);
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *block = (const uint8_t *)(uintptr_t)address[i];
        for (uint32_t k = 0; block && k < size[i]; k++) {
            if (block[k] != (uint8_t)(i * 37 + 1)) penny_fail("addresses: a block was overwritten");
        }
    }
    return penny_result(address, 4 * count);
}

// The address of a block, by a task of numbers.
PENNY_EXPORT(block, "(i32)->i64")
int64_t block(int32_t bytes) {
    return (int64_t)(uintptr_t)penny_alloc((uint32_t)bytes);
}

// Writes a block, waits for a function `(i32)->i64`, whose tasks may run here, and gives the block and the name of the function as they are
// afterwards.
PENNY_EXPORT(waits, "(string)->string")
penny_bytes waits(const char *name, uint32_t name_bytes) {
    enum { BEFORE_BYTES = 16 };
    char *before = penny_alloc(BEFORE_BYTES);
    if (!before) penny_fail("waits: no memory");
    memset(before, 'b', BEFORE_BYTES);
    int32_t function = penny_host_function(name, name_bytes);
    if (function == 0) penny_fail("waits: no such function");
    int32_t handle = penny_spawn(function, (penny_words){1000, 0, 0, 0});
    if (handle == 0) penny_fail("waits: no room");
    penny_await(handle);
    char *after = penny_alloc(BEFORE_BYTES + name_bytes);
    if (!after) penny_fail("waits: no memory");
    memset(after, 'a', BEFORE_BYTES + name_bytes);
    memcpy(after, before, BEFORE_BYTES);
    memcpy(after + BEFORE_BYTES, name, name_bytes);
    return penny_result(after, BEFORE_BYTES + name_bytes);
}
