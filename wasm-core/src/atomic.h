/* atomic.h - the only place that touches shared words.
 *
 * Overview
 *   pn_word and pn_word64 wrap a shared u32 and u64 so that a plain access does not compile. The order is in the name.
 *   There are no fences: ThreadSanitizer does not model them.
 *
 * Memory order
 *   Wasm has one order: every atomic access is sequentially consistent, and every atomic *store* costs one. So the order
 *   named in the source is a contract for readers and for native builds, where the sanitizers check it, with two uses
 *   in wasm: a relaxed store is a plain store (aligned accesses up to 32 bits do not tear), and pn_load_hint is a plain
 *   load. A relaxed *load* stays atomic in wasm: it costs nothing on the machine, and a JIT must not move it out of a
 *   loop. pn_load_hint may be moved, so it serves only where a stale value merely delays.
 *   Counters have one writer and advisory readers: pn_counter_add is plain in wasm.
 *
 * Tests
 *   PN_POINT() comes before every access. It is empty, except with PN_SEEDED (test/host_seeded.c), where the seeded runner
 *   may switch threads there, and with PN_COUNT_ATOMICS, where it counts what is an atomic instruction in wasm;
 *   PN_PLAIN_POINT() marks an access that is a plain one there.
 */
#ifndef PN_ATOMIC_H
#define PN_ATOMIC_H

#include <stdint.h>

#if defined(__wasm__) && !defined(__wasm_atomics__)
#error "compile the core with -matomics: without it C11 atomics silently become plain loads and stores"
#endif

#if defined(PN_SEEDED)
void pn_test_point(void);
#define PN_POINT() pn_test_point()
#define PN_PLAIN_POINT() pn_test_point()
#elif defined(PN_COUNT_ATOMICS)
extern _Thread_local uint64_t pn_test_atomics;
#define PN_POINT() (pn_test_atomics++)
#define PN_PLAIN_POINT() ((void)0)
#else
#define PN_POINT() ((void)0)
#define PN_PLAIN_POINT() ((void)0)
#endif

typedef struct pn_word {
    uint32_t raw;
} pn_word;

typedef struct pn_word64 {
    _Alignas(8) uint64_t raw;
} pn_word64;

#define PN_DEFINE_LOAD(suffix, word, value, order_name, order)                                                         \
    static inline value pn_load##suffix##_##order_name(const word *w) {                                                \
        PN_POINT();                                                                                                    \
        return __atomic_load_n(&w->raw, order);                                                                        \
    }
#define PN_DEFINE_STORE(suffix, word, value, order_name, order)                                                        \
    static inline void pn_store##suffix##_##order_name(word *w, value v) {                                             \
        PN_POINT();                                                                                                    \
        __atomic_store_n(&w->raw, v, order);                                                                           \
    }
#define PN_DEFINE_RMW(op, suffix, word, value, order_name, order)                                                      \
    static inline value pn_##op##suffix##_##order_name(word *w, value v) {                                             \
        PN_POINT();                                                                                                    \
        return __atomic_##op(&w->raw, v, order);                                                                       \
    }
/* Returns the value found; the swap happened when it equals `expected`. Never fails spuriously. */
#define PN_DEFINE_CAS(suffix, word, value, order_name, order, order_on_failure)                                        \
    static inline value pn_cas##suffix##_##order_name(word *w, value expected, value desired) {                        \
        PN_POINT();                                                                                                    \
        __atomic_compare_exchange_n(&w->raw, &expected, desired, 0, order, order_on_failure);                          \
        return expected;                                                                                               \
    }

PN_DEFINE_LOAD(, pn_word, uint32_t, relaxed, __ATOMIC_RELAXED)
PN_DEFINE_LOAD(, pn_word, uint32_t, acquire, __ATOMIC_ACQUIRE)
PN_DEFINE_LOAD(, pn_word, uint32_t, seq_cst, __ATOMIC_SEQ_CST)
PN_DEFINE_STORE(, pn_word, uint32_t, release, __ATOMIC_RELEASE)
PN_DEFINE_STORE(, pn_word, uint32_t, seq_cst, __ATOMIC_SEQ_CST)
PN_DEFINE_CAS(, pn_word, uint32_t, relaxed, __ATOMIC_RELAXED, __ATOMIC_RELAXED)
PN_DEFINE_CAS(, pn_word, uint32_t, release, __ATOMIC_RELEASE, __ATOMIC_RELAXED)
PN_DEFINE_CAS(, pn_word, uint32_t, acq_rel, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)
PN_DEFINE_CAS(, pn_word, uint32_t, seq_cst, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
PN_DEFINE_RMW(fetch_add, , pn_word, uint32_t, relaxed, __ATOMIC_RELAXED)
PN_DEFINE_RMW(fetch_sub, , pn_word, uint32_t, acq_rel, __ATOMIC_ACQ_REL)
PN_DEFINE_RMW(fetch_or, , pn_word, uint32_t, acq_rel, __ATOMIC_ACQ_REL)
PN_DEFINE_RMW(fetch_or, , pn_word, uint32_t, seq_cst, __ATOMIC_SEQ_CST)
PN_DEFINE_RMW(fetch_and, , pn_word, uint32_t, release, __ATOMIC_RELEASE)
PN_DEFINE_RMW(fetch_and, , pn_word, uint32_t, seq_cst, __ATOMIC_SEQ_CST)
PN_DEFINE_RMW(exchange_n, , pn_word, uint32_t, acquire, __ATOMIC_ACQUIRE)
PN_DEFINE_RMW(exchange_n, , pn_word, uint32_t, acq_rel, __ATOMIC_ACQ_REL)
PN_DEFINE_RMW(exchange_n, , pn_word, uint32_t, seq_cst, __ATOMIC_SEQ_CST)

PN_DEFINE_LOAD(64, pn_word64, uint64_t, relaxed, __ATOMIC_RELAXED)
PN_DEFINE_LOAD(64, pn_word64, uint64_t, acquire, __ATOMIC_ACQUIRE)
PN_DEFINE_LOAD(64, pn_word64, uint64_t, seq_cst, __ATOMIC_SEQ_CST)
PN_DEFINE_STORE(64, pn_word64, uint64_t, release, __ATOMIC_RELEASE)
PN_DEFINE_STORE(64, pn_word64, uint64_t, seq_cst, __ATOMIC_SEQ_CST)
PN_DEFINE_CAS(64, pn_word64, uint64_t, seq_cst, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
PN_DEFINE_RMW(fetch_add, 64, pn_word64, uint64_t, relaxed, __ATOMIC_RELAXED)

static inline void pn_store_relaxed(pn_word *w, uint32_t value) {
    PN_PLAIN_POINT();
#if defined(__wasm__)
    *(volatile uint32_t *)&w->raw = value;
#else
    __atomic_store_n(&w->raw, value, __ATOMIC_RELAXED);
#endif
}

/* No PN_POINT: a hint decides nothing that a switch of threads could break. */
static inline uint32_t pn_load_hint(const pn_word *w) {
#if defined(__wasm__)
    return *(const volatile uint32_t *)&w->raw;
#else
    return __atomic_load_n(&w->raw, __ATOMIC_RELAXED);
#endif
}

typedef struct pn_counter {
    _Alignas(8) uint64_t raw;
} pn_counter;

static inline void pn_counter_add(pn_counter *counter, uint64_t amount) {
#if defined(__wasm__)
    counter->raw += amount;
#else
    __atomic_store_n(&counter->raw, __atomic_load_n(&counter->raw, __ATOMIC_RELAXED) + amount, __ATOMIC_RELAXED);
#endif
}

#endif
