/* host_seeded.h - what exploring tests ask of the seeded host beside native.h. */
#ifndef PN_TEST_HOST_SEEDED_H
#define PN_TEST_HOST_SEEDED_H

#include <stdint.h>

/* Exhaustive mode: call begin once; then, for every schedule, spawn and host_join; next returns 0 after the last one.
 * At most `preemptions_max` switches away from a thread that could go on. */
void explore_begin(uint32_t preemptions_max);
uint32_t explore_next(void);

/* Before host_join: the `thread`-th spawned thread never gets beyond its `point`-th atomic operation, 1 or more. host_join
 * does not wait for it. Returns afterwards whether it came that far. */
void host_freeze(uint32_t thread, uint64_t point);
int host_was_frozen(void);

#endif
