/* host_seeded.h - what exploring tests ask of the seeded host beside native.h. */
#ifndef PN_TEST_HOST_SEEDED_H
#define PN_TEST_HOST_SEEDED_H

#include <stdint.h>

/* Exhaustive mode: call begin once; then, for every schedule, spawn and host_join; next returns 0 after the last one.
 * At most `preemptions_max` switches away from a thread that could go on. */
void explore_begin(uint32_t preemptions_max);
uint32_t explore_next(void);

#endif
