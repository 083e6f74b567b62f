// What penny_alloc hands out, for tests of the arena.

#include "penny.h"

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
