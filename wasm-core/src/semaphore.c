/* semaphore.c - see semaphore.h. */
#define PN_FILE PN_FILE_SEMAPHORE
#include "semaphore.h"

#include "log.h"
#include "replay.h"

#define PERMIT (1ull << 32)
#define PERMITS(word) ((uint32_t)((word) >> 32) & PN_SEMAPHORE_PERMITS_MAX)
#define TAG (1ull << 48)
#define WAITING(word) ((pn_ref)(word))
#define WITH_WAITING(word, ref) (((word) & ~0xFFFFFFFFull) | (ref))

static pn_word64 *word_of(const pn_graph *graph, uint32_t semaphore) {
    PN_ASSERT(semaphore < graph->semaphore_count, BAD_REF);
    return &((pn_semaphore *)pn_at(graph->semaphores_ref))[semaphore].word;
}

uint32_t pn_semaphore_acquire(pn_worker *worker, const pn_graph *graph, uint32_t semaphore, pn_ref node) {
    pn_word64 *word = word_of(graph, semaphore);
    uint32_t logged = pn_log_is_on(worker);
    pn_decision made;
    if (logged) pn_replay_await(worker);
    uint64_t seen = pn_load64_relaxed(word); /* relaxed: a guess, the CAS decides */
    for (;;) { /* ends: a failed CAS means that another node got a permit, gave one back or was left here */
        uint64_t next;
        if (PERMITS(seen) != 0) {
            next = seen - PERMIT;
        } else {
            pn_store_relaxed(&pn_node_at(node)->waiter, WAITING(seen)); /* relaxed: published by the CAS */
            next = WITH_WAITING(seen, node);
        }
        if (logged) made = pn_log_draft(worker, PERMITS(seen) != 0 ? PN_DECISION_PERMIT : PN_DECISION_NO_PERMIT, node, semaphore);
        /* seq_cst: acquires what was done with the permit before; releases the node. Pairs with the CAS in both functions. */
        uint64_t found = pn_cas64_seq_cst(word, seen, next + TAG);
        if (found == seen) {
            if (logged) pn_log_made(worker, &made);
            return PERMITS(seen) != 0;
        }
        seen = found;
    }
}

pn_ref pn_semaphore_release(pn_worker *worker, const pn_graph *graph, uint32_t semaphore) {
    pn_word64 *word = word_of(graph, semaphore);
    uint32_t logged = pn_log_is_on(worker);
    pn_decision made;
    if (logged) pn_replay_await(worker);
    uint64_t seen = pn_load64_seq_cst(word); /* seq_cst: acquires the node on top; pairs with the CAS in acquire */
    for (;;) { /* ends: as in pn_semaphore_acquire */
        pn_ref top = WAITING(seen);
        uint64_t next = seen + PERMIT;
        if (top != 0) {
            /* relaxed: if the node has left the list meanwhile, the tag has changed and the CAS fails. */
            next = WITH_WAITING(seen, pn_load_relaxed(&pn_node_at(top)->waiter));
        } else {
            PN_ASSERT(PERMITS(seen) < PN_SEMAPHORE_PERMITS_MAX, BROKEN_INVARIANT);
        }
        if (logged) made = pn_log_draft(worker, top != 0 ? PN_DECISION_PASS : PN_DECISION_RETURN, 0, semaphore);
        /* seq_cst: releases what was done with the permit. Pairs with the CAS in both functions. */
        uint64_t found = pn_cas64_seq_cst(word, seen, next + TAG);
        if (found == seen) {
            if (logged && top != 0) made.ticket = pn_node_at(top)->ticket; /* the node is this worker's only now */
            if (logged) pn_log_made(worker, &made);
            return top;
        }
        seen = found;
    }
}
