/* mail.c - see mail.h. */
#define PN_FILE PN_FILE_MAIL
#include "mail.h"

#include "idle.h"
#include "injector.h"
#include "log.h"
#include "replay.h"

static pn_injector *queue_of(const pn_worker *worker) {
    return (pn_injector *)pn_at(worker->mailbox_ref);
}

static void push_beside(pn_injector *queue, pn_ref frame) {
    uint32_t top = pn_load_relaxed(&queue->overflow); /* relaxed: a guess, the CAS decides */
    for (;;) { /* ends: every other round means that another sender or the worker went on */
        pn_store_relaxed(&pn_frame_at(frame)->waiter, top); /* relaxed: the CAS publishes it */
        /* seq_cst, as release: publishes the frame; pairs with the exchange in take_list. As seq_cst: comes before the load of
         * the sleeper mask in pn_idle_notify_worker; pairs with pn_mail_waits. */
        uint32_t found = pn_cas_seq_cst(&queue->overflow, top, frame);
        if (found == top) return;
        top = found;
    }
}

void pn_mail_send(pn_worker *worker, pn_ref frame) {
    if (pn_log_is_on(worker) && pn_replay_is_on(worker)) {
        pn_replay_keep(worker, frame);
        return;
    }
    uint32_t target = pn_flags_pinned_to(pn_frame_at(frame)->flags);
    PN_ASSERT(target < pn_globals_get()->worker_count, BAD_REF);
    pn_injector *queue = pn_mailbox_at(target);
    if (!pn_injector_push(queue, frame)) {
        pn_counter_add(&worker->counters.spills, 1);
        push_beside(queue, frame);
    }
    if (target != worker->id) pn_idle_notify_worker(worker, target);
}

/* All that lies beside the queue, turned round. */
static pn_ref take_list(pn_injector *queue) {
    pn_ref newest = pn_exchange_n_acquire(&queue->overflow, 0); /* acquire: the frames; pairs with the CAS in push_beside */
    pn_ref oldest = 0;
    while (newest != 0) { /* ends: the list does */
        pn_ref next = pn_load_relaxed(&pn_frame_at(newest)->waiter); /* relaxed, here and below: nobody else sees the list */
        pn_store_relaxed(&pn_frame_at(newest)->waiter, oldest);
        oldest = newest;
        newest = next;
    }
    return oldest;
}

pn_ref pn_mail_take(pn_worker *worker) {
    if (worker->mail == 0) {
        pn_injector *queue = queue_of(worker);
        pn_ref frame = pn_injector_pop(queue);
        /* relaxed: a late look is made good by the next one, at the latest before sleep. */
        if (pn_load_relaxed(&queue->overflow) != 0) worker->mail = take_list(queue);
        if (frame != 0 || worker->mail == 0) return frame;
    }
    pn_ref frame = worker->mail;
    worker->mail = pn_load_relaxed(&pn_frame_at(frame)->waiter); /* relaxed: nobody else sees the list */
    return frame;
}

uint32_t pn_mail_waits(const pn_worker *worker) {
    const pn_injector *queue = queue_of(worker);
    if (worker->mail != 0 || pn_injector_has_work(queue)) return 1;
    return pn_load_seq_cst(&queue->overflow) != 0; /* seq_cst: after the sleeper bit; pairs with the CAS in push_beside */
}
