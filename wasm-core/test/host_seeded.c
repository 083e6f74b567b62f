/* host_seeded.c - the host that owns the schedule.
 *
 * Overview
 *   Every spawned body is a coroutine with a stack of its own; all run on one thread, one at a time. Before each atomic
 *   operation (PN_POINT in src/atomic.h) the running one asks the chooser who goes on. Seeded mode draws from the seed,
 *   with a switching rate that is itself drawn, so that some runs are fine-grained and others nearly sequential.
 *   Exhaustive mode walks all schedules, depth first, by replaying a prefix of choices.
 *
 * Invariants
 *   Whether a coroutine may run is a predicate over memory, so a waiter costs nothing, and a state in which nobody may run
 *   and somebody has not ended is a deadlock: a lost wake-up, reported with the seed.
 *
 * Limits
 *   Schedules are sequentially consistent; weak orders are ThreadSanitizer's and the real threads' part.
 */
#include <setjmp.h>
#include <ucontext.h>

#include "host_seeded.h"
#include "native.h"

enum { COROUTINES_MAX = 80, STACK_BYTES = 256 * 1024, CHOICES_MAX = 4096, POINTS_MAX = 50 * 1000 * 1000 };

typedef struct coroutine {
    void (*body)(void *);
    void *argument;
    uint32_t (*ready)(void *); /* 0: may run */
    void *ready_argument;
    ucontext_t entry;
    jmp_buf resume;
    char *stack;
    uint32_t worker;
    int started;
    int ended;
    int frozen;
    uint64_t points_to_freeze; /* 0: never */
} coroutine;

static coroutine coroutines[COROUTINES_MAX];
static uint32_t coroutine_count;
static coroutine *running; /* 0: the scheduler, or a test before host_join */
static jmp_buf scheduler;
static int evaluating; /* inside a predicate: its atomic operations are no points */
static uint64_t points;
static int was_frozen;
static uint8_t permits[PN_WORKER_COUNT_MAX];

static uint64_t rng;
static uint32_t switch_rate; /* one in this many points switches */

static struct {
    uint8_t choice[CHOICES_MAX];
    uint8_t options[CHOICES_MAX];
    uint32_t depth;
    uint32_t length;
    uint32_t preemptions;
    uint32_t preemptions_max;
    int on;
} explore;

static uint32_t draw(uint32_t below) {
    rng ^= rng >> 12;
    rng ^= rng << 25;
    rng ^= rng >> 27;
    return (uint32_t)((rng * 0x2545F4914F6CDD1Dull) >> 33) % below;
}

static int may_run(coroutine *c) {
    if (c->ended || c->frozen) return 0;
    if (c->ready == 0) return 1;
    evaluating = 1;
    uint32_t ready = c->ready(c->ready_argument);
    evaluating = 0;
    if (ready) c->ready = 0;
    return ready != 0;
}

static uint32_t explore_choose(uint32_t options) {
    CHECK(explore.depth < CHOICES_MAX);
    uint32_t at = explore.depth++;
    if (at == explore.length) {
        explore.choice[at] = 0;
        explore.options[at] = (uint8_t)options;
        explore.length++;
    }
    CHECK_EQ(explore.options[at], options); /* the body must do the same on the same schedule */
    return explore.choice[at];
}

/* `current` first, so that choice 0 is to go on. */
static coroutine *choose(coroutine *current) {
    coroutine *candidates[COROUTINES_MAX];
    uint32_t count = 0;
    int can_go_on = current != 0 && may_run(current);
    if (can_go_on) candidates[count++] = current;
    if (can_go_on && explore.on && explore.preemptions >= explore.preemptions_max) return current;
    if (can_go_on && !explore.on && draw(switch_rate) != 0) return current;
    uint32_t offset = explore.on || coroutine_count == 0 ? 0 : draw(coroutine_count);
    for (uint32_t i = 0; i < coroutine_count; i++) {
        coroutine *c = &coroutines[(i + offset) % coroutine_count];
        if (c != current && may_run(c)) candidates[count++] = c;
    }
    if (count == 0) return 0;
    uint32_t chosen = explore.on ? (count == 1 ? 0 : explore_choose(count)) : draw(count);
    if (explore.on && can_go_on && chosen != 0) explore.preemptions++;
    return candidates[chosen];
}

static void trampoline(void) {
    running->body(running->argument);
    running->ended = 1;
    _longjmp(scheduler, 1);
}

