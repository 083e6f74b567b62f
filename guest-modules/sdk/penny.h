// Overview: the guest side of Penny's task ABI in C (docs/guests.md). One header, no C library, no other file to link:
//     clang --target=wasm32 -nostdlib -O3 -I guest-modules/sdk -Wl,--no-entry task.c -o task.wasm
//
// A task is an exported function with a signature:
//     PENNY_EXPORT(area, "(f64,f64)->f64")
//     double area(double width, double height) { return width * height; }
//
// Types: i32 int32_t, i64 int64_t, f32 float, f64 double. A `bytes` or `string` parameter is two C parameters, an address and a
// length in bytes (uint32_t); the bytes belong to the task until it returns. A `bytes` or `string` result is a penny_bytes,
// made by penny_result. Text is UTF-8 without a terminating zero.
//
// Memory: penny_alloc hands out an arena that Penny empties after every task (penny_reset). What must outlive a task goes into static
// variables; every worker has its own instance, hence its own copy of them.
//
// Define PENNY_NUMERIC_ONLY before including this header in a module without bytes and strings: the allocator is left out.
// Define PENNY_ARENA_BYTES_MAX to change how much one task may allocate.

#ifndef PENNY_GUEST_H
#define PENNY_GUEST_H

#include <stddef.h>
#include <stdint.h>

#if !defined(__wasm32__)
#error "penny.h is for wasm32 guests: compile with clang --target=wasm32"
#endif

// Weak, so that several files of one module may include this header.
#define PENNY_SHARED_DEFINITION __attribute__((weak))

