/* recorder.h - the host's side of record and replay: puts a log into the argument region, sorts what was recorded, and runs
 * workers one at a time from one decision to the next. */
#ifndef PN_TEST_RECORDER_H
#define PN_TEST_RECORDER_H

#include "layout_log.h"
#include "native.h"

enum { DECISIONS_MAX = 1 << 15 };

typedef struct recording {
    uint32_t count;
    pn_decision decisions[DECISIONS_MAX];
} recording;

/* Room for a log beside the blocks of the tests, if there is to be one. Before memory_init; the memory has 16 MiB. */
void recorder_reserve(pn_globals *g);

/* What the next pool_start does: records, with room for so many decisions per worker; or replays. Once. */
void recorder_record(uint32_t capacity);
void recorder_replay(const recording *recorded);

/* In a task: whether the recording is made again, or was begun to be. */
uint32_t recorder_replays(void);

/* After pool_run: all lanes by number, numbered without gaps. Of a replay: what was decided in it. */
void recorder_collect(recording *out);
uint32_t recorder_overflowed(void);

/* Both: records into `out`, replays it, and checks that the same was decided. `run` makes a memory, runs and checks a pool. */
void recorder_run_twice(void (*run)(void), recording *out);

/* After a replay: index of the first decision that was made differently; -1: none. Then *found is what was decided. */
int recorder_difference(const recording *recorded, pn_decision *found);

/* Called by pool_start. Returns 1 when it has started the workers itself. */
int recorder_starts(void);

#endif