static void go(coroutine *next) {
    running = next;
    if (next->started) _longjmp(next->resume, 1);
    next->started = 1;
    getcontext(&next->entry);
    next->entry.uc_stack.ss_sp = next->stack;
    next->entry.uc_stack.ss_size = STACK_BYTES;
    next->entry.uc_link = 0;
    makecontext(&next->entry, trampoline, 0);
    setcontext(&next->entry);
}

static void switch_from(coroutine *self) {
    coroutine *next = choose(self);
    if (next == self) return;
    if (_setjmp(self->resume) != 0) return;
    if (next == 0) _longjmp(scheduler, 1);
    go(next);
}

void pn_test_point(void) {
    if (running == 0 || evaluating) return;
    if (++points > POINTS_MAX) test_fail(__FILE__, __LINE__, "the schedule does not end");
    if (running->points_to_freeze != 0 && --running->points_to_freeze == 0) running->frozen = was_frozen = 1;
    switch_from(running);
}

void host_freeze(uint32_t thread, uint64_t point) {
    CHECK(running == 0 && thread < coroutine_count && point != 0);
    coroutines[thread].points_to_freeze = point;
}

int host_was_frozen(void) {
    return was_frozen;
}

void host_spawn(void (*body)(void *), void *argument) {
    CHECK(running == 0 && coroutine_count < COROUTINES_MAX);
    coroutine *c = &coroutines[coroutine_count++];
    char *stack = c->stack ? c->stack : malloc(STACK_BYTES);
    CHECK(stack != 0);
    memset(c, 0, sizeof *c);
    c->body = body;
    c->argument = argument;
    c->stack = stack;
}

void host_join(void) {
    if (!explore.on && rng == 0) {
        rng = test_seed * 0x9E3779B97F4A7C15ull | 1;
        for (int i = 0; i < 4; i++) draw(2);
        switch_rate = 1u << draw(6);
    }
    explore.depth = 0;
    explore.preemptions = 0;
    memset(permits, 0, sizeof permits);
    points = 0;
    was_frozen = 0;
    if (_setjmp(scheduler) != 0) running = 0;
    coroutine *next = choose(0);
    if (next != 0) go(next);
    for (uint32_t i = 0; i < coroutine_count; i++) {
        if (!coroutines[i].ended && !coroutines[i].frozen) {
            fprintf(stderr, "thread %u of %u waits for ever\n", i, coroutine_count);
            test_fail(__FILE__, __LINE__, "deadlock: a wake-up was lost");
        }
    }
    coroutine_count = 0;
}

void host_wait(uint32_t (*ready)(void *), void *argument) {
    CHECK(running != 0);
    running->ready = ready;
    running->ready_argument = argument;
    switch_from(running);
}

static uint32_t is_awake(void *argument) {
    uint32_t worker = (uint32_t)(uintptr_t)argument;
    return (pn_load_acquire(&pn_globals_get()->sleepers[worker / 32]) & (1u << (worker % 32))) == 0;
}

void host_park(uint32_t worker) {
    host_wait(is_awake, (void *)(uintptr_t)worker);
}

void host_wake(uint32_t worker) {
    permits[worker] = 1; /* a parked coroutine watches its bit itself; this is for host_rest */
}

static uint32_t has_permit(void *worker) {
    return permits[(uintptr_t)worker];
}

void host_rest(uint32_t worker) {
    host_wait(has_permit, (void *)(uintptr_t)worker);
    permits[worker] = 0;
}

uint32_t *host_worker_slot(void) {
    static uint32_t outside;
    return running == 0 ? &outside : &running->worker;
}

void test_print_replay(void) {
    if (explore.on) {
        fprintf(stderr, "  schedule:");
        for (uint32_t i = 0; i < explore.depth; i++) fprintf(stderr, " %u", explore.choice[i]);
        fprintf(stderr, "\n");
    } else {
        fprintf(stderr, "  seed %llu\n", (unsigned long long)test_seed);
    }
}

void explore_begin(uint32_t preemptions_max) {
    memset(&explore, 0, sizeof explore);
    explore.on = 1;
    explore.preemptions_max = preemptions_max;
}

uint32_t explore_next(void) {
    while (explore.length > 0) { /* ends: length shrinks, or a choice is raised and it returns */
        uint32_t last = explore.length - 1;
        if (explore.choice[last] + 1 < explore.options[last]) {
            explore.choice[last]++;
            return 1;
        }
        explore.length--;
    }
    explore.on = 0;
    return 0;
}
