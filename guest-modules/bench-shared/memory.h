// Memory that stays for the life of the module. Not static arrays: object files hold their zeros.

#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include "penny.h"

enum { PAGE_BYTES = 65536 };

// Fresh zeroed pages. One task at a time.
static inline void *new_memory(uint32_t bytes) {
    size_t first = __builtin_wasm_memory_grow(0, (bytes + PAGE_BYTES - 1) / PAGE_BYTES);
    if (first == (size_t)-1) penny_fail("bench: no memory left in the module");
    return (void *)(uintptr_t)(first * PAGE_BYTES);
}

#endif
