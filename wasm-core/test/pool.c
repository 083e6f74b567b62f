/* pool.c - workers as the production host runs them, on top of either host. See native.h. */
#include "log/recorder.h"
#include "penny/penny.h"

static uint32_t pool_dispatches_max;

static uint32_t is_sent_on(void *unused) {
    (void)unused;
    return pn_load_seq_cst(&pn_globals_get()->command) != PN_COMMAND_RETURN;
}

static void worker_body(void *argument) {
    uint32_t worker = (uint32_t)(uintptr_t)argument;
    host_park(worker); /* not started before the first unpark */
    for (;;) {         /* ends: STOP */
        switch (worker_run(worker, pool_dispatches_max)) {
        case PN_RUN_MORE: break;
        case PN_RUN_PARK: host_park(worker); break;
        case PN_RUN_RETURN: host_wait(is_sent_on, 0); break;
        case PN_RUN_STOPPED: return;
        default: CHECK(0);
        }
    }
}

void pool_start(uint32_t dispatches_max) {
    pool_dispatches_max = dispatches_max;
    if (recorder_starts()) return;
    for (uint32_t id = 0; id < pn_globals_get()->worker_count; id++) host_spawn(worker_body, (void *)(uintptr_t)id);
}

static uint32_t are_completed(void *argument) {
    return pn_load_acquire(&completed_count) >= (uint32_t)(uintptr_t)argument;
}

void pool_wait_completed(uint32_t count) {
    host_wait(are_completed, (void *)(uintptr_t)count);
}

static uint32_t is_injected(void *argument) {
    return host_inject((pn_ref)(uintptr_t)argument);
}

void pool_inject(pn_ref frame) {
    host_wait(is_injected, (void *)(uintptr_t)frame);
}

static struct {
    void (*body)(void *);
    void *argument;
} caller;

static void run_caller(void *unused) {
    (void)unused;
    caller.body(caller.argument);
    host_command(PN_COMMAND_STOP);
}

void pool_run(void (*body)(void *), void *argument) {
    caller.body = body;
    caller.argument = argument;
    host_spawn(run_caller, 0);
    host_join();
}
