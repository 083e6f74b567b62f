/* layout_log.h - the shared structs of logs, in which decisions are recorded and replayed (log.h). What layout.h says of
 * fields and their writers holds here too. */
#ifndef PN_LAYOUT_LOG_H
#define PN_LAYOUT_LOG_H

#include "layout.h"

/* One scheduling decision of a worker, see log.h. */
typedef struct pn_decision {
    uint32_t order;  /* recorded: its number among those of all workers. To be replayed: index of the worker's next one */
    uint8_t kind;    /* enum pn_decision_kind */
    uint8_t worker;
    uint8_t victim;
    uint8_t nest;    /* dispatches around the current one */
    uint64_t ticket; /* of the frame, 0: none */
    uint32_t item;
    uint32_t place;  /* 1 + slot of the ring, 0: none */
} pn_decision;

/* What one worker has recorded, and how far it has come in a replay. */
typedef struct pn_lane {
    /* Written by the host, before the worker runs. */
    PN_ON_LINE pn_ref decisions_ref;
    uint32_t capacity;
    /* The worker. */
    uint32_t next;  /* REPLAY: index of its next decision; pn_log.decision_count: none */
    uint32_t polls; /* looks at the heartbeat */
    uint32_t epoch; /* RECORD: the last one it has logged */
    pn_word count;  /* decisions written; the host reads it */
    uint64_t top_drawn; /* RECORD: the top of its deque before it last drew a number */
    uint64_t top_seen;  /* RECORD: the same of its last decision; a number may be drawn for one that then is not made */
} pn_lane;

/* A log, in the argument region. */
typedef struct pn_log {
    /* Written by the host, before any worker runs. */
    PN_ON_LINE pn_word mode;    /* enum pn_log_mode; a replay that fails changes it */
    pn_ref decisions_ref;       /* REPLAY: what is to be done, in order */
    uint32_t decision_count;
    PN_ON_LINE pn_word order;   /* RECORD: decisions numbered so far; every worker */
    PN_ON_LINE pn_word overflowed; /* RECORD: 1 when a worker had no room left; workers */
    pn_word turn;               /* REPLAY: index of the decision that is next; whoever makes it */
    pn_ref stash;               /* REPLAY: frames in no deque, a list through frame.waiter; where they are in frame.children */
    pn_decision found;          /* DIVERGED: what was decided instead of decision `turn` */
    pn_lane lanes[];            /* one per worker */
} pn_log;

_Static_assert(sizeof(pn_decision) == 24 && offsetof(pn_decision, ticket) == 8 && offsetof(pn_decision, place) == 20, "decision");
_Static_assert(sizeof(pn_lane) == PN_CACHE_LINE && offsetof(pn_log, lanes) == 3 * PN_CACHE_LINE, "log");
_Static_assert(PN_WORKER_COUNT_MAX <= 256 && PN_NEST_MAX <= 255, "worker and nest are a byte in a decision");

#endif
