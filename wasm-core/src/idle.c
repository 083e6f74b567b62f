/* idle.c - see idle.h. */
#define PN_FILE PN_FILE_IDLE
#include "idle.h"

#include "deque.h"
#include "injector.h"
#include "mail.h"
#include "policy.h"

#define BIT(state) (1u << PN_WORKER_##state)

static uint32_t successors(uint32_t from) {
    switch (from) {
    case PN_WORKER_IDLE: return BIT(RUNNING);
    case PN_WORKER_RUNNING: return BIT(IDLE) | BIT(BLOCKED) | BIT(SLEEPING) | BIT(STOPPED);
    case PN_WORKER_BLOCKED: return BIT(RUNNING);
    case PN_WORKER_SLEEPING: return BIT(RUNNING);
    default: return 0;
    }
}

void pn_worker_transition(pn_worker *worker, uint32_t to) {
    uint32_t from = pn_load_relaxed(&worker->state); /* relaxed: own word */
    PN_ASSERT(to <= PN_WORKER_STOPPED && (successors(from) & (1u << to)) != 0, BAD_STATE);
    pn_store_relaxed(&worker->state, to); /* relaxed: others only display it */
}

uint32_t pn_idle_command(void) {
    /* seq_cst: in the re-check it comes after the worker's bit; pairs with the host's store of the command, which comes
     * before its look at the mask. */
    return pn_load_seq_cst(&pn_globals_get()->command);
}

static pn_word *mask_of(const pn_worker *worker) {
    return &pn_globals_get()->sleepers[worker->id / 32];
}

static uint32_t bit_of(const pn_worker *worker) {
    return 1u << (worker->id % 32);
}

uint32_t pn_idle_is_asleep(const pn_worker *worker) {
    /* acquire: whoever cleared the bit published its work before; pairs with pn_idle_notify. */
    return (pn_load_acquire(mask_of(worker)) & bit_of(worker)) != 0;
}

static void clear_own_bit(const pn_worker *worker) {
    /* seq_cst: as release it orders nothing here; one order for the mask keeps the argument short. Pairs with the other
     * accesses of the mask. */
    if (pn_idle_is_asleep(worker)) pn_fetch_and_seq_cst(mask_of(worker), ~bit_of(worker));
}

void pn_idle_enter(pn_worker *worker) {
    clear_own_bit(worker);
    if (pn_load_relaxed(&worker->state) != PN_WORKER_RUNNING) /* relaxed: own word */
        pn_worker_transition(worker, PN_WORKER_RUNNING);
}

void pn_idle_announce(pn_worker *worker) {
    /* seq_cst: before the re-check's loads; pairs with the load of the mask in pn_idle_notify. */
    pn_fetch_or_seq_cst(mask_of(worker), bit_of(worker));
    pn_worker_transition(worker, PN_WORKER_SLEEPING);
}

/* What any worker may take. */
static uint32_t anything_for_all(const pn_worker *worker) {
    for (uint32_t priority = 0; priority < PN_PRIORITY_COUNT; priority++) {
        if (pn_injector_has_work(pn_injector_at(priority))) return 1;
    }
    if (worker->policy != PN_POLICY_WORK_STEALING && pn_policy_has_work(worker)) return 1;
    uint32_t workers = pn_globals_get()->worker_count;
    for (uint32_t id = 0; id < workers; id++) {
        if (pn_deque_has_work(pn_worker_at(id))) return 1;
    }
    return 0;
}

static uint32_t anything_to_do(const pn_worker *worker) {
    if (pn_idle_command() != PN_COMMAND_RUN) return 1;
    if (pn_mail_waits(worker)) return 1;
    if (worker->policy != PN_POLICY_WORK_STEALING && pn_policy_waits(worker)) return 1;
    return anything_for_all(worker);
}

uint32_t pn_idle_recheck(pn_worker *worker) {
    if (!anything_to_do(worker)) {
        pn_counter_add(&worker->counters.parks, 1);
        return 1;
    }
    clear_own_bit(worker);
    pn_worker_transition(worker, PN_WORKER_RUNNING);
    return 0;
}

void pn_idle_notify(pn_worker *worker) {
    pn_globals *globals = pn_globals_get();
    uint32_t words = (globals->worker_count + 31) / 32;
    for (uint32_t word = 0; word < words; word++) {
        /* seq_cst: after the push; pairs with the RMW in pn_idle_announce. */
        uint32_t mask = pn_load_seq_cst(&globals->sleepers[word]);
        while (mask != 0) { /* ends: every round takes a bit out of mask */
            uint32_t bit = mask & -mask;
            /* seq_cst: one of several notifiers gets the bit; publishes the push to the sleeper's pn_idle_is_asleep. */
            uint32_t before = pn_fetch_and_seq_cst(&globals->sleepers[word], ~bit);
            if (before & bit) {
                pn_counter_add(&worker->counters.wakeups_sent, 1);
                penny_host_unpark(word * 32 + (uint32_t)__builtin_ctz(bit));
                return;
            }
            mask = before & (mask - bit);
        }
    }
}

void pn_idle_pass_on(pn_worker *worker) {
    pn_globals *globals = pn_globals_get();
    uint32_t words = (globals->worker_count + 31) / 32;
    uint32_t asleep = 0;
    for (uint32_t word = 0; word < words; word++) asleep |= pn_load_seq_cst(&globals->sleepers[word]); /* seq_cst: as in notify */
    if (asleep != 0 && anything_for_all(worker)) pn_idle_notify(worker);
}

void pn_idle_notify_worker(pn_worker *worker, uint32_t id) {
    pn_word *word = &pn_globals_get()->sleepers[id / 32];
    uint32_t bit = 1u << (id % 32);
    /* seq_cst, both: as in pn_idle_notify. */
    if ((pn_load_seq_cst(word) & bit) == 0 || (pn_fetch_and_seq_cst(word, ~bit) & bit) == 0) return;
    pn_counter_add(&worker->counters.wakeups_sent, 1);
    penny_host_unpark(id);
}