// Exports the function that follows as `name` and adds its line to the custom section `penny`.
#define PENNY_EXPORT(name, signature)                                                                                              \
    __asm__(".section .custom_section.penny,\"\",@\n\t.ascii \"" #name signature "\\n\"\n\t.section .text,\"\",@\n");             \
    __attribute__((export_name(#name)))

// ---- Results -------------------------------------------------------------------------------------------------------------------

// Address and length of a bytes or string result: (address << 32) | length.
typedef uint64_t penny_bytes;

static inline penny_bytes penny_result(const void *address, uint32_t length_bytes) {
    return (uint64_t)(uint32_t)(uintptr_t)address << 32 | length_bytes;
}

// ---- Log and failure -----------------------------------------------------------------------------------------------------------

enum { PENNY_LOG_DEBUG = 0, PENNY_LOG_INFO = 1, PENNY_LOG_WARN = 2, PENNY_LOG_ERROR = 3 };

__attribute__((import_module("penny"), import_name("log"))) void penny_log(int32_t level, const char *text, uint32_t text_bytes);

static inline uint32_t penny_text_bytes(const char *text) {
    uint32_t length = 0;
    while (text[length] != 0) length++;
    return length;
}

// Ends the task as failed; the message goes to the log, the stack of the trap to the caller's exception.
_Noreturn static inline void penny_fail(const char *text) {
    penny_log(PENNY_LOG_ERROR, text, penny_text_bytes(text));
    __builtin_trap();
}

// ---- Memory --------------------------------------------------------------------------------------------------------------------

#ifndef PENNY_NUMERIC_ONLY

#ifndef PENNY_ARENA_BYTES_MAX
#define PENNY_ARENA_BYTES_MAX 0x40000000u
#endif

enum { PENNY_ARENA_ALIGNMENT = 16, PENNY_PAGE_BYTES = 65536 };

extern unsigned char __heap_base;  // set by the linker: the end of data and stack

// Bytes of the arena in use; a multiple of PENNY_ARENA_ALIGNMENT.
PENNY_SHARED_DEFINITION uint32_t penny_arena_used_bytes;

// How many of them belong to tasks that wait, in the middle of whose calls others run here (penny_fork.h, penny_graph.h).
PENNY_SHARED_DEFINITION uint32_t penny_arena_base_bytes;

static inline uint64_t penny_arena_start(void) {
    return ((uint64_t)(uintptr_t)&__heap_base + PENNY_ARENA_ALIGNMENT - 1) & ~(uint64_t)(PENNY_ARENA_ALIGNMENT - 1);
}

// Makes the memory at least `end` bytes long. It asks for twice the memory first, so that n bytes cost O(log n) growths.
static inline int penny_arena_reach(uint64_t end) {
    uint64_t pages = __builtin_wasm_memory_size(0);
    uint64_t needed = (end + PENNY_PAGE_BYTES - 1) / PENNY_PAGE_BYTES;
    if (needed <= pages) return 1;
    if (needed > 65536) return 0;
    uint64_t missing = needed - pages;
    if (missing < pages && __builtin_wasm_memory_grow(0, (size_t)pages) != (size_t)-1) return 1;
    return __builtin_wasm_memory_grow(0, (size_t)missing) != (size_t)-1;
}

// Memory until the end of the task, 16-byte aligned and not zeroed; 0 when there is none. A length of 0 gives a valid address too.
PENNY_SHARED_DEFINITION __attribute__((export_name("penny_alloc"))) void *penny_alloc(uint32_t bytes) {
    uint64_t used_after = ((uint64_t)penny_arena_used_bytes + bytes + PENNY_ARENA_ALIGNMENT - 1) & ~(uint64_t)(PENNY_ARENA_ALIGNMENT - 1);
    if (used_after > PENNY_ARENA_BYTES_MAX || !penny_arena_reach(penny_arena_start() + used_after)) return 0;
    void *address = (void *)(uintptr_t)(penny_arena_start() + penny_arena_used_bytes);
    penny_arena_used_bytes = (uint32_t)used_after;
    return address;
}

// Called by Penny after every task, when its result has been copied out.
PENNY_SHARED_DEFINITION __attribute__((export_name("penny_reset"))) void penny_reset(void) {
    penny_arena_used_bytes = penny_arena_base_bytes;
}

// A task waits: what runs here meanwhile allocates above what it has, and gives back only that. Returns what penny_arena_restore takes.
static inline uint32_t penny_arena_keep(void) {
    uint32_t base = penny_arena_base_bytes;
    penny_arena_base_bytes = penny_arena_used_bytes;
    return base;
}

static inline void penny_arena_restore(uint32_t base) {
    penny_arena_base_bytes = base;
}

#else

static inline uint32_t penny_arena_keep(void) {
    return 0;
}

static inline void penny_arena_restore(uint32_t base) {
    (void)base;
}

#endif

// ---- What the compiler may call ------------------------------------------------------------------------------------------------

// With bulk memory (clang's default for wasm32 since version 20) the builtins are single instructions, not calls of themselves.
#if defined(__wasm_bulk_memory_opt__) || (defined(__wasm_bulk_memory__) && __clang_major__ < 20)

PENNY_SHARED_DEFINITION void *memcpy(void *restrict target, const void *restrict source, size_t bytes) {
    return __builtin_memcpy(target, source, bytes);
}

PENNY_SHARED_DEFINITION void *memmove(void *target, const void *source, size_t bytes) {
    return __builtin_memmove(target, source, bytes);
}

PENNY_SHARED_DEFINITION void *memset(void *target, int value, size_t bytes) {
    return __builtin_memset(target, value, bytes);
}

#else

// no_builtin: otherwise the compiler recognises the loop and makes it a call of itself.
#define PENNY_PLAIN_LOOP __attribute__((no_builtin))

PENNY_SHARED_DEFINITION PENNY_PLAIN_LOOP void *memmove(void *target, const void *source, size_t bytes) {
    unsigned char *to = target;
    const unsigned char *from = source;
    if (to <= from) {
        for (size_t i = 0; i < bytes; i++) to[i] = from[i];
    } else {
        for (size_t i = bytes; i > 0; i--) to[i - 1] = from[i - 1];
    }
    return target;
}

PENNY_SHARED_DEFINITION PENNY_PLAIN_LOOP void *memcpy(void *restrict target, const void *restrict source, size_t bytes) {
    return memmove(target, source, bytes);
}

PENNY_SHARED_DEFINITION PENNY_PLAIN_LOOP void *memset(void *target, int value, size_t bytes) {
    unsigned char *to = target;
    for (size_t i = 0; i < bytes; i++) to[i] = (unsigned char)value;
    return target;
}

#endif

PENNY_SHARED_DEFINITION __attribute__((no_builtin)) int memcmp(const void *left, const void *right, size_t bytes) {
    const unsigned char *a = left, *b = right;
    for (size_t i = 0; i < bytes; i++) {
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

// The product of two 128-bit numbers: clang calls it for the sum of an arithmetic sequence of i64, which it writes in closed form.
PENNY_SHARED_DEFINITION __int128 __multi3(__int128 left, __int128 right) {
    uint64_t a = (uint64_t)left, b = (uint64_t)right;
    uint64_t a_low = (uint32_t)a, a_high = a >> 32, b_low = (uint32_t)b, b_high = b >> 32;
    uint64_t low = a_low * b_low;
    uint64_t middle = a_high * b_low + (low >> 32);
    uint64_t rest = a_low * b_high + (uint32_t)middle;
    uint64_t high = a_high * b_high + (middle >> 32) + (rest >> 32) + a * (uint64_t)(right >> 64) + b * (uint64_t)(left >> 64);
    return (__int128)((unsigned __int128)high << 64 | (rest << 32 | (uint32_t)low));
}

#endif
