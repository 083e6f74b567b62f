/* host_pthread.c - the host with real threads: every spawned body is a pthread, a parked worker waits on a condition. */
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "native.h"

enum { THREADS_MAX = 300 };

static pthread_t threads[THREADS_MAX];
static uint32_t thread_count;

typedef struct parking {
    pthread_mutex_t lock;
    pthread_cond_t woken;
} parking;

/* One for all: the tests have few parked workers, and a shared condition hides no lost wake-up. */
static parking lot = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER};

typedef struct start {
    void (*body)(void *);
    void *argument;
} start;

static void *run(void *given) {
    start s = *(start *)given;
    free(given);
    s.body(s.argument);
    return 0;
}

void host_spawn(void (*body)(void *), void *argument) {
    start *s = malloc(sizeof *s);
    CHECK(s != 0 && thread_count < THREADS_MAX);
    *s = (start){body, argument};
    CHECK_EQ(pthread_create(&threads[thread_count++], 0, run, s), 0);
}

void host_join(void) {
    while (thread_count > 0) CHECK_EQ(pthread_join(threads[--thread_count], 0), 0);
}

void host_wait(uint32_t (*ready)(void *), void *argument) {
    for (uint32_t tries = 0; !ready(argument); tries++) { /* ends: main.c limits the time of a test */
        if (tries < 256) sched_yield();
        else nanosleep(&(struct timespec){0, 50000}, 0);
    }
}

void host_park(uint32_t worker) {
    pn_word *word = &pn_globals_get()->sleepers[worker / 32];
    pthread_mutex_lock(&lot.lock);
    while (pn_load_acquire(word) & (1u << (worker % 32))) pthread_cond_wait(&lot.woken, &lot.lock);
    pthread_mutex_unlock(&lot.lock);
}

static uint32_t permits[PN_WORKER_COUNT_MAX];

void host_wake(uint32_t worker) {
    pthread_mutex_lock(&lot.lock);
    permits[worker] = 1;
    pthread_cond_broadcast(&lot.woken);
    pthread_mutex_unlock(&lot.lock);
}

void host_rest(uint32_t worker) {
    pthread_mutex_lock(&lot.lock);
    while (!permits[worker]) pthread_cond_wait(&lot.woken, &lot.lock);
    permits[worker] = 0;
    pthread_mutex_unlock(&lot.lock);
}

uint32_t *host_worker_slot(void) {
    static _Thread_local uint32_t worker;
    return &worker;
}

void test_print_replay(void) {
    fprintf(stderr, "  real threads: not replayable; test seed %llu\n", (unsigned long long)test_seed);
}
