/* check.h - broken invariants end in penny_host_panic and a trap, in every build.
 *
 * A C file says which file it is before it includes this one: #define PN_FILE PN_FILE_DEQUE. */
#ifndef PN_CHECK_H
#define PN_CHECK_H

#include "penny/penny.h"
#include "penny/penny_host.h"

/* File numbers in panic lines (number * 1000 + line). Append only. */
enum pn_file {
    PN_FILE_GLOBALS = 1,
    PN_FILE_FRAME = 2,
    PN_FILE_DEQUE = 3,
    PN_FILE_INJECTOR = 4,
    PN_FILE_HEAP = 5,
    PN_FILE_REGISTRY = 6,
    PN_FILE_IDLE = 7,
    PN_FILE_FIND = 8,
    PN_FILE_RUN = 9,
    PN_FILE_RANGE = 10,
    PN_FILE_WORKER = 11,
    PN_FILE_STEP = 12,
    PN_FILE_CORE = 13,
    PN_FILE_FORK = 14,
    PN_FILE_JOIN = 15,
    PN_FILE_PLACE = 16,
    PN_FILE_GRAPH = 17,
    PN_FILE_SEMAPHORE = 18,
    PN_FILE_RING = 19,
    PN_FILE_INBOX = 20,
    PN_FILE_POLICY = 21,
    PN_FILE_GRAPH_RELEASE = 22,
    PN_FILE_LOG = 23,
    PN_FILE_REPLAY = 24,
    PN_FILE_LOG_POLICY = 25,
    PN_FILE_MAIL = 26
};

_Noreturn static inline void pn_panic(uint32_t code, uint32_t line) {
    penny_host_panic(code, line);
    __builtin_trap();
}

#define PN_ASSERT(condition, code)                                                                                     \
    do {                                                                                                               \
        if (__builtin_expect(!(condition), 0)) pn_panic(PN_PANIC_##code, PN_FILE * 1000u + __LINE__);                  \
    } while (0)

#endif
